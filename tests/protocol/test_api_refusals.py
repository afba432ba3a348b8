"""What the REST API refuses, and how it says so: names, filters, parameters, methods."""

from __future__ import annotations

import pytest
from api_reads import API, refused
from starlette.testclient import TestClient

BELOW = ("", "/claims", "/conflicts", "/assessments", "/history", "/evidence", "/licences",
         "/lineage", "/export/spdx3", "/export/turtle/losses")  # fmt: skip
HOSTILE = (
    "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "x" * 3000, "%00", "<script>alert(1)</script>",
    "' OR 1=1 --", "Ω≈ç√∫\u202e", "a/" * 200, "%ff%fe", "http://[::1", "urn:", "{}", "%0d%0aX-Bad: 1",
)  # fmt: skip


def test_an_unknown_model_offers_near_names(api: TestClient) -> None:
    reported = refused(api, f"{API}/models/anthropic/claude-haiku-4-6", 404)
    assert "claude-haiku-4-5" in reported["detail"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/models?sort=colour", "name"),
        ("/models?limit=0", "limit"),
        ("/models?limit=501", "limit"),
        ("/models?cursor=last", "cursor"),
        ("/models?contextMin=many", "many"),
        ("/models?releasedFrom=2025-02-31", "releasedFrom"),
        ("/models?descendsFrom=nobody/nothing", "nobody/nothing"),
        ("/conflicts?cursor=x", "cursor"),
        ("/questions/what", "what"),
        ("/search", "q"),
        ("/impact?thing=nobody/nothing", "nobody/nothing"),
        ("/nowhere", "/docs"),
        ("/nowhere?q=1", "/docs"),
        ("/models/anthropic/claude-haiku-4-5?asOf=2024-02-29T25:00:00", "2025-10-15"),
        ("/breaches?severity=grave", "Violation"),
        ("/fleet?severity=grave", "violation"),
        ("/fleet?kind=grave", "retirement"),
        ("/questions/upstream?limit=1&limit=2", "limit"),
        ("/questions/upstream?model=a/b&model=c/d", "model"),
    ],
)
def test_a_refusal_says_what_was_wrong(api: TestClient, path: str, words: str) -> None:
    reply = api.get(API + path)
    assert reply.status_code in (400, 404, 422)
    refused(api, API + path, reply.status_code, words)


@pytest.mark.parametrize(
    "path",
    ["/models/{}", "/models?developer={}", "/conflicts?field={}", "/questions/{}", "/sources/{}"],
)
def test_a_refusal_repeats_little_of_what_was_long(api: TestClient, path: str) -> None:
    reply = api.get(API + path.format("é." * 3_000))
    assert reply.status_code in (400, 404)
    assert len(reply.json()["detail"]) < 2_100


def test_a_parameter_misspelt_is_refused_and_not_ignored(api: TestClient) -> None:
    refused(api, f"{API}/models?develper=Anthropic", 422, "did you mean developer?")
    refused(api, f"{API}/stats?x=1", 422, "there are asOf")
    refused(api, f"{API}/questions/upstream?colour=red", 400, "colour")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_reads_take_no_other_method(api: TestClient, method: str) -> None:
    for query in ("", "?q=llama", "?x=1"):
        reply = api.request(method, f"{API}/models{query}")
        assert reply.status_code == 405
        assert "GET" in reply.headers["allow"]
        assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_told_from_models(api: TestClient, name: str, below: str) -> None:
    reply = api.get(f"{API}/models/{name}{below}")
    assert 400 <= reply.status_code < 500
    if "%0d" not in name:  # no route matches a line end, and the framework answers for itself
        assert reply.headers["content-type"] == "application/problem+json"
    assert "x-bad" not in reply.headers
    assert "root:" not in reply.text


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("key", ["q", "developer", "licence", "descendsFrom", "contextMin"])
def test_hostile_filters_find_nothing_and_break_nothing(
    api: TestClient, key: str, value: str
) -> None:
    reply = api.get(f"{API}/models?{key}={value}&limit=1")
    assert reply.status_code < 500
    if reply.status_code == 200:
        assert reply.json()["shown"] <= 1


@pytest.mark.parametrize("name", ["models", "facets", "disclosure"])
@pytest.mark.parametrize(
    ("parameter", "value", "status"),
    [
        ("developer", "zzz", 404),
        ("developer", "anthropic", 200),
        ("licence", "zzz", 404),
        ("licence", "Apache-2.0", 200),
        ("openness", "opne", 404),
        ("family", "zzz", 404),
        ("modality", "smell", 404),
        ("architecture", "zzz", 404),
        ("architecture", "Dense", 200),
        ("year", "abc", 404),
        ("weights", "zzz", 404),
        ("disclosure", "zzz", 400),
        ("disclosure", "withheld", 200),
        ("disclosure", "trainedOn=disclosed", 200),
        ("disclosure", "parameterCount=inferred", 200),
        ("disclosure", "inferred", 400),  # of which field
        ("undisclosed", "zzz", 404),
        ("undisclosed", "trainedOn", 200),
        ("since", "2025-99", 400),
        ("until", "2025-02-30", 400),
        ("since", "2025-02", 200),
    ],
)
def test_a_filter_that_no_model_can_have_is_an_error(
    api: TestClient, name: str, parameter: str, value: str, status: int
) -> None:
    assert api.get(f"/api/v1/{name}", params={parameter: value}).status_code == status


@pytest.mark.parametrize("number", ["1_0", "²", "٣", "1e1", "0x1", "", "１", "9" * 30])
@pytest.mark.parametrize("route", ["models", "conflicts", "breaches", "changes", "search?q=llama"])
def test_a_number_is_written_in_plain_digits(api: TestClient, route: str, number: str) -> None:
    join = "&" if "?" in route else "?"
    reply = api.get(f"/api/v1/{route}{join}limit={number}")
    assert reply.status_code == 422, reply.text
    assert "limit" in reply.json()["detail"]


def test_a_parameter_that_is_taken_once_is_not_passed_over(api: TestClient) -> None:
    reply = api.get("/api/v1/models?sort=name&sort=-name")
    assert reply.status_code == 422
    assert "sort is given with 2 different values" in reply.json()["detail"]
    assert api.get("/api/v1/models?sort=name&sort=name").status_code == 200
    assert api.get("/api/v1/models?year=2024&year=2025").status_code == 200


def test_a_kind_of_conflict_that_is_none_is_an_error(api: TestClient) -> None:
    assert api.get("/api/v1/conflicts?kind=zzz").status_code == 404
    assert api.get("/api/v1/conflicts?kind=sources").status_code == 200
