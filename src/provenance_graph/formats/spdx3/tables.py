"""Tables of the SPDX 3 terms that are read, and of the AI profile's requirements."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from provenance_graph.core.claims import Basis, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

AI, DATASET, PACKAGE = "ai_AIPackage", "dataset_DatasetPackage", "software_Package"
PREFIXES = ("software_", "ai_", "dataset_", "simplelicensing_", "expandedlicensing_")

NOTHING: Mapping[str, Stance] = MappingProxyType(
    {
        "NoneElement": Stance.DECLARED_EMPTY,
        "NoneLicense": Stance.DECLARED_EMPTY,
        "NoAssertionElement": Stance.NOT_STATED,
        "NoAssertionLicense": Stance.NOT_STATED,
    }
)
"""The individuals that stand for no element as a relationship's target, by local name."""

REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        AI: (
            "suppliedBy",
            "software_downloadLocation",
            "software_packageVersion",
            "software_primaryPurpose",
            "releaseTime",
        ),
        DATASET: (
            "originatedBy",
            "software_downloadLocation",
            "software_primaryPurpose",
            "releaseTime",
            "builtTime",
            "dataset_datasetType",
        ),
    }
)
"""Properties that the profiles require of their packages and the shipped SHACL does not check."""

PREFIXED: Mapping[str, str] = MappingProxyType(
    {
        name: f"{prefix}_{name}"
        for prefix, terms in {
            "software": (
                "packageVersion",
                "downloadLocation",
                "packageUrl",
                "homePage",
                "primaryPurpose",
                "additionalPurpose",
                "copyrightText",
                "sourceInfo",
                "attributionText",
                "contentIdentifier",
                "sbomType",
            ),
            "ai": (
                "autonomyType",
                "domain",
                "energyConsumption",
                "hyperparameter",
                "informationAboutApplication",
                "informationAboutTraining",
                "limitation",
                "metric",
                "metricDecisionThreshold",
                "modelDataPreprocessing",
                "modelExplainability",
                "safetyRiskAssessment",
                "standardCompliance",
                "typeOfModel",
                "useSensitivePersonalInformation",
                "trainingEnergyConsumption",
                "finetuningEnergyConsumption",
                "inferenceEnergyConsumption",
                "energyQuantity",
                "energyUnit",
            ),
            "dataset": (
                "anonymizationMethodUsed",
                "confidentialityLevel",
                "dataCollectionProcess",
                "dataPreprocessing",
                "datasetAvailability",
                "datasetNoise",
                "datasetSize",
                "datasetType",
                "datasetUpdateMechanism",
                "hasSensitivePersonalInformation",
                "intendedUse",
                "knownBias",
                "sensor",
            ),
        }.items()
        for name in terms
    }
)
"""Terms that the context prefixes and that converters write without the prefix."""

PURPOSES = frozenset(
    [
        "application",
        "archive",
        "bom",
        "configuration",
        "container",
        "data",
        "device",
        "deviceDriver",
        "diskImage",
        "documentation",
        "evidence",
        "executable",
        "file",
        "filesystemImage",
        "firmware",
        "framework",
        "install",
        "library",
        "manifest",
        "model",
        "module",
        "operatingSystem",
        "other",
        "patch",
        "platform",
        "requirement",
        "source",
        "specification",
        "test",
    ]
)

HYPERPARAMETERS: Mapping[str, Iri] = MappingProxyType(
    {
        "num_parameters": PG.parameterCount,
        "parameter_count": PG.parameterCount,
        "hidden_size": PG.hiddenSize,
        "num_hidden_layers": PG.layerCount,
        "num_attention_heads": PG.attentionHeadCount,
        "num_key_value_heads": PG.keyValueHeadCount,
        "intermediate_size": PG.feedForwardSize,
        "vocab_size": PG.vocabularySize,
        "max_position_embeddings": PG.contextLength,
    }
)
"""Hyperparameters by their names in configurations, where they have a property of this graph."""

LICENSES: Mapping[str, Basis | None] = MappingProxyType(
    {"hasDeclaredLicense": None, "hasConcludedLicense": Basis.INFERENCE}
)
DATA: Mapping[str, tuple[Iri, ...]] = MappingProxyType(
    {
        "trainedOn": (PG.trainedOn,),
        "testedOn": (PG.testedOn,),
        "validatedOn": (PG.validatedOn,),
        "pretrainedOn": (PG.trainedOn, PG.pretrainedOn),
        "finetunedOn": (PG.trainedOn, PG.finetunedOn),
        "evaluatedOn": (PG.testedOn,),
    }
)
"""Relationships to data: those of 3.0.1, and those that 3.1 distinguishes."""
DEPENDS = frozenset(
    (
        "dependsOn",
        "hasOptionalDependency",
        "hasOptionalComponent",
        "hasPrerequisite",
        "hasProvidedDependency",
        "hasStaticLink",
        "hasDynamicLink",
    )
)
FILES = frozenset(("contains", "hasDistributionArtifact", "hasDataFile"))
RELATIONSHIPS = frozenset(
    [
        "affects",
        "amendedBy",
        "ancestorOf",
        "availableFrom",
        "configures",
        "contains",
        "coordinatedBy",
        "copiedTo",
        "delegatedTo",
        "dependsOn",
        "descendantOf",
        "describes",
        "doesNotAffect",
        "expandsTo",
        "exploitCreatedBy",
        "fixedBy",
        "fixedIn",
        "foundBy",
        "generates",
        "hasAddedFile",
        "hasAssessmentFor",
        "hasAssociatedVulnerability",
        "hasConcludedLicense",
        "hasDataFile",
        "hasDeclaredLicense",
        "hasDeletedFile",
        "hasDependencyManifest",
        "hasDistributionArtifact",
        "hasDocumentation",
        "hasDynamicLink",
        "hasEvidence",
        "hasExample",
        "hasHost",
        "hasInput",
        "hasMetadata",
        "hasOptionalComponent",
        "hasOptionalDependency",
        "hasOutput",
        "hasPrerequisite",
        "hasProvidedDependency",
        "hasRequirement",
        "hasSpecification",
        "hasStaticLink",
        "hasTest",
        "hasTestCase",
        "hasVariant",
        "invokedBy",
        "modifiedBy",
        "other",
        "packagedBy",
        "patchedBy",
        "publishedBy",
        "reportedBy",
        "republishedBy",
        "serializedInArtifact",
        "testedOn",
        "trainedOn",
        "underInvestigationFor",
        "usesTool",
        "pretrainedOn",
        "finetunedOn",
        "evaluatedOn",
        "validatedOn",
        "conformsTo",
        "createdBy",
        "follows",
        "hasContactPoint",
        "hasResolution",
        "implementedBy",
        "tracedToDetail",
        "verifiedBy",
    ]
)
"""The relationship types of SPDX 3.0.1, followed by those that 3.1 adds."""

ENERGY: Mapping[str, Iri] = MappingProxyType(
    {
        "ai_trainingEnergyConsumption": PG.trainingEnergyMWh,
        "ai_finetuningEnergyConsumption": PG.fineTuningEnergyMWh,
        "ai_inferenceEnergyConsumption": PG.inferenceEnergyMWh,
    }
)
ENERGY_UNITS: Mapping[str, Decimal] = MappingProxyType(
    {"kilowatthour": Decimal("0.001"), "megajoule": Decimal(1) / Decimal(3600)}
)
