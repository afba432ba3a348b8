"""Comparison of two models' weights for lineage: by shape, then by values at sampled positions.

Weights of models that were trained independently do not correlate position by position, however
alike their architecture; fine-tuning, merging, quantizing and pruning leave a strong correlation.
Where layers or units were dropped or reordered, they are first matched to those that they resemble
most. A pair is confirmed only by values; equal shapes alone are compatible, never a confirmation.
Two models made from a third one resemble each other too: ``parents_among`` distinguishes parents
from siblings where the common parent is among the candidates.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.weights.pairs import (
    LEAST_CORRELATION,
    SIDE,
    TensorPair,
    change_of,
    levels,
    rank_share,
    rounding_of,
    zeroed,
)
from provenance_graph.formats.weights.tensors import Weights, spread
from provenance_graph.formats.weights.units import matched_columns, matrix_shape, rows_match
from provenance_graph.formats.weights.values import Tensor

MAX_SAMPLED = 12
"""The most tensors of a pair that are compared by value."""
MIN_ALIKE = 0.6
"""The least share of sampled tensors that must be alike."""
MIN_SHARE = 0.1
"""The least share of a model in a mixture that makes it a parent."""
_PREFIXES = re.compile(
    r"^(?:base_model\.model\.|module\.|model\.|transformer\.|language_model\.|text_model\.|bert\.)+"
)
_LAYER = re.compile(r"((?:layers|h|blocks?|layer|blk)\.)(\d+)\.")
EMBEDDING = re.compile(r"embed|wte|lm_head|token_embd|word_embeddings|wpe")
_LORA = re.compile(r"^(.*)\.lora_A(?:\.default)?\.weight$")
_WHOLE_NUMBERS = frozenset({"I4", "I8", "U8", "NF4", "F8_E4M3", "F8_E5M2"})


class KinshipVerdict(Enum):
    """The verdict on the hypothesis that one model was made from another."""

    CONFIRMED = "confirmed"
    COMPATIBLE = "compatible"
    CONTRADICTED = "contradicted"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Kinship:
    """The outcome for one pair: the verdict, the apparent derivation, and the evidence."""

    verdict: KinshipVerdict
    how: str
    relation: Iri | None = None
    sampled: int = 0
    alike: int = 0
    correlation: float = 0.0


def canonical(name: str) -> str:
    """A tensor's name without the prefixes that wrappers add.

    >>> canonical("base_model.model.model.layers.0.mlp.up_proj.base_layer.weight")
    'layers.0.mlp.up_proj.weight'
    """
    return _PREFIXES.sub("", name).replace(".base_layer.", ".")


def compare(child: Weights, parent: Weights) -> Kinship:
    """Compare a model with a possible parent, by configurations, shapes and values."""
    if adapted := _adapted(child, parent):
        return adapted
    ours = {canonical(n): t for n, t in child.tensors.items() if len(t.shape) >= 2}
    theirs = {canonical(n): t for n, t in parent.tensors.items() if len(t.shape) >= 2}
    if not ours or not theirs:
        return by_config(child.config, parent.config)
    pairs, other_shape = _pairs(ours, theirs)
    result = _by_values(pairs, child, parent, ours) if pairs else None
    if result is not None and result.verdict is KinshipVerdict.CONFIRMED:
        return result
    if matched := _by_layers(ours, theirs) or _by_units(ours, theirs):
        return matched
    if result is not None and not other_shape:
        return result
    return _by_shape(ours, theirs, pairs, other_shape) or result or _nothing(ours, theirs)


def _nothing(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> Kinship:
    common = len(ours.keys() & theirs.keys())
    return Kinship(
        KinshipVerdict.UNDETERMINED,
        f"{common} of {len(ours)} tensors have a namesake; values cannot be compared",
    )


def _pairs(
    ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]
) -> tuple[list[TensorPair], list[str]]:
    """Sampled tensor pairs of one name and shape (at most two embeddings); names of other shape."""
    common = sorted(ours.keys() & theirs.keys())
    same = [n for n in common if matrix_shape(ours[n]) == matrix_shape(theirs[n])]
    inner = [n for n in same if not EMBEDDING.search(n)]
    chosen = [inner[i] for i in spread(len(inner), MAX_SAMPLED)] if inner else []
    rows_differ = [
        n
        for n in common
        if EMBEDDING.search(n) and matrix_shape(ours[n])[1] == matrix_shape(theirs[n])[1]
    ]
    chosen += rows_differ[:2] if inner else rows_differ[:MAX_SAMPLED]
    result = [p for n in chosen if (p := sampled_pair(n, ours[n], theirs[n])) is not None]
    other = [n for n in common if n not in same and n not in rows_differ]
    return result, other


def sampled_pair(name: str, one: Tensor, other: Tensor) -> TensorPair | None:
    """The values of two tensors at the same sampled positions; None where unavailable."""
    rows = spread(min(matrix_shape(one)[0], matrix_shape(other)[0]), SIDE)
    columns = spread(min(matrix_shape(one)[1], matrix_shape(other)[1]), SIDE)
    a, b = one.at(rows, columns), other.at(rows, columns)
    if a is None or b is None or a.size < 8:
        return None
    return TensorPair(name, a, b, bool(EMBEDDING.search(name)))


def _by_values(
    pairs: Sequence[TensorPair], child: Weights, parent: Weights, ours: Mapping[str, Tensor]
) -> Kinship:
    inner = [p for p in pairs if not p.embedding] or list(pairs)
    agreeing = [p for p in inner if p.is_alike]
    middle = float(np.median([p.correlation for p in inner]))
    sampled = len(inner)
    if (
        len(agreeing) >= max(1, math.ceil(MIN_ALIKE * sampled))
        and sum(p.child.size for p in inner) > 64
    ):
        relation, kind = _kind(inner, ours)
        notes = _vocabulary(pairs, child, parent)
        how = f"same shapes, {len(agreeing)} of {sampled} sampled tensors {kind}{notes}"
        return Kinship(KinshipVerdict.CONFIRMED, how, relation, sampled, len(agreeing), middle)
    enough = sampled >= 3 and sum(p.child.size for p in inner) >= 1000
    if enough and len(agreeing) <= 0.2 * sampled:
        how = f"same shapes, {len(agreeing)} of {sampled} sampled tensors alike: trained separately"
        return Kinship(KinshipVerdict.CONTRADICTED, how, None, sampled, len(agreeing), middle)
    how = f"{len(agreeing)} of {sampled} sampled tensors alike: too few to tell"
    return Kinship(KinshipVerdict.UNDETERMINED, how, None, sampled, len(agreeing), middle)


def _kind(pairs: Sequence[TensorPair], ours: Mapping[str, Tensor]) -> tuple[Iri, str]:
    """The apparent derivation and its wording, from the differences between the values."""
    change = float(np.median([change_of(p) for p in pairs]))
    if any(ours[p.name].dtype in _WHOLE_NUMBERS or _is_block(ours[p.name]) for p in pairs):
        return PG.quantizedFrom, "agree but for quantization"
    if change == 0:
        return PG.convertedFrom, "are equal"
    if float(np.median([zeroed(p) for p in pairs])) > 0.1:
        return PG.prunedFrom, "agree where they are not zero"
    if float(np.median([levels(p.child) / max(1, levels(p.parent)) for p in pairs])) < 0.5:
        return PG.quantizedFrom, "agree but for quantization"
    if change < 0.006 and float(np.median([rounding_of(p) for p in pairs])) < 0.006:
        return PG.convertedFrom, "agree but for rounding"
    if float(np.median([rank_share(p) for p in pairs])) < 0.35:
        return PG.fineTunedFrom, "differ by a matrix of low rank"
    return PG.fineTunedFrom, "differ by small amounts"


def _is_block(tensor: Tensor) -> bool:
    return bool(re.fullmatch(r"I?Q\d.*|TQ\d.*|MXFP4", tensor.dtype))


def _vocabulary(pairs: Sequence[TensorPair], child: Weights, parent: Weights) -> str:
    """A note on a changed vocabulary or changed token vectors; empty where there is none."""
    ours, theirs = child.vocabulary, parent.vocabulary
    if ours and theirs and ours != theirs:
        shared = len(ours & theirs)
        return f"; another vocabulary ({len(ours):,} tokens, {shared:,} of them the parent's)"
    embeddings = [p for p in pairs if p.embedding]
    if embeddings and not any(p.is_alike for p in embeddings):
        return "; the vectors of the tokens are others"
    return ""


def _by_layers(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> Kinship | None:
    """Kinship of a model whose layers were dropped, doubled or reordered, or None."""
    child, parent = _layers(ours), _layers(theirs)
    if not child or not parent or len(child) == len(parent) == 1:
        return None
    best: list[tuple[float, int]] = []
    for tensors in child[:: max(1, len(child) // MAX_SAMPLED)]:
        options = [(_likeness(tensors, other), n) for n, other in enumerate(parent)]
        best.append(max(options, key=lambda option: option[0]))
    good = [value for value, _ in best if value >= 2 * LEAST_CORRELATION]
    if len(good) < max(1, math.ceil(MIN_ALIKE * len(best))):
        return None
    how = f"{len(good)} of {len(best)} sampled layers are a layer of the parent ({len(parent)} layers, here {len(child)})"
    relation = PG.prunedFrom if len(child) < len(parent) else PG.fineTunedFrom
    return Kinship(
        KinshipVerdict.CONFIRMED, how, relation, len(best), len(good), float(np.median(good))
    )


def _layers(tensors: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    result: dict[int, dict[str, Tensor]] = defaultdict(dict)
    for name, tensor in tensors.items():
        if match := _LAYER.search(name):
            result[int(match[2])][name[: match.start(2)] + "*" + name[match.end(2) :]] = tensor
    return [result[number] for number in sorted(result)]


def _likeness(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> float:
    """The correlation of the largest tensor of one shape that two layers share; 0 for none."""
    names = [
        n
        for n in sorted(one.keys() & other.keys())
        if matrix_shape(one[n]) == matrix_shape(other[n])
    ]
    if not names:
        return 0.0
    name = max(names, key=lambda n: (math.prod(one[n].shape), n))
    pair = sampled_pair(name, one[name], other[name])
    return pair.correlation if pair is not None and pair.is_alike else 0.0


def _by_units(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> Kinship | None:
    """Kinship of a narrower or permuted model, by matched embedding columns and rows; or None."""
    names = [
        n
        for n in sorted(ours.keys() & theirs.keys())
        if EMBEDDING.search(n) and ours[n].shape[0] == theirs[n].shape[0]
    ]
    if not names:
        return None
    units = matched_columns(ours[names[0]], theirs[names[0]])
    if units is None:
        return None
    width, wide = matrix_shape(ours[names[0]])[1], matrix_shape(theirs[names[0]])[1]
    inner = [
        n
        for n in sorted(ours.keys() & theirs.keys())
        if n not in names
        and matrix_shape(ours[n])[1] == width
        and matrix_shape(theirs[n])[1] == wide
    ]
    chosen = [inner[i] for i in spread(len(inner), MAX_SAMPLED)] if inner else []
    good = [n for n in chosen if rows_match(ours[n], theirs[n], units)]
    if not chosen or len(good) < math.ceil(MIN_ALIKE * len(chosen)):
        return None
    what = f"{width} of {wide} units remain" if width < wide else "units are in another order"
    how = f"{what}, {len(good)} of {len(chosen)} sampled tensors hold the parent's rows"
    relation = PG.prunedFrom if width < wide else PG.fineTunedFrom
    return Kinship(KinshipVerdict.CONFIRMED, how, relation, len(chosen), len(good), 1.0)


def _by_shape(
    ours: Mapping[str, Tensor],
    theirs: Mapping[str, Tensor],
    pairs: Sequence[TensorPair],
    other_shape: Sequence[str],
) -> Kinship | None:
    """Kinship by shapes alone, where values decide nothing; or None."""
    common = ours.keys() & theirs.keys()
    if other_shape and len(other_shape) > len(common) / 2:
        name = other_shape[0]
        how = (
            f"{len(other_shape)} of {len(common)} tensors of one name have another shape: "
            f"{name} {list(ours[name].shape)} instead of {list(theirs[name].shape)}"
        )
        return Kinship(KinshipVerdict.CONTRADICTED, how)
    if len(common) == len(ours) and not pairs:
        return Kinship(
            KinshipVerdict.COMPATIBLE, f"{len(common)} tensors of the same names and shapes"
        )
    return None


_SIZES = (
    ("hidden_size", ("hidden_size", "n_embd", "d_model", "dim"), "width"),
    ("num_attention_heads", ("num_attention_heads", "n_head", "n_heads"), "number of heads"),
    ("num_hidden_layers", ("num_hidden_layers", "n_layer", "n_layers"), "number of layers"),
)


def by_config(child: Mapping[str, object], parent: Mapping[str, object]) -> Kinship:
    """Kinship by two configurations, where there are no tensors to compare.

    >>> by_config({"hidden_size": 64}, {"hidden_size": 128}).how
    'another width: 64 instead of 128'
    """
    equal = 0
    for _, keys, what in _SIZES:
        one = next((child[k] for k in keys if isinstance(child.get(k), int)), None)
        other = next((parent[k] for k in keys if isinstance(parent.get(k), int)), None)
        if one is None or other is None:
            continue
        if one != other:
            how = f"another {what}: {one} instead of {other}"
            return Kinship(KinshipVerdict.CONTRADICTED, how)
        equal += 1
    if equal:
        return Kinship(KinshipVerdict.COMPATIBLE, f"{equal} sizes of the configurations are equal")
    return Kinship(KinshipVerdict.UNDETERMINED, "the two have nothing that can be compared")


def _adapted(child: Weights, parent: Weights) -> Kinship | None:
    """Kinship of a low-rank adapter whose matrices fit the base's modules; None for no adapter."""
    bases = {n: m[1] for n in child.tensors if (m := _LORA.match(n))}
    if not bases:
        return None
    theirs = {canonical(n): t for n, t in parent.tensors.items()}
    fitting, known = 0, 0
    for name, module in bases.items():
        target = theirs.get(canonical(f"{module}.weight"))
        outer = child.tensors.get(name.replace(".lora_A", ".lora_B"))
        if target is None or outer is None:
            continue
        known += 1
        fitting += (outer.shape[0], child.tensors[name].shape[1]) == matrix_shape(target)
    if known and fitting == known:
        how = f"{fitting} of {len(bases)} adapted modules have the base's shape"
        return Kinship(KinshipVerdict.COMPATIBLE, how, PG.adapterOf, known, fitting)
    if known and fitting < known / 2:
        how = f"{known - fitting} of {known} adapted modules have another shape in the base"
        return Kinship(KinshipVerdict.CONTRADICTED, how, None, known, fitting)
    return Kinship(
        KinshipVerdict.UNDETERMINED, "few of the adapted modules are there", None, known, fitting
    )
