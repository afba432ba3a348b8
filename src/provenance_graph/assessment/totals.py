"""Totals of many models under many rubrics, without the explanations.

The same arithmetic as ``assessment``, over levels alone and with everything that does not
depend on the model worked out once; a test holds both equal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import GRAPH, stored_levels
from provenance_graph.assessment.levels.rules import SATISFIED
from provenance_graph.assessment.rubrics.rubric import Criterion, Item, Rubric
from provenance_graph.assessment.score import shares
from provenance_graph.core.iris import Iri, iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG

ZERO = Fraction(0)
_MAX_REMEMBERED = 20_000
"""What a calculator remembers at most: it lives as long as its rubric."""


@dataclass(frozen=True, slots=True)
class Total:
    """The total of one model under one rubric, as a low–high range.

    In a scheme of classes ``grade`` is the class certainly reached.
    """

    subject: Iri
    rubric: Iri
    low: Fraction
    high: Fraction
    grade: str = ""
    possible_grade: str = ""


class Calculator:
    """Totals under one rubric; what was worked out for one model helps with the next.

    Sums run over integers, in units of one over a common denominator of everything seen, so
    that they are exact and quick.
    """

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        self._unit = 1
        self._known: dict[tuple[int, tuple[Iri | None, ...]], tuple[int, int, bool]] = {}
        self._uses: list[tuple[Iri, ...]] = []
        self._by_use: dict[Iri, list[int]] = defaultdict(list)
        for place, criterion in enumerate(rubric.criteria):
            uses = {
                use for item in criterion.items for use in (*item.uses, *item.not_applicable_when)
            }
            self._uses.append(tuple(sorted(uses)))
            for use in uses:
                self._by_use[use].append(place)
        self._blank = [self._criterion(c, {}) or (ZERO, ZERO) for c in rubric.criteria]
        self._low = sum((low for low, _ in self._blank), ZERO)
        self._high = sum((high for _, high in self._blank), ZERO)

    def total(self, subject: Iri, levels: Mapping[Iri, Iri]) -> Total:
        """The total of one model from its evidence levels."""
        touched = {place for use in levels for place in self._by_use.get(use, ())}
        low = high = 0
        maximum = self.rubric.maximum
        changes = [self._change(place, levels) for place in touched]
        if changes and any(change is None for change in changes):  # the unit has grown
            changes = [self._change(place, levels) for place in touched]
        for place, change in zip(touched, changes, strict=True):
            assert change is not None
            low, high = low + change[0], high + change[1]
            if not change[2]:
                maximum -= self.rubric.criteria[place].maximum
        scale = self.rubric.maximum / maximum if maximum else ZERO
        total_low = (self._low + Fraction(low, self._unit)) * scale
        total_high = (self._high + Fraction(high, self._unit)) * scale
        sure, possible = self._grades(levels)
        return Total(subject, self.rubric.iri, total_low, total_high, sure, possible)

    def _change(self, place: int, levels: Mapping[Iri, Iri]) -> tuple[int, int, bool] | None:
        """What a criterion adds to the blank total, and whether it applies.

        None when the common denominator had to grow: what was known is void then.
        """
        key = place, tuple([levels.get(use) for use in self._uses[place]])
        known = self._known.get(key)
        if known is None:
            criterion = self._criterion(self.rubric.criteria[place], levels)
            now, was = criterion or (ZERO, ZERO), self._blank[place]
            changes = now[0] - was[0], now[1] - was[1]
            unit = lcm(self._unit, *(change.denominator for change in changes))
            grew = unit != self._unit
            if grew or len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            if grew:
                self._unit = unit
            known = int(changes[0] * unit), int(changes[1] * unit), criterion is not None
            self._known[key] = known
            return None if grew else known
        return known

    def _criterion(
        self, criterion: Criterion, levels: Mapping[Iri, Iri]
    ) -> tuple[Fraction, Fraction] | None:
        low = high = weights = ZERO
        for item in criterion.items:
            if (share := self.share(item, levels)) is not None:
                low += item.weight * share[0]
                high += item.weight * share[1]
                weights += item.weight
        if not weights:
            return None
        return criterion.maximum * low / weights, criterion.maximum * high / weights

    def share(self, item: Item, levels: Mapping[Iri, Iri]) -> tuple[Fraction, Fraction] | None:
        """An item's share of its weight, low and high; None where it does not apply."""
        factors = self.rubric.factors
        if any(levels.get(facet) in SATISFIED for facet in item.not_applicable_when):
            return None
        if item.rule == PG.Unrepresented:
            return factors[PG.LevelNotAssessed]
        results = [levels.get(use, PG.LevelNotAssessed) for use in item.uses]
        counted = [level for level in results if level in factors]
        return shares(item.rule, self.rubric, counted) if counted else None

    def _grades(self, levels: Mapping[Iri, Iri]) -> tuple[str, str]:
        if self.rubric.kind != PG.ClassScheme:
            return "", ""
        sure = possible = True
        best = ["", ""]
        for pillar in self.rubric.pillars:
            for criterion in self.rubric.criteria:
                if criterion.pillar != pillar.iri:
                    continue
                for item in criterion.items:
                    share = self.share(item, levels) if item.required else None
                    if share is not None:
                        sure, possible = sure and share[0] == 1, possible and share[1] == 1
            best = [pillar.grade if sure else best[0], pillar.grade if possible else best[1]]
        return best[0], best[1]


def totals(models: Mapping[Iri, Mapping[Iri, Iri]], schemes: Iterable[Rubric]) -> Iterator[Total]:
    """Every model under every computed rubric, models and rubrics in order of name."""
    calculators = [Calculator(rubric) for rubric in schemes if rubric.is_computed]
    for model in sorted(models):
        for calculator in calculators:
            yield calculator.total(model, models[model])


def all_totals(snapshot: AcceptedSnapshot, schemes: Iterable[Rubric]) -> Iterator[Total]:
    """Every model of a store under every computed rubric, from the levels the store keeps."""
    yield from totals(stored_levels(snapshot), schemes)


EVERY_MODEL = "{ SELECT DISTINCT ?model { GRAPH <%s> { ?model pg:evidenceProfile ?profile } } }"


def query(rubric: Rubric, models: Iterable[Iri] = (), name: str = "total") -> str:
    """The stored query that adds up totals (or ``classes``), for some models or for all.

    Anybody can run it by hand, on any SPARQL 1.1 service that has the store's data.
    """
    text = (folder("queries") / "assessment" / f"{name}.rq").read_text(encoding="utf-8")
    shown = " ".join(f"<{iri(model)}>" for model in models)
    chosen = f"VALUES ?model {{ {shown} }}" if shown else EVERY_MODEL % GRAPH
    text = re.sub(r"VALUES \?model \{[^}]*\}", lambda _: chosen, text)
    return re.sub(r"VALUES \?rubric \{[^}]*\}", f"VALUES ?rubric {{ <{rubric.iri}> }}", text)
