"""Full build of a store from the files under ``data/`` and ``ontology/``."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyoxigraph as ox

from provenance_graph import reference as reference_data
from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import view
from provenance_graph.acceptance.policy.data import day_quad, load_policy
from provenance_graph.acceptance.record_set import RecordSet
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad, Record
from provenance_graph.core.clock import today
from provenance_graph.core.errors import (
    RecordError,
    StoreError,
    StoreMissing,
    UsageError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.ingest.bulk.keeping import keep_table
from provenance_graph.ingest.bulk.keys import key_tasks, write_keys
from provenance_graph.ingest.bulk.loading import put
from provenance_graph.ingest.bulk.parts import RecordPart, text
from provenance_graph.ingest.bulk.pipeline import (
    Compiled,
    Watch,
    compile_parts,
    read_files,
    unwatched,
)
from provenance_graph.ingest.bulk.resolve import Rules
from provenance_graph.ingest.decisions import Decisions, by_hand
from provenance_graph.ingest.imported import collection_notes, write_imported
from provenance_graph.ingest.noting import ViewBefore
from provenance_graph.ingest.rules import key_quads
from provenance_graph.ingest.shipped import mappings, reference_quads, reference_text
from provenance_graph.ingest.update import Deriver, update
from provenance_graph.store.base import Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.embedded.published import locked
from provenance_graph.store.loading import FORMS
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.processes import Engine, LocalEngine, cores, uncollected

if TYPE_CHECKING:
    from provenance_graph.store.remote.writing import RemoteWriter


@dataclass(frozen=True, slots=True)
class Built:
    """The result of a build: the store's version, and counts of records, subjects and quads.

    ``records`` counts shipped records, ``carried_over`` imported ones that the new store keeps.
    """

    version: str
    records: int
    carried_over: int
    subjects: int
    quads: int


@lru_cache(maxsize=4)
def _of_reference(reference: tuple[Quad, ...]) -> tuple[Quad, MemoryStore]:
    """The stamp of reference data and a read-only store of its graph, which small stores share."""
    stamp = reference_data.stamp(reference)
    return stamp, MemoryStore((*(q for q in reference if q[3] == reference_data.GRAPH), stamp))


def compile_quads(
    reference: Sequence[Quad],
    records: list[Record],
    rows: list[Mapping],
    derive: Deriver | None = None,
    day: str = "",
) -> Iterator[Quad]:
    """Yield every quad of a small store: reference data, records, identity and accepted view.

    The result equals, quad for quad, that of :func:`build`, which works in parts and in columns.
    ``day`` is the day for which the view is computed, by default today. ``derive`` makes further
    quads from the claims of a subject.
    """
    stamp, known = _of_reference(tuple(reference))
    yield from reference
    yield stamp
    yield from identity.quads(rows)
    source = RecordSet(records, rows)
    yield from key_quads(source.under(row for row in rows if by_hand(row)))
    for entity, model in sorted(source.rules.items()):
        yield entity, SKOS.exactMatch, model, identity.RULES
    for record in records:
        yield from rdf.to_quads(record)
    day = day or today()
    yield day_quad(day)
    policy, latest = load_policy(known, day), CurrentVersions(source)
    derived = derive.over_records(known, policy, records) if derive else None
    for subject in source.subjects():
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
    watch: Watch = unwatched,
    engine: Engine | None = None,
    remote: RemoteWriter | None = None,
    further: Sequence[tuple[Path, str]] = (),
) -> Built:
    """Build the store anew beside the old one, and replace the old one at the end.

    Records imported into the old store, and not among the files, are carried over unless ``fresh``.
    An interrupted build leaves the old store in use; the next build of the same files continues it.
    ``day`` is the day of the accepted view, by default today. ``watch`` reports progress,
    ``engine`` runs the tasks. With ``remote`` the store is made there, ``where`` holds only the
    stages, and nothing is carried over. ``further`` are files of records to import. Raises
    StoreBusy while another build is running.
    """
    with uncollected(), engine or LocalEngine() as running:
        building = _Build(data, where, derive, day or today(), watch, running, remote)
        building.further = further
        # two builds would take each other's stages away
        with _refusals_explained(where), locked(where / STAGING):
            return building.run(fresh=fresh or remote is not None)


@contextmanager
def _refusals_explained(where: Path) -> Iterator[None]:
    """Raise StoreError, with the remedy, for disk errors and damaged stages, which are deleted."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        shutil.rmtree(where / STAGING, ignore_errors=True)
        raise StoreError(
            f"{where}: nothing was built: a file of the stages is damaged ({error}); they are "
            "removed, so that the same command starts again"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{where}: nothing was built: {reason}; the previous store is still in use, and the "
            "same command continues where this one ended"
        ) from error


class _Build:
    """The state of one running build."""

    def __init__(
        self,
        data: Path,
        where: Path,
        derive: Deriver | None,
        day: str,
        watch: Watch,
        engine: Engine,
        remote: RemoteWriter | None = None,
    ) -> None:
        self.data, self.where, self.day, self.remote = data, where, day, remote
        self.watch, self.engine, self.derive = watch, engine, derive
        self.reference = tuple(reference_quads())
        self.stamp, self.known = _of_reference(self.reference)
        self.further: Sequence[tuple[Path, str]] = ()

    def run(self, *, fresh: bool) -> Built:
        """Run all stages.

        Raises RecordError if the data folder holds no records.
        """
        files = [
            (path, path.relative_to(self.data).as_posix())
            for path in sorted((self.data / "records").rglob("*.trig"))
        ]
        shipped_rows = mappings(self.data)
        people = [] if fresh else _decided(self.where, shipped_rows)
        rows = [*_without(shipped_rows, people), *people]
        stage = self._stage(files, rows, fresh=fresh)
        shipped = read_files(files, stage, self.engine, self.watch)
        names = _names(shipped)
        if not names:
            raise RecordError(
                f"{self.data}: no records/*.trig below it; name the data folder with --data"
            )
        if self.further:
            self._same_data(frozenset(names))
        new = read_files(self.further, stage, self.engine, self.watch, len(shipped))
        retained: list[RecordPart] = list(new)
        if not fresh:
            replaced = frozenset({*names, *_names(new)})
            imported = write_imported(self.where, replaced, stage / "imported")
            first = len(shipped) + len(new)
            retained += read_files(imported, stage, self.engine, self.watch, first)
        rules = self._rules()
        parts = [*shipped, *retained]
        compiled = compile_parts(parts, rows, stage, rules, self.engine, self.watch)
        further = self._further_quads(compiled, rows, fresh=fresh)
        marks = [self._shipped(stage, names), *self._keys(stage, compiled)]
        digest = format(_digest(parts) % 2**48, "012x")
        version = self._put(stage, compiled, further, marks, digest)
        if self.remote is None:
            version = self._decide_again(version, retained, people)
        shutil.rmtree(self.where / STAGING, ignore_errors=True)
        return Built(
            version,
            sum(part.records for part in shipped),
            sum(part.records for part in retained),
            sum(one.subjects for one in compiled.resolved),
            compiled.quads + len(self.reference) + 1 + len(further) + sum(n for _, n in marks),
        )

    def _same_data(self, names: Collection[str]) -> None:
        """Raise UsageError if the store was built from other data, whose records would be lost."""
        try:
            store: Store = EmbeddedStore.open(self.where)
        except StoreMissing:
            return
        with store:
            built = {name for name, *_ in store.quads(graph=identity.SHIPPED)}
        if lost := len(built.difference(names)):
            raise UsageError(
                f"{self.where} was built from other data: {lost:,} of its records are not in "
                f"{self.data}; name that folder with --data"
            )

    def _put(
        self,
        stage: Path,
        compiled: Compiled,
        further: list[Quad],
        marks: list[tuple[Path, int]],
        digest: str,
    ) -> str:
        """Load all files into the store; return its version."""
        self.engine.rest()
        fixed = [*self.reference, self.stamp, *further]
        own = stage / "fixed.nq"
        own.write_bytes(reference_text(self.known.dump(), self.stamp) + text(further))
        load = [(path, "nquads") for path in (own, *(path for path, _ in marks))]
        load += [(Path(path), form) for path, form in compiled.load]
        if self.remote is not None:
            total = compiled.quads + len(fixed) + sum(count for _, count in marks)
            step = self.watch("quads sent")
            return self.remote.load(_quads_of(load), digest, lambda done: step(done, total))
        before = ViewBefore(self.where)
        version = put(self.where, load, stage, digest, self.watch)
        before.note_build(self.where, version, _views(fixed, compiled))
        before.close()
        keep_table(self.where / "derived", version, stage, compiled, fixed)
        return version

    def _decide_again(self, version: str, retained: list[RecordPart], people: list[Mapping]) -> str:
        """Apply the rules to imported and decided names, absent in shipped rows; return version."""
        again = {Iri(name) for name in _claimed(retained)}
        again |= {name for row in people for name in (row.subject, row.object)}
        if not again or len(again) > MAX_DECIDED:
            return version
        with EmbeddedStore.open_writer(self.where) as store:
            decisions = Decisions(entities=frozenset(again))
            return update(store, derive=self.derive, day=self.day, decided=decisions).version

    def _rules(self) -> Rules:
        policy = load_policy(self.known, self.day)
        if self.derive is None:
            return Rules(policy, None, "")
        return Rules(policy, self.derive.in_columns(self.known, policy), str(self.derive.graph))

    def _further_quads(self, compiled: Compiled, rows: list[Mapping], *, fresh: bool) -> list[Quad]:
        """Quads of identity, notes on collections, and the day of the view."""
        rules = sorted(compiled.identity.rules.items())
        return [
            *identity.quads(rows),
            *((entity, SKOS.exactMatch, model, identity.RULES) for entity, model in rules),
            day_quad(self.day),
            *([] if fresh else collection_notes(self.where)),
        ]

    def _shipped(self, stage: Path, names: list[str]) -> tuple[Path, int]:
        """Write the marks of the records that this build ships; return the file and the number."""
        target = stage / "shipped.nq"
        end = f"> <{RDF.type}> <{PG.SourceRecord}> <{identity.SHIPPED}> .\n"
        with target.open("w", encoding="utf-8") as file:
            file.writelines(f"<{name}{end}" for name in names)
        return target, len(names)

    def _keys(self, stage: Path, compiled: Compiled) -> Iterator[tuple[Path, int]]:
        """Write the name keys of all names in parallel; yield each file and its number of quads."""
        blocks = key_tasks(compiled.parts, compiled.by_hand, stage / "keys")
        step = self.watch("groups of names keyed")
        written: list[tuple[str, int]] = []
        for one in self.engine.run(write_keys, blocks):
            written.append(one)
            step(len(written), len(blocks))
        return ((Path(path), count) for path, count in sorted(written))

    def _stage(self, files: list[tuple[Path, str]], rows: list[Mapping], *, fresh: bool) -> Path:
        """The folder of this build's stages, named by a digest of its input; others are deleted."""
        seen = hashlib.sha256(f"{STAGES} {cores()} {self.day} {fresh}".encode())
        seen.update(str(self.stamp[2]).encode())
        for path, name in (*files, *self.further):
            about = path.stat()
            seen.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
        seen.update(repr(sorted(rows)).encode())
        stage = self.where / STAGING / seen.hexdigest()[:16]
        if stage.parent.is_dir():
            for other in stage.parent.iterdir():
                if other != stage:
                    shutil.rmtree(other, ignore_errors=True)
        return stage


MAX_DECIDED = 50_000
"""The most names for which a build applies the identity rules; above it, run `identify`."""

STAGING = "staging"
"""The folder of build stages below the store."""

STAGES = 5
"""The version of the stage files: increased when their content changes."""


def _names(parts: Iterable[RecordPart]) -> list[str]:
    """The IRIs of the records of some parts, sorted."""
    results: list[str] = []
    for part in parts:
        results.extend(pl.read_parquet(f"{part.folder}/headers.parquet", columns=["iri"])["iri"])
    return sorted(results)


def _claimed(parts: Iterable[RecordPart]) -> Iterator[str]:
    """Yield the distinct subject names of the claims of each part."""
    for part in parts:
        yield from pl.read_parquet(f"{part.folder}/claims.parquet", columns=["name"])[
            "name"
        ].unique()


def _views(fixed: Iterable[Quad], compiled: Compiled) -> Iterator[set[Quad]]:
    """Yield sets of default graph quads: the fixed quads, then each bucket's whole subjects."""
    yield {quad for quad in fixed if quad[3] is None}
    for one in compiled.resolved:
        for path, form in one.load:
            if Path(path).name == "view.nq":
                yield {rdf.our_quad(quad) for quad in ox.parse(path=path, format=FORMS[form])}


def _quads_of(files: Iterable[tuple[Path, str]]) -> Iterator[Quad]:
    """Parse the quads of files; each file comes with the name of its RDF syntax."""
    for path, form in files:
        yield from map(rdf.our_quad, ox.parse(path=path, format=FORMS[form]))


def _digest(parts: Iterable[RecordPart]) -> int:
    """The digest of all records, as an unreduced sum of the records' digests."""
    return sum(
        sum(pl.read_parquet(f"{part.folder}/headers.parquet", columns=["content"])["content"])
        for part in parts
    )


def _decided(where: Path, shipped: list[Mapping]) -> list[Mapping]:
    """The mappings in a store that people decided and that are not shipped."""
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    known = {row.key for row in shipped}
    with store:
        rows = sorted(identity.from_quads(store.quads(graph=identity.GRAPH)))
    return [row for row in rows if row.author and by_hand(row) and row.key not in known]


def _without(rows: list[Mapping], people: list[Mapping]) -> list[Mapping]:
    """The shipped mappings without those by hand for which ``people`` holds a later decision."""
    pairs = {frozenset((row.subject, row.object)) for row in people}
    return [
        row for row in rows if not by_hand(row) or frozenset((row.subject, row.object)) not in pairs
    ]
