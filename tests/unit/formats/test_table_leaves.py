"""What a table of keys alone says: the same values as a filter over all, entered no deeper than needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reading import document

from provenance_graph.formats import coverage, table_leaves
from provenance_graph.formats.coverage import KeyTable, Leaf
from provenance_graph.formats.croissant import reader as croissant
from provenance_graph.formats.cyclonedx import bom as cyclonedx
from provenance_graph.formats.document import Document
from provenance_graph.formats.spdx3 import graph as spdx3

GOLDEN = Path(__file__).parents[2] / "golden"


Shown = list[tuple[tuple[str, ...], str, Any]]


def _shown(leaves: list[Leaf]) -> Shown:
    return sorted(((leaf.path, leaf.where, leaf.value) for leaf in leaves), key=str)


def _known_leaves(every: list[Leaf], table: KeyTable) -> Shown:
    return _shown([leaf for leaf in every if table.yields_claim(leaf.path)])


def _documents(format_: str) -> list[Document]:
    paths = sorted((GOLDEN / format_).rglob("input.json"))
    return [document(path.read_bytes(), path.name) for path in paths]


@pytest.mark.parametrize("it", _documents("spdx3"), ids=str)
def test_of_spdx_those_values_are_given_of_which_the_table_speaks(it: Document) -> None:
    known_leaves = [leaf for leafs in spdx3.known_leaves(it).values() for leaf in leafs]
    assert _shown(known_leaves) == _known_leaves(list(spdx3.leaves(it)), spdx3.KEYS)


@pytest.mark.parametrize("it", _documents("cyclonedx"), ids=str)
def test_of_cyclonedx_those_values_are_given_of_which_the_table_speaks(it: Document) -> None:
    known_leaves = [leaf for leafs in cyclonedx.known_leaves(it).values() for leaf in leafs]
    assert _shown(known_leaves) == _known_leaves(list(cyclonedx.leaves(it)), cyclonedx.KEYS)


@pytest.mark.parametrize("it", _documents("croissant"), ids=str)
def test_of_croissant_those_values_are_given_of_which_the_table_speaks(it: Document) -> None:
    every = _known_leaves(list(croissant.leaves(it)), croissant.KEYS)
    assert _shown(croissant._known_leaves(it)) == every


def test_a_closed_part_is_not_entered_and_one_with_a_row_of_its_own_is() -> None:
    table = KeyTable(
        coverage.later("model/parts/colour")
        + coverage.skip("none of ours", "model/parts/**")
        + coverage.skip("none of ours", "model/rest/**")
    )
    value: dict[str, Any] = {"parts": {"colour": "red", "size": 1}, "rest": {"x": [1, {"y": 2}]}}
    assert _shown(table_leaves.known_leaves(value, ("model",), "", table)) == [
        (("model", "parts", "colour"), "/parts/colour", "red")
    ]
    assert table.closes(("model", "rest"))
    assert not table.closes(("model", "parts"))


def test_a_table_forgets_the_keys_that_documents_invent() -> None:
    table = KeyTable(coverage.read("its name", "model/name"))
    for n in range(3):
        value = {f"key-{n}-{k}": 1 for k in range(15_000)}
        assert len(table_leaves.known_leaves(value, ("model",), "", table)) == 15_000
    assert len(table._row_of) <= 20_000


def test_values_nested_a_thousand_deep_end_where_all_values_do() -> None:
    table = KeyTable(coverage.read("its name", "model/name"))
    value = json.loads('{"a":' * 900 + "1" + "}" * 900)
    assert table_leaves.known_leaves(value, ("model",), "", table) == []
