"""Conflicts on several-valued properties: developer, training data, languages, licence.

The values of each source are one statement. Two statements conflict if they have no value in common
after identity resolution. Organisations of which one is a part of the other or a member of a
compound, and datasets of which one is a part of the other, count as common. Sources of the same or
an adjacent tier disagree; a source of a more distant tier is weaker. The owner of a repository is a
fallback and never conflicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import (
    RESEARCHED,
    ConflictKind,
    by_weight,
    conflict_kind,
    tier,
)
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceStatus,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri, organization, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.matching.organizations import Organizations
from provenance_graph.store.values import ANY

PROPERTIES = {
    DCTERMS.creator: "developer",
    PG.trainedOn: "training data",
    DCTERMS.language: "languages",
    DCTERMS.license: "licence",
}


def subjects(snapshot: AcceptedSnapshot) -> list[Iri]:
    """Models and datasets with several values of such a property, accepted or stated."""
    described = {
        subject
        for kind in (PG.Model, PG.Dataset)
        for subject, *_ in snapshot.quads(predicate=RDF.type, object=kind)
    }
    several: set[Iri] = set()
    for prop in PROPERTIES:
        seen: set[Iri] = set()
        for subject, *_ in snapshot.quads(predicate=prop):
            if subject in seen:
                several.add(subject)
            seen.add(subject)
    for prop in snapshot.policy.closest & PROPERTIES.keys():
        stated: dict[Iri, Value] = {}
        for subject, _, value, _ in snapshot.quads(predicate=prop, graph=ANY):
            model = snapshot.canonical(subject)
            if stated.setdefault(model, value) != value:
                several.add(model)
    return sorted(several & described)


def several_valued(
    snapshot: AcceptedSnapshot,
    subject: Iri,
    groups: dict[Iri, list[SourcedClaim]],
    known: Organizations,
) -> Iterator[Conflict]:
    """Yield the conflicts of one subject on its several-valued properties."""
    name = label(snapshot, subject) or short_id(subject)
    wholes = {
        DCTERMS.creator: known.with_wholes,
        PG.trainedOn: lambda one: _wholes_of_data(snapshot, one),
    }
    for prop, prop_label in PROPERTIES.items():
        stated = _stated(snapshot, subject, prop, groups.get(prop, ()))
        if len(stated) < 2:
            if prop == DCTERMS.license:
                yield from _of_one_publisher(snapshot, subject, name, stated)
            continue
        widened = {who: _widened(values, wholes.get(prop)) for who, (values, _) in stated.items()}
        tiers = {
            who: min(tier(item, snapshot.policy) for item in items)
            for who, (_, items) in stated.items()
        }
        exclusive = [
            (a, b)
            for a, b in combinations(sorted(stated), 2)
            if not widened[a] & widened[b]
            and (prop != DCTERMS.language or _comparable(*(stated[who][0] for who in (a, b))))
        ]
        if not exclusive:
            continue
        a, b = min(exclusive, key=lambda pair: max(tiers[who] for who in pair))
        sides: tuple[Side, ...] = tuple(
            (" + ".join(sorted(_value_text(v) for v in stated[who][0])), tuple(stated[who][1]))
            for who in (a, b)
        )
        kind = _by_tiers(prop_label, *sorted((tiers[a], tiers[b])))
        own = [any(c.basis in DEVELOPER_RANK for c in stored) for _, stored in sides]
        if all(own):
            kind = conflict_kind(
                "developer", f"documents of the developer give {prop_label} with nothing in common"
            )
        yield Conflict(subject, prop, prop_label, kind.kind, kind.severity, kind.why, sides, name)


def _of_one_publisher(
    snapshot: AcceptedSnapshot,
    subject: Iri,
    name: str,
    stated: dict[Iri, tuple[set[Value], list[SourcedClaim]]],
) -> Iterator[Conflict]:
    """Yield a conflict if two documents of one publisher give licences with none in common."""
    prop, label = DCTERMS.license, PROPERTIES[DCTERMS.license]
    by_document: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for _, claims in stated.values():
        for item in claims:
            by_document[item.header.of_document].append(item)
    for a, b in combinations(sorted(by_document), 2):
        groups = [by_document[a], by_document[b]]
        values = [{item.value for item in group} for group in groups]
        if values[0] & values[1]:
            continue
        kind = by_weight(groups, snapshot.policy, prop)
        sides: tuple[Side, ...] = tuple(
            (" + ".join(sorted(_value_text(v) for v in side if v is not None)), tuple(group))
            for side, group in zip(values, groups, strict=True)
        )
        yield Conflict(subject, prop, label, kind.kind, kind.severity, kind.why, sides, name)
        return


def _by_tiers(label: str, better: int, worse: int) -> ConflictKind:
    """The kind by the tiers of two sources: equal weight, or one weaker than the other."""
    if worse > RESEARCHED and worse - better > 1:
        why = (
            f"a source of tier {worse} against one of tier {better}: {label} with nothing in common"
        )
        return conflict_kind("weaker", why)
    return conflict_kind("sources", f"sources give {label} that have nothing in common")


def _stated(
    snapshot: AcceptedSnapshot,
    subject: Iri,
    prop: Iri,
    claims: Sequence[SourcedClaim],
) -> dict[Iri, tuple[set[Value], list[SourcedClaim]]]:
    """The values and claims of each publisher, over all its documents."""
    owner = {organization(part) for part in short_id(subject).split("/")[:1]}
    stated: dict[Iri, tuple[set[Value], list[SourcedClaim]]] = defaultdict(lambda: (set(), []))
    for item in claims:
        fallback = prop == DCTERMS.creator and item.claim.value in owner
        weak = fallback and item.header.reader != "rdf"
        current = item.status in (AcceptanceStatus.ACCEPTED, AcceptanceStatus.ALTERNATIVE)
        if weak or not current or item.value is None or item.claim.stance is not Stance.STATED:
            continue
        if isinstance(item.value, Iri) and snapshot.is_a(item.value, PG.UnresolvedReference):
            continue
        values, stored = stated[snapshot.canonical(item.header.publisher)]
        values.add(item.value)
        stored.append(item)
    return stated


def _comparable(one: set[Value], other: set[Value]) -> bool:
    """Whether both sides give languages as codes, or both as names: ``en`` may be ``English``."""
    coded = [all(len(str(value).partition("-")[0]) <= 3 for value in side) for side in (one, other)]
    return coded[0] == coded[1]


def _widened(values: Iterable[Value], wholes: Callable[[Iri], set[Iri]] | None) -> set[Value]:
    covered: set[Value] = set(values)
    for value in values:
        if wholes is not None and isinstance(value, Iri):
            covered |= wholes(value)
    return covered


def _wholes_of_data(snapshot: AcceptedSnapshot, dataset: Iri) -> set[Iri]:
    """A dataset and the datasets of which it is a part or another form."""
    seen: set[Iri] = set()
    waiting = [dataset]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for name in snapshot.statements.names_of(one):
            for relation in terms.DATASET_RELATIONS:
                for *_, other, _ in snapshot.quads(name, relation, graph=identity.GRAPH):
                    if isinstance(other, Iri):
                        waiting.append(snapshot.canonical(other))
    return seen


def _value_text(value: Value) -> str:
    return short_id(value) if isinstance(value, Iri) else str(value)
