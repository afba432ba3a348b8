"""Totals of many models under many rubrics, without the explanations.

The same arithmetic as ``assessment``, over levels alone and with everything that does not
depend on the model worked out once; a test holds both equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from provenance_graph import vocab
from provenance_graph.analysis.assessment_evidence import stored_levels
from provenance_graph.analysis.assessment_levels import SATISFIED
from provenance_graph.analysis.rubric_model import Criterion, Item, Rubric
from provenance_graph.names import Iri
from provenance_graph.store.base import Store

ZERO = Fraction(0)


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
    """Totals under one rubric; what was worked out for one model helps with the next."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        self._shares: dict[
            tuple[Iri, tuple[Iri | None, ...]], tuple[Fraction, Fraction] | None
        ] = {}
        self._by_use: dict[Iri, list[Criterion]] = defaultdict(list)
        for criterion in rubric.criteria:
            for item in criterion.items:
                for use in (*item.uses, *item.not_applicable_when):
                    if criterion not in self._by_use[use]:
                        self._by_use[use].append(criterion)
        self._blank = {c.iri: self._criterion(c, {}) for c in rubric.criteria}
        self._sum_low = sum((p[0] for p in self._blank.values() if p), ZERO)
        self._sum_high = sum((p[1] for p in self._blank.values() if p), ZERO)

    def total(self, subject: Iri, levels: Mapping[Iri, Iri]) -> Total:
        """The total of one model from its evidence levels."""
        low, high, maximum = self._sum_low, self._sum_high, self.rubric.maximum
        touched = {c.iri: c for use in levels for c in self._by_use.get(use, ())}
        for criterion in touched.values():
            was, now = self._blank[criterion.iri], self._criterion(criterion, levels)
            if was:
                low, high = low - was[0], high - was[1]
            if now:
                low, high = low + now[0], high + now[1]
            elif was:
                maximum -= criterion.maximum
        scale = self.rubric.maximum / maximum if maximum else ZERO
        sure, possible = self._grades(levels)
        return Total(subject, self.rubric.iri, low * scale, high * scale, sure, possible)

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
        key = item.iri, tuple(levels.get(u) for u in (*item.uses, *item.not_applicable_when))
        if key not in self._shares:
            self._shares[key] = self._work_out(item, levels)
        return self._shares[key]

    def _work_out(self, item: Item, levels: Mapping[Iri, Iri]) -> tuple[Fraction, Fraction] | None:
        factors = self.rubric.factors
        if any(levels.get(facet) in SATISFIED for facet in item.not_applicable_when):
            return None
        if item.rule == vocab.UNREPRESENTED:
            return factors[vocab.LEVEL_NOT_ASSESSED]
        found = [levels.get(use, vocab.LEVEL_NOT_ASSESSED) for use in item.uses]
        counted = [factors[level] for level in found if level in factors]
        if not counted:
            return None
        lows, highs = [low for low, _ in counted], [high for _, high in counted]
        if item.rule == vocab.ALL_PROPERTIES:
            return min(lows), min(highs)
        if item.rule == vocab.SHARED_PROPERTIES:
            return sum(lows, ZERO) / len(counted), sum(highs, ZERO) / len(counted)
        return max(lows), max(highs)

    def _grades(self, levels: Mapping[Iri, Iri]) -> tuple[str, str]:
        if self.rubric.kind != vocab.CLASS_SCHEME:
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


def all_totals(store: Store, schemes: Iterable[Rubric]) -> Iterator[Total]:
    """Every model of a store under every computed rubric, from the levels the store keeps."""
    yield from totals(stored_levels(store), schemes)
