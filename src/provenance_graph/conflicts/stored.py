"""All conflicts of a store's version, stored beside the store and updated by commits.

Finding every conflict takes as long as resolving every subject. The file holds the fields that
lists need and each conflict's answer as JSON, by falling severity; it can be deleted at any time.
``ledger`` reads the file or makes it; every list and count over the whole store is based on it.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import DEFAULT
from provenance_graph.conflicts.number import FORMAT, path_of
from provenance_graph.conflicts.results import Conflict
from provenance_graph.conflicts.selection import counted
from provenance_graph.core.databases import SharedConnection, connect
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri
from provenance_graph.model.search.index import SearchIndex

if TYPE_CHECKING:
    from provenance_graph.conflicts.answers import ConflictAnswer

_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE conflict (number INTEGER PRIMARY KEY, subject TEXT NOT NULL, property TEXT NOT NULL,
  label TEXT NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL, name TEXT NOT NULL,
  about TEXT NOT NULL, others TEXT NOT NULL);
CREATE TABLE answer (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE kinds (kind TEXT PRIMARY KEY, total INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counted (iri TEXT PRIMARY KEY, conflicts INTEGER NOT NULL) WITHOUT ROWID;
"""
"""Answers are in a separate table, so that a list reads only those it shows.

The numbers per kind and per entity, which the start page and every model page need, are counted
once.
"""
_LEVEL = 4
_SELECT = (
    "SELECT subject, property, label, kind, severity, name, about, others, body"
    " FROM conflict JOIN answer USING (number)"
)
_INSERT = "INSERT INTO conflict VALUES (?,?,?,?,?,?,?,?,?)"
_LISTED = "SELECT number, subject, property, label, kind, severity, name, about FROM conflict"


class StoredConflict:
    """A stored conflict with the fields that lists need; its answer is read when shown.

    Of a hundred thousand conflicts in a list only some are inspected, so each keeps its database
    row and converts fields on access.
    """

    __slots__ = ("_database", "_row")

    def __init__(self, row: tuple[Any, ...], database: SharedConnection) -> None:
        self._row, self._database = row, database

    @property
    def subject(self) -> Iri:
        """The subject of the conflict."""
        return Iri(self._row[1])

    @property
    def label(self) -> str:
        """The label of the property."""
        return str(self._row[3])

    @property
    def kind(self) -> str:
        """The kind of the conflict."""
        return str(self._row[4])

    @property
    def severity(self) -> int:
        """The severity, 0 to 100."""
        return int(self._row[5])

    @property
    def name(self) -> str:
        """The name of the subject."""
        return str(self._row[6])

    @property
    def entities(self) -> frozenset[Iri]:
        """The entities whose conflict it is."""
        return frozenset(map(Iri, self._row[7].split()))

    @property
    def property(self) -> Iri:
        """The property on which claims disagree."""
        return Iri(self._row[2])

    def about(self) -> frozenset[Iri]:
        """The entities whose conflict it is."""
        return self.entities

    def to_json(self) -> ConflictAnswer:
        """The conflict as a JSON answer, with every claim."""
        query = "SELECT body FROM answer WHERE number = ?"
        (body,) = self._database.connection.execute(query, (self._row[0],)).fetchone()
        answer: ConflictAnswer = json.loads(zlib.decompress(body))
        return answer


class StoredConflicts(Sequence[StoredConflict]):
    """The conflicts of a file, or of some kinds of them, by falling severity; read lazily."""

    def __init__(self, database: SharedConnection, kinds: Collection[str] | None = None) -> None:
        self._database = database
        counted = dict(database.connection.execute("SELECT kind, total FROM kinds"))
        self.kinds = Counter({k: n for k, n in counted.items() if kinds is None or k in kinds})
        marks = ",".join("?" * len(self.kinds))
        self._where = "" if kinds is None else f" WHERE kind IN ({marks})"
        self._values = () if kinds is None else tuple(self.kinds)

    def of_kinds(self, kinds: Collection[str]) -> StoredConflicts:
        """The conflicts of some kinds."""
        return StoredConflicts(self._database, kinds)

    def __len__(self) -> int:
        return self.kinds.total()

    def __iter__(self) -> Iterator[StoredConflict]:
        return iter(self._part(0, -1))

    @overload
    def __getitem__(self, index: int) -> StoredConflict: ...
    @overload
    def __getitem__(self, index: slice) -> list[StoredConflict]: ...
    def __getitem__(self, index: int | slice) -> StoredConflict | list[StoredConflict]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._part(start, max(0, stop - start))[::step]
        return self._part(range(len(self))[index], 1)[0]

    def _part(self, start: int, limit: int) -> list[StoredConflict]:
        query = f"{_LISTED}{self._where} ORDER BY number LIMIT ? OFFSET ?"
        rows = self._database.connection.execute(query, (*self._values, limit, start))
        return [StoredConflict(row, self._database) for row in rows]


def versions(folder: Path) -> list[str]:
    """The versions with stored conflicts."""
    head = f"conflicts-{FORMAT}-"
    return [file.stem.removeprefix(head) for file in folder.glob(f"{head}*.sqlite")]


def ledger(snapshot: AcceptedSnapshot) -> Sequence[Conflict | StoredConflict]:
    """Every conflict of a snapshot by falling severity, stored or found now; cached.

    A current snapshot with a folder stores them there.
    """

    def opened() -> Sequence[Conflict | StoredConflict]:
        folder = snapshot.folder
        if folder is None:
            return _sought(snapshot)
        if not path_of(folder, snapshot.version).exists():
            store_conflicts(folder, snapshot)
        return load(folder, snapshot.version) or ()

    return snapshot.cached("conflicts", opened)


def _sought(snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None) -> list[Conflict]:
    """Find conflicts now; imported here, since readers of stored conflicts need no detection."""
    from provenance_graph.conflicts.detect import conflicts

    return conflicts(snapshot, subjects)


def _below(snapshot: AcceptedSnapshot, changed: Iterable[Iri]) -> list[Conflict]:
    from provenance_graph.conflicts.detect import below

    return below(snapshot, changed)


def models_index(snapshot: AcceptedSnapshot) -> SearchIndex:
    """The search index of models, with the number of conflicts of each as in ``ledger``."""

    def opened() -> SearchIndex:
        index, conflicts = SearchIndex.open(snapshot), ledger(snapshot)
        if isinstance(conflicts, StoredConflicts) and snapshot.folder is not None:
            return index.with_conflicts_of(path_of(snapshot.folder, snapshot.version))
        return index.with_conflicts(counted(conflicts))

    return snapshot.cached("models", opened)


def load(folder: Path, version: str) -> StoredConflicts | None:
    """All conflicts of a version by falling severity; None if they are not stored."""
    file = path_of(folder, version)
    if not file.exists():
        return None
    return StoredConflicts(SharedConnection(connect(file)))


def store_conflicts(
    folder: Path,
    snapshot: AcceptedSnapshot,
    before: str = "",
    changed: Collection[Iri] | None = None,
) -> None:
    """Store the conflicts of a current snapshot.

    ``before`` is a version with stored conflicts, and ``changed`` the subjects that commits changed
    since: only their conflicts, and those of their children that depend on them, are found again.
    Without them all conflicts are found again.
    """
    rows: list[tuple[object, ...]] = []
    if changed is not None and path_of(folder, before).exists():
        rows += _unchanged(path_of(folder, before), frozenset(changed))
        rows += map(_row, [*_sought(snapshot, changed), *_below(snapshot, changed)])
    else:
        from provenance_graph.conflicts.detect import iterate_conflicts

        rows += map(_row, iterate_conflicts(in_columns(snapshot)))  # only the row of each is held
    # as ``conflicts`` orders them: worst first
    unique = {(row[0], row[1], row[3], row[8]): row for row in rows}
    ordered = sorted(unique.values(), key=lambda row: (-int(str(row[4])), row[5], row[0], row[1]))
    _write(path_of(folder, snapshot.version), ordered)


def _unchanged(file: Path, changed: frozenset[Iri]) -> list[tuple[object, ...]]:
    """The rows of a version in which none of the changed subjects takes part."""
    with closing(connect(file)) as database:
        rows = database.execute(_SELECT).fetchall()
    return [
        row
        for row in rows
        if row[0] not in changed and not changed & {*row[6].split(), *row[7].split()}
    ]


def _row(conflict: Conflict) -> tuple[object, ...]:
    others = sorted(
        {str(claim.subject) for _, claims in conflict.sides for claim in claims} - conflict.about()
    )
    body = json.dumps(conflict.to_json(), ensure_ascii=False, default=str)
    packed = zlib.compress(body.encode(), _LEVEL)  # claims repeat each other: compresses to a fifth
    return (
        conflict.subject,
        conflict.property,
        conflict.label,
        conflict.kind,
        conflict.severity,
        conflict.name,
        " ".join(sorted(conflict.about())),
        " ".join(others),
        packed,
    )


def _write(file: Path, rows: Iterable[tuple[object, ...]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as aside, closing(sqlite3.connect(aside)) as database:
        database.executescript(_SCHEMA)
        kinds, entities = Counter[str](), Counter[str]()
        for number, row in enumerate(rows, 1):
            kind, about = str(row[3]), str(row[6])
            kinds[kind] += 1
            if kind in DEFAULT:
                entities.update(about.split())
            database.execute(_INSERT, (number, *row[:-1]))
            database.execute("INSERT INTO answer VALUES (?,?)", (number, row[-1]))
        database.executemany("INSERT INTO kinds VALUES (?,?)", kinds.items())
        database.executemany("INSERT INTO counted VALUES (?,?)", sorted(entities.items()))
        database.commit()
