"""What the Foundation Model Transparency Index asks, as far as we have properties for it.

Facts of the two editions: which flagship each developer was assessed by, and which
indicators are about one of our properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph import vocab
from provenance_graph.names import Iri

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
        "data size": (vocab.TRAINING_TOKEN_COUNT,),
        "model stages": (vocab.TRAINING_STAGE,),
        "change log": (vocab.CHANGELOG,),
        "versioning protocol": (vocab.VERSIONING_SCHEME,),
        "permitted, restricted, and prohibited uses": (vocab.USAGE_POLICY,),
        # May 2024
        "data sources": (vocab.TRAINED_ON,),
        "data curation": (vocab.DATA_FILTERING,),
        "personal information in data": (vocab.PERSONAL_DATA_HANDLING,),
        "direct external data access": (vocab.DATA_OBTAINABLE,),
        "compute usage": (vocab.TRAINING_COMPUTE_FLOP,),
        "development duration": (vocab.TRAINING_DURATION_DAYS,),
        "compute hardware": (vocab.TRAINING_HARDWARE, vocab.ACCELERATOR_COUNT),
        "hardware owner": (vocab.COMPUTE_PROVIDER,),
        "energy usage": (vocab.TRAINING_ENERGY_M_WH,),
        "carbon emissions": (vocab.TRAINING_CO2E_TONNES,),
        "core frameworks": (vocab.TRAINING_FRAMEWORK,),
        "input modality": (vocab.INPUT_MODALITY,),
        "output modality": (vocab.OUTPUT_MODALITY,),
        "model size": (vocab.PARAMETER_COUNT,),
        "model architecture": (vocab.ARCHITECTURE_FAMILY,),
        "centralized model documentation": (vocab.MODEL_CARD,),
        "license": (vocab.LICENSE,),
        "terms of service": (vocab.TERMS_OF_USE,),
        # December 2025
        "data acquisition methods": (vocab.DATA_ACQUISITION,),
        "public datasets": (vocab.TRAINED_ON,),
        "synthetic data sources": (vocab.USED_SYNTHETIC_DATA_FROM,),
        "data processing methods": (vocab.DATA_FILTERING,),
        "data language composition": (vocab.DATA_LANGUAGE_SHARE,),
        "data domain composition": (vocab.DATA_DOMAIN_SHARE,),
        "external data access": (vocab.DATA_OBTAINABLE,),
        "compute usage for final training run": (vocab.TRAINING_COMPUTE_FLOP,),
        "development duration for final training run": (vocab.TRAINING_DURATION_DAYS,),
        "compute hardware for final training run": (
            vocab.TRAINING_HARDWARE,
            vocab.ACCELERATOR_COUNT,
        ),
        "compute provider": (vocab.COMPUTE_PROVIDER,),
        "energy usage for final training run": (vocab.TRAINING_ENERGY_M_WH,),
        "carbon emissions for final training run": (vocab.TRAINING_CO2E_TONNES,),
        "model cost": (vocab.TRAINING_COST_USD,),
        "code access": (vocab.TRAINING_CODE,),
        "terms of use": (vocab.TERMS_OF_USE,),
    }
)
"""Our properties by the title of the indicator that is about them, in lower case."""

EDITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "2024": frozenset({"compute usage", "hardware owner", "data sources", "model size"}),
        "2025": frozenset({"data acquisition methods", "compute provider", "model cost"}),
    }
)
"""Indicators that only one edition has: by them a file without a date is told."""
