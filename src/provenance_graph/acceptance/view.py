"""The accepted view of one subject: a pure function of the claims about it.

Both a full build and an incremental update call it, so that they cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.developer import counted, developers
from provenance_graph.acceptance.parents import inferred_parents, one_kind_each
from provenance_graph.acceptance.plausibility import after_release, doubts, needed
from provenance_graph.acceptance.policy.policy import Policy, PolicyCriterion
from provenance_graph.acceptance.resolve import (
    Resolution,
    resolve,
    unusable,
)
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceRule,
    AcceptanceStatus,
    Custody,
    Literal,
    Precision,
    Quad,
    Ruling,
    SourcedClaim,
    Stance,
    Value,
    claim_key,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA, XSD

CUTOFFS = (PG.knowledgeCutoff, PG.trainingDataCutoff)
OF_SERVICE = "a service catalogue states it of its service, and the weights are in a repository"
_RETIRED = Ruling(
    AcceptanceStatus.SUPERSEDED, "a later retrieval replaced it", AcceptanceRule.SUPERSEDED
)
_DERIVATIONS = frozenset(terms.DERIVATIONS)
_INFLUENCES = frozenset(terms.INFLUENCES)
Canonical = Callable[[Iri], Iri]


@dataclass(frozen=True, slots=True)
class View:
    """The accepted quads of one subject, the ruling on each claim, and disclosure statuses.

    ``decided`` holds the criterion that settled each property on which sources disagree.
    """

    subject: Iri
    quads: tuple[Quad, ...]
    claims: tuple[SourcedClaim, ...]
    statuses: dict[Iri, Iri]
    decided: dict[Iri, PolicyCriterion]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The accepted values of one property of one subject, its marks and disclosure status.

    ``marks`` are properties of the subject whose value is the property: disclosed in what way,
    inferred, implausible, contested. ``status`` is None for a property that is no fact.
    """

    subject: Iri
    predicate: Iri
    resolved: Resolution
    marks: tuple[Iri, ...] = ()
    status: Iri | None = None

    @property
    def quads(self) -> Iterable[Quad]:
        """The quads of the accepted values and the marks."""
        yield from _facts(self.subject, self.predicate, self.resolved)
        for mark in self.marks:
            yield self.subject, mark, self.predicate, None


def group_view(
    subject: Iri,
    predicate: Iri,
    items: Sequence[SourcedClaim],
    policy: Policy,
    as_of: str = "",
) -> GroupView:
    """Decide about the claims on one property.

    ``items`` are sorted by ``claim_order`` and have the bases on which they count.
    """
    resolved = resolve(items, predicate, policy, as_of)
    if predicate not in policy.facts:
        return GroupView(subject, predicate, resolved)
    status = disclosure.status(items, predicate, policy, as_of)
    marks = list(_marks(items, resolved, status))
    alone = predicate in policy.single and len(items) == 1
    if not alone and disclosure.contested(items, predicate, policy, as_of):
        marks.append(PG.contested)
    return GroupView(subject, predicate, resolved, tuple(marks), status)


def view_of(
    subject: Iri,
    sourced_claims: Iterable[SourcedClaim],
    names_of_it: Iterable[Iri],
    policy: Policy,
    *,
    retired: Iterable[SourcedClaim] = (),
    as_of: str = "",
    canonical: Canonical = lambda name: name,
) -> View:
    """Decide about every claim on a subject.

    ``sourced_claims`` are claims of current records (with values as canonical IRIs), ``retired``
    those of records that a later retrieval of the same document replaced. ``as_of`` is a day, else
    the policy's; ``canonical`` gives the canonical IRI of a publisher.
    """
    names = sorted(names_of_it)
    groups = by_predicate(_counted(list(sourced_claims), names, policy, canonical))
    _mark_late_cutoffs(groups, policy, as_of)
    _mark_implausible(subject, groups, policy)
    _mark_of_services(groups, policy)
    quads: set[Quad] = set()
    claims = _of_steps(groups, policy, as_of)
    statuses: dict[Iri, Iri] = {}
    decided: dict[Iri, PolicyCriterion] = {}
    for predicate, items in groups.items():
        seen = group_view(subject, predicate, items, policy, as_of)
        claims.extend(item.ruled(ruling) for item, ruling in seen.resolved.claims)
        quads.update(seen.quads)
        if seen.resolved.decided is not None:
            decided[predicate] = seen.resolved.decided
        if seen.status is not None:
            statuses[predicate] = seen.status
    for entity in names:
        if entity != subject:
            quads.add((subject, PG.describedAs, entity, None))
    claims.extend(item.ruled(_RETIRED) for item in retired)
    return View(subject, tuple(sorted(quads, key=quad_key)), tuple(claims), statuses, decided)


def _of_steps(
    groups: dict[Iri, list[SourcedClaim]], policy: Policy, as_of: str
) -> list[SourcedClaim]:
    """Remove from the groups claims that give a derivation step a second kind; return them."""
    if sum(predicate in groups for predicate in terms.PARENT_RELATIONS) < 2:
        return []
    return inferred_parents(groups, policy, as_of) + one_kind_each(groups, policy, as_of)


def _counted(
    sourced_claims: list[SourcedClaim], names: list[Iri], policy: Policy, canonical: Canonical
) -> list[SourcedClaim]:
    """The claims with the bases on which they count."""
    if not any(_ranks(item) for item in sourced_claims):
        return sourced_claims
    known = developers(names, sourced_claims, policy, canonical)
    return [counted(item, known, canonical) for item in sourced_claims]


def _ranks(item: SourcedClaim) -> bool:
    """Whether a claim's basis is one that custody or publisher may change."""
    return item.stated_basis in DEVELOPER_RANK or item.header.custody is Custody.DERIVED


def _facts(subject: Iri, predicate: Iri, resolution: Resolution) -> Iterable[Quad]:
    for value in resolution.values:
        if value == subject and predicate != SCHEMA.sameAs and _links(predicate):
            continue  # both ends have one canonical IRI: no model descends from itself
        yield subject, predicate, value, None
        if predicate in _DERIVATIONS:
            yield subject, PROV.wasDerivedFrom, value, None
        elif predicate in _INFLUENCES:
            yield subject, PROV.wasInfluencedBy, value, None


def _links(predicate: Iri) -> bool:
    return (
        predicate in _DERIVATIONS
        or predicate in _INFLUENCES
        or predicate
        in (PROV.specializationOf, PROV.wasDerivedFrom, DCTERMS.isPartOf, DCTERMS.replaces)
    )


def _marks(items: Sequence[SourcedClaim], resolution: Resolution, status: Iri) -> Iterable[Iri]:
    """The mark properties of a fact: its disclosure, and how its value is to be read."""
    disclosed = terms.DISCLOSURES.get(status)
    if disclosed is not None:
        yield disclosed
    elif not resolution.values and any(
        item.claim.stance is Stance.NOT_STATED and ruling.status is not AcceptanceStatus.SUPERSEDED
        for item, ruling in resolution.claims
    ):
        yield PG.leftBlank
    if resolution.values and resolution.inferred:
        yield PG.inferred
    if any(item.implausible for item in items):
        yield PG.implausible
    if (precision := _precision(resolution)) is not None and precision.mark is not None:
        yield precision.mark


def _precision(resolution: Resolution) -> Precision | None:
    """The precision of the accepted date; None where no date is accepted.

    The finest that the developer states. Without the developer's word, the finest period that a
    source names, else the day: catalogues write a month as its last day.
    """
    accepted = [
        item
        for item, ruling in resolution.claims
        if ruling.status is AcceptanceStatus.ACCEPTED
        and isinstance(item.claim.value, Literal)
        and item.claim.value.datatype == XSD.date
        and item.claim.value in resolution.values
    ]
    own = [item for item in accepted if item.basis in DEVELOPER_RANK]
    given = {item.claim.precision or Precision.DAY for item in own or accepted}
    periods = given if own else given - {Precision.DAY} or given
    return min(periods, key=list(Precision).index, default=None)


def _mark_late_cutoffs(groups: dict[Iri, list[SourcedClaim]], policy: Policy, as_of: str) -> None:
    """Mark knowledge cutoffs after the release as unusable: they are never accepted.

    A model cannot know of anything after its release.
    """
    if not any(predicate in groups for predicate in CUTOFFS):
        return
    released = _released(
        resolve(groups.get(DCTERMS.issued, ()), DCTERMS.issued, policy, as_of).values
    )
    for predicate in CUTOFFS:
        items = groups.get(predicate, [])
        for position, why in after_release(items, released).items():
            items[position] = unusable(items[position], why)


def _mark_implausible(subject: Iri, groups: dict[Iri, list[SourcedClaim]], policy: Policy) -> None:
    if not needed(groups):
        return
    why = doubts(subject, groups, policy)
    if not why:
        return
    for predicate, items in groups.items():
        groups[predicate] = [
            replace(item, implausible=why[id(item)]) if id(item) in why else item for item in items
        ]


def _mark_of_services(groups: dict[Iri, list[SourcedClaim]], policy: Policy) -> None:
    """Mark claims of service catalogues as unusable where the weights are in a repository.

    Such a catalogue describes its services, not the model.
    """
    if PG.hubRepository not in groups:
        return
    for predicate in policy.of_services & groups.keys():
        groups[predicate] = [
            unusable(item, OF_SERVICE, AcceptanceRule.SERVICE)
            if policy.source(item).services and item.basis not in DEVELOPER_RANK
            else item
            for item in groups[predicate]
        ]


def _released(values: tuple[Value, ...]) -> date | None:
    for value in values:
        if isinstance(value, Literal):
            try:
                return date.fromisoformat(value.lexical)
            except ValueError:
                return None
    return None


def quad_key(quad: Quad) -> tuple[str, ...]:
    """A sort key that orders all quads."""
    subject, predicate, value, graph = quad
    if isinstance(value, Iri):
        return (subject, predicate, value, "", "", graph or "")
    return (subject, predicate, value.lexical, value.datatype, value.language, graph or "")


def resolver(canonical: Canonical) -> Callable[[Value | None], Value | None]:
    """A function that gives the canonical IRI of an IRI, and returns literals unchanged."""

    def resolve_value(value: Value | None) -> Value | None:
        return canonical(value) if isinstance(value, Iri) else value

    return resolve_value


def by_predicate(sourced_claims: Iterable[SourcedClaim]) -> dict[Iri, list[SourcedClaim]]:
    """Claims grouped by property, in a stable order."""
    groups: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for item in sourced_claims:
        groups[item.claim.predicate].append(item)
    return {
        predicate: items if len(items) == 1 else sorted(items, key=claim_order)
        for predicate, items in sorted(groups.items())
    }


def claim_order(item: SourcedClaim) -> tuple[Iri, tuple[str, ...]]:
    """The sort key of the claims of one property, the same in every run."""
    return item.header.record, claim_key(item.claim)
