"""The claims about an entity under all its names, with pending changes, and the view they lead to.

``StoreStatements`` reads one store. ``Overlay`` holds changes that are not committed yet, so that
an update can compute the view that results from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.sssom import Mapping as Row
from provenance_graph.acceptance.versions import Counting, CurrentVersions
from provenance_graph.acceptance.view import View, resolver, view_of
from provenance_graph.core import rdf
from provenance_graph.core.claim_nodes import claim_from
from provenance_graph.core.claims import Claim, Header, Record, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.core.memo import LONGEST
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.store.base import Expecting, Store
from provenance_graph.store.values import ANY

Statement = tuple[Claim, Header]


class NamedStatements(Protocol):
    """Claims by the name of their subject, and the identity of names."""

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of any record about one name, each with the record's header."""

    def canonical(self, entity: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""


class Statements(NamedStatements, Protocol):
    """Claims, record headers and identity: of a store, with pending changes, or of records."""

    def headers(self, document: Iri) -> list[Header]:
        """The headers of all retrievals of one document."""

    def different_from(self, entity: Iri) -> set[Iri]:
        """The names that a mapping declares to be of other entities than this name."""


@dataclass
class Overlay:
    """Pending changes on top of a store: records dropped and added, and changes of identity.

    ``rules`` gives the model that the identity rule maps a name to, ``decided`` the name that a
    mapping maps it to (None: no longer mapped), ``different`` the names that it is declared
    different from. ``by_hand`` holds those of ``decided`` that people decided. ``rows`` and
    ``without`` are the mappings of people that are added and removed.
    """

    dropped: set[Iri] = field(default_factory=set)
    added: dict[Iri, Record] = field(default_factory=dict)
    rules: dict[Iri, Iri | None] = field(default_factory=dict)
    decided: dict[Iri, Iri | None] = field(default_factory=dict)
    different: dict[Iri, set[Iri]] = field(default_factory=dict)
    by_hand: dict[Iri, Iri | None] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    without: set[Row] = field(default_factory=set)

    @cached_property
    def statements(self) -> Mapping[Iri, list[Statement]]:
        """The claims of the added records, each with its header, by subject name."""
        return by_subject(self.added.values())

    @cached_property
    def headers(self) -> Mapping[Iri, list[Header]]:
        """The headers of the added records, by the document that each is a retrieval of."""
        headers: dict[Iri, list[Header]] = defaultdict(list)
        for record in self.added.values():
            headers[record.header.of_document].append(record.header)
        return headers

    @cached_property
    def referrers(self) -> Mapping[Iri, set[Iri]]:
        """The subjects of the added claims by the name that is their value."""
        iris: dict[Iri, set[Iri]] = defaultdict(set)
        for record in self.added.values():
            for claim in record.claims:
                if isinstance(claim.value, Iri):
                    iris[claim.value].add(claim.subject)
        return iris

    @cached_property
    def ruled(self) -> Mapping[Iri, set[Iri]]:
        """The names that pending rules map to each model; computed once ``rules`` is complete."""
        iris: dict[Iri, set[Iri]] = defaultdict(set)
        for name, model in self.rules.items():
            if model is not None:
                iris[model].add(name)
        return iris


def by_subject(records: Iterable[Record]) -> Mapping[Iri, list[Statement]]:
    """The claims of records, each with its header, by the subject name that the source uses."""
    statements: dict[Iri, list[Statement]] = defaultdict(list)
    for record in records:
        for claim in record.claims:
            statements[claim.subject].append((claim, record.header))
    return statements


class StoreStatements:
    """The claims of a store with pending changes applied."""

    def __init__(self, store: Store, pending: Overlay | None = None) -> None:
        self.store = store
        self.pending = pending or Overlay()
        self._headers: dict[Iri, Header | None] = {}
        self._annotated: dict[Iri, list[tuple[Iri, Iri, Iri]]] = {}
        """The annotated claims about each prepared name: claim node, property, record."""
        self._prepared: dict[Iri, frozenset[Iri]] = {}
        """The properties for which each name was prepared."""

    def prepare(self, names: Iterable[Iri], predicates: Collection[Iri]) -> None:
        """Look up the annotated claims of some properties about many names with one query.

        An annotated claim is stored as a node, because it says more than its triple. Without this,
        ``stating`` looks at each claim about a name, whatever its property. Nothing is prepared
        where the store cuts its answer off, nor for a store of another engine: there look-ups are
        announced (``Expecting``).
        """
        sought = frozenset(predicates)
        wanted = tuple(one for one in dict.fromkeys(names) if not self._is_prepared(one, sought))
        if not wanted or isinstance(self.store, Expecting):
            return
        sought = sought.union(*(self._prepared.get(name, ()) for name in wanted))
        listed = ", ".join(f"<{predicate}>" for predicate in sorted(sought))
        rows = self.store.select(_ANNOTATED % listed, {"name": wanted})
        if rows.truncated:
            return
        claims: dict[Iri, list[tuple[Iri, Iri, Iri]]] = {name: [] for name in wanted}
        for name, claim, prop, record in rows.rows:
            if all(isinstance(one, Iri) for one in (name, claim, prop, record)):
                claims[Iri(str(name))].append((Iri(str(claim)), Iri(str(prop)), Iri(str(record))))
        self._annotated |= claims
        self._prepared |= dict.fromkeys(wanted, sought)

    def _is_prepared(self, name: Iri, predicates: Collection[Iri]) -> bool:
        return self._prepared.get(name, frozenset()).issuperset(predicates)

    def header(self, record: Iri) -> Header | None:
        """The header of a record in the store, or None where the graph is no record."""
        if record not in self._headers:
            quads = list(self.store.quads(subject=record, graph=record))
            self._headers[record] = rdf.from_quads(quads).header if quads else None
        return self._headers[record]

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of any record about one name, each with the record's header."""
        return self._sourced(self._stored(entity)) + self.pending.statements.get(entity, [])

    def stating(self, entity: Iri, predicates: Collection[Iri]) -> list[Statement]:
        """The claims about one name that state some properties, each with its header.

        Stored claims come first, sorted by record, then pending ones. Thousands of records may name
        a data set without stating any of the properties: neither their claims nor their headers are
        read.
        """
        stated = dict(sorted(self._stored(entity, predicates).items()))
        pending = self.pending.statements.get(entity, [])
        return [
            *self._sourced(stated),
            *(one for one in pending if one[0].predicate in predicates),
        ]

    def _sourced(self, claims: Mapping[Iri, list[Claim]]) -> list[Statement]:
        return [
            (claim, header)
            for graph, stated in claims.items()
            if graph not in self.pending.dropped and (header := self.header(graph)) is not None
            for claim in stated
        ]

    def _stored(
        self, entity: Iri, predicates: Collection[Iri] | None = None
    ) -> dict[Iri, list[Claim]]:
        """The stored claims about a name by record: all, or those that state some properties."""
        claims: dict[Iri, list[Claim]] = defaultdict(list)
        for wanted in (None,) if predicates is None else sorted(predicates):
            for subject, predicate, value, graph in self.store.quads(entity, wanted, graph=ANY):
                if (
                    graph is not None
                    and is_record(graph)
                    and not rdf.is_header_or_claim(subject, graph)
                ):
                    claims[graph].append(Claim(subject, predicate, value))
        for node, graph in self._annotations(entity, predicates):
            stated = [(p, o) for _, p, o, _ in self.store.quads(subject=node, graph=graph)]
            claims[graph].append(claim_from(node, stated))
        return claims

    def _annotations(
        self, entity: Iri, predicates: Collection[Iri] | None
    ) -> Iterator[tuple[Iri, Iri]]:
        """The annotated claims about a name, as node and record: all, or of some properties."""
        if predicates and self._is_prepared(entity, predicates):
            for claim, prop, record in self._annotated[entity]:
                if prop in predicates and is_record(record):
                    yield claim, record
            return
        for node, _, _, graph in self.store.quads(predicate=PG.about, object=entity, graph=ANY):
            if graph is None or not is_record(graph):
                continue
            if predicates is not None:
                of = self.store.quads(node, PG.property, graph=graph)
                if not any(value in predicates for _, _, value, _ in of):
                    continue
            yield node, graph

    def headers(self, document: Iri) -> list[Header]:
        """The headers of all retrievals of one document."""
        results = [
            header
            for record, _, _, graph in self.store.quads(
                predicate=PG.ofDocument, object=document, graph=ANY
            )
            if record == graph  # a record describes only itself
            and record not in self.pending.dropped
            and (header := self.header(record)) is not None
        ]
        return results + self.pending.headers.get(document, [])

    def canonical(self, entity: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""
        return identity.canonical(entity, self._decided, self.ruled)

    def _decided(self, entity: Iri) -> Iri | None:
        if entity in self.pending.decided:
            return self.pending.decided[entity]
        return self._match(entity, identity.GRAPH)

    def ruled(self, entity: Iri) -> Iri | None:
        """The model that the identity rule maps a name to, or None."""
        if entity in self.pending.rules:
            return self.pending.rules[entity]
        return self._match(entity, identity.RULES)

    def _match(self, entity: Iri, graph: Iri) -> Iri | None:
        quads = self.store.quads(entity, SKOS.exactMatch, graph=graph)
        return min((o for _, _, o, _ in quads if isinstance(o, Iri)), default=None)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        seen = {subject}
        waiting = [subject]
        while waiting:
            target = waiting.pop()
            for name in self._sources(target):
                if name not in seen and self.canonical(name) == subject:
                    seen.add(name)
                    waiting.append(name)
        return sorted(seen)

    def different_from(self, entity: Iri) -> set[Iri]:
        """The names that a mapping declares to be of other entities than this name."""
        again = {row.object for row in self.pending.without if row.subject == entity}
        return self.pending.different.get(entity, set()) | {
            target
            for node, *_ in self.store.quads(
                predicate=identity.ANNOTATED_SOURCE, object=entity, graph=identity.GRAPH
            )
            for _ in self.store.quads(node, identity.MODIFIER, identity.NOT, identity.GRAPH)
            for *_, target, _ in self.store.quads(
                node, identity.ANNOTATED_TARGET, graph=identity.GRAPH
            )
            if isinstance(target, Iri) and target not in again
        }

    def _sources(self, target: Iri) -> Iterator[Iri]:
        for graph in (identity.GRAPH, identity.RULES):
            for name, *_ in self.store.quads(predicate=SKOS.exactMatch, object=target, graph=graph):
                yield name
        yield from self.pending.ruled.get(target, ())
        yield from (name for name, other in self.pending.decided.items() if other == target)


class VersionStatements(StoreStatements):
    """The claims of one version of a store, with canonical IRIs and sets of names cached."""

    max_names = 50_000
    """Names cached at once; a name longer than any of a store's own is never cached."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._canonical_read: dict[Iri, Iri] = {}
        self._names_read: dict[Iri, list[Iri]] = {}

    def canonical(self, entity: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""
        if len(entity) > LONGEST:
            return super().canonical(entity)
        if entity not in self._canonical_read:
            if len(self._canonical_read) >= self.max_names:
                self._canonical_read.clear()
            self._canonical_read[entity] = super().canonical(entity)
        return self._canonical_read[entity]

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        if len(subject) > LONGEST:
            return super().names_of(subject)
        if subject not in self._names_read:
            if len(self._names_read) >= self.max_names:
                self._names_read.clear()
            self._names_read[subject] = super().names_of(subject)
        return self._names_read[subject]


_ANNOTATED = (
    f"SELECT ?name ?claim ?property ?record {{ GRAPH ?record {{ ?claim <{PG.about}> ?name ; "
    f"<{PG.property}> ?property }} FILTER(?property IN (%s)) }}"
)


def is_record(graph: Iri) -> bool:
    """Whether a graph name is that of a record, not of one of this software's own graphs."""
    return not graph.startswith(_OWN_GRAPHS)


_OWN_GRAPHS = str(identity.GRAPH).removesuffix("identity")


def rule_mapping(entity: Iri, statements: Statements) -> Iri | None:
    """The model whose one hub repository the current records of an entity state; else None.

    None also where a mapping declares the entity different from that model: an alias or a mode with
    the same weights.
    """
    latest = CurrentVersions(statements)
    stated = [
        claim.value
        for claim, header in statements.about(entity)
        if claim.predicate == PG.hubRepository and claim.value and latest.counts(header)
    ]
    model = identity.repository_model(stated) if stated else None
    return None if model is None or model in statements.different_from(entity) else model


def view(
    subject: Iri,
    statements: Statements,
    policy: Policy,
    latest: Counting,
    as_of: str = "",
) -> View:
    """The accepted view of a canonical subject."""
    resolve = resolver(statements.canonical)
    names = statements.names_of(subject)
    current: list[SourcedClaim] = []
    retired: list[SourcedClaim] = []
    known: set[Iri] = set()
    for name in names:
        for claim, header in statements.about(name):
            if not latest.known(header):
                continue
            known.add(name)
            sourced_claim = SourcedClaim(claim, header, subject, resolved=resolve(claim.value))
            (current if latest.counts(header) else retired).append(sourced_claim)
    return view_of(
        subject,
        current,
        known,
        policy,
        retired=retired,
        as_of=as_of,
        canonical=statements.canonical,
    )
