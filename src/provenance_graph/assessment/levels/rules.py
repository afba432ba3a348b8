"""Evidence levels by rule: the level of a property that follows from the claims about it.

A level is never stored by hand. It follows from the publishers and bases of the claims:

- the developer states a value, and artefacts or a measurement agree: verified;
- the developer or the artefacts state a value: disclosed;
- the developer states part of it: partial;
- two statements of developer rank disagree: contradicted;
- a source searched, and the developer does not give a value: undisclosed;
- only others give a value: estimate, which earns nothing;
- no such claim: not assessed, which is not counted as zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provenance_graph.acceptance.agreement import agree, distinct
from provenance_graph.assessment.rubrics.rubric import LEVEL_RANK, Facet, Rubrics
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    OBSERVED,
    AcceptanceStatus,
    Basis,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

STATES = frozenset({Stance.STATED, Stance.DECLARED_EMPTY, Stance.DENIES})
REFUSES = frozenset({Stance.DECLINES, Stance.REPORTS_UNDISCLOSED})
SATISFIED = frozenset({PG.LevelVerified, PG.LevelDisclosed})


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """The level of one property or facet, the rule that gave it, and the deciding claims.

    ``other_claims`` are further claims on the same property or facet that did not decide, mostly
    those of third parties.
    """

    level: Iri
    rule: str
    claims: tuple[SourcedClaim, ...] = ()
    other_claims: tuple[SourcedClaim, ...] = ()


NOTHING = LevelFinding(PG.LevelNotAssessed, "no source covers it")
BLANK = (
    "others leave it open, which is not an evidence: none of the developer's documents is on record"
)


def better(one: LevelFinding, other: LevelFinding) -> LevelFinding:
    """The finding with the more informative level (LEVEL_RANK); the first if both are equal."""
    return one if LEVEL_RANK[one.level] <= LEVEL_RANK[other.level] else other


def of_property(
    claims: Sequence[SourcedClaim], *, single: bool, about: Iri | None = None
) -> LevelFinding:
    """The level of one property from the claims about it.

    A ``single`` property is contradicted if statements of developer rank about ``about`` disagree;
    other properties never are.
    """
    current = [stored for stored in claims if _counts(stored)]
    developer = [stored for stored in current if stored.basis in DEVELOPER_RANK]
    states = [stored for stored in developer if stored.claim.stance in STATES]
    if states:
        rivals = _rivals([stored for stored in states if about in (None, stored.subject)])
        if single and rivals:
            return _finding(PG.LevelContradicted, rivals, current)
        checked = _checked(states, current)
        if checked:
            return _finding(PG.LevelVerified, checked, current)
        return _finding(PG.LevelDisclosed, states, current)
    for level, result in (
        (PG.LevelPartial, [h for h in developer if h.claim.stance is Stance.PARTLY_STATED]),
        (
            PG.LevelNotApplicable,
            [h for h in developer if h.claim.stance is Stance.INAPPLICABLE],
        ),
        (PG.LevelUndisclosed, [h for h in current if _refuses(h)]),
        (PG.LevelEstimate, [h for h in current if _gives(h)]),
    ):
        if result:
            return _finding(level, result, current)
    return LevelFinding(NOTHING.level, BLANK, (), tuple(current)) if current else NOTHING


_RULES = {
    PG.LevelVerified: "the developer states it, and artefacts or a measurement agree",
    PG.LevelDisclosed: "the developer states it",
    PG.LevelPartial: "the developer states part of it",
    PG.LevelContradicted: "statements of the developer's disagree",
    PG.LevelUnmet: "what the developer states does not satisfy it",
    PG.LevelUndisclosed: "a source searched, and the developer does not disclose it",
    PG.LevelEstimate: "only others give a value, which earns no points",
    PG.LevelNotApplicable: "the developer states that it cannot apply",
    PG.LevelNotAssessed: NOTHING.rule,
}
"""The explanation of each level."""


def rule_of(level: Iri) -> str:
    """The explanation of a level, as one clause."""
    return _RULES[level]


def _finding(
    level: Iri, claims: Sequence[SourcedClaim], current: Sequence[SourcedClaim]
) -> LevelFinding:
    others = tuple(stored for stored in current if stored not in claims)
    return LevelFinding(level, _RULES[level], tuple(claims), others)


def _counts(sourced: SourcedClaim) -> bool:
    return sourced.status is not AcceptanceStatus.SUPERSEDED and not sourced.claim.unusable


def _gives(sourced: SourcedClaim) -> bool:
    return sourced.claim.value is not None and sourced.claim.stance in (
        Stance.STATED,
        Stance.PARTLY_STATED,
    )


def _refuses(sourced: SourcedClaim) -> bool:
    """Whether a claim proves a search: a report of absence, or the developer's own blank field."""
    if sourced.claim.stance in REFUSES:
        return True
    return sourced.claim.stance is Stance.NOT_STATED and sourced.basis in DEVELOPER_RANK


def _rivals(states: Sequence[SourcedClaim]) -> list[SourcedClaim]:
    """Statements that contradict each other, one per distinct value; empty if they agree."""
    valued = {id(stored.claim): stored for stored in states if _gives(stored)}
    retained = distinct(valued.values())
    if len(retained) < 2:
        return []
    claims = {id(item.claim) for item in retained}
    return [stored for key, stored in valued.items() if key in claims]


def _checked(states: Sequence[SourcedClaim], current: Sequence[SourcedClaim]) -> list[SourcedClaim]:
    """A developer's statement and the claims that confirm it on another basis; else empty.

    A report by a third party confirms nothing, since it may repeat the developer's statement.
    """
    stated = [h for h in states if h.basis is Basis.DEVELOPER and _gives(h)]
    checks = [h for h in current if h.basis in OBSERVED and _gives(h)]
    pairs = [
        (statement, check)
        for statement in stated
        for check in checks
        if statement.subject == check.subject and agree(statement, check)
    ]
    if not pairs:
        return []
    sourced_claims: list[SourcedClaim] = []
    for pair in pairs:
        sourced_claims.extend(stored for stored in pair if stored not in sourced_claims)
    return sourced_claims


def of_facet(
    facet: Facet,
    by_property: Mapping[Iri, Sequence[SourcedClaim]],
    single: frozenset[Iri],
    about: Iri | None = None,
) -> LevelFinding:
    """The level of a facet from the claims about its properties: in general the best of them."""
    per_property = {name: by_property.get(name, ()) for name in facet.properties}
    if facet.bases:
        return _on_other_bases(facet, per_property)
    results = [
        _of_accepted(facet, claims, single=name in single, about=about)
        for name, claims in per_property.items()
    ]
    if facet.must_agree:
        for finding in results:
            if finding.level == PG.LevelContradicted:
                return finding
        results = [finding for finding in results if finding.level in SATISFIED] or [NOTHING]
    best = results[0]
    for finding in results[1:]:
        best = better(best, finding)
    return best


def _on_other_bases(
    facet: Facet, per_property: Mapping[Iri, Sequence[SourcedClaim]]
) -> LevelFinding:
    """The finding for a facet that requires claims of others, such as third-party measurements."""
    claims = [
        stored
        for result in per_property.values()
        for stored in result
        if _counts(stored) and _gives(stored) and stored.basis.value in facet.bases
    ]
    if not claims:
        return NOTHING
    return LevelFinding(PG.LevelVerified, "others measured it on this release", tuple(claims))


def _of_accepted(
    facet: Facet, claims: Sequence[SourcedClaim], *, single: bool, about: Iri | None
) -> LevelFinding:
    if not facet.values and not facet.prefixes:
        return of_property(claims, single=single, about=about)
    fitting = [stored for stored in claims if not _gives(stored) or _accepts(facet, stored)]
    others = [stored for stored in claims if _gives(stored) and not _accepts(facet, stored)]
    finding = of_property(fitting, single=single, about=about)
    on_rank = [h for h in others if h.basis in DEVELOPER_RANK and _counts(h)]
    if not on_rank or not facet.unmet_otherwise:
        return finding
    if finding.level in SATISFIED and single:
        return _finding(PG.LevelContradicted, [*finding.claims, *on_rank], list(claims))
    if finding.level in SATISFIED:
        return finding
    return _finding(PG.LevelUnmet, on_rank, [h for h in claims if _counts(h)])


def _accepts(facet: Facet, sourced: SourcedClaim) -> bool:
    return accepts(facet, str(sourced.claim.value))


def accepts(facet: Facet, value: str) -> bool:
    """Whether a facet with required values accepts this value."""
    return value in facet.values or value.startswith(facet.prefixes)


@dataclass(frozen=True, slots=True)
class LevelQuestion:
    """The evidence that rubrics use: properties, facets, and which properties take one value."""

    uses: frozenset[Iri]
    facets: Mapping[Iri, Facet]
    single: frozenset[Iri]

    @classmethod
    def of(cls, rubrics: Rubrics, single: frozenset[Iri]) -> LevelQuestion:
        """All properties and facets that some rubrics use."""
        return cls(rubrics.uses, rubrics.facets, single)


def findings(
    claims: Iterable[SourcedClaim], question: LevelQuestion, about: Iri | None = None
) -> dict[Iri, LevelFinding]:
    """The finding of every property and facet to which a claim is relevant.

    Properties and facets without a finding are not assessed. A claim affects only the findings of
    its own property and of the facets that use that property.
    """
    by_property: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for stored in claims:
        by_property[stored.claim.predicate].append(stored)
    result: dict[Iri, LevelFinding] = {}
    for name in sorted(question.uses):
        facet = question.facets.get(name)
        if facet is None:
            if name in by_property:
                single = name in question.single
                result[name] = of_property(by_property[name], single=single, about=about)
        elif any(prop in by_property for prop in facet.properties):
            result[name] = of_facet(facet, by_property, question.single, about)
    return result
