"""Tables of SPDX 3.0.1: the field of each property, the allowed words, the reasons for losses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph.core import terms
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger
from provenance_graph.formats.spdx3 import tables

CONTEXTS: Mapping[str, str] = {
    version: f"https://spdx.org/rdf/{version}/spdx-context.jsonld" for version in ("3.0.1", "3.1")
}
NO_ASSERTION = "NOASSERTION"
NO_LICENCE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
INFO = "_:creationInfo"
HYPERPARAMETERS: Mapping[Iri, str] = {
    PG.parameterCount: "num_parameters",
    PG.hiddenSize: "hidden_size",
    PG.layerCount: "num_hidden_layers",
    PG.attentionHeadCount: "num_attention_heads",
    PG.keyValueHeadCount: "num_key_value_heads",
    PG.feedForwardSize: "intermediate_size",
    PG.vocabularySize: "vocab_size",
    PG.contextLength: "max_position_embeddings",
}
MODEL_TEXTS: Mapping[Iri, tuple[str, bool]] = {
    PG.applicationDomain: ("ai_domain", True),
    PG.trainingInformation: ("ai_informationAboutTraining", False),
    PG.intendedUse: ("ai_informationAboutApplication", False),
    PG.knownLimitation: ("ai_limitation", False),
    PG.dataPreprocessing: ("ai_modelDataPreprocessing", True),
    PG.explainability: ("ai_modelExplainability", True),
    PG.standardCompliance: ("ai_standardCompliance", True),
    PG.usesSensitiveData: ("ai_useSensitivePersonalInformation", False),
    PG.safetyRisk: ("ai_safetyRiskAssessment", False),
    PG.autonomyType: ("ai_autonomyType", False),
}
"""Texts of AI packages, and whether several are allowed."""
DATA_TEXTS: Mapping[Iri, tuple[str, bool]] = {
    PG.collectionProcess: ("dataset_dataCollectionProcess", False),
    PG.dataPreprocessing: ("dataset_dataPreprocessing", True),
    PG.anonymizationMethod: ("dataset_anonymizationMethodUsed", True),
    PG.intendedUse: ("dataset_intendedUse", False),
    PG.knownBias: ("dataset_knownBias", True),
    PG.dataNoise: ("dataset_datasetNoise", False),
    PG.updateMechanism: ("dataset_datasetUpdateMechanism", False),
    PG.dataType: ("dataset_datasetType", True),
    PG.dataAvailability: ("dataset_datasetAvailability", False),
    PG.confidentialityLevel: ("dataset_confidentialityLevel", False),
    PG.usesSensitiveData: ("dataset_hasSensitivePersonalInformation", False),
}
_PRESENCE = frozenset(("yes", "no"))
WORDS: Mapping[str, frozenset[str]] = {
    "ai_useSensitivePersonalInformation": _PRESENCE,
    "ai_autonomyType": _PRESENCE,
    "ai_safetyRiskAssessment": frozenset(("serious", "high", "medium", "low")),
    "dataset_hasSensitivePersonalInformation": _PRESENCE,
    "dataset_confidentialityLevel": frozenset(("red", "amber", "green", "clear")),
    "dataset_datasetAvailability": frozenset(
        ("clickthrough", "directDownload", "query", "registration", "scrapingScript")
    ),
    "dataset_datasetType": frozenset(
        (
            "audio",
            "categorical",
            "graph",
            "image",
            "noAssertion",
            "numeric",
            "other",
            "sensor",
            "structured",
            "syntactic",
            "text",
            "timeseries",
            "timestamp",
            "video",
        )
    ),
}
"""The words that SPDX allows where a text is one of a list."""
ENERGY: Mapping[Iri, str] = {p: key for key, p in tables.ENERGY.items()}
RELATIONS: Mapping[Iri, str] = {
    PG.trainedOn: "trainedOn",
    PG.testedOn: "testedOn",
    PROV.wasDerivedFrom: "descendantOf",
    PG.usesComponent: "dependsOn",
}
STAGES: Mapping[Iri, str] = {
    PG.pretrainedOn: "pretrainedOn",
    PG.finetunedOn: "finetunedOn",
}
"""Uses of data that SPDX 3.1 distinguishes."""
DATES = {DCTERMS.issued: "releaseTime", DCTERMS.created: "builtTime"}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "name",
        DCTERMS.creator: "originatedBy",
        DCTERMS.issued: "releaseTime",
        DCTERMS.created: "builtTime",
        DCTERMS.license: "a hasDeclaredLicense relationship",
        PG.hubRepository: "software_packageUrl (pkg:huggingface)",
        PG.weightsLocation: "software_downloadLocation",
        PG.homepage: "software_homePage",
        PG.codeRepository: "an externalRef of type vcs, and a package of purpose source that generates it",
        PG.architectureFamily: "ai_typeOfModel",
        **{p: f"ai_energyConsumption: {key}, in kilowatt hours" for p, key in ENERGY.items()},
        **{p: key for p, (key, _) in {**DATA_TEXTS, **MODEL_TEXTS}.items()},
        SCHEMA.description: "description",
        PG.copyrightText: "software_copyrightText",
        PG.suppliedBy: "suppliedBy",
        PG.softwareDependency: "a software_Package and a dependsOn relationship",
        PG.hyperparameter: "ai_hyperparameter",
        PG.evaluationOf: "ai_metric: the benchmark and the score, without setup and evaluator",
        PG.artifactOf: "a software_File by a contains relationship, with its digests",
        PG.byteSize: "dataset_datasetSize",
        SCHEMA.version: "software_packageVersion",
        **{p: f"ai_hyperparameter {key}" for p, key in HYPERPARAMETERS.items()},
        **{p: f"a {key} relationship" for p, key in RELATIONS.items()},
        **dict.fromkeys(terms.DERIVATIONS, "descendantOf, the kind in the relationship's comment"),
    }
)
_COMMENT = "SPDX 3.0 has no term for it; it is written in the package's comment"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        **dict.fromkeys(ledger.STATUSES, _COMMENT),
        PG.validatedOn: "SPDX 3.0 has only trainedOn and testedOn",
        PG.rankOf: "SPDX 3.0 has no term for a place in a ranking",
    }
)
OTHERWISE = "SPDX 3.0 has no term for it"
