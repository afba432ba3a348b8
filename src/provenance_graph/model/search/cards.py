"""What lists show of a model, kept beside its row: only what that has not, without names of fields."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provenance_graph.core.iris import short_id
from provenance_graph.model.disclosure.matrix import NOT_RECORDED, MatrixStates
from provenance_graph.model.search.heads import iri_sql, of_iri

if TYPE_CHECKING:
    from provenance_graph.model.answers import ModelDescription

SCHEMA_SQL = "CREATE TABLE card (number INTEGER PRIMARY KEY, card TEXT NOT NULL);"
_LISTS = ("aliases", "developers", "openness", "modalities", "architecture", "weights")
_COUNTS = ("known", "fields")
_ASKED = (
    f"SELECT {iri_sql('m')}, m.id, m.name, m.released, m.context, m.parameters, m.sources, m.gaps,"
    " m.descendants, c.card FROM model m JOIN card c USING (number) WHERE m.number = ?"
)
_STATES = (
    "SELECT c.card FROM entity e JOIN card c ON c.number = e.model"
    f" WHERE e.sum = ? AND e.id = ? AND {iri_sql('e')} = ?"
)
_LONG = re.compile(rf"{re.escape(NOT_RECORDED)}{{3,}}")
_NUMBER = re.compile(r"\d+")


def written(row: Mapping[str, Any], states: MatrixStates) -> str:
    """The card of a model's summary and of the states of its fields.

    Of the letters of the states, most of which say that nothing is recorded, runs are counted.
    """
    letters = _LONG.sub(lambda run: str(len(run[0])), states.letters)
    licences = [[licence["iri"], licence["label"]] for licence in row["licences"]]
    lists = (row[name] for name in _LISTS)
    positions = states[1:] if any(states[1:]) else ()
    whole = [licences, *lists, *(row[name] for name in _COUNTS), letters, *positions]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def summary(database: sqlite3.Connection, number: int) -> ModelDescription:
    """The summary of the model of a number."""
    iri, id_, name, released, context, parameters, sources, gaps, descendants, card = (
        database.execute(_ASKED, (number,)).fetchone()
    )
    licences, aliases, developers, openness, modalities, architecture, weights, *rest = json.loads(
        card
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
    (card,) = database.execute(_STATES, of_iri(iri)).fetchone()
    letters, *positions = json.loads(card)[1 + len(_LISTS) + len(_COUNTS) :]
    whole = _NUMBER.sub(lambda run: NOT_RECORDED * int(run[0]), letters)
    return MatrixStates(whole, *(positions or ([], [], [])))
