"""The score of a model under a rubric, every point down to its claims.

A pure function of a rubric and of the findings about one model. Numbers are exact
fractions until they are shown; then they are rounded half up, totals and criteria to one
decimal, items to two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from provenance_graph.assessment.levels.rules import NOTHING, SATISFIED, LevelFinding, rule_of
from provenance_graph.assessment.rubrics.rubric import LEVEL_RANK, Criterion, Item, Rubric
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

ROUNDING = "exact fractions; shown rounded half up, totals and criteria to 1 decimal, items to 2"
ZERO = Fraction(0)


def rounded(number: Fraction, places: int = 1) -> float:
    """A number as it is shown: rounded half up.

    >>> rounded(Fraction(1, 4)), rounded(Fraction(358, 10))
    (0.3, 35.8)
    """
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    nine = exact.quantize(Decimal(1).scaleb(-9), ROUND_HALF_UP)
    return float(nine.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """One property or facet that an item looks at, and what was found."""

    name: Iri
    finding: LevelFinding


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The level and points of one item.

    ``low`` and ``high`` are points of the total, of at most ``maximum``. ``gain`` is what
    the developer would add to the low total by publishing what ``missing`` names.
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
    """The points of one criterion, of at most ``maximum`` (0 when nothing in it applies)."""

    criterion: Criterion
    low: Fraction
    high: Fraction
    maximum: Fraction
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class PillarScore:
    """The points of one pillar; in a scheme of classes, whether the class is reached."""

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
    """A model under a rubric: a low–high range, because what nobody looked at is no zero.

    ``low`` counts it as nothing, ``high`` as full: the gap is missing audit work.
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
        """Items by what publishing them would gain, worst first."""
        open_ = [item for item in self.items if item.gain > 0]
        order = {item.item.iri: place for place, item in enumerate(self.items)}
        return tuple(sorted(open_, key=lambda item: (-item.gain, order[item.item.iri])))

    @property
    def grade(self) -> str:
        """The best class that is certainly reached; empty where there is none."""
        return next((p.grade for p in reversed(self.pillars) if p.reached), "")

    @property
    def possible_grade(self) -> str:
        """The best class that is not ruled out."""
        return next((p.grade for p in reversed(self.pillars) if p.possible), "")

    @property
    def shown(self) -> str:
        """The total as people read it."""
        return span(self.low, self.high, self.rubric)


def span(low: Fraction, high: Fraction, rubric: Rubric) -> str:
    """A total as people read it."""
    least, most = rounded(low), rounded(high)
    shown = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return f"{shown} of {float(rubric.maximum):g}"


def assess(
    subject: Iri, rubric: Rubric, findings: Mapping[Iri, LevelFinding], as_of: str = ""
) -> Assessment:
    """Apply a rubric to what was found about a model."""
    drafts = [
        (criterion, [_item_range(item, rubric, findings) for item in criterion.items])
        for criterion in rubric.criteria
    ]
    applicable = total(c.maximum for c, items in drafts if any(d.counts for d in items))
    scale = rubric.maximum / applicable if applicable else Fraction(0)
    criteria = tuple(_criterion(c, items, scale) for c, items in drafts)
    return Assessment(
        subject=subject,
        rubric=rubric,
        low=total(c.low for c in criteria),
        high=total(c.high for c in criteria),
        pillars=_pillars(rubric, criteria),
        criteria=criteria,
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class _ItemRange:
    item: Item
    level: Iri
    rule: str
    low: Fraction
    high: Fraction
    counts: bool
    uses: tuple[ClaimUse, ...]
    reachable: Fraction
    missing: tuple[Iri, ...]


def _item_range(item: Item, rubric: Rubric, findings: Mapping[Iri, LevelFinding]) -> _ItemRange:
    """The level of an item, and its share of the weight in the low and the high total."""
    uses = tuple(ClaimUse(name, findings.get(name, NOTHING)) for name in item.uses)
    for facet in item.not_applicable_when:
        result = findings.get(facet)
        if result is not None and result.level in SATISFIED:
            return _off(
                item, (*uses, ClaimUse(facet, result)), "the developer's claims rule it out"
            )
    if item.rule == PG.Unrepresented:
        low, high = rubric.factors[PG.LevelNotAssessed]
        rule = "no property of the graph can hold the evidence yet"
        return _ItemRange(item, PG.LevelNotAssessed, rule, low, high, True, uses, low, ())
    counted = [use for use in uses if use.finding.level in rubric.factors]
    if not counted:
        return _off(item, uses, rule_of(PG.LevelNotApplicable))
    low, high = shares(item.rule, rubric, [use.finding.level for use in counted])
    level = _level(item.rule, counted, rubric, low, high)
    best = rubric.factors[PG.LevelDisclosed]
    open_ = [use for use in counted if rubric.factors[use.finding.level][0] < best[0]]
    if item.rule == PG.AnyProperty and low >= best[0]:
        open_ = []
    published = [PG.LevelDisclosed if use in open_ else use.finding.level for use in counted]
    reachable, _ = shares(item.rule, rubric, published)
    missing = tuple(use.name for use in open_)
    rule = _explanation(item.rule, level, counted)
    return _ItemRange(item, level, rule, low, high, True, uses, max(reachable, low), missing)


def shares(rule: Iri, rubric: Rubric, levels: Sequence[Iri]) -> tuple[Fraction, Fraction]:
    """The share of its weight that an item earns, low and high, from the levels it uses.

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


def _off(item: Item, uses: tuple[ClaimUse, ...], rule: str) -> _ItemRange:
    return _ItemRange(item, PG.LevelNotApplicable, rule, ZERO, ZERO, False, uses, ZERO, ())


def _level(
    rule: Iri, uses: Sequence[ClaimUse], rubric: Rubric, low: Fraction, high: Fraction
) -> Iri:
    """The level that names the result: the one that decided under the item's rule."""
    levels = [use.finding.level for use in uses]
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


def _criterion(
    criterion: Criterion, drafts: Sequence[_ItemRange], scale: Fraction
) -> CriterionScore:
    weights = total(d.item.weight for d in drafts if d.counts)
    unit = criterion.maximum * scale / weights if weights else ZERO
    items = tuple(_item(d, _times(unit, d.item.weight)) for d in drafts)
    return CriterionScore(
        criterion=criterion,
        low=total(i.low for i in items),
        high=total(i.high for i in items),
        maximum=total(i.maximum for i in items),
        items=items,
    )


def _item(draft: _ItemRange, full: Fraction) -> ItemResult:
    return ItemResult(
        item=draft.item,
        level=draft.level,
        rule=draft.rule,
        low=_times(full, draft.low),
        high=_times(full, draft.high),
        maximum=full if draft.counts else ZERO,
        uses=draft.uses,
        gain=ZERO if draft.reachable is draft.low else _times(full, draft.reachable - draft.low),
        missing=draft.missing,
    )


def _times(number: Fraction, share: Fraction) -> Fraction:
    """A product; most shares are none or all, and then nothing has to be worked out."""
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


def _pillars(rubric: Rubric, criteria: Sequence[CriterionScore]) -> tuple[PillarScore, ...]:
    """Sums of criteria; a class is reached when nothing it or a lower class requires lacks."""
    results = []
    below: list[ItemResult] = []
    for pillar in rubric.pillars:
        own = [c for c in criteria if c.criterion.pillar == pillar.iri]
        below.extend(i for c in own for i in c.items if i.item.required and i.maximum > 0)
        classes = rubric.kind == PG.ClassScheme
        results.append(
            PillarScore(
                iri=pillar.iri,
                label=pillar.label,
                low=total(c.low for c in own),
                high=total(c.high for c in own),
                maximum=total(c.maximum for c in own),
                grade=pillar.grade,
                reached=classes and all(i.low == i.maximum for i in below),
                possible=classes and all(i.high == i.maximum for i in below),
                missing=tuple(i.item.iri for i in below if i.low < i.maximum) if classes else (),
            )
        )
    return tuple(results)


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """An item that two assessments judge differently, and the properties whose claims did it."""

    item: Item
    before: Iri
    after: Iri
    points: Fraction
    because: tuple[Iri, ...]


def score_differences(before: Assessment, after: Assessment) -> tuple[ScoreDifference, ...]:
    """The items whose evidence differs between two assessments under one rubric.

    Changing one claim moves exactly the items that use its property, and ``because`` names
    that property or the facet that asks for it.
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
    """What makes a finding another: a document read again that says the same does not."""
    return finding.level, *(
        frozenset((stored.claim, stored.header.document, stored.basis) for stored in claims)
        for claims in (finding.claims, finding.beside)
    )
