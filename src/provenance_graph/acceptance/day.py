"""Reads of the accepted view as of a past day, from the records retrieved by that day.

``DatasetReads`` reads a dataset that was made of the day (``ingest.day``). ``DayReads`` works
without one and stores nothing: for a quad pattern it finds the subjects about which a record known
on the day states something that fits, and computes their views. Reference data belongs to the
software and holds on every day. Curated mappings say which names mean one entity; they add no
claim, and hold on every day too. A relation between two datasets (one is part of the other, or made
from it) holds where both were known. The identity rule reads records, so it is applied anew to
those of the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance_graph import reference
from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import VersionStatements, is_record, rule_mapping, view
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.acceptance.view import View
from provenance_graph.core import iris, rdf, terms
from provenance_graph.core.claims import Header, Precision, Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.store.base import Store
from provenance_graph.store.values import ANY, AnyGraph

MAX_DATASET_VIEWS = 256
"""Views cached at once over a dataset of a day; its accepted facts are read without a view."""
MAX_VIEWS = 100_000
"""Views cached at once without a dataset; when so many are cached, the cache is cleared."""

_MARKS = frozenset(
    {*terms.DISCLOSURES.values(), PG.leftBlank, PG.contested, PG.inferred, PG.implausible}
    | {precision.mark for precision in Precision if precision.mark is not None}
)
_SUMMARIES = {
    PROV.wasDerivedFrom: (PROV.wasDerivedFrom, *terms.DERIVATIONS),
    PROV.wasInfluencedBy: (PROV.wasInfluencedBy, *terms.INFLUENCES),
}
_MODEL = f"{iris.ID}model/"


class DayStatements(VersionStatements):
    """The claims of the records retrieved by a day, and the identity that follows from them."""

    max_names = 1_000_000

    def __init__(self, store: Store, as_of: str) -> None:
        super().__init__(store)
        self.as_of = as_of
        self._rules: dict[Iri, Iri | None] = {}

    def header(self, record: Iri) -> Header | None:
        """The header of a record; None for a record not known by the day, and any other graph."""
        header = super().header(record)
        if header is None or header.retrieved[: len(self.as_of)] > self.as_of:
            return None
        return header

    def ruled(self, entity: Iri) -> Iri | None:
        """The model that the identity rule maps a name to, by records known on the day; or None."""
        if entity not in self._rules:
            model = rule_mapping(entity, self) if self._names_repository(entity) else None
            self._rules[entity] = None if model == entity else model
        return self._rules[entity]

    def _names_repository(self, entity: Iri) -> bool:
        """Whether a record of any day states a hub repository of an entity; few names have one."""
        store = self.store
        if any(True for _ in store.quads(entity, PG.hubRepository, graph=ANY)):
            return True
        return any(
            True
            for node, _, _, graph in store.quads(predicate=PG.about, object=entity, graph=ANY)
            for _ in store.quads(node, PG.property, PG.hubRepository, graph)
        )

    def _sources(self, target: Iri) -> Iterator[Iri]:
        yield from super()._sources(target)
        if not target.startswith(_MODEL):
            return
        page = Iri(iris.PREFIXES["hf"] + target.removeprefix(_MODEL))
        for name, *_ in self.store.quads(predicate=PG.hubRepository, object=page, graph=ANY):
            yield name
        for node, _, _, graph in self.store.quads(predicate=PG.value, object=page, graph=ANY):
            for _, _, about, _ in self.store.quads(node, PG.about, graph=graph):
                if isinstance(about, Iri):
                    yield about


class DatasetReads:
    """Reads of a dataset made of a past day, with the quads that the store would have held then."""

    def __init__(self, dataset: Store, as_of: str, policy: Policy) -> None:
        self.as_of, self.policy = as_of, policy
        self.quads = dataset.quads
        self.statements = VersionStatements(dataset)
        self.latest = CurrentVersions(self.statements, as_of)
        self._views: dict[Iri, View] = {}

    def view(self, subject: Iri) -> View:
        """The view of a canonical subject on the day."""
        result = self._views.get(subject)
        if result is None:
            if len(self._views) >= MAX_DATASET_VIEWS:
                self._views.clear()
            result = view(subject, self.statements, self.policy, self.latest, self.as_of)
            self._views[subject] = result
        return result


class DayReads:
    """Pattern reads of a store as it would have answered on a day."""

    def __init__(self, store: Store, as_of: str, policy: Policy) -> None:
        self._store, self.as_of, self.policy = store, as_of, policy
        self.statements = DayStatements(store, as_of)
        self.latest = CurrentVersions(self.statements, as_of)
        self._views: dict[Iri, View] = {}
        self._stated: dict[Iri, frozenset[Iri]] = {}

    def view(self, subject: Iri) -> View:
        """The view of a canonical subject on the day."""
        result = self._views.get(subject)
        if result is None:
            if len(self._views) >= MAX_VIEWS:
                self._views.clear()
            result = view(subject, self.statements, self.policy, self.latest, self.as_of)
            self._views[subject] = result
        return result

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match a pattern, as :meth:`Store.quads`; graphs of later records have none."""
        if graph is None:
            yield from self._accepted(subject, predicate, object)
            return
        if graph is ANY and subject is None and predicate is None and object is None:
            yield from self._all_stated()
            return
        for quad in self._store.quads(subject, predicate, object, graph):
            if self._known(quad):
                yield quad

    def subjects(self) -> list[Iri]:
        """The canonical subjects, sorted, about which a record known on the day has a claim."""
        results = {
            self.statements.canonical(name)
            for record in self._records()
            for name in self._named_in(record)
        }
        return sorted(results)

    def _records(self) -> Iterator[Iri]:
        """The records known on the day."""
        for record, _, _, graph in self._store.quads(predicate=PG.ofDocument, graph=ANY):
            if record == graph and self.statements.header(record) is not None:
                yield record

    def _all_stated(self) -> Iterator[Quad]:
        """Every quad of every named graph known on the day.

        On an early day these are far fewer than the store holds.
        """
        for record in self._records():
            yield from self._store.quads(graph=record)
        for graph in (identity.RULES, identity.SHIPPED, reference.GRAPH, identity.GRAPH):
            yield from filter(self._known, self._store.quads(graph=graph))

    def _named_in(self, record: Iri) -> Iterator[Iri]:
        for subject, predicate, value, _ in self._store.quads(graph=record):
            if predicate == PG.about and isinstance(value, Iri):
                yield value
            elif not rdf.is_header_or_claim(subject, record):
                yield subject

    def _known(self, quad: Quad) -> bool:
        subject, predicate, value, graph = quad
        assert graph is not None
        if is_record(graph):
            return self.statements.header(graph) is not None
        if graph == identity.RULES:
            return self.statements.ruled(subject) == value
        if graph == identity.SHIPPED:
            return self.statements.header(subject) is not None
        if graph == identity.GRAPH and predicate in terms.DATASET_RELATIONS:
            return self._is_stated(subject) and self._is_stated(Iri(str(value)))
        return graph in (reference.GRAPH, identity.GRAPH)

    def _is_stated(self, entity: Iri) -> bool:
        """Whether a record known on the day states anything of an entity, by any of its names."""
        statements = self.statements
        names = statements.names_of(statements.canonical(entity))
        return any(True for name in names for _ in statements.about(name))

    def _accepted(
        self, subject: Iri | None, predicate: Iri | None, object: Value | None
    ) -> Iterator[Quad]:
        quads: set[Quad] = set()
        for candidate in self._candidates(subject, predicate, object):
            for quad in self.view(candidate).quads:
                if (predicate is None or quad[1] == predicate) and object in (None, quad[2]):
                    quads.add(quad)
                    yield quad
        for s, p, o, _ in self._store.quads(subject, predicate, object, reference.GRAPH):
            if s != reference.STAMP and (s, p, o, None) not in quads:
                yield s, p, o, None

    def _candidates(
        self, subject: Iri | None, predicate: Iri | None, object: Value | None
    ) -> list[Iri]:
        """The canonical subjects, sorted, whose view may hold a quad that matches the pattern."""
        canonical = self.statements.canonical
        if subject is not None:
            return [subject] if canonical(subject) == subject else []
        if predicate == PG.describedAs:
            return self.subjects() if object is None else [canonical(Iri(str(object)))]
        if predicate in _MARKS:
            named = Iri(str(object)) if object is not None else None
            return self.subjects() if named is None else self._stating(named)
        if predicate is not None and object is None:
            wanted = _SUMMARIES.get(predicate, (predicate,))
            return sorted({s for one in wanted for s in self._stating(one)})
        if object is None:
            return self.subjects()
        results = set(self._giving(_SUMMARIES.get(predicate, (predicate,)), object))  # type: ignore[arg-type]
        if predicate is None and isinstance(object, Iri):  # marks have properties as value
            results |= {*self._stating(object), canonical(object)}
        return sorted(results)

    def _stating(self, predicate: Iri) -> list[Iri]:
        """The canonical subjects, sorted, of claims of a property in records known on the day."""
        if predicate not in self._stated:
            plain = self._store.quads(predicate=predicate, graph=ANY)
            nodes = self._store.quads(predicate=PG.property, object=predicate, graph=ANY)
            names = {*self._plain(plain), *self._about(nodes)}
            self._stated[predicate] = frozenset(map(self.statements.canonical, names))
        return sorted(self._stated[predicate])

    def _giving(self, predicates: Iterable[Iri | None], value: Value) -> Iterator[Iri]:
        """Canonical subjects of claims with a value, by any of its names, known on the day."""
        statements = self.statements
        values: list[Value] = [value]
        if isinstance(value, Iri):
            if statements.canonical(value) != value:
                return
            values = list(statements.names_of(value))
        for one in values:
            nodes = self._store.quads(predicate=PG.value, object=one, graph=ANY)
            yield from map(statements.canonical, self._about(nodes))
            for predicate in predicates:
                plain = self._store.quads(predicate=predicate, object=one, graph=ANY)
                yield from map(statements.canonical, self._plain(plain))

    def _plain(self, quads: Iterable[Quad]) -> Iterator[Iri]:
        for subject, _, _, graph in quads:
            if (
                graph is not None
                and is_record(graph)
                and not rdf.is_header_or_claim(subject, graph)
                and self.statements.header(graph) is not None
            ):
                yield subject

    def _about(self, nodes: Iterable[Quad]) -> Iterator[Iri]:
        for node, _, _, graph in nodes:
            if graph is None or not is_record(graph) or self.statements.header(graph) is None:
                continue
            for _, _, name, _ in self._store.quads(node, PG.about, graph=graph):
                if isinstance(name, Iri):
                    yield name
