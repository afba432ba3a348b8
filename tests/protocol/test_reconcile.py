"""The Reconciliation Service API over the shipped data: its schemas, its scores, its refusals."""

from __future__ import annotations

import importlib
import json
from typing import Any

import jsonschema_rs
import pytest
from protocol import reconciliation_schemas as schemas
from starlette.testclient import TestClient

DRAFT = "/reconcile/1.0-draft"


def fits(schema: dict[str, Any], value: Any) -> Any:
    jsonschema_rs.Draft202012Validator(schema).validate(value)
    return value


def batch(api: TestClient, **queries: Any) -> Any:
    reply = api.post("/reconcile", data={"queries": json.dumps(queries)})
    assert reply.status_code == 200, reply.text[:300]
    return fits(schemas.RESULTS_02, reply.json())


def refused(reply: Any, *words: str) -> None:
    assert reply.status_code == 400, (reply.status_code, reply.text[:300])
    for word in words:
        assert word in reply.json()["detail"]


def test_the_service_describes_itself_in_both_versions(api: TestClient) -> None:
    fits(schemas.MANIFEST_02, api.get("/reconcile").json())
    fits(schemas.MANIFEST_DRAFT, api.get(DRAFT).json())


def test_a_batch_is_answered_by_its_keys_with_features(api: TestClient) -> None:
    found = batch(
        api,
        a={"query": "DeepSeek-V3", "type": "model"},
        b={"query": "The Pile", "type": ["dataset"], "limit": 3},
        c={"query": "OpenAI", "type": "organization"},
        d={"query": "apache 2.0", "type": "licence"},
    )
    best = {key: one["result"][0] for key, one in found.items()}
    assert best["a"]["id"] == "model/deepseek-ai/DeepSeek-V3"
    assert best["b"]["type"][0]["id"] == "dataset"
    assert best["c"]["match"] is True
    assert best["d"]["id"].endswith("Apache-2.0")
    assert len(found["b"]["result"]) <= 3
    features = {one["id"]: one["value"] for one in best["a"]["features"]}
    assert features["exact"] is True
    assert features["name"] == best["a"]["score"] == 100


def test_a_variant_is_no_match(api: TestClient) -> None:
    found = batch(api, q={"query": "Llama-3.1-8B-Instrukt", "type": "model"})
    assert found["q"]["result"]
    assert not any(one["match"] for one in found["q"]["result"])


def test_values_of_properties_change_the_score_and_are_told(api: TestClient) -> None:
    asked = {
        "query": "DeepSeek-V3",
        "type": "model",
        "properties": [{"pid": "contextLength", "v": 131072}],
    }
    right = batch(api, q=asked)["q"]["result"][0]
    asked["properties"] = [{"pid": "contextLength", "v": 7}]
    wrong = batch(api, q=asked)["q"]["result"][0]
    assert right["score"] == 100
    assert wrong["score"] == 60
    assert not wrong["match"]
    told = {one["id"]: one["value"] for one in wrong["features"]}
    assert told["property:contextLength"] == 0


def test_values_alone_find_what_has_them(api: TestClient) -> None:
    maker = "organization/deepseek-ai"
    asked = {"type": "model", "properties": [{"pid": "creator", "v": {"id": maker}}]}
    found = batch(api, q=asked)["q"]["result"]
    assert found
    assert all("deepseek" in one["id"].casefold() for one in found)


def test_jsonp_is_answered_for_a_name_of_a_function_only(api: TestClient) -> None:
    asked = {"queries": json.dumps({"q": {"query": "GPT-4"}}), "callback": "jQuery1_2"}
    reply = api.get("/reconcile", params=asked)
    assert reply.text.startswith("/**/jQuery1_2({")
    assert reply.headers["content-type"].startswith("application/javascript")
    refused(api.get("/reconcile", params={**asked, "callback": "alert(1)//"}), "function")


@pytest.mark.parametrize(
    ("queries", "word"),
    [
        ("{", "not JSON"),
        ("[]", "object of queries"),
        ('{"q": 3}', "expected an object"),
        ('{"q": {"query": 3}}', "expected a text"),
        ('{"q": {"query": "x", "limit": "many"}}', "whole number"),
        ('{"q": {"query": "x", "limit": -1}}', "whole number"),
        ('{"q": {"query": "x", "type": {"id": "model"}}}', "type"),
        ('{"q": {"query": "x", "type": "modle"}}', "did you mean model"),
        ('{"q": {"query": "x", "properties": "p"}}', "a list"),
        ('{"q": {"query": "x", "properties": [{"pid": "contextLength", "v": null}]}}', "nothing"),
        (
            '{"q": {"query": "x", "properties": [{"pid": "contextLenght", "v": 1}]}}',
            "contextLength",
        ),
        ('{"q": {"query": " "}}', "neither a query nor properties"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_odd_types_are_refused_with_their_place(api: TestClient, queries: str, word: str) -> None:
    refused(api.post("/reconcile", data={"queries": queries}), word)


def test_a_batch_of_ten_thousand_is_refused_with_what_would_work(api: TestClient) -> None:
    queries = {f"q{n}": {"query": "x"} for n in range(10_000)}
    refused(api.post("/reconcile", data={"queries": json.dumps(queries)}), "1,000")


def test_a_body_without_end_is_refused(api: TestClient) -> None:
    reply = api.post("/reconcile", data={"queries": "x" * (5 << 20)})
    assert reply.status_code == 413


@pytest.mark.parametrize("base", ["/reconcile", DRAFT])
def test_suggestions_of_entities_properties_and_types(api: TestClient, base: str) -> None:
    entities = fits(schemas.SUGGESTIONS, api.get(f"{base}/suggest/entity?prefix=llama").json())
    assert entities["result"]
    props = fits(schemas.SUGGESTIONS, api.get(f"{base}/suggest/property?prefix=cont").json())
    assert "contextLength" in {one["id"] for one in props["result"]}
    types = fits(schemas.SUGGESTIONS, api.get(f"{base}/suggest/type?prefix=li").json())
    assert [one["id"] for one in types["result"]] == ["licence"]


def test_a_preview_is_a_small_page_that_loads_nothing(api: TestClient) -> None:
    reply = api.get("/reconcile/preview?id=model/deepseek-ai/DeepSeek-V3")
    assert reply.status_code == 200
    assert "DeepSeek-V3" in reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert api.get("/reconcile/preview?id=model/nobody/nothing").status_code == 404


def test_an_entity_leads_to_its_page(api: TestClient) -> None:
    reply = api.get("/reconcile/view?id=model/deepseek-ai/DeepSeek-V3")
    assert reply.status_code == 303
    assert reply.headers["location"].endswith("/id/model/deepseek-ai/DeepSeek-V3")


def test_data_are_extended_with_typed_values(api: TestClient) -> None:
    asked = {
        "ids": ["model/deepseek-ai/DeepSeek-V3", "model/nobody/nothing", "::"],
        "properties": [{"id": "contextLength"}, {"id": "license"}, {"id": "issued"}],
    }
    found = fits(
        schemas.EXTENSION_02,
        api.post("/reconcile", data={"extend": json.dumps(asked)}).json(),
    )
    row = found["rows"]["model/deepseek-ai/DeepSeek-V3"]
    assert row["contextLength"] == [{"int": 131072}]
    assert row["license"][0]["name"]
    assert row["issued"][0]["date"].endswith("T00:00:00Z")
    assert found["rows"]["model/nobody/nothing"]["license"] == []
    draft = fits(schemas.EXTENSION_DRAFT, api.post(f"{DRAFT}/extend", json=asked).json())
    assert draft["rows"][0]["properties"][0] == {"id": "contextLength", "values": [{"int": 131072}]}
    asked["properties"] = [{"id": "contextLenght"}]
    refused(api.post("/reconcile", data={"extend": json.dumps(asked)}), "contextLength")


@pytest.mark.parametrize("path", ["/reconcile/properties", f"{DRAFT}/extend/propose"])
def test_properties_are_proposed_by_type(api: TestClient, path: str) -> None:
    for kind in ("model", "dataset", "organization", "licence"):
        found = fits(schemas.PROPOSALS, api.get(f"{path}?type={kind}&limit=5").json())
        assert 1 <= len(found["properties"]) <= 5
        assert found["type"] == kind


def test_the_draft_answers_conditions_in_their_order(api: TestClient) -> None:
    def name(text: str, **more: Any) -> dict[str, Any]:
        return {"type": "model", "conditions": [{"matchType": "name", "v": text}], **more}

    asked = {"queries": [name("DeepSeek-V3", limit=2), name("no such thing at all")]}
    found = fits(schemas.RESULTS_DRAFT, api.post(f"{DRAFT}/match", json=asked).json())
    assert found["results"][0]["candidates"][0]["id"] == "model/deepseek-ai/DeepSeek-V3"
    assert found["results"][1]["candidates"] == []
    needed = {"matchType": "property", "pid": "contextLength", "v": 7, "required": True}
    asked["queries"][0]["conditions"].append(needed)
    found = api.post(f"{DRAFT}/match", json=asked).json()
    assert found["results"][0]["candidates"] == []
    asked["queries"][0]["conditions"] = [{"matchType": "smell", "v": "x"}]
    refused(api.post(f"{DRAFT}/match", json=asked), "matchType")


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"a{n}=1" for n in range(2_000)),
        "queries=%7B%7D&queries=%5B%5D",
        'queries={"q": {"query": "\\ud800"}}',
        "queries=%ff",
    ],
)
def test_a_form_that_is_no_batch_is_refused(api: TestClient, body: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert api.post("/reconcile", content=body, headers=headers).status_code == 400


def test_nobody_is_led_to_an_address_that_is_no_entity(api: TestClient) -> None:
    asked = {"id": "https://evil.example/é"}
    reply = api.get("/reconcile/view", params=asked, follow_redirects=False)
    assert reply.status_code == 404


def test_a_batch_is_answered_as_its_queries_alone(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a function of that name hides the module
    module = importlib.import_module("provenance_graph.reconciliation.match")
    read: list[str] = []
    names = module._names
    monkeypatch.setattr(module, "_names", lambda *given: read.append(given[1]) or names(*given))
    texts = ["Llama 3.1 8B", "lama 3.1", "DeepSeek-V3", "Llama 3.1 8B", "no such thing at all"]
    queries = {
        f"q{n}": {"query": text, "limit": 3 + n % 2, **({"type": "model"} if n % 3 else {})}
        for n, text in enumerate(texts * 20)
    }
    together = api.post("/reconcile", data={"queries": json.dumps(queries)}).json()
    assert len(read) == len(set(read)), "names were read more than once"
    assert list(together) == list(queries)
    for key, query in list(queries.items())[:12]:
        alone = api.post("/reconcile", data={"queries": json.dumps({"one": query})}).json()
        assert together[key] == alone["one"], key
    assert together["q0"]["result"]
    assert not together["q4"]["result"]
