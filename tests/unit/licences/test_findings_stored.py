"""The findings of a whole store as stored beside it: the same answers, and nothing looked for again."""

from __future__ import annotations

import pytest
from licence_world import thing, world

from provenance_graph.licences.breaches_file import breaches_file
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.breaches import Filters, store_findings
from provenance_graph.licences.rules.stored import load, store_basis
from provenance_graph.service.api.common.indexes import INDEXES

LLAMA = "meta-llama/Llama-3.1-8B"
FILTERS = {
    "all": Filters(),
    "rule": Filters(rules=frozenset({"LR-04"})),
    "unknown": Filters(rules=frozenset({"LR-15"})),
    "licensor": Filters(licensor="meta-llama"),
    "developer": Filters(developer="z"),
    "of": Filters(of=thing("y/nc")),
}


def stored_world(folder=None):
    edges = [
        ("x/b", "finetune", LLAMA),
        ("z/c", "finetune", "y/nc"),
        ("z/d", "merge", "z/c"),
        ("z/d", "merge", "x/b"),
        *((f"x/m{n}", "trained", "data:y/pile") for n in range(3)),
    ]
    held = {LLAMA: "llama-3.1", "x/b": "mit", "y/nc": "cc-by-nc-4.0", "z/c": "mit", "z/d": "mit"}
    graph = world(edges, held | {f"x/m{n}": "mit" for n in range(3)})
    graph.snapshot.folder, graph.snapshot.version = folder, "1"
    return graph


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("limit", [1, 100])
def test_filters_of_stored_findings_answer_as_a_look_at_every_model(
    tmp_path, monkeypatch, name, limit
):
    expected = store_findings(stored_world(), filters=FILTERS[name], limit=limit).to_json()
    store_basis(tmp_path, stored_world(tmp_path))

    def never(*_, **__):
        raise AssertionError("a model was looked at again")

    monkeypatch.setattr(LicenceGraph, "findings", never)
    result = store_findings(stored_world(tmp_path), filters=FILTERS[name], limit=limit)
    assert result.to_json() == expected
    assert expected["findings"] or name == "rule"


def test_a_second_question_looks_at_no_model_again(monkeypatch):
    graph = stored_world()
    before = store_findings(graph).to_json()
    monkeypatch.setattr(LicenceGraph, "findings", lambda *_, **__: pytest.fail("looked again"))
    assert store_findings(graph).to_json() == before


def test_a_damaged_file_is_made_again_and_one_of_other_numbers_is_not_read(tmp_path):
    expected = store_findings(stored_world()).to_json()
    graph = stored_world(tmp_path)
    file = breaches_file(tmp_path, graph.snapshot.version, graph.snapshot.day)
    file.write_bytes(b"PK\x03\x04 cut")
    assert store_findings(graph).to_json() == expected
    other = world([("a/a", "finetune", "a/b")], {"a/a": "mit"})
    other.snapshot.folder, other.snapshot.version = tmp_path, "1"
    store_basis(tmp_path, other)
    assert store_findings(stored_world(tmp_path)).to_json() == expected


def test_a_day_that_begins_has_no_findings_stored_and_yesterday_s_go_when_it_has(
    tmp_path, monkeypatch
):
    day = ["2026-11-30"]
    monkeypatch.setattr("provenance_graph.core.clock.today", lambda: day[0])

    def kept() -> list[str]:
        return [file.name for file in tmp_path.glob("breaches-*")]

    def store() -> LicenceGraph:
        graph = stored_world(tmp_path)
        graph.snapshot.today = day[0]
        store_basis(tmp_path, graph)
        return graph

    graph, exists = store(), INDEXES["breaches"].exists
    assert exists(tmp_path, "1")
    day[0] = "2026-12-01"
    assert not exists(tmp_path, "1"), "whoever keeps indexes makes it"
    assert load(tmp_path, graph) is not None, "who has a snapshot of yesterday still reads it"
    assert [exists(tmp_path, "1") for _ in [store()]] == [True]
    assert kept() == [breaches_file(tmp_path, "1", "2026-12-01").name]
