"""Key table of SPDX 3.0.1: every property, by the role of the element that has it.

``model`` is an ``ai_AIPackage``, ``data`` a ``dataset_DatasetPackage``, ``package`` a software
package, ``file`` a ``software_File``; ``document``, ``sbom``, ``agent``, ``licence``,
``relationship``, ``build``, ``vulnerability``, ``assessment``, ``annotation`` and ``other`` are the
elements of these names.
"""

from __future__ import annotations

from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats.coverage import Key, KeyTable, coded, later, read, skip, text

_INSIDE = "a name inside the document"
_WHO = "when and by whom the element was written down"
_CLASS = "the class of a part"


def _element(kind: str) -> tuple[Key, ...]:
    """Rows for the keys of every element."""
    return (
        *skip(_INSIDE, f"{kind}/spdxId", f"{kind}/@id"),
        *skip(_WHO, f"{kind}/creationInfo", f"{kind}/creationInfo/**"),
    )


def _package(kind: str) -> tuple[Key, ...]:
    """Rows for the keys that AI packages and dataset packages share."""
    return (
        *_element(kind),
        *coded("the class of the subject", f"{kind}/type"),
        *read("the name of the subject", f"{kind}/name"),
        *text(SCHEMA.description, f"{kind}/description", f"{kind}/summary"),
        *read("`pg:ModelVersion`, or the version of a dataset", f"{kind}/software_packageVersion"),
        *read("a link: the Hub's repository with its revision, download or home page",
              f"{kind}/software_packageUrl", f"{kind}/software_downloadLocation",
              f"{kind}/software_homePage"),
        *read("`dcterms:creator`, else the supplier, but of a repository only its owner", f"{kind}/originatedBy"),
        *read("`pg:suppliedBy`", f"{kind}/suppliedBy"),
        *skip("written in place, the agent's name is read", f"{kind}/originatedBy/**",
              f"{kind}/suppliedBy/**"),
        *read("`dcterms:issued`, `dcterms:created`", f"{kind}/releaseTime", f"{kind}/builtTime"),
        *read("`pg:Artifact` with `pg:digest`", f"{kind}/verifiedUsing/algorithm",
              f"{kind}/verifiedUsing/hashValue"),
        *skip(_CLASS, f"{kind}/*/type", f"{kind}/*/*/type"),
        *text(PG.copyrightText, f"{kind}/software_copyrightText"),
        *text(PG.standardCompliance, f"{kind}/standardName"),
        *read("`dcterms:license`; SPDX 2's key, reported", f"{kind}/licenseDeclared"),
        *coded("the class of the subject says it; another word than model or data is a problem",
               f"{kind}/software_primaryPurpose"),
        *text(DCTERMS.identifier,
              f"{kind}/software_contentIdentifier/software_contentIdentifierValue"),
        *later(f"{kind}/comment", f"{kind}/software_additionalPurpose", f"{kind}/software_sourceInfo",
               f"{kind}/software_attributionText", f"{kind}/software_contentIdentifier/**",
               f"{kind}/externalIdentifier/**", f"{kind}/externalRef/**", f"{kind}/validUntilTime",
               f"{kind}/supportLevel", f"{kind}/verifiedUsing/**", f"{kind}/extension/**"),
    )  # fmt: skip


_MODEL = (
    *_package("model"),
    *text(PG.applicationDomain, "model/ai_domain"),
    *text(PG.autonomyType, "model/ai_autonomyType"),
    *text(PG.usesSensitiveData, "model/ai_useSensitivePersonalInformation"),
    *text(PG.trainingInformation, "model/ai_informationAboutTraining"),
    *text(PG.intendedUse, "model/ai_informationAboutApplication"),
    *text(PG.knownLimitation, "model/ai_limitation"),
    *text(PG.dataPreprocessing, "model/ai_modelDataPreprocessing"),
    *text(PG.explainability, "model/ai_modelExplainability"),
    *text(PG.safetyRisk, "model/ai_safetyRiskAssessment"),
    *text(PG.standardCompliance, "model/ai_standardCompliance"),
    *read("`pg:architectureFamily`", "model/ai_typeOfModel"),
    *coded("by the name: a property, else `pg:hyperparameter`", "model/ai_hyperparameter/key"),
    *read("by the name: a property, else `pg:hyperparameter`", "model/ai_hyperparameter/value"),
    *read(
        "`pg:EvaluationResult`; a score without a benchmark as stated",
        "model/ai_metric/key",
        "model/ai_metric/value",
    ),
    *read(
        "`pg:decisionThreshold`",
        "model/ai_metricDecisionThreshold/key",
        "model/ai_metricDecisionThreshold/value",
    ),
    *read(
        "energy of training, fine-tuning and inference, apart",
        "model/ai_energyConsumption/*/ai_energyQuantity",
        "model/ai_energyConsumption/*/ai_energyUnit",
    ),
    *later("model/software_artifactSize"),
)

_DATA = (
    *_package("data"),
    *text(PG.dataType, "data/dataset_datasetType"),
    *read(
        "`pg:byteSize`; SPDX 3.1's name beside 3.0's",
        "data/dataset_datasetSize",
        "data/software_artifactSize",
    ),
    *text(PG.dataAvailability, "data/dataset_datasetAvailability"),
    *text(PG.confidentialityLevel, "data/dataset_confidentialityLevel"),
    *text(PG.collectionProcess, "data/dataset_dataCollectionProcess"),
    *text(PG.dataPreprocessing, "data/dataset_dataPreprocessing"),
    *text(PG.anonymizationMethod, "data/dataset_anonymizationMethodUsed"),
    *text(PG.usesSensitiveData, "data/dataset_hasSensitivePersonalInformation"),
    *text(PG.intendedUse, "data/dataset_intendedUse"),
    *text(PG.knownBias, "data/dataset_knownBias"),
    *text(PG.dataNoise, "data/dataset_datasetNoise"),
    *text(PG.updateMechanism, "data/dataset_datasetUpdateMechanism"),
    *read("`pg:dataSensor`", "data/dataset_sensor/key", "data/dataset_sensor/value"),
)

_FILE = (
    *_element("file"),
    *coded("`pg:Artifact` of the package that contains it", "file/type"),
    *read("`pg:Artifact` of the package that contains it", "file/name"),
    *read("`pg:digest`", "file/verifiedUsing/algorithm", "file/verifiedUsing/hashValue"),
    *text(PG.fileFormat, "file/contentType"),
    *text(SCHEMA.description, "file/description", "file/summary"),
    *text(PG.copyrightText, "file/software_copyrightText"),
    *read("`dcterms:issued`, `dcterms:created`", "file/releaseTime", "file/builtTime"),
    *read("`dcterms:creator`", "file/originatedBy"),
    *skip(_CLASS, "file/*/type"),
    *later("file/**"),
)

_AROUND = (
    *skip("what the names mean", "context", "context/**"),
    *_element("document"),
    *read("the title of the record", "document/name"),
    *read("the licence of the record", "document/dataLicense"),
    *skip("what the document is and holds", "document/type", "document/rootElement",
          "document/element", "document/profileConformance", "document/specVersion",
          "document/namespaceMap/**", "document/import/type", "sbom/**"),
    *coded("an element of another document, where a relationship leads to it",
           "document/import/externalSpdxId"),
    *read("the address of that element", "document/import/locationHint"),
    *later("document/**"),
    *skip("when and by whom the document was written", "info/**"),
    *_element("agent"),
    *read("the name of a maker, a supplier, or the record's publisher", "agent/name"),
    *skip("an address or a class of an agent", "agent/**"),
    *read("`dcterms:license`", "licence/expandedlicensing_member",
          "licence/simplelicensing_licenseExpression",
          "licence/simplelicensing_licenseText", "licence/name", "licence/expandedlicensing_seeAlso"),
    *read("as stated of what is under the licence", "licence/comment", "licence/description",
          "licence/summary"),
    *skip(_CLASS, "licence/simplelicensing_customIdToUri/type"),
    *read("as stated of what is under the licence", "licence/simplelicensing_customIdToUri/**"),
    *skip("about the licence, not about a model", "licence/**"),
    *skip("it is tied to no model and no dataset", "unconnected/**"),
    *_element("relationship"),
    *coded("a claim by its type; one without a property as stated", "relationship/from",
          "relationship/to", "relationship/relationshipType"),
    *coded("what is stated is not all of it", "relationship/completeness"),
    *skip(_CLASS, "relationship/type"),
    *later("relationship/**"),
    *_element("build"),
    *skip(_CLASS, "build/type", "build/*/type"),
    *read("as stated of what was built; its inputs and parameters by themselves", "build/**"),
    *_element("vulnerability"),
    *read("`pg:vulnerability` of what it affects", "vulnerability/name"),
    *later("vulnerability/**"),
    *_element("assessment"),
    *coded("`pg:vulnerability` of what is affected", "assessment/from", "assessment/to",
          "assessment/relationshipType"),
    *later("assessment/**"),
    *_element("annotation"),
    *read("as stated of its subject", "annotation/subject", "annotation/statement"),
    *later("annotation/**"),
    *skip("software, neither a model nor data; the links and licence of an AI package's twin are "
          "taken, the name of what a model depends on, and the address of code that generates one",
          "package/**"),
    *later("other/**"),
)  # fmt: skip

KEYS = KeyTable((*_MODEL, *_DATA, *_FILE, *_AROUND))
