"""Rows of models on their way into the index of search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from provenance_graph.core.iris import Iri
from provenance_graph.model.disclosure.matrix import MatrixStates
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search import cards, heads


class ModelFacts(Protocol):
    """What the rows of one model are made from."""

    @property
    def model(self) -> Iri:
        """The canonical name of the model."""

    def release_period(self) -> tuple[str | None, str | None]:
        """The first and the last day on which it may have been released."""

    def states(self) -> MatrixStates:
        """The state of every field."""

    def facets(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The facet values of the model, each with the name of its facet."""


class ModelRows:
    """Rows of models on their way into the tables where they wait until they can be sorted."""

    def __init__(self, known: heads.Heads) -> None:
        self._heads = known
        self._models: list[tuple[object, ...]] = []
        self._cards: list[tuple[int, str]] = []
        self._words: list[tuple[object, ...]] = []
        self._of: list[tuple[object, ...]] = []
        self.facets: dict[tuple[str, str], int] = {}
        """Every value of a facet that some model has, by its place among those that were met."""

    def __len__(self) -> int:
        return len(self._models)

    def add(self, number: int, facts: ModelFacts, row: Mapping[str, Any]) -> None:
        """Put one model's rows in."""
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
        """Write what there is."""
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
