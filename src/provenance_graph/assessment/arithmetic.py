"""The arithmetic of a rubric, from evidence levels to shares, points and classes.

Pure functions over exact fractions. The assessment with explanations (``score``) and the fast
totals of many models (``totals``) both use them, so that they cannot differ. A share is a fraction
of one, in the low and in the high total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from provenance_graph.assessment.levels.rules import SATISFIED
from provenance_graph.assessment.rubrics.rubric import Criterion, Item, Pillar, Rubric
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

ZERO = Fraction(0)

Share = tuple[Fraction, Fraction]
"""The share earned, low and high, each from 0 to 1."""


class Weighed(NamedTuple):
    """The points of a criterion with applicable items, before scaling to the rubric's maximum.

    ``low`` and ``high`` are points, ``unit`` the points for a weight of one.
    """

    low: Fraction
    high: Fraction
    unit: Fraction


class ClassResult(NamedTuple):
    """Whether a class is certainly reached, whether it is still possible, and the missing items."""

    pillar: Pillar
    reached: bool
    possible: bool
    missing: tuple[Iri, ...]


def ruled_out_by(item: Item, levels: Mapping[Iri, Iri]) -> Iri | None:
    """The facet whose claims make an item not applicable, or None."""
    for facet in item.not_applicable_when:
        if levels.get(facet) in SATISFIED:
            return facet
    return None


def counted(item: Item, rubric: Rubric, levels: Mapping[Iri, Iri]) -> dict[Iri, Iri]:
    """The levels of the properties and facets that an item uses, except those without factors."""
    assigned = [(use, levels.get(use, PG.LevelNotAssessed)) for use in item.uses]
    return {use: level for use, level in assigned if level in rubric.factors}


def item_share(item: Item, rubric: Rubric, levels: Mapping[Iri, Iri]) -> Share | None:
    """The share of its weight that an item earns; None if it does not apply."""
    if ruled_out_by(item, levels):
        return None
    if item.rule == PG.Unrepresented:
        return rubric.factors[PG.LevelNotAssessed]
    results = counted(item, rubric, levels)
    return combined(item.rule, rubric, tuple(results.values())) if results else None


def combined(rule: Iri, rubric: Rubric, levels: Sequence[Iri]) -> Share:
    """The share that several levels earn together under the rule of an item.

    Any: the best counts, and once one is disclosed, unassessed ones have no effect. All: the worst
    counts. Shared: the mean.
    """
    if len(levels) == 1:
        return rubric.factors[levels[0]]
    lows = [rubric.factors[level][0] for level in levels]
    highs = [rubric.factors[level][1] for level in levels]
    if rule == PG.AllProperties:
        return min(lows), min(highs)
    if rule == PG.SharedProperties:
        return total(lows) / len(lows), total(highs) / len(highs)
    sure = [high for level, high in zip(levels, highs, strict=True) if level in SATISFIED]
    return max(lows), max(sure or highs)


def weigh(criterion: Criterion, shares: Iterable[Share | None]) -> Weighed | None:
    """The points of a criterion from the shares of its items; None if no item applies.

    The weights of the applicable items are scaled up to the criterion's maximum.
    """
    applying = [
        (item.weight, share)
        for item, share in zip(criterion.items, shares, strict=True)
        if share is not None
    ]
    if not applying:
        return None
    unit = criterion.maximum / total(weight for weight, _ in applying)
    low = total(times(weight, share[0]) for weight, share in applying)
    high = total(times(weight, share[1]) for weight, share in applying)
    return Weighed(times(low, unit), times(high, unit), unit)


def scale(rubric: Rubric, applicable: Fraction) -> Fraction:
    """The factor that scales the points of applicable criteria to the rubric's maximum."""
    return rubric.maximum / applicable if applicable else ZERO


def classes(rubric: Rubric, share_of: Callable[[Item], Share | None]) -> Iterator[ClassResult]:
    """Yield the result of each pillar as a class: reached if no required item up to it is missing.

    In a scheme of another kind no class is reached.
    """
    below: list[tuple[Iri, Share]] = []
    for pillar in rubric.pillars:
        if rubric.kind != PG.ClassScheme:
            yield ClassResult(pillar, reached=False, possible=False, missing=())
            continue
        own = (c for c in rubric.criteria if c.pillar == pillar.iri)
        shares = (
            (item.iri, share_of(item))
            for criterion in own
            for item in criterion.items
            if item.required
        )
        below.extend((name, share) for name, share in shares if share is not None)
        missing = tuple(name for name, (low, _) in below if low < 1)
        possible = all(high == 1 for _, (_, high) in below)
        yield ClassResult(pillar, not missing, possible, missing)


def best(grades: Iterable[tuple[str, bool]]) -> str:
    """The last grade that holds, of grades in ascending order; empty if none holds."""
    return next((grade for grade, holds in reversed([*grades]) if holds), "")


def times(number: Fraction, share: Fraction) -> Fraction:
    """The product of a number and a share; shares of 0 and 1 need no multiplication."""
    if not share:
        return ZERO
    return number if share.numerator == share.denominator else number * share


def total(numbers: Iterable[Fraction]) -> Fraction:
    """The sum of fractions; those of equal denominator are added as integers, ten times as fast."""
    sums: dict[int, int] = {}
    for number in numbers:
        if numerator := number.numerator:
            denominator = number.denominator
            sums[denominator] = sums.get(denominator, 0) + numerator
    result = ZERO
    for denominator, numerator in sums.items():
        part = Fraction(numerator, denominator)
        result = result + part if result else part
    return result
