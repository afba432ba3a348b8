"""No route goes past admission: each is charged, bounded in time, and ends with its client."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from provenance_graph.core import deadline
from provenance_graph.core.errors import QueryTimeout
from provenance_graph.service.app import create_app
from provenance_graph.service.http import health
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.limits import Bucket
from provenance_graph.service.settings import Settings

TURTLE = {"content-type": "text/turtle"}


def busy_router(ended: threading.Event) -> APIRouter:
    """A route that works until its time is up."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/busy")
    def busy() -> None:
        try:
            for _ in range(3_000):
                deadline.check()
                time.sleep(0.01)
        except QueryTimeout:
            ended.set()
            raise

    @router.post("/flags")
    def flags(body: dict[str, Any]) -> dict[str, int]:
        return {"fields": len(body)}

    @router.post("/check")
    async def document() -> dict[str, str]:
        return {}

    return router


@pytest.fixture
def ended() -> threading.Event:
    return threading.Event()


@pytest.fixture
def client(engine: Any, ended: threading.Event) -> Iterator[TestClient]:
    settings = Settings(raw=True, access_log="", rest_seconds=0.2, day_seconds=0.4)
    app = create_app(engine, settings=settings, writer=engine, routers=[busy_router(ended)])
    with TestClient(app, base_url="http://testserver") as opened:
        yield opened


def _service(client: TestClient) -> Service:
    found = client.app.state.service  # type: ignore[attr-defined]
    assert isinstance(found, Service)
    return found


def test_a_rest_answer_has_a_time_limit(client: TestClient, ended: threading.Event) -> None:
    reply = client.get("/api/v1/busy")
    assert reply.status_code == 504
    assert "0.2 s" in reply.json()["detail"]
    assert ended.is_set()


def test_what_a_rest_answer_took_is_charged(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = _service(client).clients.find("testclient")
    taken = []
    monkeypatch.setattr(Bucket, "take", lambda bucket, amount, _: taken.append((bucket, amount)))
    client.get("/api/v1/busy")
    (seconds,) = [amount for bucket, amount in taken if bucket is who.seconds]
    assert seconds >= 0.2


def test_a_day_has_places_and_a_time_of_its_own(client: TestClient) -> None:
    assert "0.4 s" in client.get("/api/v1/busy?asOf=2025-01-01").json()["detail"]


def test_many_looks_at_health_are_one_question(
    client: TestClient, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_FRESH", 600.0)
    before = engine.asked
    assert {client.get("/health").status_code for _ in range(20)} == {200}
    assert engine.asked - before == 1
    monkeypatch.setattr(health, "_FRESH", 0.0)
    client.get("/health")
    assert engine.asked - before == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/data?graph=urn:none"),
        ("PATCH", "/data?graph=urn:none"),
        ("GET", "/data?graph=urn:none"),
        ("GET", "/.well-known/void"),
        ("GET", "/sparql"),
        ("GET", "/doc/model/a/b"),
        ("GET", "/ns?format=ttl"),
    ],
)
def test_whatever_asks_the_engine_takes_a_place(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    places = _service(client).gates.queries
    taken: list[object] = []
    enter: Callable[..., object] = places.enter
    monkeypatch.setattr(places, "enter", lambda who: taken.append(who) or enter(who))
    kind = {"content-type": "application/sparql-update"}
    client.request(method, path, content=b"", headers=kind)
    assert taken


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("PUT", "/data?graph=urn:g", "text/turtle"),
        ("POST", "/data?graph=urn:g", "text/turtle"),
        ("POST", "/data", "text/turtle"),
        ("DELETE", "/data?default", ""),
        ("PATCH", "/data?default", "application/sparql-update"),
        ("POST", "/update", "application/sparql-update"),
    ],
)
def test_every_write_takes_a_place_for_uploads(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str, kind: str
) -> None:
    places = _service(client).gates.uploads
    taken: list[object] = []
    enter: Callable[..., object] = places.enter
    monkeypatch.setattr(places, "enter", lambda who: taken.append(who) or enter(who))
    client.request(method, path, content=b"", headers={"content-type": kind} if kind else {})
    assert taken


def test_an_answer_is_held_until_its_last_byte_is_sent(client: TestClient) -> None:
    service = _service(client)
    most = 0
    count = service.clients.count

    def counted(who: object, size: int) -> None:
        nonlocal most
        count(who, size)  # type: ignore[arg-type]
        most = max(most, service.clients.held)

    service.clients.count = counted  # type: ignore[method-assign,assignment]
    reply = client.get("/openapi.json")
    assert most >= len(reply.content)
    assert service.clients.held == 0


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/v1/none", "rest"),
        ("GET", "/api/v1/none?asOf=", "rest"),
        ("GET", "/api/v1/none?asOf=2024-01-01", "days"),
        ("GET", "/api/v1/none?as%4Ff=2024-01-01", "days"),
        ("GET", "/api/v1/none?q=1&%61sOf=2024-01-01", "days"),
        ("POST", "/api/v1/check", "documents"),
        ("POST", "/api/v1/validate", "documents"),
        ("POST", "/api/v1/flags", "rest"),
        ("POST", "/api/v1/identity/decisions", "rest"),
        ("POST", "/reconcile", "rest"),
        ("POST", "/mcp", "rest"),
    ],
)
def test_each_kind_of_work_waits_in_its_own_line(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str, kind: str
) -> None:
    gates = _service(client).gates
    taken: list[str] = []
    for name in ("rest", "days", "documents"):
        gate = getattr(gates, name)
        enter: Callable[..., object] = gate.enter

        def noted(who: object, name: str = name, enter: Callable[..., object] = enter) -> object:
            taken.append(name)
            return enter(who)

        monkeypatch.setattr(gate, "enter", noted)
    client.request(method, path, content=b"{}" if method == "POST" else None)
    assert taken == [kind]


def test_a_document_is_read_before_it_takes_a_place(client: TestClient) -> None:
    places = _service(client).gates.documents
    seen: list[int] = []

    def slowly() -> Iterator[bytes]:
        for _ in range(3):
            seen.append(places.busy)
            yield b"x" * 1000

    assert client.post("/api/v1/check", content=slowly()).status_code == 200
    assert seen == [0, 0, 0]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/flags", 64 << 10),
        ("/api/v1/identity/decisions", 64 << 10),
        ("/api/v1/whatever/comes", 64 << 10),
        ("/reconcile", 4 << 20),
        ("/reconcile/1.0-draft/match", 4 << 20),
        ("/mcp", 4 << 20),
    ],
)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_fields_are_bounded_before_they_are_read(
    client: TestClient, path: str, most: int, coding: str
) -> None:
    """The framework reads JSON in the event loop, whoever sends it: so it must be little."""
    headers = {"content-type": "application/json", "content-encoding": coding}
    for size, refused in ((most, False), (most + 1, True)):
        body = b'{"a":' + b"[" * (size - 6) + b"}"
        content = gzip.compress(body) if coding == "gzip" else body
        reply = client.post(path, content=content, headers=headers)
        assert (reply.status_code == 413) is refused, (size, reply.text[:200])
    accepted = client.post("/api/v1/flags", json={"a": "x" * 60_000})
    assert accepted.json() == {"fields": 1}
