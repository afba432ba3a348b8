"""Tables of the Foundation Model Transparency Index: flagships, and properties of its indicators.

They state for the two editions by which flagship model each developer was assessed, and which
indicators are about a property of this graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG

FLAGSHIPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "2024": {
            "adept": "Fuyu-8B",
            "ai21-labs": "Jurassic-2",
            "aleph-alpha": "Luminous Supreme",
            "amazon": "Titan Text Express",
            "anthropic": "Claude 3",
            "bigcode": "StarCoder",
            "google": "Gemini Ultra",
            "ibm": "Granite",
            "meta": "Llama 2",
            "microsoft": "Phi-2",
            "mistral": "Mistral 7B",
            "openai": "GPT-4",
            "stability": "Stable Video Diffusion",
            "writer": "Palmyra-X",
        },
        "2025": {
            "ai21-labs": "Jamba 1.6",
            "alibaba": "Qwen3",
            "amazon": "Nova Premier",
            "anthropic": "Claude Opus 4",
            "deepseek": "DeepSeek-R1",
            "google": "Gemini 2.5 Pro",
            "ibm": "Granite 3.3",
            "meta": "Llama 4",
            "midjourney": "Midjourney V7",
            "mistral": "Mistral Medium 3",
            "openai": "o3",
            "writer": "Palmyra X5",
            "xai": "Grok 3",
        },
    }
)
"""The assessed model by edition and developer; used only where the report names it too."""

PROPERTIES: Mapping[str, tuple[Iri, ...]] = MappingProxyType(
    {
        # both editions
        "data size": (PG.trainingTokenCount,),
        "model stages": (PG.trainingStage,),
        "change log": (PG.changelog,),
        "versioning protocol": (PG.versioningScheme,),
        "permitted, restricted, and prohibited uses": (PG.usagePolicy,),
        # May 2024
        "data sources": (PG.trainedOn,),
        "data curation": (PG.dataFiltering,),
        "personal information in data": (PG.personalDataHandling,),
        "direct external data access": (PG.dataObtainable,),
        "compute usage": (PG.trainingComputeFLOP,),
        "development duration": (PG.trainingDurationDays,),
        "compute hardware": (PG.trainingHardware, PG.acceleratorCount),
        "hardware owner": (PG.computeProvider,),
        "energy usage": (PG.trainingEnergyMWh,),
        "carbon emissions": (PG.trainingCO2eTonnes,),
        "core frameworks": (PG.trainingFramework,),
        "input modality": (PG.inputModality,),
        "output modality": (PG.outputModality,),
        "model size": (PG.parameterCount,),
        "model architecture": (PG.architectureFamily,),
        "centralized model documentation": (PG.modelCard,),
        "license": (DCTERMS.license,),
        "terms of service": (PG.termsOfUse,),
        # December 2025
        "data acquisition methods": (PG.dataAcquisition,),
        "public datasets": (PG.trainedOn,),
        "synthetic data sources": (PG.usedSyntheticDataFrom,),
        "data processing methods": (PG.dataFiltering,),
        "data language composition": (PG.dataLanguageShare,),
        "data domain composition": (PG.dataDomainShare,),
        "external data access": (PG.dataObtainable,),
        "compute usage for final training run": (PG.trainingComputeFLOP,),
        "development duration for final training run": (PG.trainingDurationDays,),
        "compute hardware for final training run": (
            PG.trainingHardware,
            PG.acceleratorCount,
        ),
        "compute provider": (PG.computeProvider,),
        "energy usage for final training run": (PG.trainingEnergyMWh,),
        "carbon emissions for final training run": (PG.trainingCO2eTonnes,),
        "model cost": (PG.trainingCostUSD,),
        "code access": (PG.trainingCode,),
        "terms of use": (PG.termsOfUse,),
    }
)
"""The properties of this graph by the title of the indicator about them, in lower case."""

EDITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "2024": frozenset({"compute usage", "hardware owner", "data sources", "model size"}),
        "2025": frozenset({"data acquisition methods", "compute provider", "model cost"}),
    }
)
"""Indicators that only one edition has, by which a file without a date is assigned to its
edition."""
