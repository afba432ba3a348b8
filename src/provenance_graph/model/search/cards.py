"""Compressed cards of models: the fields of list rows that the table of models does not have.

A card is a hundred letters of JSON without field names, most of which other cards have too. Each is
compressed by itself against a dictionary of some cards, to a seventh of its length.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from provenance_graph.core.iris import short_id
from provenance_graph.model.disclosure.matrix import NOT_RECORDED, MatrixStates
from provenance_graph.model.search.heads import iri_sql, of_iri

if TYPE_CHECKING:
    from provenance_graph.model.answers import ModelDescription

SCHEMA_SQL = (
    "CREATE TABLE card (number INTEGER PRIMARY KEY, card BLOB NOT NULL);"
    "CREATE TABLE card_dictionary (sample BLOB NOT NULL);"
)
_FIRST, _SAMPLE = 2_000, 4_000
"""Cards from which the compression dictionary is sampled, and its size in bytes."""
_WINDOW, _MEMORY, _LEVEL = -12, 5, 6
"""Parameters of zlib: bare DEFLATE whose window holds the sample, with small buffers."""
_LISTS = ("aliases", "developers", "openness", "modalities", "architecture", "weights")
_COUNTS = ("known", "fields")
_QUERY = (
    f"SELECT {iri_sql('m')}, m.id, m.name, m.released, m.context, m.parameters, m.sources, m.gaps,"
    " m.descendants, c.card, (SELECT sample FROM card_dictionary) FROM model m JOIN card c USING (number) WHERE m.number = ?"
)
_STATES = (
    "SELECT c.card, (SELECT sample FROM card_dictionary) FROM entity e JOIN card c ON c.number = e.model"
    f" WHERE e.sum = ? AND e.id = ? AND {iri_sql('e')} = ?"
)
_LONG = re.compile(rf"{re.escape(NOT_RECORDED)}{{3,}}")
_NUMBER = re.compile(r"\d+")


def fill(database: sqlite3.Connection) -> None:
    """Compress the cards in ``unsorted_card`` into the card table, in the order of their models.

    The sample is made of the first of them, so that it is the same however the models were read.
    """
    rows = database.execute("SELECT number, card FROM unsorted_card ORDER BY number")
    first = rows.fetchmany(_FIRST)
    sample = _sample([card.encode() for _, card in first])
    database.execute("INSERT INTO card_dictionary VALUES (?)", (sample,))
    plain = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=sample)
    packed = ((number, _packed(plain.copy(), card.encode())) for number, card in chain(first, rows))
    database.executemany("INSERT INTO card VALUES (?,?)", packed)


def _sample(cards: Sequence[bytes]) -> bytes:
    """Cards at regular distances from a list, as many as the sample holds."""
    step = max(1, sum(map(len, cards)) // _SAMPLE)
    return b"".join(cards[::step])[-_SAMPLE:]


def _packed(compressor: zlib._Compress, card: bytes) -> bytes:
    return compressor.compress(card) + compressor.flush()


def _unpacked(card: bytes, sample: bytes) -> list[Any]:
    text = zlib.decompressobj(_WINDOW, zdict=sample).decompress(card)
    result: list[Any] = json.loads(text)
    return result


def written(row: Mapping[str, Any], states: MatrixStates) -> str:
    """The card of a model's summary and of its fields' states, as JSON text.

    Runs of the letter "not recorded", which most states are, are written as their length.
    """
    letters = _LONG.sub(lambda run: str(len(run[0])), states.letters)
    licences = [[licence["iri"], licence["label"]] for licence in row["licences"]]
    lists = (row[name] for name in _LISTS)
    positions = states[1:] if any(states[1:]) else ()
    whole = [licences, *lists, *(row[name] for name in _COUNTS), letters, *positions]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def summary(database: sqlite3.Connection, number: int) -> ModelDescription:
    """The summary of the model with a number."""
    iri, id_, name, released, context, parameters, sources, gaps, descendants, *packed = (
        database.execute(_QUERY, (number,)).fetchone()
    )
    licences, aliases, developers, openness, modalities, architecture, weights, *rest = _unpacked(
        *packed
    )
    known, fields, *_ = rest
    return {
        "iri": iri,
        "id": id_,
        "name": name,
        "aliases": aliases,
        "developers": developers,
        "released": released,
        "contextLength": context,
        "parameterCount": parameters,
        "licences": [{"iri": one, "id": short_id(one), "label": label} for one, label in licences],
        "openness": openness,
        "modalities": modalities,
        "architecture": architecture,
        "weights": weights,
        "sources": sources,
        "known": known,
        "fields": fields,
        "gaps": gaps,
        "descendants": descendants,
    }


def states(database: sqlite3.Connection, iri: str) -> MatrixStates:
    """The state of every field of a model."""
    packed = database.execute(_STATES, of_iri(iri)).fetchone()
    letters, *positions = _unpacked(*packed)[1 + len(_LISTS) + len(_COUNTS) :]
    whole = _NUMBER.sub(lambda run: NOT_RECORDED * int(run[0]), letters)
    return MatrixStates(whole, *(positions or ([], [], [])))
