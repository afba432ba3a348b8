"""Building of the name index: one row per entity, the richest first; ``names`` reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import polars as pl

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.model.naming import table
from provenance_graph.model.naming.entities import kind_by_name
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search import common, heads
from provenance_graph.model.search.beginnings import Beginnings
from provenance_graph.model.search.entity_frame import entities
from provenance_graph.model.search.heads import iri_sql
from provenance_graph.model.search.manual import HelpEntry, entries

_LAST = "substr(e.id, length(rtrim(e.id, replace(e.id, '/', ''))) + 1)"
"""The SQL expression of the part of an id after its last slash."""
_MARK = "*"
"""Placeholder for a long id among the folded words of an entity."""
_LONG = 60
"""Letters of a folded id from which on the mark replaces it, as for ids of versions.

Composing the id takes a microsecond for each row that a search reads.
"""
_BETWEEN = "/-_.:"
"""The characters that folding removes from ids for which the mark stands."""
_UNBETWEEN = dict.fromkeys(map(ord, _BETWEEN))


def _folded_sql(row: str) -> str:
    """The SQL expression of a row's folded words, with the mark replaced by its folded id."""
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
"""``entity`` holds every entity, the richest first. ``model`` is its number in the table of models;
``name`` is null where it equals the last part of the id. ``thing`` adds composed IRIs, names and
folded words.
"""
_INDEXES = """
CREATE INDEX entity_sum ON entity (sum);
CREATE INDEX kind_number ON kind_of (kind, number);
"""
_HASH_SIZE = "INSERT INTO spelling(spelling, rank) VALUES ('hashsize', {});"
_WIDE_HASH, _USUAL_HASH = _HASH_SIZE.format(64 << 20), _HASH_SIZE.format(1 << 20)
"""Bytes of trigrams buffered in memory before they are written: with more, less is merged."""
_MANY = 10_000
"""Rows per write."""
_TOGETHER = 256
"""Texts folded at once; a group with a text that is not ASCII is folded one by one."""
_PLAIN = {code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"}
"""Translation that folds ASCII names joined by line ends."""


def fill_names(
    database: sqlite3.Connection,
    snapshot: AcceptedSnapshot,
    models: pl.DataFrame,
    known_heads: heads.Heads,
) -> None:
    """Fill the tables with every entity of a snapshot, then with questions, views and manual pages.

    ``models`` has the columns ``entity_frame.MODELS``.
    """
    database.executescript(_WIDE_HASH)
    names = _NameRows(known_heads)
    for rows in entities(snapshot, models).iter_slices(_MANY):
        names.add(rows)
        names.write(database)
    names.add_entries(entries())  # numbered after the entities of the graph
    names.write(database)
    names.beginnings.write(database)
    database.executescript(table.SORTED_SQL + _INDEXES + _USUAL_HASH)
    common.fill_common(database, names.beginnings.of_parts)


@dataclass(frozen=True, slots=True)
class _Spelt:
    """An entity with its spellings; ``names`` are those for look-up, for the kinds of ``bits``."""

    iri: str
    kind: str
    short_id: str
    name: str
    weight: int
    model: int | None
    bits: int | None
    names: Collection[str]
    spellings: list[str]
    is_record: bool


class _NameRows:
    """A buffer of entity rows for the index, numbered in the order in which they arrive."""

    def __init__(self, known_heads: heads.Heads) -> None:
        self.beginnings = Beginnings()
        self._heads = known_heads
        self._number = 0
        self._entities: list[tuple[object, ...]] = []
        self._kinds: list[tuple[int, str]] = []
        self._pieces: list[tuple[int, str]] = []
        self._called: list[tuple[object, ...]] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Add some rows of ``entity_frame.entities``; their names are folded together."""
        spelt = [_spelt(row) for row in rows.iter_rows()]
        folded = iter(folded_all([name for one in spelt for name in one.spellings]))
        numbered = list(enumerate(spelt, self._number + 1))
        self.beginnings.add([(number, one.kind, one.spellings) for number, one in numbered])
        for number, one in numbered:
            words = dict(zip(one.spellings, islice(folded, len(one.spellings)), strict=True))
            self._add(number, one, words)
        self._number += len(spelt)

    def _add(self, number: int, one: _Spelt, words: Mapping[str, str]) -> None:
        text, last = one.short_id, one.short_id.rsplit("/", 1)[-1]
        if one.bits is not None:
            self._called += [
                (word, number, one.bits, table.tail_of(name, text))
                for name in one.names
                if (word := words[name])
            ]
        folded = _joined(words.values())
        own = None if one.name == last else one.name
        marked = _marked(folded, text)
        self._put(number, one.iri, text, own, one.kind, one.weight, one.model, marked)
        if one.is_record:  # the name of a record ends with the day of retrieval, as its id does
            folded = _joined((words[text], fold(one.name.removesuffix(f" ({last})"))))
        self._pieces.append((number, _longest(folded)))

    def add_entries(self, listed: Iterable[HelpEntry]) -> None:
        """Add questions, views and manual pages, which no graph holds."""
        for entry in listed:
            self._number += 1
            folded = _joined(folded_all(list(entry.spellings)))
            self._put(self._number, entry.iri, entry.id, entry.name, entry.kind, 0, None, folded)
            self._pieces.append((self._number, _longest(folded)))

    def _put(
        self, number: int, iri: str, text: str, name: str | None, kind: str, *rest: object
    ) -> None:
        where = heads.id_sum(text), *self._heads.parted(iri, text), text
        self._entities.append((number, *where, name, kind, *rest))
        self._kinds.append((number, kind))

    def write(self, database: sqlite3.Connection) -> None:
        """Write the buffered rows and clear the buffer."""
        tables: tuple[tuple[str, Sequence[tuple[object, ...]]], ...] = (
            ("entity", self._entities),
            ("kind_of", self._kinds),
            ("spelling(rowid, folded)", self._pieces),
            ("unsorted_called", self._called),
        )
        for into, rows in tables:
            if rows:
                marks = ",".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
        for waiting in (self._entities, self._kinds, self._pieces, self._called):
            waiting.clear()


def _spelt(row: tuple[Any, ...]) -> _Spelt:
    """A row of ``entity_frame.entities`` with all of its names."""
    text, known, weight, bits, label, stated, own, aliases, model, is_record = row
    iri = Iri(text)
    display_text = short_id(iri)
    last = display_text.rsplit("/", 1)[-1]
    called: set[str] = set()
    if bits is not None:
        called = table.names_of(iri, stated or ())
        spellings = set(called)
    else:
        spellings = {display_text} if is_record else {display_text, last}
    name = own if own is not None else label or last
    spellings.add(name)
    if aliases:
        spellings.update(aliases)
    kind = known or kind_by_name(iri)
    return _Spelt(
        text, kind, display_text, name, weight, model, bits, called, list(spellings), is_record
    )


def folded_all(texts: Sequence[str]) -> list[str]:
    """The folded form of each text, as ``fold`` gives it; ASCII texts are folded in groups.

    >>> folded_all(["Claude Haiku 4.5", "CodeT5+"])
    ['claudehaiku45', 'codet5plus']
    """
    results: list[str] = []
    for start in range(0, len(texts), _TOGETHER):
        some = texts[start : start + _TOGETHER]
        joined = "\n".join(some)
        if joined.isascii() and "+" not in joined and joined.count("\n") == len(some) - 1:
            results += joined.lower().translate(_PLAIN).split("\n")
        else:
            results += map(fold, some)
    return results


def _joined(folded: Iterable[str]) -> str:
    """The distinct folded words, sorted, joined by spaces."""
    return " ".join(sorted({*folded} - {""}))


def _marked(folded: str, text: str) -> str:
    """Folded words with the mark in place of a long id.

    >>> _marked("abc sourceversionorgabcd" + 40 * "0", "source/version/org/abc-d/" + 40 * "0")
    'abc *'
    """
    if len(text) < _LONG or not text.isascii():
        return folded
    own = text.lower().translate(_UNBETWEEN)
    if len(own) < _LONG:
        return folded
    return " ".join(_MARK if word == own else word for word in folded.split(" "))


def _longest(folded: str) -> str:
    """The words that are contained in no other word, in which a piece is looked up.

    >>> _longest("model7b model7borg orgmodel7b")
    'model7borg orgmodel7b'
    """
    return " ".join(word for word in folded.split(" ") if folded.count(word) == 1)
