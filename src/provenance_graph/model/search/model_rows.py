"""Rows of models for the search index, buffered before they are written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from provenance_graph.core.iris import Iri
from provenance_graph.model.disclosure.matrix import MatrixStates
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search import cards, heads


class SearchableModel(Protocol):
    """The facts from which the rows of one model are made."""

    @property
    def model(self) -> Iri:
        """The canonical IRI of the model."""

    def release_period(self) -> tuple[str | None, str | None]:
        """The first and last ISO day on which the model may have been released."""

    def states(self) -> MatrixStates:
        """The states of all fields."""

    def facets(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The facet values of the model as (facet, value)."""


class ModelRows:
    """A buffer of model rows for the unsorted temporary tables of the index."""

    def __init__(self, known: heads.Heads) -> None:
        self._heads = known
        self._models: list[tuple[object, ...]] = []
        self._cards: list[tuple[int, str]] = []
        self._words: list[tuple[object, ...]] = []
        self._of: list[tuple[object, ...]] = []
        self.facets: dict[tuple[str, str], int] = {}
        """The number of every (facet, value), in the order of first occurrence."""

    def __len__(self) -> int:
        return len(self._models)

    def add(self, number: int, facts: SearchableModel, row: Mapping[str, Any]) -> None:
        """Add the rows of one model."""
        id_text = row["id"]
        self._models.append(
            (
                number,
                *self._heads.parted(facts.model, id_text),
                id_text,
                row["name"],
                row["released"],
                *facts.release_period(),
                row["contextLength"],
                row["parameterCount"],
                row["sources"],
                row["gaps"],
                row["descendants"],
            )
        )
        self._cards.append((number, cards.written(row, facts.states())))
        spellings = sorted({row["name"], id_text, *row["aliases"]})
        aliases, developers = " ".join(row["aliases"]), " ".join(row["developers"])
        folded = " ".join(fold(name) for name in spellings)
        self._words.append((number, row["name"], id_text, aliases, developers, folded))
        for facet in facts.facets(row):
            if facet[1]:
                self._of.append((self.facets.setdefault(facet, len(self.facets)), number))

    def write(self, database: sqlite3.Connection) -> None:
        """Write the buffered rows and clear the buffer."""
        tables: tuple[tuple[str, Sequence[tuple[object, ...]]], ...] = (
            ("unsorted_model", self._models),
            ("unsorted_card", self._cards),
            ("unsorted_words", self._words),
            ("unsorted", self._of),
        )
        for table, rows in tables:
            if rows:
                marks = ",".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        for waiting in (self._models, self._cards, self._words, self._of):
            waiting.clear()
