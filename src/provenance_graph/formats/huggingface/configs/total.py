"""The parameter count computed from the dimensions in a config, where no count is stated.

The bounds were found by comparison with published counts: of ten plain decoders the sums of nine
came out within four per cent; the tenth, which was not a plain decoder, was five per cent off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.sizes import size_in_name, sum_of_weights
from provenance_graph.core.terms import PG, TRANSFORMER_SIZES
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.lookup import ABSENT, Config, inferred
from provenance_graph.formats.huggingface.tables import DEFAULTS, GATED_DECODERS

SUM = "sum of the dimensions"
"""The locator of a count that the config does not state."""
_TIED_MAY_BE_EITHER = 1.08
"""The ratio of untied to tied count up to which the sum need not decide between them."""
_OF_NAME = (0.8, 1.3)
"""The bounds of the ratio of the sum to the size in the name; outside them one of the two belongs
to another model."""
_TOWERS = frozenset({"vision_config", "audio_config", "speech_config", "image_config"})


def total(config: Config, counts: Mapping[Iri, int], raw: Mapping[str, Any]) -> ReaderOutput:
    """Yield the parameter count of a plain decoder as the sum of its dimensions, as an inference.

    None for a model with experts, or with another part beside its language part.
    """
    sizes = [counts.get(one, 0) for one in TRANSFORMER_SIZES]
    others = any(key in _TOWERS for key in raw)
    plain = config.model_type in GATED_DECODERS and counts.get(PG.expertCount, 0) <= 1
    if config.abridged or not plain or not all(sizes) or len(config.parts) > 1 or others:
        return
    groups = counts.get(PG.keyValueHeadCount, sizes[-1])
    layers, width, inner, words, heads = sizes
    low, high = sum_of_weights(
        layers, width, inner, words, heads, groups, counts.get(PG.headDimension)
    )
    known = DEFAULTS.get(config.model_type, {}).get("tie_word_embeddings")
    tied = config.first_of("tie_word_embeddings")[1]
    tied = known if tied is ABSENT else tied
    if not isinstance(tied, bool) and high > low * _TIED_MAY_BE_EITHER:
        return
    count = low if tied is True else high
    named = size_in_name(local_name(config.repo.name or config.repo.subject))
    if named is not None and not _OF_NAME[0] <= count / named[0] <= _OF_NAME[1]:
        return
    if round(count) in literals.INT64:  # a dimension may be any integer
        yield inferred(config, PG.parameterCount, literals.integer(round(count)), SUM)


def without_sum(items: Iterable[Claim | Problem]) -> ReaderOutput:
    """Yield a document's items, without the sum of dimensions where another count is stated."""
    stored = list(items)
    counted = any(_is_count(item) and not _is_sum(item) for item in stored)
    yield from (item for item in stored if not (counted and _is_sum(item)))


def _is_count(item: Claim | Problem) -> bool:
    return (
        isinstance(item, Claim) and item.predicate == PG.parameterCount and item.value is not None
    )


def _is_sum(item: Claim | Problem) -> bool:
    return isinstance(item, Claim) and item.predicate == PG.parameterCount and item.locator == SUM
