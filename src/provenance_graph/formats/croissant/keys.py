"""Key table of Croissant 1.0 and 1.1 with its responsible-AI extension.

Keys are expanded: those of schema.org have no prefix, others have their vocabulary's (``cr:``,
``rai:``, ``dct:``, ``prov:``). The first step is ``dataset`` for the dataset, ``file`` for a file
or set of files, ``records`` for a record set.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats.coverage import KeyTable, coded, later, read, skip, text

SOURCE = "croissant"

_CLASS = "the class of a part"
_HOW = "how records are taken from the files, not where the data come from"

TEXTS_ABOUT: Mapping[str, Iri] = MappingProxyType(
    {
        "dataCollection": PG.dataAcquisition,
        "personalSensitiveInformation": PG.personalDataHandling,
        "dataPreprocessingProtocol": PG.dataFiltering,
        "dataManipulationProtocol": PG.dataFiltering,
    }
)
"""Texts of the responsible-AI extension, with the property of each."""
COLLECTION: Mapping[str, Iri] = MappingProxyType(
    {
        "web scraping": PG.WebCrawl,
        "manual human curator": PG.HumanCreatedData,
        "user-generated content data": PG.UserData,
    }
)
"""Methods of data collection, with the concept of each."""

KEYS = KeyTable(
    (
        *skip("that it is a dataset", "dataset/@type"),
        *later("dataset/distribution", "dataset/recordSet", "dataset/cr:recordSet"),
        *skip(_CLASS, "dataset/*/@type"),
        *skip("what the keys mean", "context/**"),
        *skip("the language of a text", "dataset/*/@language", "dataset/*/*/@language",
              "file/*/@language"),
        *read("which dataset it is", "dataset/@id", "dataset/name",
              "dataset/name/*", "dataset/url", "dataset/alternateName"),
        *read("`schema:sameAs`", "dataset/sameAs"),
        *skip("the language of the metadata", "dataset/@language"),
        *text(SCHEMA.description, "dataset/description", "dataset/description/*"),
        *read("`dcterms:license`", "dataset/license", "dataset/license/name",
              "dataset/license/url", "dataset/license/@id"),
        *read("`dcterms:creator`", "dataset/creator", "dataset/creator/name", "dataset/author",
              "dataset/author/name"),
        *read("`pg:suppliedBy`", "dataset/publisher", "dataset/publisher/name"),
        *skip("an address or a class of a person or organization", "dataset/creator/**",
              "dataset/author/**", "dataset/publisher/**", "dataset/license/@type"),
        *read("`dcterms:issued`, `dcterms:created`, `dcterms:modified`", "dataset/datePublished",
              "dataset/dateCreated", "dataset/dateModified"),
        *read("`schema:version`", "dataset/version"),
        *read("`dcterms:conformsTo`", "dataset/dct:conformsTo", "dataset/dct:conformsTo/@id",
              "dataset/conformsTo"),
        *text(PG.citeAs, "dataset/cr:citeAs", "dataset/citation"),
        *read("`dcterms:language`", "dataset/inLanguage"),
        *text(PG.liveData, "dataset/cr:isLiveDataset"),
        *text(PG.dataCollectionPeriod, "dataset/temporalCoverage",
              "dataset/rai:dataCollectionTimeframe"),
        *read("the record's publisher and licence", "dataset/sdPublisher",
              "dataset/sdPublisher/name", "dataset/sdLicense", "dataset/cr:sdLicense",
              "dataset/cr:sdPublisher", "dataset/cr:sdPublisher/name"),
        *skip("whom to credit, and the mark of an export of this graph", "dataset/creditText"),
        *skip("which edition of the metadata it is", "dataset/sdVersion", "dataset/cr:sdVersion",
              "dataset/sdDatePublished", "dataset/cr:sdDatePublished", "dataset/sdPublisher/@type"),
        *text(PG.collectionProcess, "dataset/rai:dataCollection",
              "dataset/rai:dataCollectionType"),
        *text(PG.dataPreprocessing, "dataset/rai:dataPreprocessingProtocol",
              "dataset/rai:dataManipulationProtocol", "dataset/rai:dataImputationProtocol"),
        *text(PG.usesSensitiveData, "dataset/rai:personalSensitiveInformation"),
        *text(PG.knownBias, "dataset/rai:dataBiases"),
        *text(PG.knownLimitation, "dataset/rai:dataLimitations"),
        *text(PG.intendedUse, "dataset/rai:dataUseCases"),
        *text(PG.updateMechanism, "dataset/rai:dataReleaseMaintenancePlan"),
        *read("`prov:wasDerivedFrom`", "dataset/prov:wasDerivedFrom",
              "dataset/prov:wasDerivedFrom/@id", "dataset/prov:wasDerivedFrom/name",
              "dataset/prov:wasDerivedFrom/prov:locatedAt", "dataset/isBasedOn",
              "dataset/isBasedOn/@id", "dataset/isBasedOn/name", "dataset/isBasedOn/url"),
        *skip(_CLASS, "dataset/prov:wasDerivedFrom/@type", "dataset/isBasedOn/@type"),
        *later("dataset/keywords", "dataset/contributor", "dataset/contributor/**",
               "dataset/isAccessibleForFree", "dataset/rai:*", "dataset/rai:*/**",
               "dataset/prov:*", "dataset/prov:*/**", "dataset/funder/**", "dataset/funder",
               "dataset/maintainer/**", "dataset/spatialCoverage/**", "dataset/spatialCoverage",
               "dataset/usageInfo", "dataset/variableMeasured/**", "dataset/measurementTechnique",
               "dataset/identifier", "dataset/identifier/**", "dataset/thumbnailUrl",
               "dataset/includedInDataCatalog/**", "dataset/isPartOf/**", "dataset/size"),
        *coded("`pg:Artifact` of the dataset", "file/@type"),
        *read("`pg:Artifact` of the dataset", "file/@id", "file/name"),
        *text(SCHEMA.description, "file/description", "file/description/*"),
        *read("`schema:url`; a relative one against the document's address", "file/contentUrl"),
        *read("`pg:byteSize`", "file/contentSize"),
        *read("`pg:fileFormat`", "file/encodingFormat"),
        *read("`pg:digest`", "file/sha256", "file/md5"),
        *later("file/**"),
        *read("`pg:recordStructure`: the fields and their types", "records/name", "records/@id",
              "records/cr:field/name",
              "records/cr:field/@id", "records/cr:field/cr:dataType"),
        *skip("a name in another language", "records/name/*", "records/cr:field/name/*"),
        *skip("the data themselves", "records/cr:data/**", "records/cr:examples/**"),
        *skip("a text about a field", "records/cr:field/description",
              "records/cr:field/description/*"),
        *later("records/description", "records/description/*", "records/cr:key"),
        *skip(_HOW, "records/**"),
    )
)  # fmt: skip
