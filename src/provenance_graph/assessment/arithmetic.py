"""The arithmetic of a rubric, from evidence levels to shares, points and classes.

Pure functions over exact fractions. The assessment with explanations (``score``) and the
quick totals of many models (``totals``) are both made of them, so that they cannot differ.
A share is a part of one, in the low and in the high total.
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
"""What is earned of one, low and high."""


class Weighed(NamedTuple):
    """A criterion of which something applies, before the scale.

    ``low`` and ``high`` are points, ``unit`` the points that a weight of one is worth.
    """

    low: Fraction
    high: Fraction
    unit: Fraction


class ClassResult(NamedTuple):
    """Whether a class is certainly reached, whether it is not ruled out, and what it lacks."""

    pillar: Pillar
    reached: bool
    possible: bool
    missing: tuple[Iri, ...]


def ruled_out_by(item: Item, levels: Mapping[Iri, Iri]) -> Iri | None:
    """The facet whose claims take an item out of the score, if there is one."""
    for facet in item.not_applicable_when:
        if levels.get(facet) in SATISFIED:
            return facet
    return None


def counted(item: Item, rubric: Rubric, levels: Mapping[Iri, Iri]) -> dict[Iri, Iri]:
    """The levels of what an item looks at, without those that leave the score."""
    assigned = [(use, levels.get(use, PG.LevelNotAssessed)) for use in item.uses]
    return {use: level for use, level in assigned if level in rubric.factors}


def item_share(item: Item, rubric: Rubric, levels: Mapping[Iri, Iri]) -> Share | None:
    """The share of its weight that an item earns; None where it does not apply."""
    if ruled_out_by(item, levels):
        return None
    if item.rule == PG.Unrepresented:
        return rubric.factors[PG.LevelNotAssessed]
    results = counted(item, rubric, levels)
    return combined(item.rule, rubric, tuple(results.values())) if results else None


def combined(rule: Iri, rubric: Rubric, levels: Sequence[Iri]) -> Share:
    """The share that levels earn together under the rule of an item.

    Any: the best counts, and once one is disclosed what nobody looked at no longer matters.
    All: the worst counts. Shared: the mean.
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
    """The points of a criterion from the shares of its items; None when none of them applies.

    The items that apply fill up the maximum in proportion to their weights.
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
    """By what points grow, so that the criteria that apply make up the rubric's maximum."""
    return rubric.maximum / applicable if applicable else ZERO


def classes(rubric: Rubric, share_of: Callable[[Item], Share | None]) -> Iterator[ClassResult]:
    """Each pillar as a class: reached when nothing it or a lower class requires lacks.

    In other schemes there are no classes, and none is reached.
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
    """The last of the grades, from the lowest to the highest, that holds; empty for none."""
    return next((grade for grade, holds in reversed([*grades]) if holds), "")


def times(number: Fraction, share: Fraction) -> Fraction:
    """A product; most shares and scales are none or all: then nothing has to be worked out."""
    if not share:
        return ZERO
    return number if share.numerator == share.denominator else number * share


def total(numbers: Iterable[Fraction]) -> Fraction:
    """A sum; those of one denominator are added as whole numbers, which is ten times as fast."""
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
