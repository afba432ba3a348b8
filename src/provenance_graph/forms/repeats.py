"""Removes values of a field that repeat the quantity of another value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.forms.answers import FilledValue

_SAME_QUANTITY: Mapping[Iri, Iri] = MappingProxyType(
    {PG.nominalParameterCount: PG.parameterCount, PG.trainingDatapointCount: PG.trainingTokenCount}
)
"""Properties in which indices repeat another: a size in a name, tokens counted as data points."""


def without_repeats(values: Sequence[FilledValue]) -> list[FilledValue]:
    """Drop values that repeat a quantity; their footnotes are added to the value they repeat."""

    def key(value: FilledValue, property: str) -> tuple[str, str, str]:
        return value.of_iri, property, str(value.value)

    numbers = {key(value, value.iri) for value in values if _is_number(value)}
    further: dict[tuple[str, str, str], list[int]] = {}
    results = []
    for value in values:
        first = key(value, _SAME_QUANTITY.get(Iri(value.iri), ""))
        if first in numbers and value.basis != "developer":
            further.setdefault(first, []).extend(value.footnotes)
        else:
            results.append(value)
    return [
        replace(
            value, footnotes=sorted({*value.footnotes, *further.get(key(value, value.iri), ())})
        )
        for value in results
    ]


def _is_number(value: FilledValue) -> bool:
    return isinstance(value.value, int | float) and not isinstance(value.value, bool)
