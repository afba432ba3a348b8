"""Counts by kind of name parts that a large share of all names contain.

A search counts its hits of every kind. For a word that a million names contain that takes most of a
second, and such words are typed first: ``model``, ``base``, or the beginning of one. They are
counted when the index is made.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

SCHEMA_SQL: Final = """
CREATE TABLE common (word TEXT NOT NULL, kind TEXT NOT NULL, total INTEGER NOT NULL,
  PRIMARY KEY (word, kind)) WITHOUT ROWID;
"""
LEAST: Final = 20_000
"""The least number of names that contain a stored part; rarer parts are counted by the search."""
SHARE: Final = 20
"""A stored part is in at least one of so many names, so that stored parts stay few in any store."""
FIRST: Final = 3
"""Letters of the shortest part; shorter searches have a table of their own."""
LONGEST: Final = 12
"""Letters of the longest part that is stored."""
_TOTAL: Final = "SELECT count(*) FROM spelling WHERE spelling MATCH ?"
_BY_KIND: Final = (
    "SELECT t.kind, count(*) FROM spelling s JOIN kind_of t ON t.number = s.rowid"
    " WHERE spelling MATCH ? GROUP BY t.kind"
)


def fill_common(database: sqlite3.Connection, begun: Mapping[str, int], least: int = LEAST) -> None:
    """Fill the table of common parts from that of spellings, letter by letter.

    ``begun`` counts the entities with a word that begins with some ``FIRST`` letters.
    """
    (names,) = database.execute("SELECT count(*) FROM kind_of").fetchone()
    least = max(least, names // SHARE)
    database.execute("CREATE VIRTUAL TABLE temp.pieces USING fts5vocab('main', 'spelling', 'row')")
    pieces = database.execute("SELECT term FROM temp.pieces WHERE doc >= ?", (least,))
    following: dict[str, list[str]] = defaultdict(list)
    for (piece,) in pieces:
        if " " not in piece:
            following[piece[:-1]].append(piece[-1])
    level = {part: Counter[str]() for part, number in begun.items() if number >= least}
    while level:
        known = {part: _counted(database, part, shorter, least) for part, shorter in level.items()}
        level = {}
        for part, counts in known.items():
            rows = ((part, kind, number) for kind, number in counts.items())
            database.executemany("INSERT INTO common VALUES (?,?,?)", rows)
            if counts and len(part) < LONGEST:
                level |= {part + letter: counts for letter in following.get(part[-2:], ())}
    database.execute("DROP TABLE temp.pieces")


def _counted(
    database: sqlite3.Connection, part: str, shorter: Counter[str], least: int
) -> Counter[str]:
    """The number of names of each kind that contain a part; empty for fewer than ``least``.

    Where they are as many as for the part without its last letter, the counts are the same.
    """
    (number,) = database.execute(_TOTAL, (f'"{part}"',)).fetchone()
    if number == shorter.total():
        return shorter
    if number < least:
        return Counter()
    return Counter(dict(database.execute(_BY_KIND, (f'"{part}"',))))


def counts_of(database: sqlite3.Connection, word: str) -> Counter[str]:
    """The number of names of each kind that contain a word; empty where that is not stored."""
    rows = database.execute("SELECT kind, total FROM common WHERE word = ?", (word,))
    return Counter(dict(rows))
