"""The policy over HTTP: as the command tells it, with counts that are made aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from starlette.testclient import TestClient

from provenance_graph.acceptance.policy.report import examine, subjects
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.cli import app as command_line
from provenance_graph.core.iris import local_name, short_id
from provenance_graph.service.api.common import access as access_module
from provenance_graph.service.api.common import indexes
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.routers import routers
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.store.embedded import EmbeddedStore

POLICY = "/api/v1/policy"


def served(audited_copy: Path, *, indexed: bool) -> TestClient:
    app = FastAPI()
    for router in routers(audited_copy, Access(audited_copy, indexed=indexed)):
        app.include_router(router)
    return TestClient(app)


@pytest.mark.parametrize("day", ["", "2026-03-01"])
def test_the_route_answers_what_the_command_prints(audited_copy: Path, day: str) -> None:
    asked = {"asOf": day} if day else {}
    words = [
        "--store",
        str(audited_copy),
        "policy",
        "--format",
        "json",
        *(["--as-of", day] if day else []),
    ]
    printed = CliRunner().invoke(command_line, words)
    found = served(audited_copy, indexed=False).get(POLICY, params=asked)
    assert found.status_code == 200, found.text
    assert found.json() == json.loads(printed.stdout)
    assert set(found.json()) == {"policy", "entities", "rules"}


def test_the_counts_are_those_of_every_entity(audited_copy: Path) -> None:
    index_all(audited_copy)
    found = served(audited_copy, indexed=True).get(POLICY).json()
    with EmbeddedStore.open(audited_copy) as store:
        snapshot = AcceptedSnapshot(store)
        asked = subjects(snapshot)
        tallies, _ = examine(snapshot, asked)
    assert found["entities"] == len(asked) > 0
    assert {rule["rule"]: rule["count"] for rule in found["rules"]} == {
        rule: tally.count for rule, tally in tallies.items()
    }
    assert found["rules"], "no rule decided anything"
    for rule in found["rules"]:
        assert [(e["iri"], e["id"], e["property"]) for e in rule["examples"]] == [
            (iri, short_id(iri), local_name(one)) for iri, one in tallies[rule["rule"]].examples
        ]


def test_receipts_are_those_of_the_examples(audited_copy: Path) -> None:
    found = served(audited_copy, indexed=False).get(POLICY, params={"receipts": "true"}).json()
    named = {example["iri"] for rule in found["rules"] for example in rule["examples"]}
    assert found["receiptsOf"] == len(named) > 0
    assert {one["iri"] for one in found["receipts"]} <= named


def test_nothing_is_counted_where_another_process_does(
    audited_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_module, "SLOW_SECONDS", 0.05)
    index_all(audited_copy, seldom=False)  # as a build does

    def counted(_: object) -> None:
        raise AssertionError("counted in the process that serves")

    with monkeypatch.context() as serving:
        serving.setattr(indexes, "_policy_counted", counted)
        client = served(audited_copy, indexed=True)
        waiting = client.get(POLICY)
        assert waiting.status_code == 503, waiting.text
        assert waiting.headers["retry-after"]
        assert "policy index is being made" in waiting.json()["detail"]
    index_all(audited_copy)
    monkeypatch.setattr(indexes, "_policy_counted", counted)
    assert client.get(POLICY).status_code == 200


def test_a_build_waits_for_no_counts_of_the_policy(audited_copy: Path) -> None:
    index_all(audited_copy, seldom=False)
    derived = audited_copy / "derived"
    assert list(derived.glob("identity-*.json"))
    assert not list(derived.glob("policy-*.json"))
    index_all(audited_copy)
    assert len(list(derived.glob("policy-*.json"))) == 1
