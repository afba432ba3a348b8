"""The search index of a store's models: search, filters, facets, pages.

The graph engine is slow at aggregates over a whole store (see ``docs/decisions``). They are
computed once per store version into an SQLite file with a full-text index, stored beside the store.
The file is derived data and can be deleted at any time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.databases import SharedConnection, address, connect
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.literals import whole
from provenance_graph.model.disclosure.matrix import MatrixStates
from provenance_graph.model.naming.catalogue_file import catalogue_file
from provenance_graph.model.search import cards
from provenance_graph.model.search.heads import iri_sql
from provenance_graph.model.search.names import MAX_ROWS, Hits, listed, search
from provenance_graph.model.search.sorts import MAX_SORTED, STORED_SORTS, order_by

if TYPE_CHECKING:
    from provenance_graph.core.results import FacetCount
    from provenance_graph.model.answers import ModelPage, ModelSummary

FACETS = (
    "developer",
    "licence",
    "licenceClass",
    "openness",
    "family",
    "modality",
    "architecture",
    "year",
    "weights",
    "disclosure",
)
"""The facets of a list of models; each may be given several times."""


def _build() -> ModuleType:
    """The module that builds the index; imported only when an index is built."""
    from provenance_graph.model.search import build

    return build


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: ``total`` counts all items, ``cursor`` is the start of the next page."""

    items: list[ModelSummary]
    total: int
    cursor: str | None

    def to_json(self) -> ModelPage:
        """As JSON."""
        return {
            "items": self.items,
            "total": self.total,
            "shown": len(self.items),
            "next": self.cursor,
        }


class SearchIndex:
    """The index of one store version; read-only, usable from several threads.

    The number of conflicts of a model is not part of the index: ``with_conflicts`` sets it.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._shared, self._database = SharedConnection(database), database
        database.execute(
            "CREATE TEMP TABLE conflict_count (iri TEXT PRIMARY KEY, conflicts INTEGER NOT NULL)"
        )

    @classmethod
    def open(cls, snapshot: AcceptedSnapshot) -> SearchIndex:
        """The index of a snapshot, built now if its folder does not hold it."""
        return snapshot.cached("catalogue", lambda: cls._opened(snapshot))

    @classmethod
    def _opened(cls, snapshot: AcceptedSnapshot) -> SearchIndex:
        folder = snapshot.folder
        if folder is None:
            database = sqlite3.connect(":memory:", check_same_thread=False)
            _build().fill(database, snapshot)
            return cls(database)
        folder.mkdir(parents=True, exist_ok=True)
        path = catalogue_file(folder, snapshot.version)
        if not path.exists():
            _build().make(path, snapshot)
            for old in folder.glob("catalogue-*.sqlite"):
                if old != path:
                    old.unlink(missing_ok=True)
        return cls(connect(path))

    def with_conflicts(self, counts: Mapping[Iri, int]) -> SearchIndex:
        """The index with the number of conflicts of each model, which lists show and sort by."""
        self._database.execute("DELETE FROM temp.conflict_count")
        self._database.executemany("INSERT INTO temp.conflict_count VALUES (?,?)", counts.items())
        self._database.commit()
        return self

    def with_conflicts_of(self, file: Path) -> SearchIndex:
        """The index with the conflict counts of a file (``conflicts.stored``), read on demand."""
        self._database.execute("DROP TABLE temp.conflict_count")
        self._database.execute("ATTACH ? AS ledger", (address(file),))
        self._database.execute(
            "CREATE TEMP VIEW conflict_count AS SELECT iri, conflicts FROM ledger.counted"
        )
        return self

    def search(
        self, text: str, limit: int = 20, kinds: Collection[str] = (), cursor: str = ""
    ) -> Hits:
        """Entities of every kind, or of some, that a text names, best first."""
        return search(self._database, text, kinds, limit, cursor)

    def listed(self, kind: str, limit: int = 20, cursor: str = "") -> Hits:
        """Every entity of a kind, the richest first, one page."""
        return listed(self._database, kind, limit, cursor)

    def models(
        self,
        where: Mapping[str, Sequence[str]] | None = None,
        *,
        text: str = "",
        sort: str = "name",
        limit: int = 50,
        cursor: str = "",
    ) -> Page:
        """A page of models.

        ``where`` filters: facets, ``contextMin``, ``contextMax``, ``parametersMin``,
        ``parametersMax``, ``releasedFrom``, ``releasedTo``, ``descendsFrom`` (an IRI) and
        ``undisclosed`` (a property). Raises UsageError for an unknown filter, sort or cursor, with
        the known ones.
        """
        clause, values = _where(where or {}, text)
        order, offset = order_by(sort), _offset(cursor)
        limit = min(limit, MAX_ROWS)
        if not clause and offset + limit <= MAX_SORTED and sort.removeprefix("-") in STORED_SORTS:
            total = self._number_of_models
            rows = self._database.execute(
                "SELECT number FROM sorted WHERE sort = ? AND place >= ? ORDER BY place LIMIT ?",
                (sort, offset, limit),
            ).fetchall()
        else:
            total = self._total(where or {}, text)
            rows = self._database.execute(
                f"SELECT number FROM model m LEFT JOIN temp.conflict_count k ON k.iri = {_IRI}"
                f"{clause} {order} LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        end = offset + len(rows)
        following = str(end) if rows and end < total else None
        return Page([self._summary(number) for (number,) in rows], total, following)

    @cached_property
    def _number_of_models(self) -> int:
        return int(self.meta()["models"])

    def states(self, models: Sequence[ModelSummary]) -> list[MatrixStates]:
        """The states of all fields of some models of this index, in the given order."""
        return [cards.states(self._database, model["iri"]) for model in models]

    def _summary(self, number: int) -> ModelSummary:
        row = cards.summary(self._database, number)
        query = "SELECT conflicts FROM temp.conflict_count WHERE iri = ?"
        known = self._database.execute(query, (row["iri"],)).fetchone()
        return {**row, "conflicts": known[0] if known else 0}

    def facets(
        self,
        where: Mapping[str, Sequence[str]] | None = None,
        *,
        text: str = "",
        limit: int = 40,
        parts: Mapping[str, Sequence[str]] | None = None,
    ) -> dict[str, list[FacetCount]]:
        """The number of models with each value of each facet, among those that ``where`` selects.

        A facet's own filter is not applied to its counts.
        """
        facet_counts: dict[str, list[FacetCount]] = {}
        for kind in FACETS:
            rest = {key: value for key, value in (where or {}).items() if key != kind}
            counts = self._counts(kind, rest, text, limit)
            if kind == "developer":
                counts |= {
                    whole: n
                    for whole, below in (parts or {}).items()
                    if (n := self._total({**rest, kind: [whole, *below]}, text))
                }
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            facet_counts[kind] = [{"value": value, "count": n} for value, n in ordered[:limit]]
        return facet_counts

    def _counts(
        self, kind: str, where: Mapping[str, Sequence[str]], text: str, limit: int
    ) -> dict[str, int]:
        """The number of models for each of the most frequent values of a facet."""
        clause, values = _where(where, text)
        if not clause:
            rows = self._database.execute(
                "SELECT value, models FROM facet_count WHERE kind = ?"
                " ORDER BY models DESC, value LIMIT ?",
                (kind, limit),
            )
        else:
            rows = self._database.execute(
                "SELECT c.value, count(*) AS n FROM facet_count c"  # joined facets first
                " CROSS JOIN facet f ON f.facet = c.facet CROSS JOIN model m ON m.number = +f.number"
                f"{clause} AND c.kind = ? GROUP BY c.value ORDER BY n DESC, c.value LIMIT ?",
                (*values, kind, limit),
            )
        return dict(rows)

    def _total(self, where: Mapping[str, Sequence[str]], text: str) -> int:
        clause, values = _where(where, text)
        (total,) = self._database.execute(
            f"SELECT count(*) FROM model m{clause}", values
        ).fetchone()
        return int(total)

    def values(self, kind: str) -> list[str]:
        """All values of a facet."""
        rows = self._database.execute("SELECT value FROM facet_count WHERE kind = ?", (kind,))
        return [value for (value,) in rows]

    def meta(self) -> dict[str, Any]:
        """The store's version and the number of models."""
        rows = self._database.execute("SELECT key, value FROM meta")
        return {key: json.loads(value) for key, value in rows}

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _match(text: str) -> str:
    """Words as an FTS5 query: each is a prefix and all are required; operators have no meaning."""
    words = "".join(c if c.isalnum() else " " for c in text[:200]).split()
    return " ".join(f'"{word}"*' for word in words[:12])


_IRI = iri_sql("m")
_FACET = "SELECT f.number FROM facet_count c JOIN facet f USING (facet)"


def _where(where: Mapping[str, Sequence[str]], text: str) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    for key, wanted in where.items():
        if not wanted:
            continue
        if key in FACETS:
            marks = ",".join("?" * len(wanted))
            kinds = (key, "disclosed" if key == "disclosure" else key)
            parts.append(f"m.number IN ({_FACET} WHERE c.kind IN (?, ?) AND c.value IN ({marks}))")
            values += [*kinds, *wanted]
        elif key == "descendsFrom":
            parts.append(
                "m.number IN (SELECT number FROM above JOIN ancestor USING (ancestor) WHERE iri = ?)"
            )
            values.append(wanted[0])
        elif key in RANGES:
            column, sign = RANGES[key]
            parts.append(f"m.{column} {sign} ?")
            values.append(wanted[0] if column.startswith("released") else _integer(key, wanted[0]))
        else:
            known = ", ".join([*FACETS, "descendsFrom", *RANGES])
            raise UsageError(f"no filter {key!r}; there are {known}")
    if text and (match := _match(text)):
        parts.append("m.number IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(match)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


RANGES = {
    "contextMin": ("context", ">="),
    "contextMax": ("context", "<="),
    "parametersMin": ("parameters", ">="),
    "parametersMax": ("parameters", "<="),
    "releasedFrom": ("released_last", ">="),  # a month counts where any of its days does
    "releasedTo": ("released_first", "<="),
}


def _integer(key: str, text: str) -> int:
    result = whole(text)
    if result is None:
        raise UsageError(f"{key}={text!r} is not a whole number such as 128000 or 128K")
    return int(result.lexical)


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    if not is_digits(cursor) or len(cursor) > 9:
        raise UsageError(f"{cursor!r} is not a cursor that this list gave as 'next'")
    return int(cursor)
