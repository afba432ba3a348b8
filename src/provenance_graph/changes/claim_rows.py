"""Updates the claim table of an earlier version: only rows changed by commits are read again.

The change log lists the records that were added and dropped and the subjects that were resolved
again. Their rows are removed from their buckets and read from the store; the files of all other
buckets are kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.log import ChangeLog, Commit, sequence_of
from provenance_graph.core import rdf
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.store import claim_columns as columns
from provenance_graph.store import claim_table
from provenance_graph.store.claim_table import ClaimTable, bucket_of

MAX_CHANGED = 2_000
"""The most changed subjects and records; beyond it, reading the whole store costs no more."""
CARRIED = "carried"
"""The value of the column ``file`` for headers of records that a commit added."""


def update_table(store: Path, snapshot: AcceptedSnapshot) -> None:
    """Make the claim table of a current snapshot from the table of an earlier version, if any."""
    derived, version = snapshot.folder, snapshot.version
    if derived is None or snapshot.as_of or claim_table.folder_of(derived, version).is_dir():
        return
    for before in sorted(claim_table.versions(derived), key=sequence_of, reverse=True):
        commits = _commits(store, before, version)
        table = None if commits is None else ClaimTable.open(derived, before)
        if table is None or commits is None:
            continue
        aside = derived / f".carried-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            files = _Carried(table, snapshot, commits, aside).files()
            claim_table.keep(derived, version, table.buckets, files, retained=(before,))
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return


def _commits(store: Path, before: str, version: str) -> list[Commit] | None:
    """The commits between two versions; None if some are unknown or too much changed."""
    commits = ChangeLog(store).whole(before, version)
    if commits is None:
        return None
    many = sum(len(c.subjects) + len(c.added) + len(c.dropped) for c in commits)
    return commits if many <= MAX_CHANGED else None


@dataclass
class _Carried:
    """A claim table of an earlier version, and the commits since."""

    table: ClaimTable
    snapshot: AcceptedSnapshot
    commits: Sequence[Commit]
    aside: Path

    def files(self) -> dict[str, Path]:
        """The files of the new table; changed files are written to ``aside``."""
        files = {
            file.name: file
            for file in self.table.folder.iterdir()
            if file.name != claim_table.MANIFEST
        }
        names = pl.DataFrame(
            list(self._names.items()),
            schema={"name": pl.String, "subject": pl.String},
            orient="row",
        )
        written = {"headers.parquet": self._headers, "names.parquet": names}
        for bucket, rows in self._claims():
            written[f"claims-{bucket:05d}.parquet"] = rows
        for bucket, rows in self._facts():
            written[f"facts-{bucket:05d}.parquet"] = rows
        for name, frame in written.items():
            frame.write_parquet(self.aside / name, row_group_size=claim_table.GROUP_ROWS)
            files[name] = self.aside / name
        return files

    @cached_property
    def _records(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The claims and the headers of the added records that are still in the store."""
        touched = {name for commit in self.commits for name in (*commit.added, *commit.dropped)}
        old = self.table.headers["number"].max()
        writer = columns.ColumnWriter(1 + (old if isinstance(old, int) else 0))
        for name in sorted(touched):
            quads = list(self.snapshot.quads(graph=name))
            if quads:
                writer.add(rdf.from_quads(quads), 0)
        return writer.frames()

    @cached_property
    def _gone(self) -> pl.Series:
        """The numbers of the records that were dropped or replaced."""
        touched = [name for commit in self.commits for name in (*commit.added, *commit.dropped)]
        headers = self.table.headers
        return headers.filter(pl.col("iri").is_in(touched))["number"]

    @cached_property
    def _headers(self) -> pl.DataFrame:
        retained = self.table.headers.filter(~pl.col("number").is_in(self._gone.implode()))
        came = self._records[1].with_columns(file=pl.lit(CARRIED))
        headers = pl.concat([retained.select(*columns.HEADERS, "file"), came])
        return columns.with_current(headers)

    @cached_property
    def _names(self) -> dict[Iri, Iri]:
        """The current canonical subject of each name that is mapped to another."""
        decided, ruled = (self._matches(graph) for graph in (identity.GRAPH, identity.RULES))
        return {
            name: subject
            for name in {**decided, **ruled}
            if (subject := identity.canonical(name, decided.get, ruled.get)) != name
        }

    def _matches(self, graph: Iri) -> dict[Iri, Iri]:
        known: dict[Iri, Iri] = {}
        for name, _, value, _ in self.snapshot.quads(predicate=SKOS.exactMatch, graph=graph):
            if isinstance(value, Iri):
                known[name] = min(known.get(name, value), value)
        return known

    @cached_property
    def _moved(self) -> set[str]:
        """The names whose canonical subject changed."""
        was, now = self.table.names, self._names
        return {name for name in {*was, *now} if was.get(name, name) != now.get(Iri(name), name)}

    def _claims(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield the changed buckets of claims, with all their rows."""
        taken = pl.col("record").is_in(self._gone.implode())
        moved = pl.col("name").is_in(list(self._moved))
        further = [self._records[0]]
        if self._moved:
            stay = self.table.claims.filter(moved & ~taken).select(*columns.CLAIMS)
            further.append(stay.collect())
        came = pl.concat(further)
        subjects = [self._names.get(Iri(name), name) for name in came["name"]]
        came = came.with_columns(subject=pl.Series(subjects, dtype=pl.String))
        coming = self._by_bucket(came, came["subject"])
        for bucket in range(self.table.buckets):
            file = self.table.folder / f"claims-{bucket:05d}.parquet"
            rows = [coming[bucket]] if bucket in coming else []
            if file.is_file():
                lazy = pl.scan_parquet(file)
                leave = taken | moved if self._moved else taken
                left = lazy.select(leave.any()).collect().item()
                if not left and not rows:
                    continue
                rows.append(lazy.filter(~leave).select(*claim_table.COLUMNS).collect())
            if rows:
                yield bucket, pl.concat(rows).sort(claim_table.CLAIM_ORDER)

    def _facts(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield the changed buckets of accepted facts, with all their rows."""
        subjects = {subject for commit in self.commits for subject in commit.subjects}
        subjects |= {fact.subject for commit in self.commits for fact in commit.facts}
        subjects |= {Iri(name) for name in self._moved}
        subjects |= {Iri(self.table.names.get(name, name)) for name in self._moved}
        quads = [q for subject in sorted(subjects) for q in self.snapshot.quads(subject)]
        came = columns.quad_frame(quads)
        coming = self._by_bucket(came, came["subject"])
        changed = {bucket_of(subject, self.table.buckets) for subject in subjects}
        gone = pl.col("subject").is_in(list(subjects))
        for bucket in sorted(changed):
            file = self.table.folder / f"facts-{bucket:05d}.parquet"
            rows = [coming[bucket]] if bucket in coming else []
            if file.is_file():
                rows.append(pl.read_parquet(file).filter(~gone).select(*columns.QUADS))
            if rows:
                yield bucket, pl.concat(rows).unique().sort(claim_table.FACT_ORDER)

    def _by_bucket(self, rows: pl.DataFrame, of: Iterable[str]) -> dict[int, pl.DataFrame]:
        numbers = [bucket_of(subject, self.table.buckets) for subject in of]
        placed = rows.with_columns(bucket=pl.Series(numbers, dtype=pl.UInt32))
        parts = placed.partition_by(["bucket"], as_dict=True, include_key=False)
        return {int(str(bucket)): part for (bucket,), part in parts.items()}
