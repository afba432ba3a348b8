"""Facts of the curated list as claims: one row per property."""

from __future__ import annotations

import re
from collections.abc import Mapping

from provenance_graph import vocab
from provenance_graph.claims import Problem
from provenance_graph.sources import curated_odd as odd
from provenance_graph.sources.curated_fact import (
    Fact,
    Made,
    Maker,
    code,
    date,
    decimal,
    double,
    text,
    texts,
    unread,
    whole,
)


def claims(fact: Fact) -> Made:
    """The claims of one fact; a property that no row knows is a Problem."""
    maker = MAKERS.get(fact.prop) or next(
        (maker for pattern, maker in PATTERNED if pattern.match(fact.prop)), None
    )
    if maker is None:
        yield Problem(fact.place or fact.short, f"{fact.short}: no row knows {fact.prop!r}")
        return
    try:
        yield from list(maker(fact))
    except (ValueError, ArithmeticError):  # what Decimal and the literals say to a bad number
        yield unread(fact, "not a value that can be held")


_NORMS = {
    "rms": vocab.RMS_NORMALIZATION,
    "layernorm": vocab.LAYER_NORMALIZATION,
    "non-parametric layer norm": vocab.LAYER_NORMALIZATION,
}
_LIFE = {"deprecated": vocab.DEPRECATED, "retired": vocab.RETIRED, "active": vocab.ACTIVE}

MAKERS: Mapping[str, Maker] = {
    "developer": odd.developer,
    "releaseDate": date(vocab.ISSUED),
    "releaseMonth": date(vocab.ISSUED),
    "releaseDate (models.dev claim)": date(vocab.ISSUED),
    "knowledgeCutoff": date(vocab.KNOWLEDGE_CUTOFF),
    "contextLength": whole(vocab.CONTEXT_LENGTH),
    "maxOutput": whole(vocab.MAX_OUTPUT_TOKENS),
    "parameterCount": whole(vocab.PARAMETER_COUNT),
    "activeParameterCount": whole(vocab.ACTIVE_PARAMETER_COUNT),
    "trainingTokens": whole(vocab.TRAINING_TOKEN_COUNT),
    "layers": whole(vocab.LAYER_COUNT),
    "hiddenSize": whole(vocab.HIDDEN_SIZE),
    "attentionHeads": odd.heads,
    "kvHeads": whole(vocab.KEY_VALUE_HEAD_COUNT),
    "headSize": whole(vocab.HEAD_DIMENSION),
    "ffnSize": whole(vocab.FEED_FORWARD_SIZE),
    "ffnSizeDense": whole(vocab.FEED_FORWARD_SIZE),
    "ffnSizeExpert": whole(vocab.EXPERT_INTERMEDIATE_SIZE),
    "experts": whole(vocab.EXPERT_COUNT),
    "activeExperts": whole(vocab.ACTIVE_EXPERT_COUNT),
    "sharedExperts": whole(vocab.SHARED_EXPERT_COUNT),
    "denseLayersBeforeMoE": whole(vocab.DENSE_LAYER_COUNT),
    "kvLoraRank": whole(vocab.KEY_VALUE_LORA_RANK),
    "qLoraRank": whole(vocab.QUERY_LORA_RANK),
    "slidingWindow": whole(vocab.SLIDING_WINDOW_SIZE),
    "vocabularySize": whole(vocab.VOCABULARY_SIZE),
    "vocabularySizeEmbedding": odd.embedding_rows,
    "embeddingSize": odd.embedding_rows,
    "checkpoints": whole(vocab.CHECKPOINT_COUNT),
    "ropeTheta": double(vocab.ROPE_THETA),
    "normalization": code(vocab.NORMALIZATION, _NORMS),
    "activation": code(vocab.ACTIVATION_FUNCTION, {"swiglu": vocab.SWI_GLU}),
    "attention": code(
        vocab.ATTENTION_MECHANISM, {"multi-head latent": vocab.MULTI_HEAD_LATENT_ATTENTION}
    ),
    "tokenizer": text(vocab.TOKENIZER),
    "weightPrecision": code(
        vocab.WEIGHT_PRECISION,
        {"4-bit": vocab.INT4, "mxfp4": vocab.FLOAT4, "bf16": vocab.B_FLOAT16},
    ),
    "acceleratorType": text(vocab.TRAINING_HARDWARE),
    "acceleratorCount": odd.accelerators,
    "familyAcceleratorHours": odd.of_family(vocab.ACCELERATOR_HOURS),
    "familyEmissionsTCO2e": odd.of_family(vocab.TRAINING_CO2E_TONNES),
    "familyEmissionsKgCO2e": odd.of_family(vocab.TRAINING_CO2E_TONNES, 1000),
    "emissionsTCO2e": decimal(vocab.TRAINING_CO2E_TONNES),
    "trainingDuration": odd.duration,
    "computeProvider": odd.providers,
    "software": texts(vocab.TRAINING_FRAMEWORK),
    "safetyLevel": text(vocab.SAFETY_LEVEL),
    "minimumHardware": odd.hardware,
    "inputModality": odd.modalities,
    "status": code(vocab.LIFECYCLE, _LIFE),
    "openWeights": odd.weights,
    "retirementDate": odd.retired,
    "replacedBy": odd.replaced,
    "evaluatedIn": odd.evaluated,
    "price input/output USD per M tokens": odd.price,
    "thinkingBudgetTokens": odd.setting("thinking budget in tokens:"),
    "maxTokens": whole(vocab.MAX_OUTPUT_TOKENS),
    "temperature": odd.setting("temperature:"),
    "mergeMethod": odd.merged,
}

PATTERNED: tuple[tuple[re.Pattern[str], Maker], ...] = (
    (re.compile(r"license\b"), odd.licence),
    (re.compile(r"acceleratorHours\b"), odd.hours),
    (re.compile(r"attentionHeads \("), odd.heads),
    (re.compile(r"LiveBench \d"), odd.livebench),
    (re.compile(r"MMLU 5-shot"), odd.mmlu),
    (re.compile(r"md5 of "), odd.artifact),
)
