"""Models side by side, and one model at two dates."""

from __future__ import annotations

import pytest
from audit_store import MODEL, OLD, SIBLING, VERSION, store

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.assess import assess_everywhere
from provenance_graph.assessment.evidence.gather import (
    LEVEL_PROPERTIES,
    ModelEvidence,
    levels_of,
)
from provenance_graph.assessment.score import rounded
from provenance_graph.changes.compare import compare, compare_dates
from provenance_graph.core.errors import UsageError
from provenance_graph.store.memory import MemoryStore


@pytest.fixture(scope="module")
def kept() -> MemoryStore:
    return store()


def fields(result: dict) -> dict:
    return {f["property"]: f for s in result["sections"] for f in s["fields"]}


def test_fields_say_whether_values_are_the_same_differ_or_are_missing(kept: MemoryStore):
    result = fields(compare(AcceptedSnapshot(kept), [MODEL, OLD]).to_json())
    assert result["creator"]["kind"] == "same"
    assert result["contextLength"]["kind"] == "differs"
    assert result["license"]["kind"] == "not stated for all"
    assert result["layerCount"]["kind"] == "stated for none"


def test_disclosure_stands_beside_each_value(kept: MemoryStore):
    cells = fields(compare(AcceptedSnapshot(kept), [MODEL, OLD]).to_json())
    compute = cells["trainingComputeFLOP"]
    assert [c["status"] for c in compute["cells"]] == ["Undisclosed", "NotRecorded"]
    assert compute["differs"]


def test_every_rubric_is_beside_the_fields(kept: MemoryStore):
    json = compare(AcceptedSnapshot(kept), [MODEL, OLD, SIBLING]).to_json()
    assert len(json["columns"]) == 3
    scores = {score["rubric"]["id"]: score for score in json["scores"]}
    assert len(scores["kg-transparency"]["cells"]) == 3
    assert scores["kg-transparency"]["differs"]
    assert "apx-10" not in scores


@pytest.mark.parametrize("models", [[MODEL], [MODEL, MODEL], [MODEL] * 7])
def test_fewer_than_two_models_are_refused_with_what_would_work(kept: MemoryStore, models: list):
    with pytest.raises(UsageError, match="2 to 6 different models"):
        compare(AcceptedSnapshot(kept), models)


def test_one_model_at_two_dates_says_which_items_moved_and_why(kept: MemoryStore):
    json = compare_dates(AcceptedSnapshot(kept), MODEL, ["2025-07-01", ""]).to_json()
    assert [c["heading"] for c in json["columns"]] == ["M on 2025-07-01", "M"]
    context = fields(json)["contextLength"]
    assert [c["values"] for c in context["cells"]] == [[8000], [16000]]
    moved = [m for m in json["moved"] if m["rubric"] == "kg-transparency"]
    limits = next(m for m in moved if m["label"] == "Context and output limits")
    assert limits["because"] == ["contextLength"]
    assert (limits["before"], limits["after"], limits["points"]) == ("Partial", "Partial", 0.2)
    assert {m["label"] for m in moved} == {
        "Context and output limits",
        "Immutable version identifier",
        "Alias/name-to-version mapping documented",
        "Results with benchmark, version, metric",
        "Independent result pinned to a release",
        "Developer documents agree on critical facts",
        "Licence or terms document",
        "Resolvable licence identifier",
        "Derivatives and outputs addressed",
    }


def test_scores_from_the_stored_levels_are_those_of_the_claims(kept: MemoryStore):
    """The store keeps levels of models alone; of anything else they are worked out."""
    snapshot = AcceptedSnapshot(kept)
    version = snapshot.canonical(VERSION)
    for subject in (MODEL, OLD, SIBLING, version):
        found = ModelEvidence(snapshot).findings(subject)
        worked_out = {n: f.level for n, f in found.items() if f.level in LEVEL_PROPERTIES}
        assert levels_of(snapshot, subject) == worked_out, subject
        assert worked_out or subject == version
    shown = compare(snapshot, [MODEL, OLD]).to_json()["scores"]
    for place, subject in enumerate((MODEL, OLD)):
        scored = [one.assessment for one in assess_everywhere(snapshot, subject)]
        explained = {one.rubric.id: one for one in scored}
        for score in shown:
            cell, whole = score["cells"][place], explained[score["rubric"]["id"]]
            assert (cell["low"], cell["high"]) == (rounded(whole.low), rounded(whole.high))
