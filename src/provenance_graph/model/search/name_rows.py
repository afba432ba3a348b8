"""Making the index of names: one row an entity, the richest first.

``names`` asks what is made here.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable

import polars as pl

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.model.naming import table
from provenance_graph.model.naming.entities import kind_by_name
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search import common, heads
from provenance_graph.model.search.entity_frame import entities
from provenance_graph.model.search.heads import iri_sql
from provenance_graph.model.search.manual import entries

_LAST = "substr(e.id, length(rtrim(e.id, replace(e.id, '/', ''))) + 1)"
"""What stands behind the last slash of an id."""
_MARK = "*"
"""Stands among the folded words of an entity for its id, where that is long."""
_LONG = 60
"""Letters of a folded id from which on it is told by the mark, as the ids of versions are: to put it
together takes a microsecond for each row that a search looks through."""
_BETWEEN = "/-_.:"
"""What ids are folded by leaving out, where they are told by the mark."""
_UNBETWEEN = dict.fromkeys(map(ord, _BETWEEN))


def _folded_sql(row: str) -> str:
    """The folded words of a row, its mark replaced by its id."""
    own = f"{row}.id"
    for sign in _BETWEEN:
        own = f"replace({own}, '{sign}', '')"
    return (
        f"CASE WHEN instr({row}.folded, '{_MARK}')"
        f" THEN replace({row}.folded, '{_MARK}', lower({own})) ELSE {row}.folded END"
    )


SCHEMA_SQL = f"""{table.SCHEMA_SQL}{common.SCHEMA_SQL}
CREATE TABLE entity (
  number INTEGER PRIMARY KEY, sum INTEGER NOT NULL, head INTEGER, rest TEXT,
  id TEXT NOT NULL COLLATE NOCASE, name TEXT, kind TEXT NOT NULL, weight INTEGER NOT NULL,
  model INTEGER, folded TEXT NOT NULL);
CREATE VIEW thing AS SELECT e.number, e.sum, e.id, {iri_sql("e")} AS iri,
  coalesce(e.name, {_LAST}) AS name, e.kind, e.weight, e.model,
  {_folded_sql("e")} AS folded FROM entity e;
CREATE TABLE kind_of (number INTEGER PRIMARY KEY, kind TEXT NOT NULL);
CREATE TABLE short (start TEXT NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (start, kind, place)) WITHOUT ROWID;
CREATE TABLE shorts (start TEXT NOT NULL, kind TEXT NOT NULL, total INTEGER NOT NULL,
  PRIMARY KEY (start, kind)) WITHOUT ROWID;
CREATE VIRTUAL TABLE spelling USING fts5(folded, content='', columnsize=0,
  tokenize='trigram', detail='full');
"""
"""Every entity, the richest first; ``model`` is its number in the table of models. One that is called
as its id ends has no name of its own here. ``thing`` is the same with IRIs, names and folded words put
together."""
_INDEXES = """
CREATE INDEX entity_sum ON entity (sum);
CREATE INDEX kind_number ON kind_of (kind, number);
"""
MAX_SHORT = 400
"""Entities stored for each search of one or two letters."""
_MANY = 10_000
"""Rows that are written at once."""


def fill_names(
    database: sqlite3.Connection,
    snapshot: AcceptedSnapshot,
    models: pl.DataFrame,
    known_heads: heads.Heads,
) -> None:
    """Fill the tables with every entity of a snapshot, and with questions and views after them.

    ``models`` has the columns ``entity_frame.MODELS``.
    """
    beginnings = _Beginnings()
    waiting: list[tuple[object, ...]] = []
    pieces: list[tuple[int, str]] = []
    called: list[tuple[object, ...]] = []
    number = 0
    for row in entities(snapshot, models).iter_rows():
        text, known, weight, bits, label, stated, own, aliases, model, is_record = row
        number, iri = number + 1, Iri(text)
        kind, shown = known or kind_by_name(iri), short_id(iri)
        last = shown.rsplit("/", 1)[-1]
        if bits is None:
            spellings = {shown} if is_record else {shown, last}
        else:
            spellings = table.names_of(iri, stated or ())
            called += [
                (word, number, bits, table.tail_of(n, shown))
                for n in spellings
                if (word := fold(n))
            ]
        name = own if own is not None else label or last
        spellings |= {name, *(aliases or ())}
        folded = _folded(spellings)
        own_name = None if name == last else name
        where = heads.id_sum(shown), *known_heads.parted(text, shown), shown
        waiting.append((number, *where, own_name, kind, weight, model, _marked(folded, shown)))
        # the name of a record ends with the day of reading, as its id does
        titles = {shown, name.removesuffix(f" ({last})")} if is_record else ()
        pieces.append((number, _longest(_folded(titles) if titles else folded)))
        beginnings.add(number, kind, spellings)
        if len(waiting) >= _MANY:
            _write(database, waiting, pieces, called)
    for place, entry in enumerate(entries(), number + 1):  # after what the graph holds
        folded = _folded(entry.spellings)
        found = heads.id_sum(entry.id), *known_heads.parted(entry.iri, entry.id), entry.id
        waiting.append((place, *found, entry.name, entry.kind, 0, None, folded))
        pieces.append((place, _longest(folded)))
    _write(database, waiting, pieces, called)
    beginnings.write(database)
    database.executescript(table.SORTED_SQL + _INDEXES)
    common.fill_common(database, beginnings.of_parts)


class _Beginnings:
    """How the words of entities begin: what searches of a few letters find, counted in one pass."""

    def __init__(self) -> None:
        self.of_parts: Counter[str] = Counter()
        """Entities with a word that begins with some ``common.FIRST`` letters."""
        self._totals: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, number: int, kind: str, spellings: Iterable[str]) -> None:
        """Count an entity; rows are numbered richest first."""
        words = {word for text in spellings for word in folded_words(text)}
        self.of_parts.update({word[: common.FIRST] for word in words if len(word) >= common.FIRST})
        for start in {word[:1] for word in words} | {word[:2] for word in words}:
            for key in ((start, kind), (start, "")):
                self._totals[key] += 1
                if self._totals[key] <= MAX_SHORT:
                    self._first[key].append(number)

    def write(self, database: sqlite3.Connection) -> None:
        """Write the searches of one and two letters: their first entities, and how many there are."""
        first = (
            (*key, place, number)
            for key in sorted(self._first)
            for place, number in enumerate(self._first[key])
        )
        database.executemany("INSERT INTO short VALUES (?,?,?,?)", first)
        totals = [(*key, total) for key, total in self._totals.items()]
        database.executemany("INSERT INTO shorts VALUES (?,?,?)", totals)


def _write(
    database: sqlite3.Connection,
    rows: list[tuple[object, ...]],
    pieces: list[tuple[int, str]],
    called: list[tuple[object, ...]],
) -> None:
    database.executemany("INSERT INTO entity VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    database.executemany("INSERT INTO kind_of VALUES (?,?)", [(row[0], row[6]) for row in rows])
    database.executemany("INSERT INTO spelling(rowid, folded) VALUES (?,?)", pieces)
    database.executemany("INSERT INTO unsorted_called VALUES (?,?,?,?)", called)
    rows.clear()
    pieces.clear()
    called.clear()


def _folded(texts: Iterable[str]) -> str:
    """The folded words of some texts, each once and in order."""
    return " ".join(sorted({fold(text) for text in texts} - {""}))


def _marked(folded: str, shown: str) -> str:
    """Folded words with the mark in place of a long id.

    >>> _marked("abc sourceversionorgabcd" + 40 * "0", "source/version/org/abc-d/" + 40 * "0")
    'abc *'
    """
    own = shown.lower().translate(_UNBETWEEN)
    if len(own) < _LONG or not shown.isascii():
        return folded
    return " ".join(_MARK if word == own else word for word in folded.split(" "))


def _longest(folded: str) -> str:
    """The words that are part of no other: what a piece is looked up in.

    >>> _longest("model7b model7borg orgmodel7b")
    'model7borg orgmodel7b'
    """
    words = folded.split(" ")
    return " ".join(w for w in words if not any(w in other for other in words if other != w))


_SEPARATORS = {ord(c): " " for c in " \t\n\r\f\v\x1c\x1d\x1e\x1f/_-"}
_WORDS = {code: None for code in range(128) if not chr(code).isalnum()} | _SEPARATORS
"""What separates the words of a name of ASCII, and what is left out of them."""


def folded_words(text: str) -> list[str]:
    """The words of a name, folded.

    >>> folded_words("Claude_Haiku 4.5")
    ['claude', 'haiku', '45']
    """
    if text.isascii():
        return text.lower().translate(_WORDS).split()
    return [word for part in re.split(r"[\s/_-]+", text) if (word := fold(part))]
