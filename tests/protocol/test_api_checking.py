"""The REST API over the shipped data: documents that are checked, and neighbours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_reads import API, DISTILLED, ok
from starlette.testclient import TestClient

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.exchange.registry import exporters
from provenance_graph.formats.registry import readers
from provenance_graph.lineage.index import LineageIndex

CARD = b"---\nlicense: mit\nbase_model: org/base\n---\n# Model\n"


def checked(client: TestClient, body: bytes, name: str = "x", **how: str) -> dict[str, Any]:
    reply = client.post(f"{API}/validate", params={"name": name, **how}, content=body)
    assert reply.status_code == 200, reply.text[:300]
    result: dict[str, Any] = reply.json()
    return result


def test_a_good_document_is_read_and_not_kept(api: TestClient) -> None:
    before = ok(api, f"{API}/stats")
    result = checked(api, CARD, "org--name.md")
    assert result["format"] == "huggingface"
    assert result["records"][0]["claimCount"] > 0
    assert ok(api, f"{API}/stats") == before


def test_what_we_export_we_accept(api: TestClient) -> None:
    for form in ("spdx3", "cyclonedx", "fair4ml"):
        text = api.get(f"{DISTILLED}/export/{form}").content
        result = checked(api, text, f"x.{exporters()[form].suffix}", format=form)
        assert result["format"] == form, result["problems"]
        assert result["recordCount"] == 1


NONSENSE = (
    b'{"a": [{"b": null}], "@graph": [{"@id": "x", "@type": 7}], "components": 7, "models": "x"}',
    b"[[], {}, null, 1e400]",
    b"\xff\xfe\x00hello: [1,\n",
    b"",
)


@pytest.mark.parametrize("form", sorted(readers()))
def test_every_format_that_is_read_may_be_named_and_nonsense_is_told(
    api: TestClient, form: str
) -> None:
    for body in NONSENSE:
        reply = api.post(f"{API}/validate", params={"name": "x", "format": form}, content=body)
        assert reply.status_code in (200, 400, 422), (reply.status_code, reply.text[:300])
        result = reply.json()
        if reply.status_code == 200:
            assert result["format"] in (form, "")  # nothing where no reader took it
            assert result["problems"] or result["recordCount"] < 2, result
            assert all(problem["what"] for problem in result["problems"])
        else:
            assert result["detail"]
        assert "Traceback" not in reply.text


def test_a_merge_is_checked_over_http(api: TestClient) -> None:
    """A recipe of mergekit: its parents are read, and a wrong one is told with its place."""
    recipe = b"merge_method: slerp\nmodels:\n  - model: org/one\n  - model: org/two\n"
    result = checked(api, recipe, "org--merged.yaml", format="mergekit")
    assert result["recordCount"] == 1
    assert result["records"][0]["claimCount"] >= 2
    wrong = checked(api, recipe + b"base_model: [1]\n", "org--merged.yaml", format="mergekit")
    assert any(problem["where"] == "/base_model" for problem in wrong["problems"]), wrong


def test_problems_have_places(api: TestClient) -> None:
    result = checked(api, b"---\nlicense: [mit, apache-2.0]\nbase_model: 7\n---\n", "org--x.md")
    assert {p["where"] for p in result["problems"]} >= {"/license", "/base_model"}
    assert all(p["what"] for p in result["problems"])


@pytest.mark.parametrize(
    ("name", "body", "where"),
    [
        ("cut.json", b'{"bomFormat": "CycloneDX",\n "version": ', "line 2, column 13"),
        (
            "typed.xml",
            b'<?xml version="1.0"?>\n<!DOCTYPE bom [<!ENTITY e "x">]>'
            b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>',
            "line 2",
        ),
        ("cut.ttl", b"<urn:a> <urn:b> 'c .\n", "line 1"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    api: TestClient, name: str, body: bytes, where: str
) -> None:
    (problem,) = checked(api, body, name)["problems"]
    assert (problem["where"], problem["kind"]) == (where, "unreadable")
    assert "urn:" not in problem["what"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("deep.json", b"[" * 100_000),
        (
            "laughs.yaml",
            b"a: &a [x,x]\n"
            + b"".join(
                f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)}]\n".encode()
                for n in range(24)
            ),
        ),
        ("deep.ttl", b"<urn:a> <urn:b> " + b"( " * 50_000),
        ("nul.json", b'{"bomFormat": "CycloneDX", "a": "' + b"\\u0000" * 1000 + b'"}'),
        ("bytes.bin", bytes(range(256)) * 100),
        ("huge.json", b'{"bomFormat":"CycloneDX","version":' + b"9" * 100_000 + b"}"),
        ("entities.rdf", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bomb_is_a_problem_and_not_an_outage(api: TestClient, name: str, body: bytes) -> None:
    reply = api.post(f"{API}/validate", params={"name": name}, content=body)
    assert reply.status_code < 500 or reply.status_code in (503, 504)
    assert reply.json()
    assert api.get(f"{API}/exports").status_code == 200


def test_a_document_above_the_limit_is_413(api: TestClient) -> None:
    reply = api.post(f"{API}/validate", content=b"x" * (17 << 20))
    assert reply.status_code == 413
    assert "MB" in reply.json()["detail"]


def test_no_document_is_told(api: TestClient) -> None:
    reply = api.post(f"{API}/validate")
    assert reply.status_code == 400
    assert "body" in reply.json()["detail"]


def test_an_unknown_import_format_names_those_there_are(api: TestClient) -> None:
    reply = api.post(f"{API}/validate?format=word", content=CARD)
    reported = reply.json()
    assert "huggingface" in json.dumps(reported)


OVER_LLAMA = (
    b"---\nlicense: mit\nliscence: x\nbase_model: meta-llama/Llama-3.1-8B\n---\n# My model\n"
)


def examined(client: TestClient, body: bytes, **how: str) -> dict[str, Any]:
    reply = client.post(f"{API}/check", params=how, content=body)
    assert reply.status_code == 200, reply.text[:300]
    result: dict[str, Any] = reply.json()
    return result


def test_a_card_is_checked_against_the_licences_of_its_parents(api: TestClient) -> None:
    before = ok(api, f"{API}/stats")
    result = examined(api, OVER_LLAMA, name="mine/My-Model/README.md", against="eu-annex-xii")
    rules = {(f["severity"], f["shape"].rpartition("/")[2]) for f in result["upstream"]}
    assert ("Violation", "LR-04") in rules  # the name must begin with Llama
    assert ("Warning", "LR-07") in rules  # labelled MIT over the Llama licence
    assert any(p["hint"] == "license" for p in result["problems"])
    assert result["missingCount"] > 0
    assert all(f["message"].startswith("eu-annex-xii") for f in result["missing"])
    changes = {c["property"]: c for c in result["changes"] if c["subject"]["id"] == "mine/My-Model"}
    assert changes["license"]["outcome"] == "new"
    assert changes["fineTunedFrom"]["after"] == ["Llama 3.1 8B"]
    assert not changes["license"]["known"]
    assert ok(api, f"{API}/stats") == before


FLEET = b"""[helpdesk]
uses = ["commercial", "eu"]
models = ["intfloat/mmE5-mllama-11b-instruct", "meta-llama/Llama-3.1-8B-Instrct"]
"""


def test_documents_are_judged_by_the_index_of_the_version(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined(api, OVER_LLAMA, name="mine/One/README.md")
    built: list[str] = []
    made = LineageIndex.build

    def counted(snapshot: AcceptedSnapshot) -> LineageIndex:
        built.append(snapshot.version)
        return made(snapshot)

    monkeypatch.setattr(LineageIndex, "build", counted)
    first, second = (examined(api, OVER_LLAMA, name=f"mine/M{n}/README.md") for n in "AB")
    assert not built
    assert first["upstreamCount"] == second["upstreamCount"] > 0


def test_a_fleet_is_checked_against_the_store(api: TestClient) -> None:
    result = examined(api, FLEET, name="ops/fleet.toml")
    assert (result["format"], result["problems"]) == ("fleet", [])
    messages = [(one["severity"], one["message"]) for one in result["upstream"]]
    assert any(m.startswith("helpdesk") and "eu: blocked" in m for _, m in messages)
    assert any(s == "Warning" and "did you mean" in m for s, m in messages)


def test_a_fleet_with_an_unknown_use_or_too_many_models_is_a_problem(api: TestClient) -> None:
    (problem,) = examined(api, FLEET.replace(b'"eu"', b'"ue"'), name="fleet.toml")["problems"]
    assert problem["where"] == "line 2"
    assert "no planned use named 'ue'" in problem["what"]
    many = b"[x]\nmodels = [" + b'"a/b", ' * 300 + b"]\n"
    (problem,) = examined(api, many, name="fleet.toml")["problems"]
    assert "at most 200 are checked here" in problem["what"]


def test_a_claim_about_a_known_model_shows_whether_it_would_count(api: TestClient) -> None:
    card = b"---\nlicense: apache-2.0\n---\n# Llama\n"
    result = examined(api, card, name="meta-llama/Llama-3.1-8B/README.md")
    licence = next(c for c in result["changes"] if c["property"] == "license")
    assert licence["known"]
    assert licence["before"]
    assert licence["outcome"] in ("outweighed", "replaces", "adds")
    assert licence["reason"]


def test_a_list_that_is_not_there_is_told_with_those_that_are(api: TestClient) -> None:
    reply = api.post(f"{API}/check?against=nothing&name=a.md", content=CARD)
    assert reply.status_code == 404
    assert "eu-annex-xii" in reply.json()["detail"]


def test_a_document_that_cannot_be_read_is_a_problem_of_the_document(api: TestClient) -> None:
    result = examined(api, bytes(range(256)), name="bytes.bin")
    assert result["problemCount"] >= 1
    assert result["upstream"] == result["changes"] == []


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        ("http://spdx.org/licenses/MIT", "licence"),
        ("MIT", "licence"),
        ("mmlu", "benchmark"),
        ("meta-llama/Llama-3.1-8B", "model"),
        ("https://w3id.org/provenance-graph/id/organization/meta", "organization"),
    ],
)
def test_neighbours_start_at_an_entity_of_any_kind(api: TestClient, node: str, kind: str) -> None:
    found = api.get(f"{API}/graph", params={"node": node, "limit": 1}).json()
    assert found["node"]["kind"] == kind
    assert found["groups"]


def test_neighbours_of_a_record_are_what_it_is_about(api: TestClient) -> None:
    claims = ok(api, f"{API}/models/meta-llama/Llama-3.1-8B/claims?property=license")["claims"]
    record = claims[0]["record"]
    assert api.get(f"{API}/graph", params={"node": record}).json()["node"]["kind"] == "record"


def test_what_is_no_address_is_told(api: TestClient) -> None:
    reply = api.get(f"{API}/graph", params={"node": "http://bad iri"})
    assert reply.status_code == 400
    assert "not an IRI" in reply.json()["detail"]
