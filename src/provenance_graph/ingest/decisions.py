"""People's decisions on identity, and the change of mapping rows in a commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import (
    Overlay,
    StoreStatements,
    is_record,
)
from provenance_graph.acceptance.identity import RULE_AUTHOR
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.acceptance.view import quad_key
from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.store.base import Store
from provenance_graph.store.values import ANY


class HandStatements(StoreStatements):
    """Statements of a store under identity by people's decisions and the certain rule alone."""

    def __init__(self, store: Store, pending: Overlay | None = None) -> None:
        super().__init__(store, pending)
        self._known: dict[Iri, Iri | None] = {}

    def _decided(self, entity: Iri) -> Iri | None:
        if entity in self.pending.by_hand:
            return self.pending.by_hand[entity]
        if entity not in self._known:
            rows = rows_about(self.store, entity)
            made = (row.object for row in rows if row.merges and by_hand(row))
            self._known[entity] = min(made, default=None)
        return self._known[entity]

    def _sources(self, target: Iri) -> Iterator[Iri]:
        for graph in (identity.GRAPH, identity.RULES):
            for name, *_ in self.store.quads(predicate=SKOS.exactMatch, object=target, graph=graph):
                yield name
        yield from self.pending.ruled.get(target, ())
        yield from (name for name, other in self.pending.by_hand.items() if other == target)

    def referrers(self, name: Iri, predicate: Iri) -> Iterator[Iri]:
        """Yield the subjects of the claims of a property whose value is a name."""
        dropped = self.pending.dropped
        for subject, _, _, graph in self.store.quads(predicate=predicate, object=name, graph=ANY):
            if graph is not None and is_record(graph) and graph not in dropped:
                yield subject
        for node, _, _, graph in self.store.quads(predicate=PG.value, object=name, graph=ANY):
            if graph is None or graph in dropped or not is_record(graph):
                continue
            if any(True for _ in self.store.quads(node, PG.property, predicate, graph)):
                for *_, about, _ in self.store.quads(node, PG.about, graph=graph):
                    if isinstance(about, Iri):
                        yield about
        for subject in self.pending.referrers.get(name, ()):
            for claim, _ in self.pending.statements[subject]:
                if claim.predicate == predicate and claim.value == name:
                    yield subject


def by_hand(row: Mapping) -> bool:
    """Whether a person, and not a rule, made a mapping."""
    return not row.author.startswith(RULE_AUTHOR)


def rows_about(store: Store, name: Iri, end: Iri = identity.ANNOTATED_SOURCE) -> list[Mapping]:
    """The mappings whose subject is a name, sorted; or whose object, with another ``end``."""
    nodes = [node for node, *_ in store.quads(predicate=end, object=name, graph=identity.GRAPH)]
    if not nodes:
        return []
    quads = [quad for node in nodes for quad in store.quads(node, graph=identity.GRAPH)]
    return sorted(identity.from_quads(quads))


@dataclass(frozen=True, slots=True)
class Decisions:
    """Mappings that people add and remove; identity rules are applied again to ``entities``."""

    put: tuple[Mapping, ...] = ()
    taken: tuple[Mapping, ...] = ()
    entities: frozenset[Iri] = frozenset()

    @property
    def names(self) -> set[Iri]:
        """Every subject and object of the mappings."""
        return {name for row in (*self.put, *self.taken) for name in (row.subject, row.object)}


NO_DECISIONS = Decisions()


@dataclass
class RowChange:
    """Removed and added mappings of the identity rules, and the removed and added quads."""

    gone: list[Mapping] = field(default_factory=list)
    new: list[Mapping] = field(default_factory=list)
    out: list[Quad] = field(default_factory=list)
    into: list[Quad] = field(default_factory=list)

    @property
    def names(self) -> set[Iri]:
        """Every subject and object of the removed and added mappings."""
        return {name for row in (*self.gone, *self.new) for name in (row.subject, row.object)}

    def with_decisions(self, decided: Decisions) -> RowChange:
        """Add people's decisions to the change, with the quads of all its mappings."""
        gone, new = [*self.gone, *decided.taken], [*self.new, *decided.put]
        old, made = set(identity.quads(gone)), set(identity.quads(new))
        out, into = sorted(old - made, key=quad_key), sorted(made - old, key=quad_key)
        return RowChange(gone, new, [*self.out, *out], [*self.into, *into])
