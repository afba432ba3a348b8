"""Reads of accepted quads, values, labels and counts of a store, now or as of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from provenance_graph import reference
from provenance_graph.acceptance.day import DatasetReads, DayReads
from provenance_graph.acceptance.labels import ReferenceLabels, label
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core import deadline
from provenance_graph.core.claims import Precision, Quad, Value
from provenance_graph.core.errors import QueryTooLarge, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.store.base import Expecting, Store
from provenance_graph.store.values import (
    ANY,
    AnyGraph,
    Bindings,
    Limits,
    Rows,
    SparqlQuery,
    WholeListing,
)

MAX_LABELS = 50_000
_WHOLE = Limits(seconds=900.0, memory_bytes=8 << 30, rows=1 << 31, answer_bytes=8 << 30)
"""Limits of this module's own queries over a whole store; no query from outside runs under them."""


class AcceptedReads:
    """The accepted facts and the claims of one version of a store, now or as of a day.

    ``as_of`` is an ISO day or empty for now.
    """

    def __init__(self, store: Store, as_of: str = "") -> None:
        self._store, self.as_of = store, as_of
        self.version = store.version
        self._dataset: Store | None = None if as_of else store
        """The store of the whole accepted view: for a past day its dataset, None without one."""
        self._labels: dict[Iri, str] = {}

    @cached_property
    def policy(self) -> Policy:
        """The acceptance policy of the store; raises StoreError where there is none."""
        return load_policy(self._store)

    @cached_property
    def _day_reads(self) -> DatasetReads | DayReads | None:
        if not self.as_of:
            return None
        if self._dataset is not None:
            return DatasetReads(self._dataset, self.as_of, self.policy)
        return DayReads(self._store, self.as_of, self.policy)

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match; ``graph`` None is the accepted view, ``ANY`` every named graph."""
        deadline.check()
        reads = self._store if self._day_reads is None else self._day_reads
        return reads.quads(subject, predicate, object, graph)

    def values(self, subject: Iri, predicate: Iri) -> list[Value]:
        """The accepted values of a property, in the store's order."""
        return [o for _, _, o, _ in self.quads(subject, predicate)]

    def value(self, subject: Iri, predicate: Iri) -> Value | None:
        """One accepted value of a property, or None."""
        return next((o for _, _, o, _ in self.quads(subject, predicate)), None)

    def precision(self, subject: Iri, predicate: Iri) -> Precision | None:
        """The precision of an accepted date that is less precise than a day; else None."""
        for precision in Precision:
            mark = precision.mark
            if mark is not None and any(True for _ in self.quads(subject, mark, predicate)):
                return precision
        return None

    def related(self, predicate: Iri, object: Value) -> list[Iri]:
        """The entities, sorted by IRI, that have a value as accepted value of a property."""
        return sorted({s for s, *_ in self.quads(predicate=predicate, object=object)})

    def expect(self, names: Collection[Iri], *, claims: bool = False) -> bool:
        """Announce names that are looked up next; False for a store that ignores this.

        A remote store then asks about all of them at once. With ``claims`` their claims and offers
        are announced.
        """
        if not isinstance(self._store, Expecting):
            return False
        self._store.expect(names, claims=claims)
        return True

    def expect_whole(self, listings: Iterable[WholeListing]) -> bool:
        """Announce listings that are read to their end next; False for a store that ignores this.

        A remote store then asks for all of them at once.
        """
        if not isinstance(self._store, Expecting):
            return False
        self._store.expect_whole(listings)
        return True

    def assure(self) -> None:
        """Raise StoreError where the store's engine gives misleading answers to queries."""
        if isinstance(self._store, Expecting):
            self._store.assure()

    def types(self, subject: Iri) -> frozenset[Iri]:
        """The accepted classes of an entity."""
        return frozenset(o for o in self.values(subject, RDF.type) if isinstance(o, Iri))

    def is_a(self, subject: Iri, kind: Iri) -> bool:
        """Whether the accepted view says that an entity is of a class."""
        return any(True for _ in self.quads(subject, RDF.type, kind))

    def label(self, subject: Iri) -> str:
        """The accepted name of an entity, or the label of a term; empty where there is none.

        Cached, since pages name the same entities.
        """
        result = self._labels.get(subject)
        if result is None:
            if len(self._labels) >= MAX_LABELS:
                self._labels.clear()
            result = self._reference_labels.of(self._store, subject) or label(self, subject)
            self._labels[subject] = result
        return result

    @cached_property
    def _reference_labels(self) -> ReferenceLabels:
        return reference.parsed(self._store, ReferenceLabels)

    def subjects(self, wanted: Collection[Iri]) -> Iterator[tuple[Iri, Iterator[Quad]]]:
        """Some subjects with their accepted facts, in no order.

        A store that gives its graph subject by subject is read once from end to end: many times
        quicker than as many look-ups once a store is larger than the engine's cache. Subjects
        without facts are then left out.
        """
        if getattr(self._dataset, "by_subject", False):
            for subject, quads in groupby(self.quads(), key=itemgetter(0)):
                if subject in wanted:
                    yield subject, quads
            return
        for subject in wanted:
            yield subject, self.quads(subject)

    def count(
        self, predicate: Iri, object: Value | None = None, graph: AnyGraph | None = None
    ) -> int:
        """The number of quads of a property (and a value, if given); ``graph`` as in ``quads``."""
        if self._dataset is None:
            return sum(1 for _ in self.quads(None, predicate, object, graph))
        pattern = f"?s <{predicate}> {'?o' if object is None else '?value'}"
        where = f"{{ {pattern} }}" if graph is None else f"{{ GRAPH ?g {{ {pattern} }} }}"
        given = {} if object is None else {"value": object}
        rows = self._dataset.select(f"SELECT (COUNT(*) AS ?n) {where}", given, _WHOLE).rows
        return int(str(rows[0][0]))

    def annotated(self, predicate: Iri, basis: Iri | None = None) -> Iterator[tuple[Iri, Value]]:
        """Subject name and value of the annotated claims of a property: claims stored as nodes.

        Claims of every record, accepted or not; with ``basis`` only those that state that basis
        themselves. Claims without a value are left out. Raises QueryTooLarge where the store cuts
        its answer off.
        """
        if self._dataset is None:
            nodes = self.quads(predicate=PG.property, object=predicate, graph=ANY)
            for node, _, _, graph in nodes:
                stated = {p: o for _, p, o, _ in self.quads(node, graph=graph)}
                about, value = stated.get(PG.about), stated.get(PG.value)
                own_basis = basis in (None, stated.get(PG.basis))
                if own_basis and isinstance(about, Iri) and value is not None:
                    yield about, value
            return
        own = "" if basis is None else f"; <{PG.basis}> ?basis"
        query = (
            f"SELECT ?about ?value {{ GRAPH ?record {{ ?claim <{PG.property}> ?property {own} ; "
            f"<{PG.about}> ?about ; <{PG.value}> ?value }} }}"
        )
        given = {"property": predicate} | ({} if basis is None else {"basis": basis})
        rows = self._dataset.select(query, given, _WHOLE)
        if rows.truncated:
            raise QueryTooLarge(f"the store cut off its answer on {predicate}; raise its limits")
        for about, value in rows.rows:
            if isinstance(about, Iri) and value is not None:
                yield about, value

    def ended(self, predicate: Iri) -> Iterator[Iri]:
        """The subject name of each claim of a property that states an end of its validity."""
        nodes = self.quads(predicate=PG.property, object=predicate, graph=ANY)
        for node, _, _, record in nodes:
            stated = {p: o for _, p, o, _ in self.quads(node, graph=record)}
            about = stated.get(PG.about)
            if PG.validUntil in stated and isinstance(about, Iri):
                yield about

    def annotated_of(self) -> Iterator[tuple[Iri, int]]:
        """Each name with the number of annotated claims about it."""
        about = (o for *_, o, _ in self.quads(predicate=PG.about, graph=ANY))
        return iter(Counter(name for name in about if isinstance(name, Iri)).items())

    def pairs(self, predicate: Iri) -> Iterator[tuple[bytes, bytes]]:
        """Subject and object IRI, in UTF-8, of every accepted quad of a property.

        Quads with a literal are left out. This software's own engine writes the pairs itself, two
        to three times quicker than quad by quad. Other engines differ in how they write terms in
        formats other than JSON, so quads are read from them. Raises QueryTooLarge where the store
        cuts its answer off.
        """
        if self._dataset is None or not getattr(self._dataset, "own_engine", False):
            for subject, _, value, _ in self.quads(predicate=predicate):
                if isinstance(value, Iri):
                    yield subject.encode(), value.encode()
            return
        query = SparqlQuery(f"SELECT ?s ?o {{ ?s <{predicate}> ?o }}", limits=_WHOLE)
        answer = self._dataset.serialize(query, "text/tab-separated-values")
        if answer.truncated:
            raise QueryTooLarge(f"the store cut off its answer on {predicate}; raise its limits")
        for line in answer.body.split(b"\n")[1:]:
            subject_, _, object_ = line.rstrip(b"\r").partition(b"\t")
            if subject_[:1] == b"<" and object_[:1] == b"<":
                yield subject_[1:-1], object_[1:-1]

    def select(
        self, query: str, bindings: Bindings | None = None, limits: Limits | None = None
    ) -> Rows:
        """The rows of a SPARQL SELECT query over the accepted view.

        Raises UsageError for a past day without its dataset: a query needs the whole view of the
        day, which only ``ingest.day.dataset`` makes.
        """
        if self._dataset is None:
            raise UsageError(f"a query of {self.as_of} needs the dataset of that day")
        return self._dataset.select(query, bindings, limits)
