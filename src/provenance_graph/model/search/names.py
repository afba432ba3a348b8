"""Search over the names of all entities: every kind, typing errors, any word order.

Besides the entities of the graph, the index holds the stored questions, the views of the web page
and the manual. The names are in a trigram table (SQLite FTS5): the words of a search may come in
any order, joined or separate. Where no name contains them all, the names that share most trigrams
are compared letter by letter. A search of one or two letters reads a table made for it. The index
is filled with the table of models and stored beside the store under the store's version.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from provenance_graph.core import iris
from provenance_graph.core.errors import UsageError
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.table import KINDS as CLASSES
from provenance_graph.model.naming.table import rows_among, sharing
from provenance_graph.model.search.cards import summary
from provenance_graph.model.search.common import counts_of
from provenance_graph.model.search.heads import id_sum, of_iri
from provenance_graph.model.search.sentence import MAX_NAMED, is_sentence, named_in

if TYPE_CHECKING:
    from provenance_graph.model.answers import ModelDescription, SearchItem, SearchPage

KINDS = (
    *(*CLASSES, "offer", "source", "record", "unresolved reference", "thing"),
    *("question", "help"),
)
"""The kinds of search hits."""
LONGEST = 200
"""Letters of a search that are read."""
MAX_ROWS = 1 << 31
"""The highest number of rows that is asked of SQLite; of larger numbers it takes none."""
MAX_ORDERED = 20_000
"""The most hits that are sorted by fit; of more, the richest come first."""
NEAR = 74
"""The least similarity, of 100, of a name with typing errors."""
_PART = 6
"""Deduction from the similarity with a part of a name."""


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of search hits: ``total`` is the number of all, ``cursor`` the start of the next page.

    ``kinds`` counts the hits of every kind, whichever was requested. ``named`` are the names in a
    sentence, where no entity's name contains all of its words.
    """

    items: list[SearchItem]
    total: int
    cursor: str | None
    approximate: bool = False
    kinds: Mapping[str, int] = field(default_factory=dict)
    named: tuple[str, ...] = ()

    def to_json(self) -> SearchPage:
        """As JSON."""
        return {
            "items": self.items,
            "total": self.total,
            "shown": len(self.items),
            "next": self.cursor,
            "approximate": self.approximate,
            "named": list(self.named),
            "kinds": [
                {"value": kind, "count": n}
                for kind, n in sorted(self.kinds.items(), key=lambda one: (-one[1], one[0]))
            ],
        }


def search(
    database: sqlite3.Connection,
    text: str,
    kinds: Collection[str] = (),
    limit: int = 20,
    cursor: str = "",
) -> Hits:
    """Entities of some kinds that a text names, best first; an exact id or IRI comes first.

    Raises UsageError for an unknown kind, a bad cursor or a negative limit.
    """
    if limit < 0:
        raise UsageError(f"limit is 0 or more, not {limit}")
    limit = min(limit, MAX_ROWS)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
    wanted, start = text.strip()[:LONGEST], _start(cursor)
    words = [folded for part in re.split(r"[\s/_-]+", wanted) if (folded := fold(part))]
    if not words:
        return Hits([], 0, None)
    if max(map(len, words)) < 3 and len(words) == 1:
        return _short(database, words[0], kinds, limit, start)
    if iris.is_iri(wanted):
        query = "SELECT number, kind FROM thing WHERE sum = ? AND id = ? AND iri = ?"
        rows = database.execute(query, of_iri(wanted)).fetchall()
        if rows:
            exact = [number for number, kind in rows if not kinds or kind in kinds]
            counts = Counter(kind for _, kind in rows)
            return Hits(_items(database, exact[start:]), len(exact), None, kinds=counts)
    result, counts = _spelt(database, wanted, words, kinds, limit, start)
    if total := _total(counts, kinds):
        end = start + len(result)
        following = str(end) if result and end < total else None
        return Hits(_items(database, result), total, following, kinds=counts)
    near = _alike(database, fold(wanted))
    named, called = named_in(database, wanted)
    if called and (not near or is_sentence(wanted, named)):
        near = called
    else:
        named = ()
    counts = counts or Counter(kind for _, kind in near)
    chosen = [number for number, kind in near if not kinds or kind in kinds]
    part = chosen[start : start + limit]
    end = start + len(part)
    following = str(end) if end < len(chosen) else None
    items = _items(database, part)
    return Hits(items, len(chosen), following, not named, counts, named)


def _total(counts: Mapping[str, int], kinds: Collection[str]) -> int:
    return sum(n for kind, n in counts.items() if not kinds or kind in kinds)


def listed(database: sqlite3.Connection, kind: str, limit: int = 20, cursor: str = "") -> Hits:
    """Every entity of a kind, the richest first, one page; raises UsageError for a bad cursor."""
    start, limit = _start(cursor), min(limit, MAX_ROWS)
    (total,) = database.execute("SELECT count(*) FROM kind_of WHERE kind = ?", (kind,)).fetchone()
    rows = database.execute(  # entities are numbered in order of richness
        "SELECT number FROM kind_of WHERE kind = ? ORDER BY number LIMIT ? OFFSET ?",
        (kind, limit, start),
    ).fetchall()
    end = start + len(rows)
    following = str(end) if rows and end < total else None
    return Hits(_items(database, [n for (n,) in rows]), total, following, kinds={kind: total})


def _start(cursor: str) -> int:
    if cursor and not (is_digits(cursor) and len(cursor) < 10):
        raise UsageError(f"{cursor!r} is not a cursor that this search gave as 'next'")
    return int(cursor or 0)


def _of_kinds(kinds: Collection[str]) -> tuple[str, list[str]]:
    if not kinds:
        return "", []
    return f" AND t.kind IN ({','.join('?' * len(kinds))})", list(kinds)


def _spelt(
    database: sqlite3.Connection,
    query: str,
    words: list[str],
    kinds: Collection[str],
    limit: int,
    start: int,
) -> tuple[list[int], Counter[str]]:
    """A page of entities with a name that contains all words, and the number of each kind.

    Exact ids come first, questions and views last. Between them come exact names, then beginnings,
    then the richest.
    """
    long = [word for word in words if len(word) >= 3]
    clause, values = "", list[str]()
    for word in words:
        if len(word) < 3:
            clause += " AND instr(t.folded, ?)"
            values.append(word)
    whole = "".join(words)
    if long:
        match = " ".join(f'"{word}"' for word in long)
        base = "FROM spelling s JOIN thing t ON t.number = s.rowid WHERE spelling MATCH ?"
        values = [match, *values]
    else:
        base = "FROM thing t WHERE 1"
    # for a word in nearly every name, counts read only the narrow table of kinds
    counted = base if clause else base.replace("JOIN thing t", "JOIN kind_of t")
    requested = f"SELECT t.kind, count(*) {counted}{clause} GROUP BY t.kind"
    counts = counts_of(database, whole) if words == long == [whole] else Counter[str]()
    counts = counts or Counter(dict(database.execute(requested, values)))
    total = _total(counts, kinds)
    if not total:
        return [], counts
    only, wanted = _of_kinds(kinds)
    clause, values = clause + only, [*values, *wanted]
    if total > MAX_ORDERED and long:
        narrow = counted if len(long) == len(words) else base
        return _richest(database, (query, whole), f"{narrow}{clause}", values, limit, start), counts
    # LIMIT -1 keeps SQLite from composing the words of a row twice
    matching = (
        f"SELECT t.number, t.id, t.kind, ' ' || t.folded || ' ' AS words {base}{clause} LIMIT -1"
    )
    rows = database.execute(
        f"SELECT number FROM ({matching}) ORDER BY id = ? DESC, kind IN ('question', 'help'),"
        " words LIKE ? DESC, kind IN ('record', 'offer', 'thing'), words LIKE ? DESC, number"
        " LIMIT ? OFFSET ?",
        (*values, query, f"% {whole} %", f"% {whole}%", limit, start),
    )
    return [number for (number,) in rows], counts


def _richest(
    database: sqlite3.Connection,
    texts: tuple[str, str],
    where: str,
    values: list[str],
    limit: int,
    start: int,
) -> list[int]:
    """A page of hits where there are too many to sort at once.

    First the entity of that id, then those of exactly that name, then the others, the richest
    first, in which order entities are numbered; records and offers, questions and views come last.
    """
    wanted, whole = texts
    first = [
        number
        for query, value in (
            ("SELECT number FROM thing WHERE sum = ? AND id = ?", (id_sum(wanted), wanted)),
            (
                "SELECT number FROM called WHERE folded = ? ORDER BY number LIMIT ?",
                (whole, MAX_NAMED),
            ),
        )
        for (number,) in database.execute(query, value)
    ]
    marks = ",".join("?" * len(first))
    exact = {
        number
        for (number,) in database.execute(
            f"SELECT t.number {where} AND s.rowid IN ({marks})", (*values, *first)
        )
    }
    named = [number for number in dict.fromkeys(first) if number in exact]
    left = limit - len(named[start : start + limit])
    unnamed = f"{where} AND s.rowid NOT IN ({','.join('?' * len(named))})"
    others = _in_turn(database, unnamed, [*values, *named], left, max(0, start - len(named)))
    return [*named[start : start + limit], *others]


_TURNS = tuple(
    f" AND t.kind {kinds}"
    for kinds in (
        "NOT IN ('question', 'help', 'record', 'offer', 'thing')",
        "IN ('record', 'offer', 'thing')",
        "IN ('question', 'help')",
    )
)
"""SQL conditions of the kinds that come first, next and last."""


def _in_turn(
    database: sqlite3.Connection, where: str, values: Sequence[str | int], limit: int, skip: int
) -> list[int]:
    """A page of hits, one group of kinds after another; only the rows shown are read."""
    results: list[int] = []
    for turn in _TURNS:
        left = limit - len(results)
        if left <= 0:
            break
        rows = database.execute(
            f"SELECT t.number {where}{turn} ORDER BY s.rowid LIMIT ? OFFSET ?",
            (*values, left, skip),
        ).fetchall()
        if rows or not skip:
            results += [number for (number,) in rows]
            skip = 0
        else:
            (passed,) = database.execute(f"SELECT count(*) {where}{turn}", values).fetchone()
            skip -= passed
    return results


def _short(
    database: sqlite3.Connection, word: str, kinds: Collection[str], limit: int, start: int
) -> Hits:
    """Entities with a word that begins with one or two letters; exact words first, then richest."""
    chosen = list(kinds) or [""]
    marks = ",".join("?" * len(chosen))
    counts = Counter(
        dict(
            database.execute(
                "SELECT kind, total FROM shorts WHERE start = ? AND kind <> ''", (word,)
            )
        )
    )
    exact = database.execute(
        f"SELECT number FROM thing t WHERE (' ' || folded || ' ') LIKE ? AND number IN"
        f" (SELECT number FROM short WHERE start = ? AND kind IN ({marks})) ORDER BY number",
        (f"% {word} %", word, *chosen),
    ).fetchall()
    rows = database.execute(
        f"SELECT number FROM short WHERE start = ? AND kind IN ({marks}) ORDER BY number",
        (word, *chosen),
    ).fetchall()
    numbers = list(dict.fromkeys(number for (number,) in (*exact, *rows)))
    part = numbers[start : start + limit]
    end = start + len(part)
    following = str(end) if end < len(numbers) else None
    return Hits(_items(database, part), _total(counts, kinds), following, kinds=counts)


_SPELT = "SELECT number, kind, folded FROM thing WHERE number IN"


def _alike(database: sqlite3.Connection, word: str) -> list[tuple[int, str]]:
    """Entities with a name that differs by one or two typing errors, most similar first."""
    scored = [
        (score, number, kind)
        for number, kind, folded in rows_among(database, _SPELT, sharing(database, word))
        if (score := max(_likeness(word, name) for name in folded.split(" "))) >= NEAR
    ]
    ranked = sorted(scored, key=lambda item: (-item[0], item[1]))
    return [(number, kind) for _, number, kind in ranked]


def _likeness(word: str, name: str) -> float:
    """The similarity, of 100, of a search and a name; a longer name by its best part.

    Similarities below the limit are given as 0 or less, since the comparison stops early.
    """
    if len(name) <= len(word) + 2:
        return fuzz.ratio(word, name, score_cutoff=NEAR)
    return fuzz.partial_ratio(word, name, score_cutoff=NEAR + _PART) - _PART


_NO_MODEL: ModelDescription = {
    "aliases": [],
    "developers": [],
    "released": None,
    "contextLength": None,
    "parameterCount": None,
    "licences": [],
    "openness": [],
    "modalities": [],
    "architecture": [],
    "weights": [],
    "sources": 0,
    "known": 0,
    "fields": 0,
    "gaps": 0,
    "descendants": 0,
    "iri": "",
    "id": "",
    "name": "",
}
"""The model fields of a hit that is no model."""


def _items(database: sqlite3.Connection, numbers: Iterable[int]) -> list[SearchItem]:
    return list(_each(database, numbers))


def _each(database: sqlite3.Connection, numbers: Iterable[int]) -> Iterator[SearchItem]:
    for number in numbers:
        iri, id_, name, kind, weight, model = database.execute(
            "SELECT iri, id, name, kind, weight, model FROM thing WHERE number = ?", (number,)
        ).fetchone()
        described = _NO_MODEL if model is None else summary(database, model)
        yield {
            **_NO_MODEL,
            **described,
            "iri": iri,
            "id": id_,
            "name": name,
            "kind": kind,
            "mentions": weight,
        }
