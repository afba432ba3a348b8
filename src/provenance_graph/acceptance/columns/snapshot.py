"""A snapshot that reads many subjects from the claim table of its version.

Reads of a property over all subjects, of every subject in turn, or of all claims about many
subjects take columns: many times quicker than as many look-ups. All other reads go to the store.
The answers are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType

import polars as pl

from provenance_graph.acceptance.columns.source_agreement import source_agreement
from provenance_graph.acceptance.evidence import Statement, VersionStatements
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, SourceAgreement
from provenance_graph.acceptance.versions import Counting
from provenance_graph.acceptance.view import View
from provenance_graph.core import graph_names, terms
from provenance_graph.core.claims import Header, Quad, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PAV, PG, PROV, RDF, SCHEMA
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.base import Store
from provenance_graph.store.claim_table import ClaimTable
from provenance_graph.store.values import AnyGraph

OF_CLAIMS = frozenset(
    {
        SCHEMA.name,
        DCTERMS.creator,
        DCTERMS.publisher,
        DCTERMS.license,
        PG.provider,
        PG.offerOf,
        PROV.wasDerivedFrom,
        *terms.DERIVATIONS,
        *terms.INFLUENCES,
    }
)
"""Properties that are read over all named graphs: those of records, and ``OWN_GRAPHS``."""
OWN_GRAPHS = (
    graph_names.REFERENCE,
    graph_names.IDENTITY,
    graph_names.IDENTITY_BY_RULE,
    graph_names.COLLECTIONS,
    graph_names.LABELS,
    graph_names.NAME_KEYS,
)
"""Graphs that are no records and may state a property of ``OF_CLAIMS``, or a class."""
OF_HEADERS: Mapping[Iri, str] = MappingProxyType(
    {
        PG.reader: "reader",
        PAV.retrievedOn: "retrieved",
        PROV.wasAttributedTo: "publisher",
    }
)
"""Properties of every record's header that ``header_values`` reads, and their columns."""
_VALUE = ("kind", "value", "datatype", "language")


class TableSnapshot(AcceptedSnapshot):
    """A snapshot of now with the claim table of its version."""

    def __init__(self, snapshot: AcceptedSnapshot, table: ClaimTable) -> None:
        super().__init__(snapshot._store, folder=snapshot.folder, today=snapshot.today)
        self.table = table

    @cached_property
    def _ahead(self) -> _TableStatements:
        return _TableStatements(self._store, self.table)

    @cached_property
    def statements(self) -> VersionStatements:
        """The claims of all records, and the identity of names."""
        return self._ahead

    @cached_property
    def latest(self) -> Counting:
        """The records that count: of each document the latest retrieval."""
        return _Current(self._ahead.current)

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match: a property of all subjects from the table, others from the store."""
        of_class = predicate == RDF.type and isinstance(object, Iri)
        if subject is None and predicate is not None and (object is None or of_class):
            if graph is None:
                return self._accepted(predicate, object)
            claimed = of_class and object not in (PG.Claim, PG.SourceRecord)
            if isinstance(graph, AnyGraph) and (claimed or predicate in OF_CLAIMS):
                return self._stated(predicate, object)
        return super().quads(subject, predicate, object, graph)

    def _accepted(self, predicate: Iri, wanted: Value | None) -> Iterator[Quad]:
        facts = self.table.facts(predicate)
        if wanted is not None:
            facts = facts.filter(_is(wanted))
        for subject, *value in facts.select("subject", *_VALUE).iter_rows():
            yield Iri(subject), predicate, _value(*value), None

    def _stated(self, predicate: Iri, wanted: Value | None) -> Iterator[Quad]:
        """The quads of a property in all named graphs, of records as ordinary triples only."""
        rows = self.table.claims.filter((pl.col("property") == predicate) & columns.plain())
        if wanted is not None:
            rows = rows.filter(_is(wanted))
        records = self._ahead.records
        for number, name, *value in rows.select("record", "name", *_VALUE).collect().iter_rows():
            yield Iri(name), predicate, _value(*value), records[number]
        for graph in OWN_GRAPHS:
            yield from super().quads(None, predicate, wanted, graph)

    def stated_members(self, kind: Iri) -> Iterator[tuple[str, int]]:
        """Every name that a named graph states to be of a class, with a number of the graph."""
        rows = self.table.claims.filter(
            (pl.col("property") == RDF.type) & _is(kind) & columns.plain()
        )
        yield from rows.select("name", "record").collect().iter_rows()
        for number, graph in enumerate(OWN_GRAPHS, 1 << 63):  # records have smaller numbers
            for name, *_ in super().quads(None, RDF.type, kind, graph):
                yield name, number

    def subjects(self, wanted: Collection[Iri]) -> Iterator[tuple[Iri, Iterator[Quad]]]:
        """Some subjects with their accepted facts, in no order."""
        chosen = pl.DataFrame({"subject": pl.Series(list(map(str, wanted)), dtype=pl.String)})
        for facts in self.table.facts_by_subject():
            rows = facts.join(chosen, on="subject", how="semi", maintain_order="left")
            of = rows.select("subject", "property", *_VALUE).iter_rows()
            for name, stored in groupby(of, key=itemgetter(0)):
                subject = Iri(name)
                yield subject, ((subject, Iri(p), _value(*v), None) for _, p, *v in stored)

    def count(
        self, predicate: Iri, object: Value | None = None, graph: AnyGraph | None = None
    ) -> int:
        """The number of quads of a property (and a value, if given); ``graph`` as in ``quads``."""
        if graph is not None or not (object is None or isinstance(object, Iri)):
            return super().count(predicate, object, graph)
        facts = self.table.facts(predicate)
        return len(facts if object is None else facts.filter(_is(object)))

    def annotated(self, predicate: Iri, basis: Iri | None = None) -> Iterator[tuple[Iri, Value]]:
        """Subject name and value of the annotated claims of a property: claims stored as nodes."""
        rows = self.table.claims.filter(
            (pl.col("property") == predicate)
            & (pl.col("kind") != columns.NO_VALUE)
            & ~columns.plain()
        )
        if basis is not None:
            rows = rows.filter(pl.col("basis") == columns.BASIS_OF_IRI[basis])
        for name, *value in rows.select("name", *_VALUE).collect().iter_rows():
            yield Iri(name), _value(*value)

    def ended(self, predicate: Iri) -> Iterator[Iri]:
        """The subject name of each claim of a property that states an end of its validity."""
        dated = (pl.col("property") == predicate) & (pl.col("valid_until") != "")
        rows = self.table.claims.filter(dated).select("name").collect()
        return map(Iri, rows["name"])

    def annotated_of(self) -> Iterator[tuple[Iri, int]]:
        """Each name with the number of annotated claims about it."""
        rows = self.table.claims.filter(~columns.plain()).group_by("name").len().collect()
        return ((Iri(name), number) for name, number in rows.iter_rows())

    def pairs(self, predicate: Iri) -> Iterator[tuple[bytes, bytes]]:
        """Subject and object IRI, in UTF-8, of every accepted quad of a property."""
        links = self.table.facts(predicate).filter(pl.col("kind") == columns.IRI)
        for subject, value in links.select("subject", "value").iter_rows():
            yield subject.encode(), value.encode()

    def records(self) -> Iterator[Iri]:
        """The IRIs of all records."""
        return map(Iri, self.table.headers["iri"])

    def titles(self) -> Iterator[tuple[Iri, str]]:
        """Each record whose header has a title, with the title of the document."""
        headers = self.table.headers
        pairs = zip(map(Iri, headers["iri"]), headers["title"], strict=True)
        return ((record, title) for record, title in pairs if title)

    def header_values(self, predicate: Iri) -> Iterator[str]:
        """The value of a property in the header of each record, in no order."""
        return iter(self.table.headers[OF_HEADERS[predicate]])

    def unreadable(self) -> set[Iri]:
        """The canonical subjects of claims whose text could not be read as a value."""
        rows = self.table.claims.filter(pl.col("unusable") != "").select("subject").unique()
        return set(map(Iri, rows.collect()["subject"]))

    def silenced(self, stances: Collection[Stance]) -> set[Iri]:
        """Subjects with an accepted value of a property that a source gives one of the stances."""
        codes = [columns.STANCE_CODE[stance] for stance in stances]
        claims = self.table.claims.filter(pl.col("stance").is_in(codes))
        pairs = claims.select("subject", "property").unique().collect()
        results: set[Iri] = set()
        for (name,), of in pairs.partition_by(["property"], as_dict=True).items():
            given = self.table.facts(str(name)).select("subject")
            results.update(map(Iri, of.join(given, on="subject", how="semi")["subject"]))
        return results

    def source_agreement(self, properties: Collection[Iri]) -> list[SourceAgreement]:
        """How often pairs of publishers give equal values of the same entities."""
        return source_agreement(self.table, properties)

    def views(self, subjects: Iterable[Iri]) -> Iterator[tuple[Iri, View]]:
        """Some subjects with their views, in no order; reads of the current one are quick."""
        for chosen, rows in self.table.buckets_of(subjects):
            with self._ahead.reading(chosen, rows):
                for subject in map(Iri, chosen):
                    yield subject, self.view(subject)


class _TableStatements(VersionStatements):
    """The claims of a store, with those about some subjects taken from the claim table."""

    def __init__(self, store: Store, table: ClaimTable) -> None:
        super().__init__(store)
        self._table = table
        self._read: dict[Iri, list[Statement]] = {}
        self._same = {Iri(name): Iri(subject) for name, subject in table.names.items()}
        self._names: dict[Iri, list[Iri]] = defaultdict(list)
        for name, subject in self._same.items():
            self._names[subject].append(name)

    @cached_property
    def records(self) -> dict[int, Iri]:
        """The IRI of each record by its number in the table."""
        headers = self._table.headers
        return dict(zip(headers["number"], map(Iri, headers["iri"]), strict=True))

    @cached_property
    def _numbered(self) -> columns.LazyHeaders:
        return columns.LazyHeaders(self._table.headers)

    @cached_property
    def current(self) -> frozenset[str]:
        """The records that are the latest retrieval of their document."""
        headers = self._table.headers
        return frozenset(headers.filter("current")["iri"])

    @contextmanager
    def reading(self, subjects: Iterable[str], rows: pl.DataFrame) -> Iterator[None]:
        """Serve the claims about some subjects from memory in this context, from their rows."""
        read: dict[Iri, list[Statement]] = {
            name: [] for subject in subjects for name in self.names_of(Iri(subject))
        }
        for row in rows.select(*columns.CLAIMS).iter_rows():
            claim = columns.claim(row)
            read[claim.subject].append((claim, self._numbered[row[-1]]))
        self._read = read
        try:
            yield
        finally:
            self._read = {}
            self._numbered.clear()  # the headers of all records of a hub would take gigabytes

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of any record about one name, each with the record's header."""
        at_hand = self._read.get(entity)
        return super().about(entity) if at_hand is None else list(at_hand)

    def canonical(self, entity: Iri) -> Iri:
        """The canonical IRI of a name; the name itself where nothing maps it."""
        return self._same.get(entity, entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        return sorted({subject, *self._names.get(subject, ())})


class _Current:
    """Tells which records count, by the claim table."""

    def __init__(self, current: Collection[str]) -> None:
        self._current = current

    def known(self, header: Header) -> bool:  # noqa: ARG002 - of now all are
        """Whether a record had been retrieved by the day: of now every record."""
        return True

    def counts(self, header: Header) -> bool:
        """Whether a record is the latest retrieval of its document."""
        return header.record in self._current


def _is(value: Value) -> pl.Expr:
    return (pl.col("kind") == columns.IRI) & (pl.col("value") == str(value))


def _value(kind: int, text: str, datatype: str, language: str) -> Value:
    value = columns.value_of(kind, text, datatype, language)
    assert value is not None  # a claim without a value is neither a fact nor a plain claim
    return value
