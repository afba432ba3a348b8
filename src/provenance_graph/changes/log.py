"""The change log of a store: the effect of each commit on the accepted view.

It is one SQLite file in the store's folder. An entry is written before its commit is published, so
that a crash loses no entry; an entry whose version was never published is not shown and is deleted
with the next entry. Entries are kept for KEEP_DAYS, at most KEEP_COMMITS of them. A query for
changes since an older version, or since a version before a gap (a restored backup, a store written
by other means), raises ``ChangesGone``.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from provenance_graph.core import clock
from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.errors import (
    ChangesGone,
    NotFound,
    ProvenanceError,
    StoreError,
    UsageError,
)
from provenance_graph.core.iris import Iri

FILE = "changes.sqlite"
KEEP_DAYS = 400
"""The days for which an entry is kept, enough for a yearly audit."""
KEEP_COMMITS = 100_000
"""The most entries that are kept, whatever their age."""
MAX_FACTS = 50_000
"""The most facts listed for one commit; a larger commit has only their number."""

_VERSION = re.compile(r"(\d{1,15})-[0-9a-zA-Z]{1,64}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  sequence INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, before TEXT NOT NULL,
  at TEXT NOT NULL, kind TEXT NOT NULL, records TEXT NOT NULL, subjects TEXT NOT NULL,
  facts INTEGER NOT NULL, cut INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entry_at ON entry (at);
CREATE TABLE IF NOT EXISTS fact (
  sequence INTEGER NOT NULL, subject TEXT NOT NULL, property TEXT NOT NULL,
  was TEXT NOT NULL, now TEXT NOT NULL, PRIMARY KEY (sequence, subject, property)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class FactChange:
    """The accepted values of one property of one subject, before and after a commit."""

    subject: Iri
    property: Iri
    was: tuple[Value, ...]
    now: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """One log entry: a version, the version before it, and the changes between them.

    ``subjects`` were resolved again, including those without a changed accepted value, whose claims
    changed. ``cut`` means that not all changes are listed.
    """

    version: str
    before: str
    at: str
    kind: str
    added: tuple[Iri, ...] = ()
    dropped: tuple[Iri, ...] = ()
    subjects: tuple[Iri, ...] = ()
    facts: tuple[FactChange, ...] = ()
    fact_count: int = 0
    cut: bool = False

    @property
    def sequence(self) -> int:
        """The sequence number of the commit."""
        return sequence_of(self.version)


def sequence_of(version: str) -> int:
    """The sequence number in a version; raises UsageError for an invalid version.

    >>> sequence_of("12-633662741c5a")
    12
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise UsageError(
            f"{version[:80]!r} is not a version of a store such as 12-633662741c5a; `stats` and "
            "every answer's X-Store-Version give the present one"
        )
    return int(match[1])


def fact_changes(out: Iterable[Quad], into: Iterable[Quad]) -> list[FactChange]:
    """Group removed and added quads of the accepted view by subject and property."""
    was: dict[tuple[Iri, Iri], list[Value]] = {}
    now: dict[tuple[Iri, Iri], list[Value]] = {}
    for quads, side in ((out, was), (into, now)):
        for subject, predicate, value, graph in quads:
            if graph is None:
                side.setdefault((subject, predicate), []).append(value)
    return [
        FactChange(
            *key, tuple(sorted(was.get(key, ()), key=str)), tuple(sorted(now.get(key, ()), key=str))
        )
        for key in sorted(was.keys() | now.keys())
    ]


class ChangeLog:
    """The change log in a store's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._grouped: sqlite3.Connection | None = None

    @contextmanager
    def group(self) -> Iterator[None]:
        """Write all entries appended in the block in one transaction at its end; raises StoreError.

        A group of commits waits for the disk only once.
        """
        try:
            with self._open() as database:
                database.executescript(_SCHEMA)
                with database:
                    self._grouped = database
                    yield
        except sqlite3.Error as error:
            raise self._failed(error) from error
        finally:
            self._grouped = None

    def copy_to(self, folder: Path) -> None:
        """Copy the current log to another folder, as the start of its log; raises StoreError."""
        with self._reading() as database:
            if database is not None:
                try:
                    with closing(sqlite3.connect(folder / FILE, timeout=10)) as copied:
                        database.backup(copied)
                except sqlite3.Error as error:
                    raise self._failed(error) from error

    def remove(self) -> None:
        """Delete the log; earlier entries are lost."""
        self.path.unlink(missing_ok=True)

    def append(self, commit: Commit, *, keep_days: int = KEEP_DAYS) -> None:
        """Append a commit that is about to be published; raises StoreError if that fails.

        Entries with this or a later sequence number were never published and are deleted.
        """
        oldest = datetime.fromisoformat(commit.at) - timedelta(days=keep_days)
        try:
            if self._grouped is not None:
                self._append(self._grouped, commit, oldest)
                return
            with self._open() as database, database:
                database.executescript(_SCHEMA)
                self._append(database, commit, oldest)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> StoreError:
        return StoreError(f"{self.path}: the change log cannot be written: {error}")

    def _append(self, database: sqlite3.Connection, commit: Commit, oldest: datetime) -> None:
        cut = commit.cut or len(commit.facts) > MAX_FACTS
        facts = () if cut else commit.facts
        self._forget(database, "sequence >= ?", commit.sequence)
        self._forget(
            database,
            "at < ? OR sequence <= ?",
            clock.written(oldest),
            commit.sequence - KEEP_COMMITS,
        )
        database.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                commit.sequence,
                commit.version,
                commit.before,
                commit.at,
                commit.kind,
                json.dumps([commit.added[:MAX_FACTS], commit.dropped[:MAX_FACTS]]),
                json.dumps(commit.subjects[:MAX_FACTS]),
                commit.fact_count or len(commit.facts),
                int(cut or len(commit.subjects) > MAX_FACTS),
            ),
        )
        database.executemany(
            "INSERT INTO fact VALUES (?, ?, ?, ?, ?)",
            [(commit.sequence, f.subject, f.property, _dump(f.was), _dump(f.now)) for f in facts],
        )

    @staticmethod
    def _forget(database: sqlite3.Connection, which: str, *values: object) -> None:
        database.execute(
            f"DELETE FROM fact WHERE sequence IN (SELECT sequence FROM entry WHERE {which})",  # noqa: S608 - fixed texts
            values,
        )
        database.execute(f"DELETE FROM entry WHERE {which}", values)  # noqa: S608 - likewise

    def since(self, version: str, current: str, *, limit: int = 1_000) -> list[Commit]:
        """The commits after a version, oldest first, at most ``limit``.

        Raises UsageError for an invalid version, NotFound for one that this store never had, and
        ChangesGone if the log does not reach back to it without a gap.
        """
        sequence, present = sequence_of(version), sequence_of(current)
        if version == current:
            return []
        if sequence >= present:
            raise NotFound(version, "version of this store", [current])
        with self._reading() as database:
            if database is None:
                raise ChangesGone(version, "")
            reach = self._reach(database, current)
            if sequence < reach or (sequence, version) not in self._known(
                database, sequence, reach
            ):
                self._refuse(database, version, sequence, reach)
            return list(self._commits(database, sequence, present, limit))

    def whole(self, before: str, version: str) -> list[Commit] | None:
        """The commits between two versions; None if not all of them are known in full."""
        try:
            commits = self.since(before, version)
        except ProvenanceError:
            return None
        if not commits or commits[-1].version != version or any(c.cut for c in commits):
            return None
        return commits

    def last(self, current: str, limit: int = 50) -> list[Commit]:
        """The commits up to the current version, newest last; empty if there is no log."""
        with self._reading() as database:
            if database is None:
                return []
            reach, present = self._reach(database, current), sequence_of(current)
            after = max(reach, present - limit)
            return list(self._commits(database, after, present, limit))

    def oldest(self, current: str) -> str:
        """The oldest version since which all changes are known."""
        with self._reading() as database:
            if database is None:
                return current
            reach = self._reach(database, current)
            row = database.execute(
                "SELECT before FROM entry WHERE sequence > ? ORDER BY sequence LIMIT 1", (reach,)
            ).fetchone()
            return str(row[0]) if row and row[0] else current

    def _refuse(
        self, database: sqlite3.Connection, version: str, sequence: int, reach: int
    ) -> None:
        if sequence >= reach:
            near = database.execute("SELECT version FROM entry WHERE sequence = ?", (sequence,))
            raise NotFound(version, "version of this store", [row[0] for row in near])
        row = database.execute(
            "SELECT before, at FROM entry WHERE sequence > ? ORDER BY sequence LIMIT 1", (reach,)
        ).fetchone()
        raise ChangesGone(version, f"{row[0]}, of before {row[1]}" if row else "")

    @staticmethod
    def _known(database: sqlite3.Connection, sequence: int, reach: int) -> set[tuple[int, str]]:
        """The versions with a sequence number that the log knows, as entry or as predecessor."""
        rows = database.execute(
            "SELECT sequence, version FROM entry WHERE sequence = ? UNION "
            "SELECT ?, before FROM entry WHERE sequence = "
            "(SELECT min(sequence) FROM entry WHERE sequence > ?)",
            (sequence, sequence, max(sequence, reach)),
        )
        return {(number, version) for number, version in rows}

    @staticmethod
    def _reach(database: sqlite3.Connection, current: str) -> int:
        """The sequence number from which on the log has no gap up to the current version."""
        after = current
        reach = sequence_of(current)
        rows = database.execute(
            "SELECT version, before FROM entry WHERE sequence <= ? ORDER BY sequence DESC",
            (reach,),
        )
        for version, before in rows:
            if version != after or not before:
                break
            after, reach = before, sequence_of(before)
        return reach

    @staticmethod
    def _commits(
        database: sqlite3.Connection, after: int, until: int, limit: int
    ) -> Iterator[Commit]:
        rows = database.execute(
            "SELECT sequence, version, before, at, kind, records, subjects, facts, cut FROM entry "
            "WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
            (after, until, limit),
        ).fetchall()
        for sequence, version, before, at, kind, records, subjects, count, cut in rows:
            added, dropped = json.loads(records)
            facts = database.execute(
                "SELECT subject, property, was, now FROM fact WHERE sequence = ? "
                "ORDER BY subject, property",
                (sequence,),
            )
            yield Commit(
                version,
                before,
                at,
                kind,
                tuple(map(Iri, added)),
                tuple(map(Iri, dropped)),
                tuple(map(Iri, json.loads(subjects))),
                tuple(
                    FactChange(Iri(s), Iri(p), _load(was), _load(now)) for s, p, was, now in facts
                ),
                count,
                bool(cut),
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as database:
            yield database

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the log for reading; None if the store has none."""
        if not self.path.is_file():
            yield None
            return
        try:
            uri = f"{self.path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True, timeout=10)) as database:
                yield database
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path}: the change log cannot be read ({error}); without the file a new "
                "one begins with the next commit"
            ) from error


def _dump(values: Iterable[Value]) -> str:
    return json.dumps(
        [[v.lexical, v.datatype, v.language] if isinstance(v, Literal) else v for v in values],
        ensure_ascii=False,
    )


def _load(text: str) -> tuple[Value, ...]:
    return tuple(
        Iri(v) if isinstance(v, str) else Literal(v[0], Iri(v[1]), v[2]) for v in json.loads(text)
    )
