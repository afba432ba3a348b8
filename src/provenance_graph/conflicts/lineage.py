"""Conflicts between sources that name different parents for one model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.view import View
from provenance_graph.conflicts.kinds import SEVERITY, tier
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core import terms
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.matching.names import parse
from provenance_graph.store.values import ANY

_MANY = frozenset({PG.mergedFrom, PG.distilledFrom})
"""Relations that allow several parents, or a further parent of another relation."""
_ONE = frozenset(terms.DERIVATIONS) - _MANY | {PROV.wasDerivedFrom}
_STEPS = 4


def parents(
    snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None
) -> Iterator[Conflict]:
    """Yield a conflict for each model without a parent on which all naming sources agree."""
    if subjects is None:
        subjects = _with_several(snapshot)
    for subject, seen in snapshot.views(subjects):
        by_source: dict[Iri, dict[Iri, list[SourcedClaim]]] = defaultdict(lambda: defaultdict(list))
        for stored in _claims(seen):
            parent = snapshot.canonical(Iri(str(stored.claim.value)))
            if not _unresolved(snapshot, parent):
                by_source[stored.header.publisher][parent].append(stored)
        named = [set(parents_) for parents_ in by_source.values()]
        if len(named) > 1 and not set.intersection(*named):
            yield _conflict(snapshot, subject, by_source)


def _with_several(snapshot: AcceptedSnapshot) -> list[Iri]:
    """Models for which sources name more than one parent, accepted or not."""
    named: dict[Iri, set[Iri]] = defaultdict(set)
    for relation in _ONE:
        for child, parent in _stated(snapshot, relation):
            named[snapshot.canonical(child)].add(snapshot.canonical(parent))
    return sorted(child for child, those in named.items() if len(those) > 1)


def _stated(snapshot: AcceptedSnapshot, relation: Iri) -> Iterator[tuple[Iri, Iri]]:
    """Yield children and parents as accepted and as stated by plain or annotated claims."""
    for where in (None, ANY):
        for child, _, parent, _ in snapshot.quads(predicate=relation, graph=where):
            if isinstance(parent, Iri):
                yield child, parent
    for node, _, _, graph in snapshot.quads(predicate=PG.property, object=relation, graph=ANY):
        values = [o for *_, o, _ in snapshot.quads(node, PG.value, graph=graph)]
        for *_, about, _ in snapshot.quads(node, PG.about, graph=graph):
            if isinstance(about, Iri):
                yield from ((about, value) for value in values if isinstance(value, Iri))


def _own_step(subject: Iri, parents_: Iterable[Iri]) -> bool:
    """Whether some, but not all, of the parents belong to the owner of the model."""
    own = [
        short_id(parent).partition("/")[0] == short_id(subject).partition("/")[0]
        for parent in parents_
    ]
    return any(own) and not all(own)


def _weight(snapshot: AcceptedSnapshot, claims: dict[Iri, list[SourcedClaim]]) -> tuple[str, int]:
    """The kind and severity by the sources' tiers: equal sources disagree, or one is weaker."""
    tiers = sorted(min(tier(c, snapshot.policy) for c in stored) for stored in claims.values())
    kind = "sources" if tiers[1] - tiers[0] <= 1 else "weaker"
    return kind, SEVERITY[kind]


def _claims(seen: View) -> list[SourcedClaim]:
    return [
        stored
        for stored in seen.claims
        if stored.claim.predicate in _ONE
        and isinstance(stored.claim.value, Iri)
        and stored.status in (AcceptanceStatus.ACCEPTED, AcceptanceStatus.ALTERNATIVE)
    ]


def _unresolved(snapshot: AcceptedSnapshot, parent: Iri) -> bool:
    return any(True for _ in snapshot.quads(parent, RDF.type, PG.UnresolvedReference))


def _conflict(
    snapshot: AcceptedSnapshot, subject: Iri, by_source: dict[Iri, dict[Iri, list[SourcedClaim]]]
) -> Conflict:
    claims: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for result in by_source.values():
        for parent, stored in result.items():
            claims[parent] += stored
    sides: tuple[Side, ...] = tuple((parent, tuple(claims[parent])) for parent in sorted(claims))
    if _alike(claims):
        kind, severity = "naming", 10
        why = "the parents have the same name; no decision says that they are one model"
    elif any(_descends(snapshot, a, b) for a in claims for b in claims if a != b):
        kind, severity = "variant", 35
        why = "one parent descends from the other: a source goes back more than one step"
    elif _own_step(subject, claims):
        kind, severity = "variant", 35
        why = "one parent is an earlier step by the same owner: a source goes back further"
    else:
        kind, severity = _weight(snapshot, claims)
        why = "sources name different parents"
    name = label(snapshot, subject) or short_id(subject)
    prop = PROV.wasDerivedFrom
    return Conflict(subject, prop, "parent", kind, severity, why, sides, name)


def _alike(parents_: Iterable[Iri]) -> bool:
    """Whether all parents have the same full name, in any spelling."""
    first, *others = [parse(short_id(parent).rpartition("/")[2]) for parent in parents_]
    return not any(first.differs(other) for other in others)


def _descends(snapshot: AcceptedSnapshot, child: Iri, ancestor: Iri) -> bool:
    """Whether an ancestor is within _STEPS derivations of a child."""
    reached = {child}
    for _ in range(_STEPS):
        reached = {
            parent
            for entity in reached
            for *_, parent, _ in snapshot.quads(entity, PROV.wasDerivedFrom)
            if isinstance(parent, Iri)
        }
        if ancestor in reached:
            return True
    return False
