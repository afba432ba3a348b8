"""The names that share a key with given names, and the properties of only these names.

The rules compare two names only if they share a spelling (``matching.keys``). Decisions on some
names therefore depend only on the names around them, and the whole store need not be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Literal, Value
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.matching.entities import Gathered, NamedEntity
from provenance_graph.matching.keys import KEYS
from provenance_graph.matching.names import owner
from provenance_graph.matching.organizations import Organizations
from provenance_graph.store.values import ANY

_SPELLING = "m "
"""The prefix of the keys of model spellings."""


def has_keys(snapshot: AcceptedSnapshot) -> bool:
    """Whether the names of a store have keys; stores of early versions have none."""
    return any(True for _ in snapshot.present.quads(predicate=PG.nameKey, graph=KEYS))


def sharing(snapshot: AcceptedSnapshot) -> frozenset[Iri]:
    """Every model or offered model that shares a spelling with another one; cached per snapshot.

    Only hashes of the spellings are held in memory, for millions of names. A hash collision adds
    two names to the comparison and changes no verdict.
    """
    return snapshot.cached("names that share a spelling", lambda: _sharing(snapshot))


def _sharing(snapshot: AcceptedSnapshot) -> frozenset[Iri]:
    once: set[int] = set()
    shared: set[int] = set()
    for _, key in _spellings(snapshot):
        (shared if key in once else once).add(key)
    del once
    if not shared:
        return frozenset()
    held = (name for name, key in _spellings(snapshot) if key in shared)
    return frozenset(map(snapshot.canonical, held))


def _spellings(snapshot: AcceptedSnapshot) -> Iterator[tuple[Iri, int]]:
    """Yield every name of a model with the hash of each of its distinct spellings."""
    for name, _, key, _ in snapshot.quads(predicate=PG.nameKey, graph=KEYS):
        if (text := str(key)).startswith(_SPELLING):
            yield name, hash(text)


def around(snapshot: AcceptedSnapshot, subjects: Iterable[Iri]) -> set[Iri]:
    """The models that share a spelling with some subjects, directly or through other models.

    Keys are current ones. They include those of a past day, since they depend on records that the
    store still holds.
    """
    now = snapshot.present
    members: set[Iri] = set()
    seen: set[Value] = set()
    waiting = [snapshot.canonical(subject) for subject in subjects]
    while waiting:
        subject = waiting.pop()
        if subject in members:
            continue
        members.add(subject)
        names = {subject, *snapshot.statements.names_of(subject)}
        for name in names | {now.canonical(one) for one in names}:
            for *_, key, _ in now.quads(name, PG.nameKey, graph=KEYS):
                if key in seen or not str(key).startswith(_SPELLING):
                    continue
                seen.add(key)
                for holder, *_ in now.quads(predicate=PG.nameKey, object=key, graph=KEYS):
                    waiting += _names_then(snapshot, holder)
    return members


def _names_then(snapshot: AcceptedSnapshot, holder: Iri) -> set[Iri]:
    """The canonical subjects, on the day of a snapshot, of the names of an entity."""
    if not snapshot.as_of:
        return {snapshot.canonical(holder)}
    statements = snapshot.present.statements
    names = statements.names_of(statements.canonical(holder))
    return {snapshot.canonical(name) for name in (holder, *names)}


def entities_of(
    snapshot: AcceptedSnapshot, known: Organizations, members: Collection[Iri]
) -> list[NamedEntity]:
    """The named entities of some models, read subject by subject."""
    return _GatheredOf(snapshot, known, members).entities()


_MAKING = f"""SELECT ?o {{
  VALUES ?o {{ %s }}
  FILTER(
    EXISTS {{ ?s <{DCTERMS.creator}> ?o }}
    || EXISTS {{ GRAPH ?g {{ ?s <{DCTERMS.creator}> ?o }} }}
    || EXISTS {{ GRAPH ?g {{ ?c <{PG.value}> ?o ; <{PG.property}> <{DCTERMS.creator}> }} }}
  )
}}"""
"""Selects the organisations that any record, or the accepted view, names as a developer."""


class _Makers:
    """The organisations that any record names as a developer, looked up on demand."""

    def __init__(self, snapshot: AcceptedSnapshot, known: Organizations) -> None:
        self._snapshot, self._known = snapshot, known
        self._seen: dict[Iri, bool] = {}

    def ask(self, organizations: Iterable[Iri]) -> None:
        """Look up several organisations in one query, where each look-up would be a request."""
        names = {one: self._known.names_of(one) for one in organizations}
        every = {name for some in names.values() for name in some}
        if not every or self._snapshot.as_of or not self._snapshot.expect(()):
            return
        rows = self._snapshot.select(_MAKING % " ".join(f"<{name}>" for name in every)).rows
        making = {name for (name,) in rows}
        self._seen |= {one: not making.isdisjoint(some) for one, some in names.items()}

    def __contains__(self, organization: object) -> bool:
        assert isinstance(organization, Iri)
        if organization not in self._seen:
            names = self._known.names_of(organization)
            self._seen[organization] = any(map(self._made_something, names))
        return self._seen[organization]

    def _made_something(self, name: Iri) -> bool:
        read = self._snapshot.quads
        if any(True for _ in read(predicate=DCTERMS.creator, object=name)):
            return True
        if any(True for _ in read(predicate=DCTERMS.creator, object=name, graph=ANY)):
            return True
        nodes = ((node, graph) for node, _, _, graph in read(None, PG.value, name, ANY))
        return any(
            any(True for _ in read(node, PG.property, DCTERMS.creator, graph))
            for node, graph in nodes
        )


class _GatheredOf(Gathered):
    """The properties that the rules compare, read for some subjects only."""

    def __init__(
        self, snapshot: AcceptedSnapshot, known: Organizations, members: Collection[Iri]
    ) -> None:
        self._members = sorted(members)
        snapshot.expect(self._members, claims=True)
        self._named_makers = _Makers(snapshot, known)
        super().__init__(snapshot, known, self._named_makers)

    def entities(self) -> list[NamedEntity]:
        """Every entity, sorted by IRI."""
        owners = {iris.organization(o) for name in self._names_described() if (o := owner(name))}
        self._named_makers.ask(owners | {self.known.same(one) for one in owners})
        return super().entities()

    def _of_class(self, kind: Iri) -> set[Iri]:
        return {member for member in self._members if self.snapshot.is_a(member, kind)}

    def _values(self, predicate: Iri) -> dict[Iri, list[Value]]:
        values: dict[Iri, list[Value]] = defaultdict(list)
        for member in self._members:
            if stated := self.snapshot.values(member, predicate):
                values[member] = stated
        return values

    def _annotated(self, name: Iri, predicate: Iri) -> Iterator[dict[Iri, Value]]:
        """Yield the annotated claims about a name and a property, each as values by predicate."""
        for node, _, _, graph in self.snapshot.quads(predicate=PG.about, object=name, graph=ANY):
            stated = {p: o for _, p, o, _ in self.snapshot.quads(node, graph=graph)}
            if stated.get(PG.property) == predicate:
                yield stated

    def _labels(self) -> dict[Iri, set[str]]:
        result: dict[Iri, set[str]] = defaultdict(set)
        for name in self._names_described():
            for *_, value, _ in self.snapshot.quads(name, SCHEMA.name, graph=ANY):
                if isinstance(value, Literal):
                    result[name].add(value.lexical)
            for stated in self._annotated(name, SCHEMA.name):
                if isinstance(label := stated.get(PG.value), Literal):
                    result[name].add(label.lexical)
        return result

    def _inferred_days(self) -> dict[Iri, set[str]]:
        result: dict[Iri, set[str]] = defaultdict(set)
        self.snapshot.expect(self._names_described(), claims=True)
        for name in self._names_described():
            for stated in self._annotated(name, DCTERMS.issued):
                inferred = stated.get(PG.basis) == Basis.INFERENCE.value
                if inferred and isinstance(day := stated.get(PG.value), Literal):
                    result[name].add(day.lexical)
        return result

    def _services(self) -> tuple[dict[Iri, set[str]], dict[Iri, set[str]]]:
        services: dict[Iri, set[str]] = defaultdict(set)
        hosts: dict[Iri, set[str]] = defaultdict(set)
        for member in self._members:
            for offer, *_ in self.snapshot.quads(predicate=PG.offerOf, object=member):
                if self.snapshot.value(offer, PG.offerOf) != member:
                    continue
                for organization in self.snapshot.values(offer, PG.provider):
                    name = iris.local_name(str(organization))
                    hosts[member].add(name)
                    if made_by := developer_names().services.get(name):
                        services[member].add(made_by)
        return services, hosts
