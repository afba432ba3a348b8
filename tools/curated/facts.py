"""Claims of the curated list's facts: one row per property."""

from __future__ import annotations

import re
from collections.abc import Mapping

from provenance_graph.core.claims import Problem
from provenance_graph.core.terms import DCTERMS, PG
from tools.curated import odd
from tools.curated.fact import (
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
    """Yield the claims of one fact; a problem for a property without a row."""
    maker = MAKERS.get(fact.prop) or next(
        (maker for pattern, maker in PATTERNED if pattern.match(fact.prop)), None
    )
    if maker is None:
        yield Problem(fact.place or fact.short, f"{fact.short}: no row knows {fact.prop!r}")
        return
    try:
        yield from list(maker(fact))
    except (ValueError, ArithmeticError):  # raised for a bad number by Decimal and by the literals
        yield unread(fact, "not a value that can be stored")


_NORMS = {
    "rms": PG.RmsNormalization,
    "layernorm": PG.LayerNormalization,
    "non-parametric layer norm": PG.LayerNormalization,
}
_LIFE = {"deprecated": PG.Deprecated, "retired": PG.Retired, "active": PG.Active}

MAKERS: Mapping[str, Maker] = {
    "developer": odd.developer,
    "releaseDate": date(DCTERMS.issued),
    "releaseMonth": date(DCTERMS.issued),
    "releaseDate (models.dev claim)": date(DCTERMS.issued),
    "knowledgeCutoff": date(PG.knowledgeCutoff),
    "contextLength": odd.context,
    "maxOutput": whole(PG.maxOutputTokens),
    "parameterCount": whole(PG.parameterCount),
    "activeParameterCount": whole(PG.activeParameterCount),
    "trainingTokens": whole(PG.trainingTokenCount),
    "layers": whole(PG.layerCount),
    "hiddenSize": whole(PG.hiddenSize),
    "attentionHeads": odd.heads,
    "kvHeads": whole(PG.keyValueHeadCount),
    "headSize": whole(PG.headDimension),
    "ffnSize": whole(PG.feedForwardSize),
    "ffnSizeDense": whole(PG.feedForwardSize),
    "ffnSizeExpert": whole(PG.expertIntermediateSize),
    "experts": whole(PG.expertCount),
    "activeExperts": whole(PG.activeExpertCount),
    "sharedExperts": whole(PG.sharedExpertCount),
    "denseLayersBeforeMoE": whole(PG.denseLayerCount),
    "kvLoraRank": whole(PG.keyValueLoraRank),
    "qLoraRank": whole(PG.queryLoraRank),
    "slidingWindow": whole(PG.slidingWindowSize),
    "vocabularySize": whole(PG.vocabularySize),
    "vocabularySizeEmbedding": odd.embedding_rows,
    "embeddingSize": odd.embedding_rows,
    "checkpoints": whole(PG.checkpointCount),
    "ropeTheta": double(PG.ropeTheta),
    "normalization": code(PG.normalization, _NORMS),
    "activation": code(PG.activationFunction, {"swiglu": PG.SwiGLU}),
    "attention": code(PG.attentionMechanism, {"multi-head latent": PG.MultiHeadLatentAttention}),
    "tokenizer": text(PG.tokenizer),
    "weightPrecision": code(
        PG.weightPrecision,
        {"4-bit": PG.Int4, "mxfp4": PG.Float4, "bf16": PG.BFloat16},
    ),
    "acceleratorType": text(PG.trainingHardware),
    "acceleratorCount": odd.accelerators,
    "familyAcceleratorHours": odd.of_family(PG.acceleratorHours),
    "familyEmissionsTCO2e": odd.of_family(PG.trainingCO2eTonnes),
    "familyEmissionsKgCO2e": odd.of_family(PG.trainingCO2eTonnes, 1000),
    "emissionsTCO2e": decimal(PG.trainingCO2eTonnes),
    "trainingDuration": odd.duration,
    "computeProvider": odd.providers,
    "software": texts(PG.trainingFramework),
    "safetyLevel": text(PG.safetyLevel),
    "minimumHardware": odd.hardware,
    "inputModality": odd.modalities,
    "status": code(PG.lifecycle, _LIFE),
    "openWeights": odd.weights,
    "retirementDate": odd.retired,
    "replacedBy": odd.replaced,
    "evaluatedIn": odd.evaluated,
    "price input/output USD per M tokens": odd.price,
    "thinkingBudgetTokens": odd.setting("thinking budget in tokens:"),
    "maxTokens": whole(PG.maxOutputTokens),
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
