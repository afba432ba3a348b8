"""Key table of CycloneDX 1.4 to 1.7; shared by the reader and the writer.

The first step of a key names the element that has it: ``bom`` (the document), ``model``, ``data``
(a component of data), ``dataset`` (one dataset of a component or model card), ``relative`` (in a
pedigree), ``part`` (any other component).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDFS, SCHEMA
from provenance_graph.formats.coverage import Key, KeyTable, coded, later, read, skip, text

MODEL = "machine-learning-model"

LINKS: Mapping[str, Iri] = MappingProxyType(
    {
        "website": PG.homepage,
        "vcs": PG.codeRepository,
        "model-card": PG.modelCard,
        "distribution": PG.weightsLocation,
        "documentation": RDFS.seeAlso,
    }
)
"""Types of external references, and the property of each."""

PARAMETERS: Mapping[str, Iri] = MappingProxyType(
    {
        "task": PG.task,
        "architectureFamily": PG.architectureFamily,
        "modelArchitecture": PG.architectureClass,
    }
)
"""Texts among a model card's parameters, and the property of each."""

MWH: Mapping[str, Decimal] = MappingProxyType(
    {"kwh": Decimal("0.001"), "mwh": Decimal(1), "gwh": Decimal(1000), "wh": Decimal("0.000001")}
)
TONNES: Mapping[str, Decimal] = MappingProxyType(
    {"tco2eq": Decimal(1), "kgco2eq": Decimal("0.001"), "gco2eq": Decimal("0.000001")}
)

ENERGY: Mapping[str, Iri] = MappingProxyType(
    {
        "training": PG.trainingEnergyMWh,
        "fine-tuning": PG.fineTuningEnergyMWh,
        "inference": PG.inferenceEnergyMWh,
    }
)
"""Activities whose energy has a property."""

STAGES: Mapping[str, Iri] = MappingProxyType(
    {
        "pretraining": PG.pretrainedOn,
        "training": PG.trainedOn,
        "finetuning": PG.finetunedOn,
        "sft": PG.finetunedOn,
        "instructiontuning": PG.finetunedOn,
        "preference": PG.preferenceTrainedOn,
        "alignment": PG.preferenceTrainedOn,
        "dpo": PG.preferenceTrainedOn,
        "validation": PG.validatedOn,
        "evaluation": PG.testedOn,
        "testing": PG.testedOn,
        "test": PG.testedOn,
    }
)
"""Training stages named in properties of datasets, and the use of the data in each."""

HELD_OUT = frozenset({PG.validatedOn, PG.testedOn})
"""Uses of data other than training."""

INCOMPLETE = (
    "incomplete",
    "incomplete_first_party_only",
    "incomplete_first_party_proprietary_only",
    "incomplete_first_party_opensource_only",
    "incomplete_third_party_only",
    "incomplete_third_party_proprietary_only",
    "incomplete_third_party_opensource_only",
)

RELATIVES = ("ancestors", "descendants", "variants")
"""The relatives in a pedigree, each with a pedigree that may name more."""

_PERSON = "a person or an address, kept out of the graph"
_INSIDE = "a name inside the document"
_HOW = "distinguishes two documents about one subject"


def _described(role: str) -> tuple[Key, ...]:
    """Rows for the keys that a model and a component of data share."""
    card = "the class and name of the subject"
    return (
        *coded(card, f"{role}/type"),
        *read(card, f"{role}/name", f"{role}/group", f"{role}/purl"),
        *read("`pg:ModelVersion`, or the version of a dataset", f"{role}/version"),
        *skip(_INSIDE, f"{role}/bom-ref", f"{role}/modelCard/bom-ref"),
        *text(SCHEMA.description, f"{role}/description"),
        *text(PG.copyrightText, f"{role}/copyright"),
        *read("`dcterms:creator`", f"{role}/manufacturer/name", f"{role}/publisher",
              f"{role}/authors/name", f"{role}/author"),
        *read("`pg:suppliedBy`", f"{role}/supplier/name"),
        *skip(_PERSON, f"{role}/manufacturer/**", f"{role}/supplier/**", f"{role}/authors/**"),
        *read("`dcterms:license`", f"{role}/licenses/license/id", f"{role}/licenses/license/name",
              f"{role}/licenses/license/url", f"{role}/licenses/expression"),
        *coded("a concluded licence is an inference", f"{role}/licenses/license/acknowledgement",
               f"{role}/licenses/acknowledgement"),
        *coded("the licence's text, as stated", f"{role}/licenses/license/text",
               f"{role}/licenses/license/text/content"),
        *skip("how the licence's text is written", f"{role}/licenses/license/text/**"),
        *skip(_INSIDE, f"{role}/licenses/license/bom-ref",
              f"{role}/licenses/bom-ref"),
        *read("`pg:Artifact` with `pg:digest`", f"{role}/hashes/alg", f"{role}/hashes/content"),
        *coded("a link, by its type and host", f"{role}/externalReferences/type"),
        *read("a link, by its type and host", f"{role}/externalReferences/url"),
        *read("`pg:digest` of the file linked", f"{role}/externalReferences/hashes/**"),
        *coded("by the name: a property, else as stated", f"{role}/properties/name",
               f"{role}/modelCard/properties/name"),
        *read("by the name: a property, else as stated", f"{role}/properties/value",
              f"{role}/modelCard/properties/value"),
        *coded("by the tag: base model, dataset, paper, licence, language, library, else as stated",
              f"{role}/tags"),
        *read("`dcterms:issued`", f"{role}/releaseNotes/timestamp"),
        *skip("a picture", f"{role}/releaseNotes/featuredImage", f"{role}/releaseNotes/socialImage"),
        *later(f"{role}/releaseNotes/**", f"{role}/externalReferences/**", f"{role}/swid/**",
               f"{role}/licenses/**", f"{role}/cpe", f"{role}/swhid", f"{role}/omniborId",
               f"{role}/patentAssertions/**", f"{role}/versionRange", f"{role}/isExternal",
               f"{role}/evidence/**", f"{role}/pedigree/commits/**", f"{role}/pedigree/patches/**",
               f"{role}/pedigree/notes", f"{role}/signature/**", f"{role}/modified"),
        *skip("how the component is used in a system", f"{role}/scope", f"{role}/mime-type"),
        *skip("cryptographic assets", f"{role}/cryptoProperties/**"),
    )  # fmt: skip


_MODEL = (
    *_described("model"),
    *read(
        "`pg:task`, `pg:architectureFamily`, `pg:architectureClass`",
        *(f"model/modelCard/modelParameters/{key}" for key in PARAMETERS),
    ),
    *text(PG.learningApproach, "model/modelCard/modelParameters/approach/type"),
    *read(
        "`pg:inputModality`, `pg:outputModality`",
        "model/modelCard/modelParameters/inputs/format",
        "model/modelCard/modelParameters/outputs/format",
    ),
    *read(
        "`pg:EvaluationResult`; a score without a benchmark as stated",
        "model/modelCard/quantitativeAnalysis/performanceMetrics/**",
    ),
    *skip("a picture of results", "model/modelCard/quantitativeAnalysis/graphics/**"),
    *text(PG.intendedUse, "model/modelCard/considerations/useCases"),
    *text(PG.knownLimitation, "model/modelCard/considerations/technicalLimitations"),
    *coded(
        "energy and carbon by activity; others as stated",
        "model/modelCard/considerations/environmentalConsiderations/energyConsumptions/activity",
        "model/modelCard/considerations/environmentalConsiderations/energyConsumptions/activityEnergyCost/*",
        "model/modelCard/considerations/environmentalConsiderations/energyConsumptions/co2CostEquivalent/*",
    ),
    *later(
        "model/modelCard/considerations/environmentalConsiderations/**",
        "model/modelCard/considerations/users",
        "model/modelCard/considerations/performanceTradeoffs",
        "model/modelCard/considerations/ethicalConsiderations/**",
        "model/modelCard/considerations/fairnessAssessments/**",
    ),
)

_DATASET = (
    *coded("a `pg:Dataset`, and that the model was trained on it", "dataset/ref", "dataset/type"),
    *read(
        "a `pg:Dataset`, and that the model was trained on it",
        "dataset/name",
        "dataset/contents/url",
    ),
    *skip(_INSIDE, "dataset/bom-ref"),
    *text(SCHEMA.description, "dataset/description"),
    *text(PG.confidentialityLevel, "dataset/classification"),
    *text(PG.usesSensitiveData, "dataset/sensitiveData"),
    *read(
        "`pg:dataGovernance`; an owner that is an organization also as `dcterms:creator`",
        "dataset/governance/owners/organization/name",
        "dataset/governance/owners/contact/name",
        "dataset/governance/custodians/organization/name",
        "dataset/governance/custodians/contact/name",
        "dataset/governance/stewards/organization/name",
        "dataset/governance/stewards/contact/name",
    ),
    *skip(_PERSON, "dataset/governance/**"),
    *coded("by the name: a property, else as stated", "dataset/contents/properties/name"),
    *read("by the name: a property, else as stated", "dataset/contents/properties/value"),
    *skip("a picture", "dataset/graphics/**"),
    *skip("the data themselves", "dataset/contents/attachment/**"),
)

_RELATIVE = (
    *coded("a model, and the derivation", "relative/type"),
    *read("a model, and the derivation", "relative/name", "relative/group", "relative/purl"),
    *skip(_INSIDE, "relative/bom-ref"),
    *read("`pg:ModelVersion`", "relative/version"),
    *read(
        "`dcterms:creator`",
        "relative/manufacturer/name",
        "relative/publisher",
        "relative/authors/name",
        "relative/author",
    ),
    *read(
        "`dcterms:license`",
        "relative/licenses/license/id",
        "relative/licenses/license/name",
        "relative/licenses/license/url",
        "relative/licenses/expression",
    ),
    *coded("the licence's text, as stated", "relative/licenses/license/text/content"),
    *text(SCHEMA.description, "relative/description"),
    *later("relative/**"),
)

_BOM = (
    *read("the version of the standard", "bom/specVersion"),
    *skip("that it is CycloneDX", "bom/$schema", "bom/bomFormat"),
    *read(_HOW, "bom/serialNumber", "bom/version"),
    *read("the record's publisher", "bom/metadata/manufacturer/name"),
    *skip("who made the document; without a manufacturer, the first of them is the publisher",
          "bom/metadata/supplier/name", "bom/metadata/manufacture/name",
          "bom/metadata/authors/name"),
    *read("the licence of the record", "bom/metadata/licenses/license/id",
          "bom/metadata/licenses/license/name", "bom/metadata/licenses/expression"),
    *skip("what else is said of the document's own licence", "bom/metadata/licenses/**"),
    *skip("which program wrote the document, its publisher where nobody else is named", "bom/metadata/tools/**", "bom/metadata/lifecycles/**"),
    *skip("the day of the document, not of the model", "bom/metadata/timestamp"),
    *skip(_PERSON, "bom/metadata/manufacturer/**", "bom/metadata/supplier/**",
          "bom/metadata/manufacture/**", "bom/metadata/authors/**"),
    *coded("what a model needs, and models it uses", "bom/dependencies/ref",
          "bom/dependencies/dependsOn"),
    *coded("whether the lineage stated is all of it", "bom/compositions/aggregate",
          "bom/compositions/assemblies", "bom/compositions/dependencies"),
    *read("`pg:vulnerability` of what it affects", "bom/vulnerabilities/id"),
    *coded("`pg:vulnerability` of what it affects", "bom/vulnerabilities/affects/ref"),
    *coded("as stated of the component that the document is about", "bom/metadata/properties/name",
           "bom/properties/name"),
    *read("as stated of the component that the document is about", "bom/metadata/properties/value",
          "bom/properties/value", "bom/externalReferences/type", "bom/externalReferences/url"),
    *skip("services, which are neither models nor data", "bom/services/**"),
    *skip("in which order the parts of a run follow, and how its storage is attached",
          *(f"bom/formulation/workflows/{below}{key}" for below in ("", "tasks/")
            for key in ("runtimeTopology/**", "taskDependencies/**",
                        "workspaces/volume/persistent", "workspaces/volume/remote"))),
    *coded("`pg:TrainingStage` of the model put out, with what went in",
           "bom/formulation/workflows/bom-ref", "bom/formulation/workflows/uid",
           "bom/formulation/workflows/tasks/bom-ref", "bom/formulation/workflows/tasks/uid",
           *(f"bom/formulation/workflows/{below}{key}/resource/ref"
             for below in ("", "tasks/") for key in ("inputs", "outputs"))),
    *read("`pg:TrainingStage` of the model put out, where data went in or it calls itself training; "
          "else as stated of that model", "bom/formulation/workflows/**"),
    *later("bom/vulnerabilities/**", "bom/annotations/**", "bom/citations/**",
           "bom/compositions/**", "bom/dependencies/provides", "bom/formulation/**",
           "bom/declarations/**", "bom/definitions/**", "bom/signature/**",
           "bom/externalReferences/**", "bom/metadata/distributionConstraints/**"),
)  # fmt: skip

_PART = (
    *skip(
        "neither a model nor data; its name, version and digests are taken where a model depends "
        "on it or holds it as a file",
        "part/**",
    ),
)

KEYS = KeyTable((*_BOM, *_MODEL, *_described("data"), *_DATASET, *_RELATIVE, *_PART))
