"""Conflicts and gaps of a model are counted once: every surface gives the same number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from api_reads import API, ok
from click.testing import CliRunner
from starlette.testclient import TestClient

from provenance_graph import Graph
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.cli import app
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.stored import ledger
from provenance_graph.core.iris import Iri
from provenance_graph.model.knowledge import gaps


def run(store: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["--store", str(store), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def listed(shipped: Path) -> list[dict[str, Any]]:
    return json.loads(run(shipped, "models", "--sort", "-conflicts", "--format", "json"))


def test_conflicts_of_a_model_are_as_many_everywhere(
    api: TestClient, shipped: Path, listed: list[dict[str, Any]]
) -> None:
    chosen = [
        listed[0],
        listed[4],
        next(row for row in listed if row["conflicts"] == 1),
        listed[-1],
    ]
    by_api = {row["id"]: row for row in ok(api, f"{API}/models?sort=-conflicts&limit=100")["items"]}
    with Graph.open(str(shipped)) as graph:
        for row in chosen:
            name, number = row["id"], row["conflicts"]
            counts = json.loads(run(shipped, "conflicts", name, "--count", "--format", "json"))
            answers = {
                "conflicts MODEL": len(
                    json.loads(run(shipped, "conflicts", name, "--format", "json"))
                ),
                "--count": sum(kind["conflicts"] for kind in counts if kind["listed by default"]),
                "/conflicts": ok(api, f"{API}/conflicts?model={name}")["total"],
                "/models/…/conflicts": ok(api, f"{API}/models/{name}/conflicts")["total"],
                "/models": by_api[name]["conflicts"] if name in by_api else number,
                "Python": len(graph.model(name).conflicts()),
            }
            assert set(answers.values()) == {number}, (name, answers)
            page = run(shipped, "show", name)
            assert (f"{number} conflict" in page) == bool(number)
        report = graph.model(chosen[0]["id"]).report()
    assert f"{chosen[0]['conflicts']} conflicts between sources" in report
    assert chosen[0]["conflicts"] > 1


def test_the_whole_list_is_the_sum_of_its_models(shipped: Path) -> None:
    with Graph.open(str(shipped)) as graph:
        snapshot = graph.snapshot()
        every = ledger(AcceptedSnapshot(graph.store, folder=shipped / "derived"))
        subjects = sorted({entity for one in every for entity in one.about()})[::40]
        assert len(subjects) > 10
        for subject in subjects:
            whole = {(c.property, c.kind, c.subject) for c in every if subject in c.about()}
            alone = {(c.property, c.kind, c.subject) for c in conflicts(snapshot, [subject])}
            assert alone == whole, subject


def test_gaps_and_known_fields_are_as_many_in_the_list_as_on_the_page(
    shipped: Path, listed: list[dict[str, Any]]
) -> None:
    most = sorted(listed, key=lambda row: -row["gaps"])
    with Graph.open(str(shipped)) as graph:
        for row in [*most[:20], *listed[::500]]:
            headline = graph.model(Iri(row["iri"])).profile()["knowledge"]
            counted = (gaps(headline), headline["known"], headline["of"])
            assert counted == (row["gaps"], row["known"], row["fields"]), row["id"]
    assert most[0]["gaps"] > 10


FILTERS: list[list[tuple[str, str]]] = [
    [("developer", "microsoft")],
    [("developer", "Google")],
    [("developer", "alibaba"), ("developer", "cohere")],
    [("undisclosed", "trainedOn")],
    [("undisclosed", "trainedOn"), ("undisclosed", "dataObtainable")],
    [("undisclosed", "trainedOn"), ("disclosure", "dataObtainable=undisclosed")],
    [("disclosure", "dataObtainable=undisclosed"), ("undisclosed", "trainedOn")],
    [("disclosure", "contested")],
    [("licenceClass", "llama-community"), ("since", "2024-07")],
    [("licence", "mit"), ("developer", "microsoft")],
]
"""Filters as the query string names them, in the order in which they are typed."""


ON_A_DAY = [(FILTERS[0], "2025-06-01"), *((FILTERS[n], "2001-01-01") for n in (5, 7, 8))]
"""Days on which much, or nothing, was known; each is worked out anew, so a few filters stand for all."""


@pytest.mark.parametrize(("filters", "day"), [*((one, "") for one in FILTERS), *ON_A_DAY])
def test_a_filter_leaves_the_same_models_by_command_route_and_python(
    api: TestClient, shipped: Path, filters: list[tuple[str, str]], day: str
) -> None:
    words = [
        word
        for key, value in filters
        for word in ("--" + re.sub("([A-Z])", r"-\1", key).lower(), value)
    ]
    asked = [("asOf", day)] if day else []
    page = api.get(f"{API}/models", params=[*filters, *asked, ("limit", "500")]).json()
    named: dict[str, list[str]] = {}
    for key, value in filters:
        named.setdefault(re.sub("([A-Z])", r"_\1", key).lower(), []).append(value)
    command = json.loads(
        run(shipped, "models", *words, "--format", "json", *(["--as-of", day] if day else []))
    )
    assert {row["id"] for row in page["items"]} == {row["id"] for row in command}
    assert page["total"] == len(command)
    assert bool(command) != (day == "2001-01-01")
    if not day:
        with Graph.open(str(shipped)) as graph:
            assert len(graph.models(**named)) == len(command)


def test_a_facet_counts_as_many_as_the_list_that_it_leads_to(api: TestClient) -> None:
    for kind, values in ok(api, f"{API}/facets?year=2024").items():
        for one in values[:8]:
            asked = {"year": "2024", kind: one["value"], "limit": 1}
            page = api.get(f"{API}/models", params=asked).json()
            assert kind == "year" or page["total"] == one["count"], (kind, one)
