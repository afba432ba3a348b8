"""The score of a model under a rubric, with the claims behind every point.

A pure function of a rubric and of the findings about one model. The points come from
``arithmetic``; this module adds the claims, the explanation and the possible gain. Numbers are
exact fractions until they are shown; then they are rounded half up, totals and criteria to one
decimal, items to two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from provenance_graph.assessment.arithmetic import (
    ZERO,
    Share,
    best,
    classes,
    combined,
    counted,
    item_share,
    ruled_out_by,
    scale,
    times,
    total,
    weigh,
)
from provenance_graph.assessment.levels.rules import NOTHING, SATISFIED, LevelFinding, rule_of
from provenance_graph.assessment.rubrics.rubric import LEVEL_RANK, Criterion, Item, Rubric
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

ROUNDING = "exact fractions; shown rounded half up, totals and criteria to 1 decimal, items to 2"


def rounded(number: Fraction, places: int = 1) -> float:
    """Round a number half up for display.

    >>> rounded(Fraction(1, 4)), rounded(Fraction(358, 10))
    (0.3, 35.8)
    """
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    nine = exact.quantize(Decimal(1).scaleb(-9), ROUND_HALF_UP)
    return float(nine.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """A property or facet that an item uses, and its finding."""

    name: Iri
    finding: LevelFinding


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The level and points of one item.

    ``low`` and ``high`` are points of the total, at most ``maximum``. ``gain`` is the increase of
    the low total if the developer publishes the properties and facets in ``missing``.
    """

    item: Item
    level: Iri
    rule: str
    low: Fraction
    high: Fraction
    maximum: Fraction
    uses: tuple[ClaimUse, ...]
    gain: Fraction
    missing: tuple[Iri, ...]

    @property
    def applies(self) -> bool:
        """Whether the item counts for this model."""
        return self.level != PG.LevelNotApplicable or self.maximum > 0


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The points of one criterion, at most ``maximum`` (0 if no item applies)."""

    criterion: Criterion
    low: Fraction
    high: Fraction
    maximum: Fraction
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class PillarScore:
    """The points of one pillar; in a scheme of classes also whether the class is reached."""

    iri: Iri
    label: str
    low: Fraction
    high: Fraction
    maximum: Fraction
    grade: str = ""
    reached: bool = False
    possible: bool = False
    missing: tuple[Iri, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """A model under a rubric, with a low–high range, since unassessed evidence is not zero.

    ``low`` counts unassessed evidence as absent, ``high`` as present: the gap measures missing
    audit work.
    """

    subject: Iri
    rubric: Rubric
    low: Fraction
    high: Fraction
    pillars: tuple[PillarScore, ...]
    criteria: tuple[CriterionScore, ...]
    as_of: str = ""

    @property
    def items(self) -> tuple[ItemResult, ...]:
        """Every item, in the order of the rubric."""
        return tuple(item for criterion in self.criteria for item in criterion.items)

    @property
    def gaps(self) -> tuple[ItemResult, ...]:
        """The items with a possible gain, by falling gain."""
        open_ = [item for item in self.items if item.gain > 0]
        order = {item.item.iri: position for position, item in enumerate(self.items)}
        return tuple(sorted(open_, key=lambda item: (-item.gain, order[item.item.iri])))

    @property
    def grade(self) -> str:
        """The best class that is certainly reached; empty if there is none."""
        return best((p.grade, p.reached) for p in self.pillars)

    @property
    def possible_grade(self) -> str:
        """The best class that is still possible; empty if there is none."""
        return best((p.grade, p.possible) for p in self.pillars)

    @property
    def total_text(self) -> str:
        """The total as text."""
        return span(self.low, self.high, self.rubric)


def span(low: Fraction, high: Fraction, rubric: Rubric) -> str:
    """Format a total as text: one number or a range, of the maximum."""
    minimum, maximum = rounded(low), rounded(high)
    text = f"{minimum:g}" if minimum == maximum else f"{minimum:g} to {maximum:g}"
    return f"{text} of {float(rubric.maximum):g}"


def assess(
    subject: Iri, rubric: Rubric, findings: Mapping[Iri, LevelFinding], as_of: str = ""
) -> Assessment:
    """Apply a rubric to the findings about a model."""
    levels = {name: finding.level for name, finding in findings.items()}
    shares = {item.iri: item_share(item, rubric, levels) for item in rubric.items}
    weighed = [weigh(c, [shares[item.iri] for item in c.items]) for c in rubric.criteria]
    applying = zip(rubric.criteria, weighed, strict=True)
    factor = scale(rubric, total(c.maximum for c, points in applying if points))
    criteria = []
    for criterion, points in zip(rubric.criteria, weighed, strict=True):
        full = times(points.unit, factor) if points else ZERO
        results = [
            _item(item, rubric, findings, levels, shares[item.iri], full)
            for item in criterion.items
        ]
        criteria.append(
            CriterionScore(
                criterion=criterion,
                low=times(points.low, factor) if points else ZERO,
                high=times(points.high, factor) if points else ZERO,
                maximum=times(criterion.maximum, factor) if points else ZERO,
                items=tuple(results),
            )
        )
    return Assessment(
        subject=subject,
        rubric=rubric,
        low=total(c.low for c in criteria),
        high=total(c.high for c in criteria),
        pillars=_pillars(rubric, criteria, shares),
        criteria=tuple(criteria),
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class _LevelOf:
    """The level of an item with its explanation, evidence, and possible higher share."""

    level: Iri
    rule: str
    uses: tuple[ClaimUse, ...]
    reachable: Fraction = ZERO
    missing: tuple[Iri, ...] = ()


def _item(
    item: Item,
    rubric: Rubric,
    findings: Mapping[Iri, LevelFinding],
    levels: Mapping[Iri, Iri],
    share: Share | None,
    unit: Fraction,
) -> ItemResult:
    """The result of an item, where a weight of one is worth ``unit`` points."""
    uses = tuple(ClaimUse(name, findings.get(name, NOTHING)) for name in item.uses)
    if share is None:
        reached = _off(item, uses, findings, levels)
        low = high = full = ZERO
    else:
        reached = _level_of(item, rubric, uses, levels, share)
        low, high = share
        full = times(item.weight, unit)
    return ItemResult(
        item=item,
        level=reached.level,
        rule=reached.rule,
        low=times(full, low),
        high=times(full, high),
        maximum=full,
        uses=reached.uses,
        gain=times(full, reached.reachable - low) if reached.reachable > low else ZERO,
        missing=reached.missing,
    )


def _level_of(
    item: Item,
    rubric: Rubric,
    uses: tuple[ClaimUse, ...],
    levels: Mapping[Iri, Iri],
    share: Share,
) -> _LevelOf:
    """The level of an item that applies."""
    if item.rule == PG.Unrepresented:
        rule = "no property of the graph can hold the evidence yet"
        return _LevelOf(PG.LevelNotAssessed, rule, uses)
    levels_counted = counted(item, rubric, levels)
    level = _level(item.rule, tuple(levels_counted.values()), rubric, *share)
    rule = _explanation(item.rule, level, [use for use in uses if use.name in levels_counted])
    maximum = rubric.factors[PG.LevelDisclosed][0]
    missing = tuple(name for name, lv in levels_counted.items() if rubric.factors[lv][0] < maximum)
    if not missing or (item.rule == PG.AnyProperty and share[0] >= maximum):
        return _LevelOf(level, rule, uses)
    published = {**levels_counted, **dict.fromkeys(missing, PG.LevelDisclosed)}
    reachable, _ = combined(item.rule, rubric, tuple(published.values()))
    return _LevelOf(level, rule, uses, reachable, missing)


def _off(
    item: Item,
    uses: tuple[ClaimUse, ...],
    findings: Mapping[Iri, LevelFinding],
    levels: Mapping[Iri, Iri],
) -> _LevelOf:
    """The level of an item that does not apply, with the reason."""
    if facet := ruled_out_by(item, levels):
        why = "the developer's claims rule it out"
        return _LevelOf(PG.LevelNotApplicable, why, (*uses, ClaimUse(facet, findings[facet])))
    return _LevelOf(PG.LevelNotApplicable, rule_of(PG.LevelNotApplicable), uses)


def _level(rule: Iri, levels: Sequence[Iri], rubric: Rubric, low: Fraction, high: Fraction) -> Iri:
    """The level that represents an item's result: the deciding one under the item's rule."""
    if len(set(levels)) == 1:
        return levels[0]
    first, last = min(levels, key=LEVEL_RANK.__getitem__), max(levels, key=LEVEL_RANK.__getitem__)
    if low > 0:
        if rule == PG.SharedProperties and not SATISFIED.issuperset(levels):
            return PG.LevelPartial
        return first if rule == PG.AnyProperty else last
    if high > 0:
        unknown = [lv for lv in levels if rubric.factors[lv][0] == 0 < rubric.factors[lv][1]]
        return min(unknown, key=LEVEL_RANK.__getitem__)
    zero = [level for level in levels if rubric.factors[level][1] == 0]
    return min(zero or levels, key=LEVEL_RANK.__getitem__)


_HOW = {
    PG.AnyProperty: "any one of {n} is enough",
    PG.AllProperties: "all of {n} are needed",
    PG.SharedProperties: "{n} equal shares",
}


def _explanation(rule: Iri, level: Iri, uses: Sequence[ClaimUse]) -> str:
    if len(uses) == 1:
        return uses[0].finding.rule
    met = sum(use.finding.level in SATISFIED for use in uses)
    how = _HOW[rule].format(n=len(uses))
    deciding = next((u.finding.rule for u in uses if u.finding.level == level), "")
    return f"{how}, {met} disclosed" + (f"; {deciding}" if deciding else "")


def _pillars(
    rubric: Rubric, criteria: Sequence[CriterionScore], shares: Mapping[Iri, Share | None]
) -> tuple[PillarScore, ...]:
    """The points of each pillar, and in a scheme of classes the result of each class."""
    results = []
    for one in classes(rubric, lambda item: shares[item.iri]):
        pillar = one.pillar
        own = [c for c in criteria if c.criterion.pillar == pillar.iri]
        results.append(
            PillarScore(
                iri=pillar.iri,
                label=pillar.label,
                low=total(c.low for c in own),
                high=total(c.high for c in own),
                maximum=total(c.maximum for c in own),
                grade=pillar.grade,
                reached=one.reached,
                possible=one.possible,
                missing=one.missing,
            )
        )
    return tuple(results)


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """An item with different results in two assessments, and the properties that caused it."""

    item: Item
    before: Iri
    after: Iri
    points: Fraction
    because: tuple[Iri, ...]


def score_differences(before: Assessment, after: Assessment) -> tuple[ScoreDifference, ...]:
    """The items whose evidence differs between two assessments under one rubric.

    A change of one claim affects exactly the items that use its property, and ``because`` names
    that property or the facet that uses it.
    """
    old = {result.item.iri: result for result in before.items}
    results = []
    for result in after.items:
        was = old[result.item.iri]
        because = _differing(was.uses, result.uses)
        if because or was.level != result.level:
            points = result.low - was.low
            results.append(ScoreDifference(result.item, was.level, result.level, points, because))
    return tuple(results)


def _differing(before: Sequence[ClaimUse], after: Sequence[ClaimUse]) -> tuple[Iri, ...]:
    one = {use.name: _evidence(use.finding) for use in before}
    two = {use.name: _evidence(use.finding) for use in after}
    return tuple(name for name in sorted({*one, *two}) if one.get(name) != two.get(name))


def _evidence(finding: LevelFinding) -> tuple[object, ...]:
    """The identity of a finding; the same claim from a later retrieval of its document is equal."""
    return finding.level, *(
        frozenset((stored.claim, stored.header.document, stored.basis) for stored in claims)
        for claims in (finding.claims, finding.other_claims)
    )
