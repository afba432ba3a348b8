"""Word beginnings of entity names, counted in one pass for searches of one or two letters."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice

from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search import common

MAX_SHORT = 400
"""Entities stored for each search of one or two letters."""
_SEPARATORS = {ord(c): " " for c in " \t\r\f\v\x1c\x1d\x1e\x1f/_-"}
_WORDS = {code: None for code in range(128) if not chr(code).isalnum()} | _SEPARATORS
_WORDS[ord("\n")] = "\n"
"""Translation of ASCII names: word separators become spaces, other signs are removed."""


class Beginnings:
    """Counts the word beginnings of entities, which are numbered richest first."""

    def __init__(self) -> None:
        self.of_parts: Counter[str] = Counter()
        """The number of entities with a word that begins with some ``common.FIRST`` letters."""
        self._totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._first: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._full: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, entities: Sequence[tuple[int, str, Iterable[str]]]) -> None:
        """Count some entities, each with its number, kind and names."""
        parts: list[str] = []
        starts_of: defaultdict[str, list[str]] = defaultdict(list)
        words_of = words_of_each([names for *_, names in entities])
        for (number, kind, _), words in zip(entities, words_of, strict=True):
            three = {word[: common.FIRST] for word in words}
            parts += [start for start in three if len(start) == common.FIRST]
            starts = {word[:1] for word in three} | {word[:2] for word in three}
            starts_of[kind] += starts
            for start in starts - self._full[kind]:
                first = self._first[kind][start]
                first.append(number)
                if len(first) == MAX_SHORT:
                    self._full[kind].add(start)
        self.of_parts.update(parts)
        for kind, several in starts_of.items():
            self._totals[kind].update(several)

    def write(self, database: sqlite3.Connection) -> None:
        """Write, for searches of one and two letters, the first entities and the total per kind.

        The empty kind stands for all kinds together.
        """
        whole = Counter[str]()
        first: dict[tuple[str, str], list[int]] = {}
        for kind, totals in self._totals.items():
            whole.update(totals)
            first |= {(start, kind): numbers for start, numbers in self._first[kind].items()}
        for start in whole:
            of_kinds = [of[start] for of in self._first.values() if start in of]
            first[start, ""] = list(islice(merge(*of_kinds), MAX_SHORT))
        rows = (
            (*key, position, number)
            for key in sorted(first)
            for position, number in enumerate(first[key])
        )
        database.executemany("INSERT INTO short VALUES (?,?,?,?)", rows)
        for kind, totals in (*self._totals.items(), ("", whole)):
            counted = [(start, kind, total) for start, total in totals.items()]
            database.executemany("INSERT INTO shorts VALUES (?,?,?)", counted)


def words_of_each(entities: Iterable[Iterable[str]]) -> Iterator[list[str]]:
    """The folded words of all names of each entity; ASCII names are folded together.

    >>> list(words_of_each([["Claude_Haiku 4.5", "claude"], ["Café-1"]]))
    [['claude', 'haiku', '45', 'claude'], ['cafe', '1']]
    """
    known = [list(names) for names in entities]
    lines = [" ".join(names) for names in known]
    plain = [line if line.isascii() and "\n" not in line else "" for line in lines]
    folded = "\n".join(plain).lower().translate(_WORDS).split("\n")
    for names, line, own, words in zip(known, lines, plain, folded, strict=bool(known)):
        if own or not line:
            yield words.split()
        else:
            yield [word for name in names for word in _words(name)]


def _words(text: str) -> list[str]:
    """The words of a name, folded."""
    if text.isascii():
        return text.lower().replace("\n", " ").translate(_WORDS).split()
    return [word for part in re.split(r"[\s/_-]+", text) if (word := fold(part))]
