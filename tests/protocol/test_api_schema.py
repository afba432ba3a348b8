"""The REST API against its own description: schemathesis, and the manual beside it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.settings import Settings

MANUAL = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = 5


def application(shipped: Path) -> Any:
    """The service with workers of its own."""
    settings_ = Settings(workers=1, access_log="", client_errors=1_000_000)
    backend = PoolBackend(shipped, settings_)
    made = create_app(
        backend,
        settings=settings_,
        routers=routers(shipped),
    )

    @asynccontextmanager
    async def lifespan(_: Any) -> Any:
        await backend.open()
        yield
        await backend.close()

    made.router.lifespan_context = lifespan
    return made


@pytest.fixture(scope="module")
def client(shipped: Path) -> Iterator[TestClient]:
    with TestClient(
        application(shipped), base_url="http://testserver", follow_redirects=False
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_the_description_is_openapi_31(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert len(description["paths"]) > 20


def test_every_operation_says_what_it_does_and_how_it_refuses(description: dict[str, Any]) -> None:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert "422" in operation["responses"], (method, path)
            for response in operation["responses"].values():
                assert response["description"]


@pytest.fixture(scope="module")
def address(shipped: Path) -> Iterator[str]:
    """The application behind a real socket, as schemathesis speaks to it."""
    app = application(shipped)
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


def operations(address: str) -> Iterator[Any]:
    whole = schemathesis.openapi.from_url(f"{address}/openapi.json")
    for result in whole.get_all_operations():
        yield result.ok()


def test_nothing_generated_makes_a_server_error_or_breaks_the_schema(address: str) -> None:
    checks = [
        not_a_server_error, status_code_conformance, content_type_conformance,
        response_schema_conformance,
    ]  # fmt: skip
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
            case.call_and_validate(base_url=address, checks=checks)

        run()
    assert count > 20


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
            if parameter["in"] == "query":
                assert f"`{parameter['name']}`" in sections[name], (name, parameter["name"])


def test_every_example_of_the_manual_works(client: TestClient) -> None:
    examples = re.findall(
        r"^    curl '?http://127\.0\.0\.1:8000([^'\s]+)", MANUAL.read_text(), re.M
    )
    assert len(examples) > 20
    for path in examples:
        reply = client.get(path)
        assert reply.status_code == 200, (path, reply.text[:200])
