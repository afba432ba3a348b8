"""The generated hub is the same in every run, and its readers object to nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from claims_made import held

from benchmarks.hub import documents
from benchmarks.hub.documents import everything
from benchmarks.hub.structure import Hub, Kind
from benchmarks.hub_generate import generate
from provenance_graph.acceptance.agreement import agree
from provenance_graph.core import literals


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_number_and_seed_give_the_same_bytes(tmp_path) -> None:
    for name in ("one", "two"):
        generate(Hub(80, 3), tmp_path / name, "both", shard=30)
    first = files(tmp_path / "one")
    assert first == files(tmp_path / "two")
    assert len([name for name in first if name.startswith("documents/hf-000/")]) == 80
    generate(Hub(80, 4), tmp_path / "other", "documents")
    assert files(tmp_path / "other")["manifest.jsonl"] != first["manifest.jsonl"]


def test_every_fault_is_in_the_manifest_with_its_model(tmp_path) -> None:
    hub = Hub(400, 1)
    shape = generate(hub, tmp_path, "documents", answers="jsonl")
    lines = (tmp_path / "manifest.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    names = {hub.name(number) for number in range(400)}
    assert {entry["model"] for entry in entries} <= names
    kinds = Counter(entry["kind"] for entry in entries)
    assert kinds["violation"] == kinds["warning"] == 8
    assert kinds["licence"] == 4
    assert kinds["disagreement"] > 0
    assert shape["planted"]["licence LR-03"] == 4  # type: ignore[index]
    answers = (tmp_path / "documents" / "hf-000.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in answers] == [hub.name(n) for n in range(400)]


def test_the_shape_is_that_of_a_hub() -> None:
    hub = Hub(5000, 1)
    roots = hub.kind.count(Kind.ROOT) / 5000
    assert 0.5 < roots < 0.7
    assert all(parent < number for number in range(4900) for parent in hub.parents(number))
    merged = [n for n in range(4900) if hub.kind[n] == Kind.MERGE]
    assert merged
    assert all(2 <= len(hub.parents(n)) <= 10 for n in merged)
    assert max(hub.children) > 100  # a few roots gather most derivatives
    assert any(item.registry.count("pg:SourceRecord") == 2 for item in everything(Hub(100, 1)))


def test_a_hub_too_small_for_its_faults_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 40 models"):
        Hub(10, 1)


@pytest.mark.parametrize("number", [0, 1, 999])
@pytest.mark.parametrize("millions", documents._MILLIONS)
def test_counts_are_planted_as_disagreeing_only_where_neither_rounds_the_other(
    millions: int, number: int
) -> None:
    hub = Hub(400, 1)
    made = documents.traits(hub, 100, hub.choice(100))
    made = replace(made, total=millions * 1_000_000 + number, sized=True, disagreement="")
    documents._disagree(made, "parameters", leaf=True)
    one, other = (held(literals.integer(n)) for n in (made.total, made.total + 7_000_000))
    assert bool(made.disagreement) is not agree(one, other)
