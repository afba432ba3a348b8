"""``models``: filters as people type them, and what each form shows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provenance_graph import Graph, cli
from provenance_graph.core.claims import AcceptanceStatus, Basis
from provenance_graph.core.errors import NotFound, UsageError


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def rows(store: Path, *words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(store, "models", *words, "--format", "csv").stdout)))


def test_filters_narrow_whatever_the_case(shipped) -> None:
    result = rows(shipped, "--developer", "META", "--since", "2024", "--until", "2024-12")
    assert result
    assert all(re.search("Meta|FAIR|Facebook", row["developers"]) for row in result)
    assert all("2024" <= row["released"] < "2025" for row in result)
    assert {row["id"] for row in result} >= {"meta-llama/Llama-3.1-8B"}


@pytest.mark.parametrize("name", ["mistral", "mistralai"])
def test_a_developer_goes_by_any_name_of_the_organisation(shipped, name) -> None:
    result = rows(shipped, "--developer", name)
    assert result
    assert all("Mistral AI" in row["developers"] for row in result)


def test_the_parts_of_a_developer_count_with_it(shipped) -> None:
    """Qwen is a part of Alibaba, Google DeepMind one of Google, and DeepMind went into it."""
    for whole, part in (
        ("alibaba", "qwen"),
        ("google", "google-deepmind"),
        ("google-deepmind", "deepmind"),
    ):
        more = {row["id"] for row in rows(shipped, "--developer", whole)}
        fewer = {row["id"] for row in rows(shipped, "--developer", part)}
        assert fewer < more


def test_a_state_of_a_field_is_a_filter(shipped) -> None:
    results = {row["id"] for row in rows(shipped, "--undisclosed", "trainingComputeFLOP")}
    assert "anthropic/claude-haiku-4-5" in results
    assert results == {
        row["id"] for row in rows(shipped, "--disclosure", "training compute=undisclosed")
    }


def test_what_a_developer_discloses_is_a_filter_too(shipped) -> None:
    disclosed = {row["id"] for row in rows(shipped, "--disclosure", "contextLength=disclosed")}
    assert disclosed
    with Graph.open(str(shipped)) as graph:
        for name in sorted(disclosed)[:5]:
            assert graph.model(name).disclosure["contextLength"] == "Disclosed"
    undisclosed = {row["id"] for row in rows(shipped, "--undisclosed", "contextLength")}
    assert not disclosed & undisclosed


def test_what_is_only_inferred_is_a_filter_too(shipped) -> None:
    inferred = {row["id"] for row in rows(shipped, "--disclosure", "parameters=inferred")}
    assert inferred
    with Graph.open(str(shipped)) as graph:
        for name in sorted(inferred)[:5]:
            accepted = [
                c
                for c in graph.model(name).claims("parameterCount")
                if c.status is AcceptanceStatus.ACCEPTED
            ]
            assert {claim.basis for claim in accepted} == {Basis.INFERENCE}


def test_licence_classes_take_families_and_osi_approval(shipped) -> None:
    approved = rows(shipped, "--licence-class", "OSI approved")
    assert {row["licences"] for row in approved} >= {"MIT License"}
    llama = rows(shipped, "--licence-class", "llama-community")
    assert llama
    assert all("Llama" in row["licences"] for row in llama)


def test_words_and_ranges_narrow_too(shipped) -> None:
    result = json.loads(
        run(shipped, "models", "qwen", "2.5", "--parameters-min", "7B", "--format", "json").stdout
    )
    assert result
    assert all(item["parameterCount"] >= 7_000_000_000 for item in result)


@pytest.mark.parametrize(
    ("words", "error", "near"),
    [
        (("--developer", "Metta"), NotFound, "Meta"),
        (("--undisclosed", "paramCount"), NotFound, "parameterCount"),
        (("--disclosure", "license=hidden"), UsageError, "withheld"),
        (("--disclosure", "disclosed"), UsageError, "trainedOn=disclosed"),
        (("--since", "last week"), UsageError, "2025-03"),
        (("--licence-class", "osi"), NotFound, "osi-approved"),
    ],
)
def test_what_matches_nothing_offers_what_would(shipped, words, error, near) -> None:
    with pytest.raises(error, match=near):
        run(shipped, "models", *words)


def test_the_table_says_how_many_there_are(shipped, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run(shipped, "models", "--limit", "3")
    assert "3 of " in result.stderr
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
