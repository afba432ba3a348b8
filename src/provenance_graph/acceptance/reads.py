"""What a store has accepted, now or as of a day, quad by quad: the reading half of a snapshot."""

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
"""What our own reading of everything may use; no text from outside runs under it."""


class AcceptedReads:
    """The accepted facts and the claims of one version of a store, now or as of a day.

    ``as_of`` is an ISO day or empty for now.
    """

    def __init__(self, store: Store, as_of: str = "") -> None:
        self._store, self.as_of = store, as_of
        self.version = store.version
        self._dataset: Store | None = None if as_of else store
        """What holds everything that is accepted: the store, of a past day a dataset of it."""
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
        """How much of an accepted date its sources give; None where they give the day."""
        for precision in Precision:
            mark = precision.mark
            if mark is not None and any(True for _ in self.quads(subject, mark, predicate)):
                return precision
        return None

    def related(self, predicate: Iri, object: Value) -> list[Iri]:
        """The entities whose accepted view points to a value, by IRI."""
        return sorted({s for s, *_ in self.quads(predicate=predicate, object=object)})

    def expect(self, names: Collection[Iri], *, claims: bool = False) -> bool:
        """Say which names are looked up next: a remote store asks about all of them at once.

        With ``claims`` their claims and offers are. Gives whether the store is of that sort.
        """
        if not isinstance(self._store, Expecting):
            return False
        self._store.expect(names, claims=claims)
        return True

    def expect_whole(self, listings: Iterable[WholeListing]) -> bool:
        """Say which listings are read to their end next: a remote store asks for all at once.

        Gives whether the store is of that sort.
        """
        if not isinstance(self._store, Expecting):
            return False
        self._store.expect_whole(listings)
        return True

    def assure(self) -> None:
        """Raise StoreError where the store's engine is one whose answers to questions mislead."""
        if isinstance(self._store, Expecting):
            self._store.assure()

    def types(self, subject: Iri) -> frozenset[Iri]:
        """What an entity is, as accepted."""
        return frozenset(o for o in self.values(subject, RDF.type) if isinstance(o, Iri))

    def is_a(self, subject: Iri, kind: Iri) -> bool:
        """Whether the accepted view says that an entity is of a class."""
        return any(True for _ in self.quads(subject, RDF.type, kind))

    def label(self, subject: Iri) -> str:
        """An entity's name as accepted, or nothing; cached, since pages name the same entities."""
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

        Where the store gives a graph subject by subject, that is one reading from end to end:
        many times quicker than as many look-ups once a store is larger than the engine's cache.
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
        """How many quads there are of a property, or of it and a value; ``graph`` as in ``quads``."""
        if self._dataset is None:
            return sum(1 for _ in self.quads(None, predicate, object, graph))
        pattern = f"?s <{predicate}> {'?o' if object is None else '?value'}"
        where = f"{{ {pattern} }}" if graph is None else f"{{ GRAPH ?g {{ {pattern} }} }}"
        given = {} if object is None else {"value": object}
        rows = self._dataset.select(f"SELECT (COUNT(*) AS ?n) {where}", given, _WHOLE).rows
        return int(str(rows[0][0]))

    def annotated(self, predicate: Iri, basis: Iri | None = None) -> Iterator[tuple[Iri, Value]]:
        """Subject and value of the claims of a property that say more than their triple.

        Of every record, accepted or not; with ``basis`` those alone that state it themselves.
        Raises QueryTooLarge where the store cuts its answer off.
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
        """Names of which a record says until when a value of a property held, each once per claim."""
        nodes = self.quads(predicate=PG.property, object=predicate, graph=ANY)
        for node, _, _, record in nodes:
            stated = {p: o for _, p, o, _ in self.quads(node, graph=record)}
            about = stated.get(PG.about)
            if PG.validUntil in stated and isinstance(about, Iri):
                yield about

    def annotated_of(self) -> Iterator[tuple[Iri, int]]:
        """Names with how many claims about each say more than their triple."""
        about = (o for *_, o, _ in self.quads(predicate=PG.about, graph=ANY))
        return iter(Counter(name for name in about if isinstance(name, Iri)).items())

    def pairs(self, predicate: Iri) -> Iterator[tuple[bytes, bytes]]:
        """Subject and object of every accepted link of a kind, as IRIs in UTF-8.

        Our own engine writes them itself, two to three times quicker than quad by quad. Of another
        one only results in JSON are relied on: how it writes a term in other forms is its own.
        Raises QueryTooLarge where the store cuts its answer.
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
        """The rows of a stored question over what is accepted.

        Raises UsageError for a day that is not read from its dataset: a query needs the whole
        view of it, which only ``ingest.day.dataset`` makes.
        """
        if self._dataset is None:
            raise UsageError(f"a query of {self.as_of} needs the dataset of that day")
        return self._dataset.select(query, bindings, limits)
