"""The Data Provenance Initiative's list of models that wrote a dataset."""

from __future__ import annotations

import json

import pytest
from reading import read, values_of

from provenance_graph.core import iris
from provenance_graph.core.claims import Stance
from provenance_graph.core.terms import PG
from provenance_graph.formats.catalogues import dpi


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        (["Other"], [Stance.PARTLY_STATED.label]),
        (["Heron-1"], [iris.entity("dpi", "model", "heron-1")]),
    ],
)
def test_a_word_for_some_other_model_names_none(listed: list[str], written: list[str]) -> None:
    entry = {
        "Unique Dataset Identifier": "x",
        "Dataset Name": "X",
        "Licenses": [],
        "Model Generated": listed,
    }
    claims, _ = read(dpi.READER, json.dumps({"x": entry}), "x.json")
    subject = iris.entity("dpi", "dataset", "x")
    assert values_of(claims, subject, PG.generatedBy) == written
