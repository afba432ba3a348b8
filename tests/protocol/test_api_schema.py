"""The REST API against its own description: schemathesis, and the manual beside it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import serving
import uvicorn
from examples import sample
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import Draft202012Validator
from starlette.testclient import TestClient

from tools import openapi

MANUAL = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = sample(3, 10)
"""Of each operation; more and others in ``make roam``."""


@pytest.fixture(scope="module")
def description(api: TestClient) -> dict[str, Any]:
    json: dict[str, Any] = api.get("/openapi.json").json()
    return json


def test_the_description_is_openapi_31(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert len(description["paths"]) > 20


def test_an_answer_to_a_conditional_request_is_described(
    api: TestClient, description: dict[str, Any]
) -> None:
    tag = api.get("/api/v1/models?limit=1").headers["etag"]
    for sent, status in (({"if-none-match": tag}, 304), ({"if-match": '"other"'}, 412)):
        assert api.get("/api/v1/models?limit=1", headers=sent).status_code == status
        for path, operations in description["paths"].items():
            if path.startswith("/api/v1/") and "get" in operations:
                assert str(status) in operations["get"]["responses"], path


def test_bounds_of_numbers_have_the_names_of_json_schema(description: dict[str, Any]) -> None:
    schemas = [
        schema
        for operations in description["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        for schema in parameter["schema"].get("anyOf", [parameter["schema"]])
        if schema.get("type") == "integer"
    ]
    assert len(schemas) > 15
    assert [schema for schema in schemas if not schema.keys() >= {"minimum", "maximum"}] == []


@pytest.mark.parametrize(
    "path",
    [
        "/reconcile/suggest/type?callback=called",
        "/reconcile/properties?callback=called",
        "/reconcile?callback=called",
        "/api/v1/models/openai/gpt-4o/export/spdx3.1",
        "/api/v1/models/openai/gpt-4o/export/turtle",
        "/api/v1/models/openai/gpt-4o/export/cyclonedx",
    ],
)
def test_what_is_not_plain_json_is_described_as_it_is(
    api: TestClient, description: dict[str, Any], path: str
) -> None:
    reply = api.get(path)
    assert reply.status_code == 200
    plain = path.partition("?")[0]
    place = re.sub(r"/models/.*/export/.*", "/models/{name}/export/{format}", plain)
    content = description["paths"][place]["get"]["responses"]["200"]["content"]
    kinds = {media_type.partition(";")[0]: one["schema"] for media_type, one in content.items()}
    schema = kinds[reply.headers["content-type"].partition(";")[0]]
    value = reply.json() if "json" in reply.headers["content-type"] else reply.text
    assert Draft202012Validator(schema).is_valid(value)


def test_counts_take_no_receipts(api: TestClient) -> None:
    assert api.get("/api/v1/facets?receipts=true").status_code == 422


OF_ALL = {"receipts"}
"""Parameters of every read, which the manual explains once."""


def test_every_operation_says_what_it_does_and_how_it_refuses(description: dict[str, Any]) -> None:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert "422" in operation["responses"], (method, path)
            for response in operation["responses"].values():
                name = response.get("$ref", "").rpartition("/")[2]
                shared = description["components"].get("responses", {})
                assert shared[name]["description"] if name else response["description"]


def answers(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of every JSON answer under /api/v1, by path."""
    for path, operations in description["paths"].items():
        for operation in operations.values():
            content = operation["responses"].get("200", {}).get("content", {})
            if path.startswith("/api/v1/") and "application/json" in content:
                yield path, content["application/json"]["schema"]


def test_every_answer_is_described_to_its_keys(description: dict[str, Any]) -> None:
    described = dict(answers(description))
    assert len(described) > 20
    for path, schema in described.items():
        assert schema.keys() & {"$ref", "anyOf", "items", "additionalProperties"}, path
    for name, schema in description["components"]["schemas"].items():
        if schema.get("type") == "object":
            assert schema.get("properties"), name


def test_the_description_kept_for_the_page_is_what_the_service_says() -> None:
    assert openapi.STATES.read_text("utf-8") == openapi.states()
    assert openapi.LEVELS.read_text("utf-8") == openapi.levels()
    assert openapi.CONFLICTS.read_text("utf-8") == openapi.conflicts()
    assert openapi.RELATIONS.read_text("utf-8") == openapi.relations()
    assert openapi.WHERE.read_text("utf-8") == openapi.description(), (
        "if this is right: python -m tools.openapi"
    )


@pytest.fixture(scope="module")
def address(shipped: Path) -> Iterator[str]:
    """The application behind a real socket, as schemathesis speaks to it."""
    app = serving.application(shipped, serving.settings())
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


TEXTS = (
    *("application/sparql-query", "application/sparql-update"),
    *("text/turtle", "application/n-triples", "application/rdf+xml"),
)
"""Media types of bodies that are text."""


def as_text(_: object, value: object) -> bytes:
    """A generated body of these types."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def operations(address: str) -> Iterator[Any]:
    import schemathesis  # here, since every process would load it to collect the tests

    schemathesis.serializer(*TEXTS)(as_text)
    whole = schemathesis.openapi.from_url(f"{address}/openapi.json", timeout=120)
    # a download of the whole store is cut by the service's time limit; test_graph_store has it
    for result in whole.exclude(path="/data", method="GET").get_all_operations():
        yield result.ok()


def test_nothing_generated_makes_a_server_error_or_breaks_the_schema(address: str) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks as conformance

    checks = [
        not_a_server_error,
        conformance.status_code_conformance,
        conformance.content_type_conformance,
        conformance.response_schema_conformance,
    ]
    count = 0
    for operation in operations(address):
        count += 1

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            case.call_and_validate(base_url=address, checks=checks, timeout=120)

        run()
    assert count > 20


# ---- real answers ---------------------------------------------------------------------

MODELS = (
    "anthropic/claude-haiku-4-5",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    "google-bert/bert-large-uncased",
    "meta-llama/Llama-3.1-8B-Instruct",
    "openai/gpt-4o",
)
"""Models with offers, adapters, licences passed on, published assessments and aliases."""
BELOW = (
    "",
    "/assessments",
    "/evidence",
    "/history",
    "/claims",
    "/conflicts",
    "/repair?use=commercial",
    "/licences?use=commercial&use=train-on-outputs&use=users%3D800000000",
    "/lineage?influences=true",
    "/lineage?format=cytoscape",
    "/export/spdx3/losses",
)
OVER_THE_STORE = (
    "/models?limit=500", "/facets", "/search?q=llama", "/search?q=lama+8b&kind=model", "/stats", "/policy", "/disclosure?limit=50",
    "/conflicts?limit=200&all=true", "/breaches?limit=100", "/licences-of?text=llama3.1",
    "/licences-of?text=MIT+OR+GPL-3.0-only", "/licences-of?text=no-such-licence", "/rubrics",
    "/exports", "/questions", "/questions/change-along-lineage", "/impact?thing=allenai/olmo-mix-1124",
    "/graph?node=meta-llama/Llama-3.1-8B", "/compare?model=openai/gpt-4o&asOf=2024-06-01&asOf=now",
    "/graph/path?start=meta-llama/Llama-3.1-8B&end=meta",
    "/portfolio?model=openai/gpt-4o&model=google-bert/bert-large-uncased&use=commercial",
)  # fmt: skip


def real_requests() -> Iterator[str]:
    for model in MODELS:
        yield from (f"/api/v1/models/{model}{below}" for below in BELOW)
    yield "/api/v1/models/openai/gpt-4o?asOf=2000-01-01"
    yield from (f"/api/v1{path}" for path in OVER_THE_STORE)


@pytest.fixture(scope="module")
def validators(description: dict[str, Any]) -> Callable[[str], Draft202012Validator]:
    """What judges the answer to a path."""
    described = dict(answers(description))
    patterns = {
        re.compile(re.sub(r"{\w+}", ".+", path)): path
        for path in sorted(described, key=len, reverse=True)
    }

    @cache
    def of(result: str) -> Draft202012Validator:
        return Draft202012Validator({**described[result], "components": description["components"]})

    return lambda path: of(
        next(known for pattern, known in patterns.items() if pattern.fullmatch(path))
    )


@pytest.mark.parametrize("path", [*real_requests()])
def test_a_real_answer_has_the_keys_described_and_no_other(
    api: TestClient, validators: Callable[[str], Draft202012Validator], path: str
) -> None:
    reply = api.get(path)
    assert reply.status_code == 200, reply.text[:300]
    problems = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
        for error in validators(path.partition("?")[0]).iter_errors(reply.json())
    ]
    assert not problems, problems[:5]


# ---- the manual -----------------------------------------------------------------------


def test_every_route_and_parameter_is_in_the_manual(description: dict[str, Any]) -> None:
    manual = MANUAL.read_text()
    sections = {
        match[1]: body
        for part in re.split(r"^### ", manual, flags=re.MULTILINE)[1:]
        if (match := re.match(r"`(\w+ [^`]+)`", part)) and (body := part)
    }
    described = {
        f"{method.upper()} {path}": operation
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }
    assert sorted(sections) == sorted(described)
    for name, operation in described.items():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["name"] not in OF_ALL:
                assert f"`{parameter['name']}`" in sections[name], (name, parameter["name"])


def test_every_example_of_the_manual_works(api: TestClient) -> None:
    examples = re.findall(
        r"^    curl '?http://127\.0\.0\.1:8000([^'\s]+)", MANUAL.read_text(), re.M
    )
    assert len(examples) > 20
    for path in examples:
        reply = api.get(path)
        assert reply.status_code == 200, (path, reply.text[:200])
