"""Key table of MLDCAT-AP 3.1 with the property of each field; shared by reader and writer.

The profile's JSON-LD context names a key by class and property
(``MachineLearningModel.trainedOn``); ``CLASSES`` and ``FIELDS`` hold the same names, so that the
context can be generated from them. A field with a ``term`` has that property and is read by its
``kind``; others are stored as stated, or excluded with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats.coverage import Key, KeyTable, Treatment
from provenance_graph.formats.fields.jsonld import DCT, PROV
from provenance_graph.formats.mldcat.profile import CLASSES, ProfileField, ValueKind
from provenance_graph.formats.mldcat.vocabularies import (
    ADMS,
    DCAT,
    DQV,
    FOAF,
    FRAPO,
    IT6,
    LPWC_PROPERTY,
    ODRL,
    PREFIXES,
    SPDX,
)

SOURCE = "mldcat-ap"


def _fields(
    owner: str, base: str, kind: ValueKind, entries: str, note: str = ""
) -> Iterator[ProfileField]:
    """Yield fields of one class and vocabulary: ``name``, or ``name=local`` where the two differ."""
    for entry in entries.split():
        name, _, local = entry.partition("=")
        yield ProfileField(f"{owner}.{name}", Iri(base + (local or name)), kind, None, note)


def _one(
    owner: str, base: str, kind: ValueKind, name: str, term: Iri, local: str = ""
) -> ProfileField:
    return ProfileField(f"{owner}.{name}", Iri(base + (local or name)), kind, term)


CLASSES_OF_SUBJECTS = ("MachineLearningModel", "Dataset")
"""The classes of subjects; of several classes of a node the first one applies."""
_M, _D = CLASSES_OF_SUBJECTS
MODEL_FIELDS: tuple[ProfileField, ...] = (
    _one(_M, DCT, ValueKind.TITLE, "name", SCHEMA.name, "title"),
    *_fields(_M, DCT, ValueKind.IDENTITY, "identifier", "which model it is, else as stated"),
    _one(_M, DCT, ValueKind.TEXT, "description", SCHEMA.description),
    _one(_M, DCT, ValueKind.DATE, "created", DCTERMS.created),
    _one(_M, DCT, ValueKind.DATE, "modified", DCTERMS.modified),
    _one(_M, IT6, ValueKind.DATE, "releaseDate", DCTERMS.issued),
    _one(_M, DCAT, ValueKind.TEXT, "version", SCHEMA.version),
    _one(_M, DCT, ValueKind.LICENCE, "licence", DCTERMS.license, "license"),
    _one(_M, ODRL, ValueKind.LINK, "hasPolicy", PG.usagePolicy),
    _one(_M, DCT, ValueKind.AGENT, "creator", DCTERMS.creator),
    _one(_M, IT6, ValueKind.AGENT, "hasProvider", PG.suppliedBy),
    _one(_M, IT6, ValueKind.AGENT, "hasUploader", PG.suppliedBy),
    _one(_M, IT6, ValueKind.COUNT, "totalNumberOfParameters", PG.parameterCount),
    _one(_M, IT6, ValueKind.TEXT, "intendedUse", PG.intendedUse),
    _one(_M, IT6, ValueKind.TEXT, "limitations", PG.knownLimitation),
    _one(_M, IT6, ValueKind.TEXT, "bias", PG.knownBias),
    _one(_M, IT6, ValueKind.TEXT, "trainingProcess", PG.trainingInformation),
    _one(_M, IT6, ValueKind.TEXT, "trainingMethodologies", PG.trainingInformation),
    _one(_M, DCT, ValueKind.LANGUAGE, "language", DCTERMS.language),
    _one(_M, IT6, ValueKind.DATASET, "trainedOn", PG.trainedOn),
    _one(_M, IT6, ValueKind.DATASET, "testedOn", PG.testedOn),
    _one(_M, IT6, ValueKind.DATASET, "validatedOn", PG.validatedOn),
    _one(_M, IT6, ValueKind.MODEL, "fineTunedFrom", PG.fineTunedFrom),
    _one(_M, IT6, ValueKind.MODALITY, "hasInputModality", PG.inputModality),
    _one(_M, IT6, ValueKind.MODALITY, "hasOutputModality", PG.outputModality),
    _one(_M, IT6, ValueKind.REFERENCE, "hasBibliographicReference", PG.paper),
    _one(_M, IT6, ValueKind.REPOSITORY, "hasRepository", PG.codeRepository),
    _one(_M, IT6, ValueKind.FILE, "hasFile", PG.artifactOf),
    _one(_M, IT6, ValueKind.RISK, "hasRisk", PG.safetyRisk),
    *_fields(
        _M,
        IT6,
        ValueKind.STATED,
        "shortDescription designSpecifications evaluationResults "
        "evaluationStrategies hasVariation howToUse methodOfDistribution modelArchitecture "
        "placedOnMarketDate testingDescription hasBenchmark ranOn hasPrediction",
    ),
    *_fields(_M, FRAPO, ValueKind.STATED, "isFundedBy"),
    *_fields(_M, DCT, ValueKind.STATED, "contributor type"),
    *_fields(_M, DCAT, ValueKind.STATED, "keyword"),
    *_fields(
        _M,
        IT6,
        ValueKind.NOT_PROVENANCE,
        "hasEngagement hasRegisteredUser",
        "use of the page, not where the model comes from",
    ),
    *_fields(
        _M, "http://data.europa.eu/m8g/", ValueKind.NOT_PROVENANCE, "logo", "how the page looks"
    ),
)
"""The fields of the profile's models."""

DATASET_FIELDS: tuple[ProfileField, ...] = (
    _one(_D, DCT, ValueKind.TITLE, "title", SCHEMA.name),
    *_fields(_D, DCT, ValueKind.IDENTITY, "identifier", "which dataset it is, else as stated"),
    _one(_D, DCT, ValueKind.TEXT, "description", SCHEMA.description),
    _one(_D, DCT, ValueKind.AGENT, "creator", DCTERMS.creator),
    _one(_D, DCT, ValueKind.AGENT, "publisher", PG.suppliedBy),
    _one(_D, DCT, ValueKind.DATE, "releaseDate", DCTERMS.issued, "issued"),
    _one(_D, DCAT, ValueKind.TEXT, "version", SCHEMA.version),
    _one(_D, IT6, ValueKind.TEXT, "versionLabel", SCHEMA.version),
    _one(_D, DCT, ValueKind.TEXT, "accessRights", PG.dataAvailability),
    _one(_D, IT6, ValueKind.TEXT, "collectionDate", PG.dataCollectionPeriod),
    _one(_D, IT6, ValueKind.TEXT, "collectionMethod", PG.collectionProcess),
    _one(_D, IT6, ValueKind.TEXT, "biasMethod", PG.knownBias),
    _one(_D, IT6, ValueKind.TEXT, "curationMethod", PG.dataPreprocessing),
    _one(_D, IT6, ValueKind.TEXT, "unsuitabilityMethod", PG.knownLimitation),
    _one(_D, DCT, ValueKind.LANGUAGE, "language", DCTERMS.language),
    _one(_D, DCAT, ValueKind.LINK, "landingPage", PG.homepage),
    _one(_D, DCT, ValueKind.LINK, "isReferencedBy", PG.paper),
    _one(_D, DCAT, ValueKind.DISTRIBUTION, "datasetDistribution", PG.artifactOf, "distribution"),
    *_fields(_D, IT6, ValueKind.STATED, "dataProvenance visibility"),
    *_fields(
        _D, DCT, ValueKind.STATED, "contributor geographicalCoverage=spatial isVersionOf type"
    ),
    *_fields(_D, DCAT, ValueKind.STATED, "hasVersion keyword theme"),
    *_fields(_D, ADMS, ValueKind.STATED, "status"),
    *_fields(_D, PROV, ValueKind.STATED, "wasGeneratedBy"),
)
"""The fields of the profile's datasets."""

PART_FIELDS: tuple[ProfileField, ...] = (
    *_fields("File", DCT, ValueKind.PART, "id=identifier title format"),
    *_fields("File", IT6, ValueKind.PART, "url"),
    *_fields("File", SPDX, ValueKind.PART, "checksum"),
    *_fields("Distribution", DCT, ValueKind.PART, "identifier title format licence=license"),
    *_fields("Distribution", DCAT, ValueKind.PART, "accessUrl=accessURL downloadUrl=downloadURL "
             "byteSize mediaType"),
    *_fields("Distribution", SPDX, ValueKind.PART, "checksum"),
    *_fields("Distribution", DCT, ValueKind.STATED, "linkedSchemas=conformsTo language"),
    *_fields("Distribution", DCAT, ValueKind.STATED, "accessService"),
    *_fields("Distribution", IT6, ValueKind.STATED, "defaultTargetAttribute hasFeature "
             "ignoreAttribute numberOfDatapoints processingDate processingError "
             "processingWarning rowIdAttribute=rowIDAttribute"),
    *_fields("Distribution", ODRL, ValueKind.STATED, "hasPolicy"),
    *_fields("Distribution", DQV, ValueKind.STATED, "hasQualityMeasurement"),
    *_fields("Distribution", "https://w3id.org/dpv#", ValueKind.STATED, "hasData"),
    *_fields("Checksum", SPDX, ValueKind.PART, "algorithm checksumValue"),
    *_fields("Agent", FOAF, ValueKind.PART, "name"),
    *_fields("Agent", PROV, ValueKind.NOT_PROVENANCE, "actedOnBehalfOf", "of an agent, not a model"),
    *_fields("BibliographicReference", DCT, ValueKind.PART, "bibliographicCitation references"),
    *_fields("BibliographicReference", DCT, ValueKind.NOT_PROVENANCE, "format",
             "the syntax of the citation"),
    *_fields("Modality", IT6, ValueKind.PART, "classification size"),
    *_fields("Repository", DCT, ValueKind.NOT_PROVENANCE, "name=title", "the name of a place"),
    *_fields("Repository", IT6, ValueKind.NOT_PROVENANCE, "hasFile", "files, which the model names"),
    *_fields("HarmRisk", DCT, ValueKind.PART, "title description type"),
    *_fields("HarmRisk", IT6, ValueKind.PART, "mitigation nature probability severity source"),
    *_fields("Catalogue", DCT, ValueKind.PART, "publisher licence=license", "the record's publisher"),
    *_fields("Paper", DCT, ValueKind.NOT_PROVENANCE, "title abstract creator date references subject",
             "of a paper, which is named by its address"),
    *_fields("Paper", IT6, ValueKind.NOT_PROVENANCE, "hasDocument",
             "of a paper, which is named by its address"),
    *_fields("Paper", LPWC_PROPERTY, ValueKind.NOT_PROVENANCE, "hasModel hasRepository",
             "of a paper, which is named by its address"),
)  # fmt: skip
"""The fields of parts of a model or dataset: files, checksums, agents, references."""

_REST = """Algorithm: hasAlgorithmType@mlso hasLearningMethodType@mlso; Benchmark: title@dct;
Catalogue: creator@dct description@dct modificationDate=modified@dct identifier@dct
releaseDate=issued@dct title@dct dataset@dcat keyword@dcat record@dcat service@dcat homepage@foaf;
CatalogueRecord: description@dct modificationDate=modified@dct descriptionVersion@it6
primaryTopic@foaf; Collection: creationDate@it6 hasUploader@it6 visibility@it6 description@dct
identifier@dct title@dct; ComputerInfrastructure: hasHardware@it6 hasLibrary@it6 title@dct;
DataQuality: description@dct identifier@dct title@dct; DataService: endpointUrl=endpointURL@dcat
servesDataset@dcat servesModel@it6 title@dct; Engagement: download@it6 like@it6;
EnvironmentalImpact: carbonEmitted@it6 measurementMethodology@it6 powerConsumption@it6;
EstimationProcedure: description@dct identifier@dct title@dct type@dct hasParameter@it6
hasSplit@it6; Evaluation: arrayData@it6 fold@it6 hasFlow@it6 intervalEnd@it6 intervalStart@it6
label@rdfs repeat@it6 sample@it6 sampleSize@it6 stdev@it6 value@it6 identifier@dct title@dct;
EvaluationMeasure: implementation@it6 value@it6 valueBad@it6 valueGood@it6 description@dct
title@dct; Feature: description@dct title@dct type@dct; Flow: className@it6 customName@it6
externalVersion@it6 hasDependency@it6 hasFlowParameter@it6 hasUploader@it6 uploaded@it6
description@dct identifier@dct title@dct keyword@dcat version@it6 status@adms; FlowParameter:
defaultValue@it6 recommendedRange@it6 description@dct title@dct type@dct; Hardware:
description@dct title@dct; Library: isExecutedBy@it6 description@dct licence=license@dct title@dct
version@it6; OutputFileDescription: id=identifier@dct title@dct url@it6; Parameter: component@it6
value@it6 name=title@dct; Prediction: hasPredictionFeature@it6 format@dct; PredictionFeature:
title@dct type@dct; QualityMeasurement: featureIndex@it6 intervalEnd@it6 intervalStart@it6
type@dct value@dqv dataset=dataSet@qb; QualityMeasurementDataset:
evaluationEngineId=evaluationEngine@it6 identifier@dct; Run: executes=realizes@mls
errorMessage@it6 hasEvaluation@it6 hasFlow@it6 hasInferencingImpact@it6
hasOutputFileDescription@it6 hasOutputFilePrediction@it6 hasParameter@it6 hasTask@it6
hasTrainingImpact@it6 hasUploader@it6 runDetails@it6 setupId@it6 setupString@it6 trainingTime@it6
identifier@dct keyword@dcat; RunCollection: hasRun@it6; Split: isAppliedTo@it6 description@dct
id=identifier@dct title@dct type@dct; Task: hasCostMatrix@it6 hasEstimationProcedure@it6
hasEvaluationMeasure@it6 hasOutput@it6 hasTaskType@it6 sourceData@it6 targetFeature@it6
id=identifier@dct title@dct keyword@dcat; TaskCollection: hasTask@it6; TaskType:
description=definition@skos id=notation@skos title=prefLabel@skos"""


def _rest() -> Iterator[ProfileField]:
    """Yield the fields of other classes, stored as stated of the entity that refers to the node."""
    for part in _REST.split(";"):
        owner, _, entries = part.partition(":")
        for entry in entries.split():
            name, _, prefix = entry.partition("@")
            yield from _fields(owner.strip(), PREFIXES[prefix], ValueKind.STATED, name)


FIELDS: tuple[ProfileField, ...] = (*MODEL_FIELDS, *DATASET_FIELDS, *PART_FIELDS, *tuple(_rest()))
"""Every property of the profile's classes."""

OF_DCAT: tuple[ProfileField, ...] = (
    _one(_D, DCT, ValueKind.LICENCE, "licence", DCTERMS.license, "license"),
    *_fields(_D, DCT, ValueKind.STATED, "rights"),
    *_fields(_M, DCT, ValueKind.STATED, "rights"),
)
"""Fields that DCAT-AP has for a resource and the profile only for a distribution. They are read and
not written."""

BY_IRI: Mapping[tuple[str, str], ProfileField] = MappingProxyType(
    {(each.name.partition(".")[0], str(each.iri)): each for each in (*FIELDS, *OF_DCAT)}
)
"""Fields by class and IRI."""

AGENTS = frozenset(
    (
        f"{FOAF}Organization",
        f"{FOAF}Person",
        f"{FOAF}Group",
        f"{PROV}Agent",
        f"{PROV}Organization",
        f"{PROV}Person",
        "http://www.w3.org/ns/org#Organization",
        "http://www.w3.org/ns/org#FormalOrganization",
        "http://www.w3.org/2006/vcard/ns#Organization",
        "https://schema.org/Organization",
        "http://schema.org/Organization",
    )
)
"""Classes of agents that catalogues use in place of ``foaf:Agent``."""


def context() -> dict[str, object]:
    """The profile's JSON-LD context, so that no document needs it from the network.

    >>> context()["MachineLearningModel.trainedOn"]
    {'@id': 'http://data.europa.eu/it6/trainedOn', '@type': '@id'}
    """
    terms: dict[str, object] = {name: str(iri) for name, iri in CLASSES.items()}
    terms.update({prefix: base for prefix, base in PREFIXES.items() if prefix not in terms})
    for each in FIELDS:
        node = {"@type": "@id"} if each.is_node else {}
        terms[each.name] = {"@id": str(each.iri), **node}
    return terms


_CODED = frozenset(
    [
        "Checksum.algorithm",
        "File.format",
        "Distribution.format",
        "Distribution.mediaType",
        "Modality.classification",
    ]
)
"""Fields whose values are addresses of terms of a list; claims hold the term's local name."""


def _key(each: ProfileField) -> Key:
    path = "/".join(each.name.split("."))
    if each.kind is ValueKind.NOT_PROVENANCE:
        return Key(path, Treatment.NOT_PROVENANCE, each.note)
    if each.kind is ValueKind.STATED:
        return Key(path, Treatment.NOT_READ, "kept as stated")
    text = f"`{shorten(each.term)}`" if each.term else each.note
    coded = each.kind is ValueKind.LANGUAGE or each.name in _CODED
    return Key(path, Treatment.READ, text or "a part of what points to it", coded=coded)


KEYS = KeyTable(
    (
        Key("context", Treatment.NOT_PROVENANCE, "what the names mean"),
        Key("context/**", Treatment.NOT_PROVENANCE, "what the names mean"),
        Key("*/@id", Treatment.NOT_PROVENANCE, "the name of a node that the document describes"),
        Key("*/type", Treatment.NOT_PROVENANCE, "the class of a node"),
        *(_key(each) for each in (*FIELDS, *OF_DCAT)),
        Key("MachineLearningModel/prov:wasDerivedFrom", Treatment.READ, "`prov:wasDerivedFrom`"),
        Key(
            "Concept/**",
            Treatment.NOT_PROVENANCE,
            "a term of a code list, which is named by its IRI",
        ),
    )
)
