"""The matrix of models × fields: one letter a field, from what is accepted of a model."""

from __future__ import annotations

from itertools import permutations

import pytest
from audit_store import MODEL, OLD, store

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.stored import models_index
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.model.disclosure.matrix import layout, matrix, matrix_states
from provenance_graph.model.profile import profile

PLACE = {PG.contextLength: 0, PG.parameterCount: 1, DCTERMS.license: 2}
SIZE: list[Value] = [Literal("7")]


@pytest.mark.parametrize(
    ("facts", "letters", "bare", "valued"),
    [
        ({}, "...", [], []),
        ({PG.parameterCount: SIZE}, ".r.", [], []),
        ({PG.parameterCount: SIZE, PG.disclosed: [PG.parameterCount]}, ".d.", [], []),
        ({PG.disclosed: [PG.parameterCount]}, ".d.", [1], []),
        ({PG.parameterCount: SIZE, PG.undisclosed: [PG.parameterCount]}, ".u.", [], [1]),
        ({PG.parameterCount: SIZE, PG.inferred: [PG.parameterCount]}, ".i.", [], []),
        ({PG.disclosed: [PG.layerCount]}, "...", [], []),
    ],
)
def test_a_letter_says_what_is_known_of_a_field(
    facts: dict[Iri, list[Value]], letters: str, bare: list[int], valued: list[int]
):
    states = matrix_states(facts, PLACE)
    assert (states.letters, states.bare, states.valued) == (letters, bare, valued)


def test_the_developer_goes_over_an_inference_in_whatever_order_they_are_read():
    stated = [
        (PG.inferred, [PG.contextLength]),
        (PG.undisclosed, [PG.contextLength]),
        (PG.contextLength, SIZE),
        (PG.contested, [PG.contextLength, PG.parameterCount]),
    ]
    found = {matrix_states(dict(order), PLACE).letters for order in permutations(stated)}
    assert found == {"u.."}
    assert matrix_states(dict(stated), PLACE).contested == [0, 1]


def test_the_table_of_models_holds_the_states_that_profiles_show():
    snapshot = AcceptedSnapshot(store())
    index, columns = models_index(snapshot), layout(snapshot)
    page = index.models({}, limit=100)
    shown = matrix(columns, list(zip(page.items, index.states(page.items), strict=True)))
    names = [field["property"] for field in shown["fields"]]
    rows = {row["id"]: row for row in shown["models"]}
    for model in (MODEL, OLD):
        seen = profile(snapshot, model)
        row = rows[seen.to_json()["id"]]
        told = {local_name(f.field.property): f for f in seen.fields}
        assert len(row["states"]) == len(names)
        for position, (name, letter) in enumerate(zip(names, row["states"], strict=True)):
            known = letter in "drip" and position not in row["withoutValue"]
            assert bool(told[name].values) == (known or position in row["withValue"]), name
            assert told[name].contested == (position in row["contested"]), name
