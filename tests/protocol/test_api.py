"""The REST API over the shipped data: every route's status, shape, conditions and refusals."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from api_reads import API, DISTILLED, HAIKU, LLAMA, ok, refused
from starlette.testclient import TestClient

from provenance_graph.exchange.registry import exporters

READS = (
    f"{API}/models", f"{API}/facets", f"{API}/search?q=haiku", f"{API}/rubrics", f"{API}/exports",
    f"{API}/conflicts", f"{API}/impact?thing=meta-llama/Llama-3.1-8B", f"{API}/stats",
    f"{API}/disclosure", f"{API}/policy", f"{API}/questions", f"{API}/questions/upstream?model=meta-llama/Llama-3.1-8B",
    f"{API}/compare?model=anthropic/claude-haiku-4-5&model=meta-llama/Llama-3.1-8B",
    HAIKU, f"{HAIKU}/claims", f"{HAIKU}/conflicts", f"{HAIKU}/assessments", f"{HAIKU}/history",
    f"{HAIKU}/evidence", f"{HAIKU}/licences", f"{LLAMA}/lineage",
    f"{HAIKU}/export/spdx3", f"{HAIKU}/export/spdx3/losses",
)  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_a_read_has_an_etag_and_is_not_sent_twice(api: TestClient, path: str) -> None:
    first = api.get(path)
    assert first.status_code == 200, first.text[:300]
    tag = first.headers["etag"]
    assert first.headers["x-store-version"] in tag
    again = api.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert api.get(path, headers={"if-none-match": 'W/"another"'}).content == first.content


@pytest.mark.parametrize("path", READS)
def test_head_has_the_headers_and_no_body(api: TestClient, path: str) -> None:
    reply = api.head(path)
    assert (reply.status_code, reply.content) == (200, b"")


# ---- lists ----------------------------------------------------------------------------


def parts(client: TestClient, path: str, limit: int) -> list[Any]:
    """Every part of a list, joined."""
    results: list[Any] = []
    cursor = ""
    for _ in range(200):
        join = "&" if "?" in path else "?"
        page = ok(client, f"{path}{join}limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert page["shown"] == len(page["items"]) <= limit
        results += page["items"]
        if page["next"] is None:
            assert len(results) == page["total"]
            return results
        cursor = page["next"]
    raise AssertionError("the list does not end")


def test_pages_of_models_join_to_the_whole(api: TestClient) -> None:
    path = f"{API}/models?developer=Anthropic"
    whole = parts(api, path, 500)
    assert parts(api, path, 7) == whole
    assert len({model["iri"] for model in whole}) == len(whole) > 7


def test_pages_of_conflicts_join_to_the_whole(api: TestClient) -> None:
    path = f"{API}/conflicts?model=anthropic/claude-haiku-4-5"
    assert parts(api, path, 1) == parts(api, path, 500)


@pytest.mark.parametrize("sort", ["name", "released", "context", "parameters", "sources", "gaps"])
def test_a_list_turns_round(api: TestClient, sort: str) -> None:
    up = ok(api, f"{API}/models?sort={sort}&limit=3")
    down = ok(api, f"{API}/models?sort=-{sort}&limit=3")
    assert up["total"] == down["total"]
    assert up["items"] != down["items"]


def test_filters_narrow_and_agree_with_the_facets(api: TestClient) -> None:
    everything = ok(api, f"{API}/models?limit=1")["total"]
    facets = ok(api, f"{API}/facets")
    for name in ("openness", "weights", "modality"):
        counts = {f["value"]: f["count"] for f in facets[name]}
        value, count = next(iter(counts.items()))
        result = ok(api, f"{API}/models?limit=1", params={name: value})
        assert 0 < result["total"] == count <= everything


def test_ranges_hold_for_every_model_listed(api: TestClient) -> None:
    result = ok(api, f"{API}/models?contextMin=100000&contextMax=250000&limit=200")
    assert result["items"]
    assert all(100_000 <= m["contextLength"] <= 250_000 for m in result["items"])
    dated = ok(api, f"{API}/models?releasedFrom=2025-01-01&releasedTo=2025-12-31&limit=200")
    assert all(m["released"][:4] == "2025" for m in dated["items"])  # some are known to the month


def test_descendants_are_found_by_the_model_above(api: TestClient) -> None:
    result = ok(api, f"{API}/models?descendsFrom=meta-llama/Llama-3.1-8B&limit=200")
    assert "deepseek-ai/DeepSeek-R1-Distill-Llama-8B" in {m["id"] for m in result["items"]}


@pytest.mark.parametrize(
    "filters",
    [
        "since=2025&developer=Anthropic",
        "licenceClass=osi-approved",
        "until=2023-12",
        "descendsFrom=meta-llama/Llama-3.1-8B",
    ],
)
def test_the_disclosure_matrix_takes_the_filters_of_the_list(api: TestClient, filters: str) -> None:
    listed = ok(api, f"{API}/models?{filters}&sort=name&limit=50")
    matrix = ok(api, f"{API}/disclosure?{filters}&sort=name&limit=50")
    assert listed["total"] > 0
    assert [m["id"] for m in matrix["models"]] == [m["id"] for m in listed["items"]]


def test_search_finds_a_model_by_the_beginnings_of_words(api: TestClient) -> None:
    result = ok(api, f"{API}/search?q=hai 4.5")
    assert "anthropic/claude-haiku-4-5" in [item["id"] for item in result["items"][:3]]


# ---- one model ------------------------------------------------------------------------


def test_a_profile_tells_value_status_and_sources(api: TestClient) -> None:
    result = ok(api, HAIKU)
    fields = {f["property"]: f for s in result["sections"] for f in s["fields"]}
    assert fields["contextLength"]["values"] == [200_000]
    assert fields["parameterCount"]["status"] == "Undisclosed"
    assert fields["parameterCount"]["values"] == []
    assert result["id"] == "anthropic/claude-haiku-4-5"


@pytest.mark.parametrize(
    "name",
    [
        "allenai/OLMo-2-1124-7B",
        "OLMo-2-1124-7B",
        "olmo 2 1124 7b",
        "https://huggingface.co/allenai/OLMo-2-1124-7B",
        "https://w3id.org/provenance-graph/id/model/allenai/OLMo-2-1124-7B",
    ],
)
def test_a_model_answers_to_its_names(api: TestClient, name: str) -> None:
    assert ok(api, f"{API}/models/{quote(name, safe='')}")["id"] == "allenai/OLMo-2-1124-7B"


def test_a_name_of_several_models_lists_them(api: TestClient) -> None:
    reply = api.get(f"{API}/models/Claude%20Haiku%204.5")
    assert reply.status_code in (200, 409)
    assert "anthropic/claude-haiku-4-5" in reply.text


def test_claims_say_who_why_and_what_became_of_them(api: TestClient) -> None:
    result = ok(api, f"{HAIKU}/claims?property=issued")
    assert {c["property"] for c in result["claims"]} == {"issued"}
    assert {c["standing"] for c in result["claims"]} >= {"Accepted", "Alternative"}
    assert all(c["record"] and c["document"] and c["reason"] for c in result["claims"])


def test_as_of_a_day_only_what_was_known_counts(api: TestClient) -> None:
    result = ok(api, f"{HAIKU}/claims?property=issued&asOf=2025-12-01")
    assert result["asOf"] == "2025-12-01"
    assert all(c["retrieved"] <= "2025-12-01" for c in result["claims"])


def test_lineage_has_its_edges_with_evidence(api: TestClient) -> None:
    result = ok(api, f"{DISTILLED}/lineage?direction=up")
    ends = {
        (edge["child"]["id"], edge["parent"]["id"])
        if isinstance(edge["child"], dict)
        else (edge["child"], edge["parent"])
        for edge in result["edges"]
    }
    assert any("DeepSeek-R1" in str(parent) for _, parent in ends)
    assert any("Llama-3.1-8B" in str(parent) for _, parent in ends)


@pytest.mark.parametrize(
    ("format", "start"),
    [("tree", ""), ("dot", "digraph"), ("mermaid", ""), ("graphml", "<?xml"), ("cytoscape", "{")],
)
def test_lineage_comes_in_other_forms(api: TestClient, format: str, start: str) -> None:
    reply = api.get(f"{DISTILLED}/lineage?format={format}")
    assert reply.status_code == 200
    assert reply.text.startswith(start)
    assert "DeepSeek-R1" in reply.text


def test_an_assessment_leads_from_points_to_claims(api: TestClient) -> None:
    result = ok(api, f"{HAIKU}/assessments?rubric=kg-transparency")
    assert [a for a in result["assessments"] if "low" in json.dumps(a)]


def test_evidence_is_a_table_in_csv_too(api: TestClient) -> None:
    reply = api.get(f"{HAIKU}/evidence?format=csv")
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.text.count("\r\n") > 5


def test_licences_answer_planned_uses(api: TestClient) -> None:
    text = api.get(f"{LLAMA}/licences").text
    assert "llama-3.1" in text


def test_breaches_licences_repairs_and_portfolios(api: TestClient) -> None:
    result = ok(api, f"{API}/breaches?rule=LR-04&licensor=meta-llama&limit=3")
    assert {one["rule"] for one in result["findings"]} == {"LR-04"}
    assert ok(api, f"{API}/licences-of?text=llama-3.1")["licences"][0]["id"] == "llama-3.1"
    assert ok(api, f"{DISTILLED}/repair?use=commercial")["solutions"]
    matrix = ok(
        api, f"{API}/portfolio?model=openai/gpt-4o&model=meta-llama/Llama-3.1-8B&use=commercial"
    )
    assert [one["cells"][0]["answer"] for one in matrix["models"]] == ["conditional", "conditional"]
    refused(api, f"{LLAMA}/licences?on=soon", 400, "not a day")


def test_history_between_two_days(api: TestClient) -> None:
    assert ok(api, f"{HAIKU}/history?from=2025-10-01&to=2025-10-31")
    refused(api, f"{HAIKU}/history?from=soon", 400, "not a day")


def test_two_models_side_by_side(api: TestClient) -> None:
    pair = "model=anthropic/claude-haiku-4-5&model=anthropic/claude-sonnet-4-5"
    assert "contextLength" in json.dumps(ok(api, f"{API}/compare?{pair}"))
    refused(api, f"{API}/compare?model=anthropic/claude-haiku-4-5", 400, "asOf")


def test_impact_is_of_a_dataset_too(api: TestClient) -> None:
    result = ok(api, f"{API}/impact?thing=allenai/olmo-mix-1124")
    assert "OLMo-2-1124-7B" in json.dumps(result)


# ---- exports --------------------------------------------------------------------------


@pytest.mark.parametrize("format", exporters())
def test_an_export_names_its_type_its_file_and_its_losses(api: TestClient, format: str) -> None:
    writer = exporters()[format]
    path = f"{DISTILLED}/export/{format}"
    reply = api.get(path)
    assert reply.status_code == 200
    reported = reply.headers["content-type"].split(";")[0]
    assert reported == writer.media_type.split(";")[0]
    file = f'filename="DeepSeek-R1-Distill-Llama-8B.{writer.suffix}"'
    assert file in reply.headers["content-disposition"]
    losses = ok(api, f"{path}/losses")["losses"]
    assert reply.headers["x-export-losses"] == str(len(losses))
    assert all(loss["reason"] for loss in losses)
    assert api.get(path).headers["x-export-losses"] == str(len(losses))


def test_a_dataset_is_exported_by_its_name(api: TestClient) -> None:
    reply = api.get(f"{API}/models/allenai/olmo-mix-1124/export/croissant")
    assert json.loads(reply.text)["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    refused(api, f"{HAIKU}/export/croissant", 400, "describes one dataset")
    refused(api, f"{HAIKU}/export/word", 422, "spdx3")


def test_the_formats_say_what_they_hold(api: TestClient) -> None:
    results = {one["format"]: one for one in ok(api, f"{API}/exports")}
    assert list(results) == list(exporters())
    assert results["cyclonedx"]["holds"]["prov:wasDerivedFrom"] == "pedigree.ancestors"


# ---- questions ------------------------------------------------------------------------


def test_a_question_lists_its_parameters_and_answers(api: TestClient) -> None:
    listed = {q["id"]: q for q in ok(api, f"{API}/questions")}
    asked = listed["upstream"]
    assert asked["question"]
    name = asked["parameters"][0]["name"]
    model = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    result = ok(api, f"{API}/questions/upstream", params={name: model})
    assert result["columns"]
    assert "Llama-3.1-8B" in json.dumps(result["rows"])
    assert not result["truncated"]


def test_values_of_a_question_are_terms_and_no_text_of_a_query(api: TestClient) -> None:
    name = ok(api, f"{API}/questions")[0]["parameters"] or [{"name": "model"}]
    hostile = "> } ; DROP ALL ; SELECT * { ?s ?p <x"
    reply = api.get(f"{API}/questions/upstream", params={name[0]["name"]: hostile})
    assert 400 <= reply.status_code < 500
    assert reply.headers["content-type"] == "application/problem+json"
