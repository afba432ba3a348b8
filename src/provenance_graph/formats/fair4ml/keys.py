"""Key table of FAIR4ML 0.1 with schema.org and CodeMeta.

Keys are expanded: schema.org's have no prefix, others have ``fair4ml:`` or ``codemeta:``. The first
step is ``model`` for a model, ``extraction`` for MLentory's notes on how it found a value, ``node``
for a node that a model references, ``other`` for a node that none references.
"""

from __future__ import annotations

from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats.coverage import Key, KeyTable, coded, later, read, skip, text

_CLASS = "the class of a part"


def _each(*keys: str) -> tuple[str, ...]:
    """Paths of a key as a plain value, and as a node with a name, an address or an id."""
    return tuple(f"model/{key}{below}" for key in keys for below in ("", "/name", "/@id", "/url"))


_DATA_KEYS = ("trainedOn", "testedOn", "evaluatedOn", "validatedOn")
_READ: tuple[Key, ...] = (
    *skip("that it is a model", "model/@type"),
    *skip(_CLASS, "model/*/@type", "model/*/*/@type"),
    *skip("the language of a text", "model/*/@language", "model/*/*/@language"),
    *skip("what the keys mean", "context", "context/**"),
    *read("which model it is", "model/@id",
          *_each("name", "identifier", "url", "archivedAt", "sameAs")),
    *text(SCHEMA.description, "model/description"),
    *read("`dcterms:creator`", *_each("author", "creator")),
    *read("`pg:suppliedBy`", *_each("fair4ml:sharedBy", "publisher")),
    *read("`dcterms:license`", *_each("license")),
    *read("`dcterms:issued`, `dcterms:created`, `dcterms:modified`", "model/datePublished",
          "model/dateCreated", "model/dateModified"),
    *read("`schema:version`", "model/version"),
    *read("`pg:task`, `pg:architectureClass`, `dcterms:language`, `pg:minimumHardware`",
          *_each("fair4ml:mlTask", "fair4ml:modelCategory", "inLanguage",
                 "processorRequirements")),
    *read("`pg:codeRepository`, `pg:paper`, `pg:modelCard`",
          *_each("codeRepository", "citation", "codemeta:referencePublication",
                 "codemeta:readme")),
    *read("`pg:trainedOn`, `pg:testedOn`, `pg:validatedOn`",
          *_each("fair4ml:trainedOn", "fair4ml:testedOn", "fair4ml:evaluatedOn",
                 "fair4ml:validatedOn")),
    *read("`dcterms:license` of the dataset",
          *(f"model/fair4ml:{key}/license{below}" for key in _DATA_KEYS
            for below in ("", "/name", "/@id", "/url"))),
    *read("`pg:fineTunedFrom`; a text that names no model as stated",
          *_each("fair4ml:fineTunedFrom")),
    *read("`pg:trainingCO2eTonnes`", "model/fair4ml:hasCO2eEmissions",
          "model/fair4ml:hasCO2eEmissions/value", "model/fair4ml:hasCO2eEmissions/unitText",
          "model/fair4ml:hasCO2eEmissions/unitCode"),
    *coded("`pg:EvaluationResult`; a score without a benchmark as stated",
           "model/fair4ml:hasEvaluation/fair4ml:evaluationMetrics"),
    *read("`pg:EvaluationResult`; a score without a benchmark as stated",
          "model/fair4ml:hasEvaluation/**", "model/fair4ml:hasEvaluation"),
    *read("`pg:minimumMemoryGB`", "model/memoryRequirements", "model/memoryRequirements/value",
          "model/memoryRequirements/unitText", "model/memoryRequirements/unitCode"),
    *read("`pg:softwareDependency`, and `pg:framework` for the known ones",
          *_each("softwareRequirements", "codemeta:softwareRequirements"),
          "model/softwareRequirements/version", "model/softwareRequirements/softwareVersion"),
    *read("`pg:Artifact` with `pg:digest`, `pg:byteSize`, `pg:fileFormat`",
          *(f"model/{role}/{key}" for role in ("distribution", "encoding")
            for key in ("contentUrl", "contentUrl/@id", "url", "name", "sha256", "md5", "contentSize",
                        "encodingFormat"))),
)  # fmt: skip

KEYS = KeyTable(
    (
        *_READ,
        *text(PG.intendedUse, "model/fair4ml:intendedUse"),
        *text(PG.knownLimitation, "model/fair4ml:modelRisksBiasLimitations"),
        *text(PG.copyrightText, "model/copyrightNotice"),
        *later(
            "model/fair4ml:usageInstructions", "model/fair4ml:codeSampleSnippet",
            "model/fair4ml:ethicalSocial", "model/fair4ml:legal", "model/keywords",
            "model/storageRequirements", "model/operatingSystem", "model/conditionsOfAccess",
            "model/contributor", "model/contributor/**", "model/maintainer",
            "model/maintainer/**", "model/funding", "model/funding/**", "model/funder",
            "model/funder/**", "model/discussionUrl", "model/copyrightHolder",
            "model/copyrightHolder/**", "model/releaseNotes", "model/runtimePlatform",
            "model/programmingLanguage", "model/isPartOf", "model/isPartOf/**",
            "model/isAccessibleForFree",
            "model/codemeta:issueTracker", "model/codemeta:developmentStatus",
            "model/codemeta:buildInstructions", "model/metrics", "model/audience",
            "model/author/**", "model/creator/**", "model/license/**",
        ),
        *read("the record's publisher", "model/sdPublisher", "model/sdPublisher/name"),
        *read("a parent; its `additionalType` says how it was derived",
              *_each("isBasedOn"), "model/isBasedOn/additionalType"),
        *skip("whom to credit, and the mark of an export of this graph", "model/creditText"),
        *coded("the confidence of the claims", "extraction/confidence"),
        *skip("how and when MLentory took the value; an inferred one makes an Inference", "extraction/**"),
        *skip("the class of a node", "node/@type", "node/*/@type"),
        *read("a dataset, parent or person to which a model points", "node/@id", "node/url",
              "node/name", "node/license", "node/license/@id", "node/license/name"),
        *later("node/**"),
        *skip("a node that is no model, and to which none points", "other/**"),
    )
)  # fmt: skip
