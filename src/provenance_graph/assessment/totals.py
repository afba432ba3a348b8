"""Totals of many models under many rubrics, without explanations.

Uses the functions of ``arithmetic`` on levels alone, and reuses partial results of earlier models.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.arithmetic import (
    ZERO,
    best,
    classes,
    item_share,
    scale,
    total,
    weigh,
)
from provenance_graph.assessment.evidence.gather import GRAPH, stored_levels
from provenance_graph.assessment.rubrics.rubric import Criterion, Item, Rubric
from provenance_graph.core.iris import Iri, iri
from provenance_graph.core.resources import folder

_MAX_REMEMBERED = 20_000
"""The most partial results that a calculator caches; it lives as long as its rubric."""


@dataclass(frozen=True, slots=True)
class Total:
    """The total of one model under one rubric, as a low–high range.

    In a scheme of classes ``grade`` is the class certainly reached, ``possible_grade`` the best one
    still possible.
    """

    subject: Iri
    rubric: Iri
    low: Fraction
    high: Fraction
    grade: str = ""
    possible_grade: str = ""


class Calculator:
    """Computes totals under one rubric; partial results are cached for further models.

    Only the criteria whose evidence differs from that of a model without evidence are computed.
    Their sums are integers, in units of a common denominator of everything computed so far, so that
    they are exact and fast.
    """

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        self._unit = 1
        self._known: dict[tuple[int, tuple[Iri | None, ...]], tuple[int, int, bool]] = {}
        self._graded: dict[tuple[Iri | None, ...], tuple[str, str]] = {}
        self._uses = [_looked_at(criterion.items) for criterion in rubric.criteria]
        self._required = _looked_at(item for item in rubric.items if item.required)
        self._by_use: dict[Iri, list[int]] = defaultdict(list)
        for position, uses in enumerate(self._uses):
            for use in uses:
                self._by_use[use].append(position)
        self._blank = [self._points(c, {}) for c in rubric.criteria]
        self._low = total(low for low, _, _ in self._blank)
        self._high = total(high for _, high, _ in self._blank)
        blank = zip(rubric.criteria, self._blank, strict=True)
        self._applicable = total(c.maximum for c, (_, _, applies) in blank if applies)

    def total(self, subject: Iri, levels: Mapping[Iri, Iri]) -> Total:
        """The total of one model from its evidence levels."""
        touched = {position for use in levels for position in self._by_use.get(use, ())}
        low = high = 0
        applicable = self._applicable
        changes = [self._change(position, levels) for position in touched]
        if changes and any(change is None for change in changes):  # the unit has changed
            changes = [self._change(position, levels) for position in touched]
        for position, change in zip(touched, changes, strict=True):
            assert change is not None
            low, high = low + change[0], high + change[1]
            if change[2] != self._blank[position][2]:
                maximum = self.rubric.criteria[position].maximum
                applicable += maximum if change[2] else -maximum
        factor = scale(self.rubric, applicable)
        total_low = (self._low + Fraction(low, self._unit)) * factor
        total_high = (self._high + Fraction(high, self._unit)) * factor
        sure, possible = self._grades(levels)
        return Total(subject, self.rubric.iri, total_low, total_high, sure, possible)

    def _change(self, position: int, levels: Mapping[Iri, Iri]) -> tuple[int, int, bool] | None:
        """The points that a criterion adds to the blank total, and whether it applies.

        None if the common denominator had to grow, which invalidates the cache.
        """
        key = position, tuple([levels.get(use) for use in self._uses[position]])
        known = self._known.get(key)
        if known is None:
            now, was = self._points(self.rubric.criteria[position], levels), self._blank[position]
            changes = now[0] - was[0], now[1] - was[1]
            unit = lcm(self._unit, *(change.denominator for change in changes))
            grew = unit != self._unit
            if grew or len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            if grew:
                self._unit = unit
            known = int(changes[0] * unit), int(changes[1] * unit), now[2]
            self._known[key] = known
            return None if grew else known
        return known

    def _points(
        self, criterion: Criterion, levels: Mapping[Iri, Iri]
    ) -> tuple[Fraction, Fraction, bool]:
        """The points of a criterion before scaling, low and high, and whether it applies."""
        points = weigh(criterion, [item_share(i, self.rubric, levels) for i in criterion.items])
        return (points.low, points.high, True) if points else (ZERO, ZERO, False)

    def _grades(self, levels: Mapping[Iri, Iri]) -> tuple[str, str]:
        """The class certainly reached and the best possible class; both empty without classes."""
        key = tuple([levels.get(use) for use in self._required])
        known = self._graded.get(key)
        if known is None:
            results = [*classes(self.rubric, lambda item: item_share(item, self.rubric, levels))]
            known = (
                best((result.pillar.grade, result.reached) for result in results),
                best((result.pillar.grade, result.possible) for result in results),
            )
            if len(self._graded) >= _MAX_REMEMBERED:
                self._graded.clear()
            self._graded[key] = known
        return known


def _looked_at(items: Iterable[Item]) -> tuple[Iri, ...]:
    """Every property and facet that items use, sorted."""
    return tuple(sorted({u for item in items for u in (*item.uses, *item.not_applicable_when)}))


def totals(models: Mapping[Iri, Mapping[Iri, Iri]], schemes: Iterable[Rubric]) -> Iterator[Total]:
    """Yield the total of every model under every computed rubric, sorted by model."""
    calculators = [Calculator(rubric) for rubric in schemes if rubric.is_computed]
    for model in sorted(models):
        for calculator in calculators:
            yield calculator.total(model, models[model])


def all_totals(snapshot: AcceptedSnapshot, schemes: Iterable[Rubric]) -> Iterator[Total]:
    """Yield the total of every model of a store under every computed rubric, from stored levels."""
    yield from totals(stored_levels(snapshot), schemes)


EVERY_MODEL = "{ SELECT DISTINCT ?model { GRAPH <%s> { ?model pg:evidenceProfile ?profile } } }"


def query(rubric: Rubric, models: Iterable[Iri] = (), name: str = "total") -> str:
    """The text of the stored query that computes totals (or ``classes``), for some or all models.

    It can be run on any SPARQL 1.1 service that has the store's data.
    """
    text = (folder("queries") / "assessment" / f"{name}.rq").read_text(encoding="utf-8")
    names = " ".join(f"<{iri(model)}>" for model in models)
    chosen = f"VALUES ?model {{ {names} }}" if names else EVERY_MODEL % GRAPH
    text = re.sub(r"VALUES \?model \{[^}]*\}", lambda _: chosen, text)
    return re.sub(r"VALUES \?rubric \{[^}]*\}", f"VALUES ?rubric {{ <{rubric.iri}> }}", text)
