"""The whole store from the files under ``data/`` and ``ontology/``."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from provenance_graph import reference as reference_data
from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import CurrentVersions, RecordSet, is_record, view
from provenance_graph.acceptance.policy_data import day_quad, load_policy, today
from provenance_graph.acceptance.sssom import Mapping, read_sssom
from provenance_graph.core import rdf
from provenance_graph.core.claims import Literal, Quad, Record
from provenance_graph.core.errors import RecordError, StoreMissing, Unreadable
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.literals import canonical
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.ingest.noting import ViewBefore
from provenance_graph.ingest.place import COLLECTIONS
from provenance_graph.ingest.rules import Decisions, by_hand, key_quads
from provenance_graph.ingest.update import Deriver, Progress, content, update
from provenance_graph.store import embedded
from provenance_graph.store.base import Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import is_earlier

IDENTITY = "identity.sssom.tsv"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    version: str
    records: int
    kept: int
    subjects: int
    quads: int


def reference_quads(files: Iterable[Path] | None = None) -> Iterator[Quad]:
    """The ontology, licences and rubrics, in the default graph and in REFERENCE.

    Blank nodes (lists) get names from their file and place, the same in every run.
    """
    for path in ontology_files() if files is None else files:
        named: dict[str, Iri] = {}

        def name(term: object, stem: str = path.stem, named: dict[str, Iri] = named) -> object:
            if not isinstance(term, ox.BlankNode):
                return term
            known = named.setdefault(
                term.value, mint("graph", "reference", f"{stem}-{len(named) + 1}")
            )
            return ox.NamedNode(known)

        try:
            triples = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
        except SyntaxError as error:
            raise Unreadable(str(path), f"line {error.lineno}: {error.msg}") from error
        for quad in triples:
            subject, object_ = name(quad.subject), name(quad.object)
            assert isinstance(subject, ox.NamedNode)
            value = rdf.value(object_)
            value = canonical(value) if isinstance(value, Literal) else value
            triple = Iri(subject.value), Iri(quad.predicate.value), value
            yield *triple, None
            yield *triple, reference_data.GRAPH


def shipped_records(data: Path) -> Iterator[Record]:
    """The records of every TriG file below ``data/records``, in file order.

    Raises RecordError, with both files, where one record stands in two.
    """
    seen: dict[Iri, Path] = {}
    for path in sorted((data / "records").rglob("*.trig")):
        where = path.relative_to(data).as_posix()
        for record in rdf.read_trig(path.read_bytes(), where):
            first = seen.setdefault(record.header.record, path)
            if first != path:
                raise RecordError(f"{where}: {record.header.record} stands also in {first.name}")
            yield record


def mappings(data: Path) -> list[Mapping]:
    """The curated mappings of ``data/identity.sssom.tsv``; none where there is no such file."""
    path = data / IDENTITY
    return read_sssom(path.read_text(encoding="utf-8"), path.name) if path.is_file() else []


def compile_quads(
    reference: list[Quad],
    records: list[Record],
    rows: list[Mapping],
    digests: list[int] | None = None,
    derive: Deriver | None = None,
    day: str = "",
    progress: Progress | None = None,
) -> Iterator[Quad]:
    """Every quad of a store: reference data, records, identity, accepted view.

    ``day`` is what "now" means in the view; without it the view is of today.

    ``digests`` is filled with each record's part in the digest of the store; ``derive``
    makes further quads that follow from the claims of a subject; ``progress`` hears of
    every subject.
    """
    yield from reference
    yield reference_data.stamp(reference)
    yield from identity.quads(rows)
    source = RecordSet(records, rows)
    yield from key_quads(source.under(row for row in rows if by_hand(row)))
    for entity, model in sorted(source.rules.items()):
        yield entity, SKOS.exactMatch, model, identity.RULES
    for record in records:
        quads = list(rdf.to_quads(record))
        if digests is not None:
            digests.append(content(quads))
        yield from quads
    known = MemoryStore(reference)
    day = day or today()
    yield day_quad(day)
    policy, latest = load_policy(known, day), CurrentVersions(source)
    derived = derive.over_records(known, policy, records) if derive else None
    subjects = source.subjects()
    for number, subject in enumerate(subjects, 1):
        if progress:
            progress(number, len(subjects))
        seen = view(subject, source, policy, latest)
        yield from seen.quads
        if derived:
            yield from derived.quads(subject, seen.claims, source, latest)


def build(
    data: Path,
    where: Path,
    *,
    fresh: bool = False,
    derive: Deriver | None = None,
    day: str = "",
    progress: Progress | None = None,
) -> Built:
    """Build the store anew, beside the old one, and put it in its place at the end.

    Records that were imported into the old store, and are not among the files, are kept
    unless ``fresh``. An interrupted build leaves the old store in use. ``day`` is what "now"
    means in the accepted view, today where it is empty. ``progress`` is called with how many
    subjects are done and how many there are.
    """
    with uncollected():
        return _build(data, where, derive, day, progress, fresh=fresh)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: a build makes millions of objects and no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _build(
    data: Path,
    where: Path,
    derive: Deriver | None,
    day: str,
    progress: Progress | None,
    *,
    fresh: bool,
) -> Built:
    shipped = list(shipped_records(data))
    if not shipped:
        raise RecordError(f"{data}: no records/*.trig below it; name the data folder with --data")
    names = {record.header.record for record in shipped}
    retained = [] if fresh else [r for r in imported_records(where) if r.header.record not in names]
    records = shipped + retained
    reference = list(reference_quads())
    marks = [(name, RDF.type, PG.SourceRecord, identity.SHIPPED) for name in sorted(names)]
    digests: list[int] = []
    rows = mappings(data)
    people = [] if fresh else _decided(where, rows)
    rows = [*_without(rows, people), *people]
    made = compile_quads(reference, records, rows, digests, derive, day, progress)
    quads = [*made, *marks, *([] if fresh else collection_notes(where))]
    before = ViewBefore(where)
    version = embedded.build(where, quads, digest=format(sum(digests) % 2**48, "012x"))
    before.note_build(where, version, quads)
    before.close()
    again = {claim.subject for record in retained for claim in record.claims}
    again |= {name for row in people for name in (row.subject, row.object)}
    if again:  # the shipped rows by rule know neither imported names nor these decisions
        with EmbeddedStore.open_writer(where) as store:
            asked = Decisions(entities=frozenset(again))
            version = update(store, derive=derive, day=day, decided=asked).version
    subjects = len({subject for subject, *_, graph in quads if graph is None})
    return Built(version, len(shipped), len(retained), subjects, len(quads))


def _decided(where: Path, shipped: list[Mapping]) -> list[Mapping]:
    """The decisions of people in a store that no build put there."""
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    known = {row.key for row in shipped}
    with store:
        rows = sorted(identity.from_quads(store.quads(graph=identity.GRAPH)))
    return [row for row in rows if row.author and by_hand(row) and row.key not in known]


def _without(rows: list[Mapping], people: list[Mapping]) -> list[Mapping]:
    """The shipped rows but for those by hand of which somebody decided otherwise."""
    pairs = {frozenset((row.subject, row.object)) for row in people}
    return [
        row for row in rows if not by_hand(row) or frozenset((row.subject, row.object)) not in pairs
    ]


def imported_records(where: Path) -> list[Record]:
    """The records of a store that no build put there.

    Those of a store that an earlier version built come under a collection of their own, so
    that none of them replaces a record that is shipped now.
    """
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    with store:
        earlier = is_earlier(store)
        built = {name for name, *_ in store.quads(graph=identity.SHIPPED)}
        results = [
            rdf.from_quads(store.quads(graph=graph))
            for graph in store.graphs()
            if graph not in built
            and is_record(graph)
            and any(True for _ in store.quads(graph, graph=graph))
        ]
    return [_migrated(record) for record in results] if earlier else results


MIGRATED = mint("collection", "imported-before-0.2")
"""The collection of what was imported before records had one."""


def _migrated(record: Record) -> Record:
    return replace(record, header=replace(record.header, collection=MIGRATED))


def collection_notes(where: Path) -> list[Quad]:
    """What a store keeps of the folders that collections took their names from."""
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    with store:
        return list(store.quads(graph=COLLECTIONS))
