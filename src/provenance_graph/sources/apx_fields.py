"""What the labels and words of APX model pages mean: one row each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from provenance_graph import names, values, vocab
from provenance_graph.claims import Claim, Stance, Value
from provenance_graph.names import Iri
from provenance_graph.sources.licence_names import normalise


@dataclass(frozen=True, slots=True)
class Field:
    """A label of the page: the property it fills and how its value is read."""

    prop: Iri
    kind: str


FIELDS: Mapping[str, Field] = {
    label: Field(prop, kind)
    for labels, prop, kind in (
        ("parameters|total parameters|参数", vocab.PARAMETER_COUNT, "whole"),
        ("active parameters|活跃参数", vocab.ACTIVE_PARAMETER_COUNT, "whole"),
        ("context length|context window|上下文长度", vocab.CONTEXT_LENGTH, "whole"),
        ("max output tokens|max output|output length", vocab.MAX_OUTPUT_TOKENS, "whole"),
        ("modality|modalities|模态", vocab.INPUT_MODALITY, "modality"),
        ("architecture|架构", vocab.SPARSITY, "sparsity"),
        ("license|licence|许可证", vocab.LICENSE, "licence"),
        ("release date|发布日期", vocab.ISSUED, "date"),
        ("knowledge cutoff|知识截止|训练数据截止日期", vocab.KNOWLEDGE_CUTOFF, "date"),
        ("training data cutoff", vocab.TRAINING_DATA_CUTOFF, "date"),
        ("developer|provider|organization|开发者", vocab.CREATOR, "organization"),
        ("number of experts|total experts|专家数量", vocab.EXPERT_COUNT, "whole"),
        ("active experts|活跃专家", vocab.ACTIVE_EXPERT_COUNT, "whole"),
        ("shared experts|共享专家", vocab.SHARED_EXPERT_COUNT, "whole"),
        ("expert intermediate size|ffn intermediate size (moe)|ffn intermediate size (expert)",
         vocab.EXPERT_INTERMEDIATE_SIZE, "whole"),
        ("dense layers before moe|dense layers", vocab.DENSE_LAYER_COUNT, "whole"),
        ("attention structure|注意力结构", vocab.ATTENTION_MECHANISM, "attention"),
        ("attention heads|注意力头", vocab.ATTENTION_HEAD_COUNT, "whole"),
        ("key-value heads|kv heads|键值头", vocab.KEY_VALUE_HEAD_COUNT, "whole"),
        ("attention head dimension|head dimension", vocab.HEAD_DIMENSION, "whole"),
        ("position embedding|位置嵌入", vocab.POSITION_EMBEDDING, "position"),
        ("rope theta", vocab.ROPE_THETA, "double"),
        ("rope scaling", vocab.ROPE_SCALING, "text"),
        ("sliding window attention", vocab.SLIDING_WINDOW_ATTENTION, "boolean"),
        ("sliding window size", vocab.SLIDING_WINDOW_SIZE, "whole"),
        ("normalization|归一化", vocab.NORMALIZATION, "normalization"),
        ("activation function|激活函数", vocab.ACTIVATION_FUNCTION, "activation"),
        ("hidden dimension size|hidden size|隐藏维度大小", vocab.HIDDEN_SIZE, "whole"),
        ("number of layers|layers|层数", vocab.LAYER_COUNT, "whole"),
        ("ffn intermediate size (dense)|ffn intermediate size", vocab.FEED_FORWARD_SIZE, "whole"),
        ("multi-token prediction heads|mtp heads",
         vocab.MULTI_TOKEN_PREDICTION_HEAD_COUNT, "whole"),
        ("vocabulary size|词汇表大小", vocab.VOCABULARY_SIZE, "whole"),
        ("training tokens", vocab.TRAINING_TOKEN_COUNT, "whole"),
        ("precision|weight precision", vocab.WEIGHT_PRECISION, "precision"),
        ("vram required|minimum vram|vram requirement", vocab.MINIMUM_MEMORY_GB, "gigabytes"),
    )
    for label in labels.split("|")
}  # fmt: skip
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
    "Architectural Provenance", "Dataset Composition", "Tokenizer Integrity", "Parameter Density",
    "Training Compute", "Benchmark Reproducibility", "Identity Consistency", "License Clarity",
    "Hardware Footprint", "Versioning Drift",
)  # fmt: skip
PILLARS = ("Upstream", "Model", "Downstream")

CODES: Mapping[str, Mapping[str, Iri]] = {
    "sparsity": {
        "dense": vocab.DENSE,
        "mixture of experts (moe)": vocab.MIXTURE_OF_EXPERTS,
        "mixture of experts": vocab.MIXTURE_OF_EXPERTS,
        "mixture-of-experts": vocab.MIXTURE_OF_EXPERTS,
        "moe": vocab.MIXTURE_OF_EXPERTS,
    },
    "attention": {
        "multi-head attention": vocab.MULTI_HEAD_ATTENTION,
        "mha": vocab.MULTI_HEAD_ATTENTION,
        "grouped-query attention": vocab.GROUPED_QUERY_ATTENTION,
        "grouped query attention": vocab.GROUPED_QUERY_ATTENTION,
        "gqa": vocab.GROUPED_QUERY_ATTENTION,
        "multi-query attention": vocab.MULTI_QUERY_ATTENTION,
        "mqa": vocab.MULTI_QUERY_ATTENTION,
        "multi-head latent attention": vocab.MULTI_HEAD_LATENT_ATTENTION,
        "mla": vocab.MULTI_HEAD_LATENT_ATTENTION,
        "linear attention": vocab.LINEAR_ATTENTION,
        "hybrid attention": vocab.HYBRID_ATTENTION,
    },
    "position": {
        "absolute position embedding": vocab.ABSOLUTE_POSITION_EMBEDDING,
        "learned absolute position embedding": vocab.LEARNED_ABSOLUTE_POSITION_EMBEDDING,
        "sinusoidal position embedding": vocab.SINUSOIDAL_POSITION_EMBEDDING,
        "rope": vocab.ROTARY_POSITION_EMBEDDING,
        "rotary position embedding": vocab.ROTARY_POSITION_EMBEDDING,
        "alibi": vocab.ALIBI_POSITION_BIAS,
        "relative position embedding": vocab.RELATIVE_POSITION_BIAS,
        "none": vocab.NO_POSITION_EMBEDDING,
        "nope": vocab.NO_POSITION_EMBEDDING,
    },
    "normalization": {
        "rms normalization": vocab.RMS_NORMALIZATION,
        "rmsnorm": vocab.RMS_NORMALIZATION,
        "layer normalization": vocab.LAYER_NORMALIZATION,
        "layernorm": vocab.LAYER_NORMALIZATION,
    },
    "activation": {
        "silu": vocab.SI_LU, "swish": vocab.SI_LU, "swiglu": vocab.SWI_GLU, "gelu": vocab.GELU,
        "geglu": vocab.GE_GLU, "relu": vocab.RE_LU, "squared relu": vocab.SQUARED_RE_LU,
        "relu squared": vocab.SQUARED_RE_LU,
    },
    "modality": {
        "text": vocab.TEXT, "image": vocab.IMAGE, "images": vocab.IMAGE, "vision": vocab.IMAGE,
        "audio": vocab.AUDIO, "video": vocab.VIDEO, "speech": vocab.SPEECH, "code": vocab.CODE,
        "document": vocab.DOCUMENT, "documents": vocab.DOCUMENT, "embedding": vocab.EMBEDDING,
    },
    "precision": {
        "fp32": vocab.FLOAT32, "fp16": vocab.FLOAT16, "bf16": vocab.B_FLOAT16,
        "fp8": vocab.FLOAT8, "fp4": vocab.FLOAT4, "mxfp4": vocab.FLOAT4, "int8": vocab.INT8,
        "int4": vocab.INT4,
    },
}  # fmt: skip


def licence_claim(subject: Iri, stated: str, locator: str) -> Claim:
    """The licence that a name means; a name we do not know is kept as it stands."""
    found = normalise(stated)
    return Claim(
        subject,
        vocab.LICENSE,
        found.value,
        found.stance,
        as_stated=stated,
        locator=locator,
        unusable=found.unusable,
    )


def organization_claims(subject: Iri, stated: str, locator: str) -> list[Claim]:
    """That a named organization made the subject, and what that organization is called."""
    maker = names.organization(stated)
    return [
        Claim(subject, vocab.CREATOR, maker, as_stated=stated, locator=locator),
        Claim(maker, vocab.RDF_TYPE, vocab.ORGANIZATION_CLASS),
        Claim(maker, vocab.NAME, values.text(stated)),
    ]


def field_claims(subject: Iri, field: Field, stated: str, locator: str) -> list[Claim]:
    """The claims that one labelled value makes; a value we cannot use is kept as stated."""
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
        dated = values.day(re.sub(r"\bSept\b", "Sep", stated))
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
    """A stated value; the verbatim text is kept where it differs from the canonical one."""
    differs = isinstance(value, Iri) or value.lexical != stated
    return Claim(subject, prop, value, as_stated=stated if differs else "", locator=locator)


_UNKNOWN = "not in the code list"
_WHY = {
    "whole": "not a whole number", "double": "not a number", "boolean": "neither yes nor no",
    "gigabytes": "not a size in GB",
}  # fmt: skip


def _unusable(subject: Iri, prop: Iri, stated: str, locator: str, why: str) -> Claim:
    return Claim(subject, prop, None, as_stated=stated, locator=locator, unusable=why)


def _code(kind: str, stated: str) -> Iri | None:
    return CODES[kind].get(" ".join(stated.casefold().split()))


def _modalities(subject: Iri, prop: Iri, stated: str, locator: str) -> list[Claim]:
    parts = [p for p in re.split(r"\s*(?:,|/|\+|&|\band\b)\s*", stated.casefold()) if p]
    codes = [_code("modality", part) for part in parts]
    if not codes or None in codes:
        return [_unusable(subject, prop, stated, locator, "does not say which modalities")]
    return [claim(subject, prop, code, stated, locator) for code in codes if code is not None]


def _double(stated: str) -> Value | None:
    number = values.number(stated)
    return None if number is None or abs(number) > 1e18 else values.double(float(number))


def _gigabytes(stated: str) -> Value | None:
    size = re.fullmatch(r"([\d.,]+)\s*(?:GB|GiB)\+?", stated.strip(), re.IGNORECASE)
    return _as_decimal(values.number(size[1])) if size else None


def _as_decimal(number: Decimal | None) -> Value | None:
    try:
        return None if number is None else values.decimal(number)
    except ValueError:
        return None


def _boolean(stated: str) -> Value | None:
    said = stated.casefold()
    if said in ("yes", "true", "enabled", "supported", "✓"):
        return values.boolean(True)
    return values.boolean(False) if said in ("no", "false", "disabled", "none") else None


_VALUES: Mapping[str, Callable[[str], Value | None]] = {
    "whole": values.whole,
    "double": _double,
    "boolean": _boolean,
    "gigabytes": _gigabytes,
    "text": values.text,
}
