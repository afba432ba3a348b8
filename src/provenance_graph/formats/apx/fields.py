"""Tables of the labels and words of APX model pages, one row each, and their claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Problem, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.licences.names import normalise


@dataclass(frozen=True, slots=True)
class PageField:
    """A label of the page: the property it fills and the kind of its value."""

    prop: Iri
    kind: str


FIELDS: Mapping[str, PageField] = {
    label: PageField(prop, kind)
    for labels, prop, kind in (
        ("parameters|total parameters|参数", PG.parameterCount, "whole"),
        ("active parameters|活跃参数", PG.activeParameterCount, "whole"),
        ("context length|context window|上下文长度", PG.contextLength, "whole"),
        ("max output tokens|max output|output length", PG.maxOutputTokens, "whole"),
        ("modality|modalities|模态", PG.inputModality, "modality"),
        ("architecture|架构", PG.sparsity, "sparsity"),
        ("license|licence|许可证", DCTERMS.license, "licence"),
        ("release date|发布日期", DCTERMS.issued, "date"),
        ("knowledge cutoff|知识截止|训练数据截止日期", PG.knowledgeCutoff, "date"),
        ("training data cutoff", PG.trainingDataCutoff, "date"),
        ("developer|provider|organization|开发者", DCTERMS.creator, "organization"),
        ("number of experts|total experts|专家数量", PG.expertCount, "whole"),
        ("active experts|活跃专家", PG.activeExpertCount, "whole"),
        ("shared experts|共享专家", PG.sharedExpertCount, "whole"),
        (
            "expert intermediate size|ffn intermediate size (moe)|ffn intermediate size (expert)",
            PG.expertIntermediateSize,
            "whole",
        ),
        ("dense layers before moe|dense layers", PG.denseLayerCount, "whole"),
        ("attention structure|注意力结构", PG.attentionMechanism, "attention"),
        ("attention heads|注意力头", PG.attentionHeadCount, "whole"),
        ("key-value heads|kv heads|键值头", PG.keyValueHeadCount, "whole"),
        ("attention head dimension|head dimension", PG.headDimension, "whole"),
        ("position embedding|位置嵌入", PG.positionEmbedding, "position"),
        ("rope theta", PG.ropeTheta, "double"),
        ("rope scaling", PG.ropeScaling, "text"),
        ("sliding window attention", PG.slidingWindowAttention, "boolean"),
        ("sliding window size", PG.slidingWindowSize, "whole"),
        ("normalization|归一化", PG.normalization, "normalization"),
        ("activation function|激活函数", PG.activationFunction, "activation"),
        ("hidden dimension size|hidden size|隐藏维度大小", PG.hiddenSize, "whole"),
        ("number of layers|layers|层数", PG.layerCount, "whole"),
        ("ffn intermediate size (dense)|ffn intermediate size", PG.feedForwardSize, "whole"),
        ("multi-token prediction heads|mtp heads", PG.multiTokenPredictionHeadCount, "whole"),
        ("vocabulary size|词汇表大小", PG.vocabularySize, "whole"),
        ("training tokens", PG.trainingTokenCount, "whole"),
        ("precision|weight precision", PG.weightPrecision, "precision"),
        ("vram required|minimum vram|vram requirement", PG.minimumMemoryGB, "gigabytes"),
    )
    for label in labels.split("|")
}
"""Labels in lower case, English and Chinese pages."""

EXPERT_TOTAL_LABELS = frozenset({"total expert parameters", "expert parameters", "专家参数总数"})
"""The label that on mixture-of-experts pages holds the active count."""

HEADINGS = frozenset(
    """attention|dimensions|tokenizer|technical specifications|system requirements|mixture of experts
    |moe|experts|feed-forward|evaluation benchmarks|benchmarks|rankings|model transparency
    |transparency|audit note|specifications|overview|apx logo|apx logoapx logo|apx ai|online|apx
    |context size|gpu requirements|hardware requirements|model integrity|recommended gpus
    |vram requirements for different quantization methods and context sizes|about|rank
    |full calculator|try it yourself|技术规格|系统要求|评估基准|趋近智|apx 标志
    |不同量化方法和上下文大小的显存要求""".replace("\n    ", "").split("|")
)

CRITERIA = (
    "Architectural Provenance",
    "Dataset Composition",
    "Tokenizer Integrity",
    "Parameter Density",
    "Training Compute",
    "Benchmark Reproducibility",
    "Identity Consistency",
    "License Clarity",
    "Hardware Footprint",
    "Versioning Drift",
)
PILLARS = ("Upstream", "Model", "Downstream")

CODES: Mapping[str, Mapping[str, Iri]] = {
    "sparsity": {
        "dense": PG.Dense,
        "mixture of experts (moe)": PG.MixtureOfExperts,
        "mixture of experts": PG.MixtureOfExperts,
        "mixture-of-experts": PG.MixtureOfExperts,
        "moe": PG.MixtureOfExperts,
    },
    "attention": {
        "multi-head attention": PG.MultiHeadAttention,
        "mha": PG.MultiHeadAttention,
        "grouped-query attention": PG.GroupedQueryAttention,
        "grouped query attention": PG.GroupedQueryAttention,
        "gqa": PG.GroupedQueryAttention,
        "multi-query attention": PG.MultiQueryAttention,
        "mqa": PG.MultiQueryAttention,
        "multi-head latent attention": PG.MultiHeadLatentAttention,
        "mla": PG.MultiHeadLatentAttention,
        "linear attention": PG.LinearAttention,
        "hybrid attention": PG.HybridAttention,
    },
    "position": {
        "absolute position embedding": PG.AbsolutePositionEmbedding,
        "learned absolute position embedding": PG.LearnedAbsolutePositionEmbedding,
        "sinusoidal position embedding": PG.SinusoidalPositionEmbedding,
        "rope": PG.RotaryPositionEmbedding,
        "rotary position embedding": PG.RotaryPositionEmbedding,
        "alibi": PG.AlibiPositionBias,
        "relative position embedding": PG.RelativePositionBias,
        "none": PG.NoPositionEmbedding,
        "nope": PG.NoPositionEmbedding,
    },
    "normalization": {
        "rms normalization": PG.RmsNormalization,
        "rmsnorm": PG.RmsNormalization,
        "layer normalization": PG.LayerNormalization,
        "layernorm": PG.LayerNormalization,
    },
    "activation": {
        "silu": PG.SiLU,
        "swish": PG.SiLU,
        "swiglu": PG.SwiGLU,
        "gelu": PG.GELU,
        "geglu": PG.GeGLU,
        "relu": PG.ReLU,
        "squared relu": PG.SquaredReLU,
        "relu squared": PG.SquaredReLU,
    },
    "precision": {
        "fp32": PG.Float32,
        "fp16": PG.Float16,
        "bf16": PG.BFloat16,
        "fp8": PG.Float8,
        "fp4": PG.Float4,
        "mxfp4": PG.Float4,
        "int8": PG.Int8,
        "int4": PG.Int4,
    },
}


def licence_claim(subject: Iri, stated: str, locator: str) -> Claim:
    """The claim of the licence that a name means; an unknown name is kept as stated."""
    result = normalise(stated)
    return Claim(
        subject,
        DCTERMS.license,
        result.value,
        result.stance,
        as_stated=stated,
        locator=locator,
        unusable=result.unusable,
    )


def organization_claims(subject: Iri, stated: str, locator: str) -> list[Claim]:
    """The claims that a named organization made the subject, and the organization's name."""
    maker = iris.organization(stated)
    return [
        Claim(subject, DCTERMS.creator, maker, as_stated=stated, locator=locator),
        Claim(maker, RDF.type, PG.Organization),
        Claim(maker, SCHEMA.name, literals.text(stated)),
    ]


def field_claims(subject: Iri, field: PageField, stated: str, locator: str) -> list[Claim]:
    """The claims of one labelled value; an unusable value is kept as stated."""
    if stated in ("-", "–", "—"):
        return [
            Claim(subject, field.prop, None, Stance.NOT_STATED, as_stated=stated, locator=locator)
        ]
    if stated.casefold() in ("n/a", "not applicable"):
        stance = Stance.INAPPLICABLE
        return [Claim(subject, field.prop, None, stance, as_stated=stated, locator=locator)]
    if field.kind == "modality":
        return _modalities(subject, field.prop, stated, locator)
    if field.kind == "licence":
        return [licence_claim(subject, stated, locator)]
    if field.kind == "organization":
        return organization_claims(subject, stated, locator)
    if field.kind == "date":
        dated = literals.day(re.sub(r"\bSept\b", "Sep", stated))
        if dated is None:
            return [_unusable(subject, field.prop, stated, locator, "no such date")]
        return [
            Claim(
                subject,
                field.prop,
                dated.literal,
                as_stated=stated,
                locator=locator,
                precision=dated.precision,
            )
        ]
    value = _VALUES[field.kind](stated) if field.kind in _VALUES else _code(field.kind, stated)
    if value is None:
        return [_unusable(subject, field.prop, stated, locator, _WHY.get(field.kind, _UNKNOWN))]
    return [claim(subject, field.prop, value, stated, locator)]


def claim(subject: Iri, prop: Iri, value: Value, stated: str, locator: str) -> Claim:
    """The claim of a value, with the stated text where it differs from the canonical value."""
    differs = isinstance(value, Iri) or value.lexical != stated
    return Claim(subject, prop, value, as_stated=stated if differs else "", locator=locator)


_UNKNOWN = "not in the code list"
_WHY = {
    "whole": "not a whole number",
    "double": "not a number",
    "boolean": "neither yes nor no",
    "gigabytes": "not a size in GB",
}


def _unusable(subject: Iri, prop: Iri, stated: str, locator: str, why: str) -> Claim:
    return Claim(subject, prop, None, as_stated=stated, locator=locator, unusable=why)


def _code(kind: str, stated: str) -> Iri | None:
    return CODES[kind].get(" ".join(stated.casefold().split()))


def _modalities(subject: Iri, prop: Iri, stated: str, locator: str) -> list[Claim]:
    parts = [p for p in re.split(r"\s*(?:,|/|\+|&|\band\b)\s*", stated.casefold()) if p]
    codes = [modalities().get(" ".join(part.split())) for part in parts]
    if not codes or None in codes:
        return [_unusable(subject, prop, stated, locator, "does not say which modalities")]
    return [claim(subject, prop, code, stated, locator) for code in codes if code is not None]


def _double(stated: str) -> Value | None:
    number = literals.number(stated)
    return None if number is None or abs(number) > 1e18 else literals.double(float(number))


def _gigabytes(stated: str) -> Value | None:
    size = re.fullmatch(r"([\d.,]+)\s*(?:GB|GiB)\+?", stated.strip(), re.IGNORECASE)
    return _as_decimal(literals.number(size[1])) if size else None


def _as_decimal(number: Decimal | None) -> Value | None:
    try:
        return None if number is None else literals.decimal(number)
    except ValueError:
        return None


def _boolean(stated: str) -> Value | None:
    folded = stated.casefold()
    if folded in ("yes", "true", "enabled", "supported", "✓"):
        return literals.boolean(True)
    return literals.boolean(False) if folded in ("no", "false", "disabled", "none") else None


_VALUES: Mapping[str, Callable[[str], Value | None]] = {
    "whole": literals.whole,
    "double": _double,
    "boolean": _boolean,
    "gigabytes": _gigabytes,
    "text": literals.text,
}


def checked(result: list[Claim]) -> Iterator[Claim | Problem]:
    """Yield claims, each unusable one followed by a problem with the reason."""
    for claim in result:
        yield claim
        if claim.unusable:
            where = f"{iris.shorten(claim.predicate)} {claim.as_stated[:60]!r}"
            yield Problem(claim.locator, f"{where}: {claim.unusable}", "kept as stated")
