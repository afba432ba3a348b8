"""The web application: one factory, no state on import.

The hot routes (SPARQL, graph store, linked data, health) are plain ASGI handlers in front
of FastAPI, which serves the REST API under ``/api/v1`` and its description.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.backend import Backend, Writer
from provenance_graph.service.http import docs_page
from provenance_graph.service.http.auth import Tokens
from provenance_graph.service.http.cache import AnswerCache
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.health import HealthEndpoint, MetricsEndpoint
from provenance_graph.service.http.limits import Clients
from provenance_graph.service.http.log import Log
from provenance_graph.service.http.messages import (
    Disconnected,
    Headers,
    Message,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    problem_reply,
    send_reply,
)
from provenance_graph.service.http.metrics import Metrics
from provenance_graph.service.http.negotiate import GRAPH_OFFERS, prefers_html
from provenance_graph.service.http.problems import MEDIA_TYPE as PROBLEM_TYPE
from provenance_graph.service.http.problems import HttpProblem, method_not_allowed, problem_of
from provenance_graph.service.http.spool import BrokenOff
from provenance_graph.service.http.static import Pages
from provenance_graph.service.linked_data import LinkedData
from provenance_graph.service.settings import Settings
from provenance_graph.service.sparql.federation import Federation
from provenance_graph.service.sparql.graph_store import GraphStoreEndpoint
from provenance_graph.service.sparql.query import QueryEndpoint
from provenance_graph.service.sparql.update import UpdateEndpoint

Handler = Callable[[Request], Awaitable[Reply]]
_STATIC: Final = Path(__file__).parent / "static"
_LEFT: Final = 499  # what nginx made customary: the client closed the request
_EXPOSED: Final = b"ETag, Link, Location, Retry-After, X-Request-Id, X-Store-Version"
_PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"Accept, Authorization, Content-Type, Content-Encoding, If-Match, If-None-Match, "
        b"Prefer, Range, X-Requested-With",
    ),
    (b"access-control-max-age", b"86400"),
]


def create_app(
    backend: Backend,
    *,
    settings: Settings,
    writer: Writer | None = None,
    tokens: Tokens | None = None,
    routers: Iterable[APIRouter] = (),
    static: Path = _STATIC,
    federation: Federation | None = None,
) -> FastAPI:
    """Build the web application around a backend; ``routers`` hold the REST API."""
    service = Service(
        settings=settings,
        backend=backend,
        writer=writer,
        tokens=tokens or Tokens(),
        clients=Clients(settings.fairness, time.monotonic),
        cache=AnswerCache(settings.cache_mb << 20),
        metrics=Metrics(),
        log=Log(settings.access_log),
    )
    app = Application(
        title="provenance-graph",
        version="1",
        docs_url=None,
        redoc_url=None,
        description="Where AI models come from, what they may be used for, and who says so.",
    )
    app.state.service = service
    app.add_exception_handler(StarletteHTTPException, _refused)
    for router in routers:
        app.include_router(router)
    pages = Pages(static)
    app.front = Front(app.inner, service, pages, federation)
    return app


class Application(FastAPI):
    """FastAPI behind our own front, which most requests never pass."""

    front: Front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self.front(scope, receive, send)

    async def inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the front leaves to FastAPI."""
        await super().__call__(scope, receive, send)


async def _refused(_: object, error: Exception) -> Response:
    """What FastAPI itself refuses, as a problem like every other refusal."""
    assert isinstance(error, StarletteHTTPException)
    found = HttpProblem(error.status_code, "Refused", f"{error.detail}; /docs lists the routes")
    return Response(found.body(), found.status, dict(found.headers), PROBLEM_TYPE)


class Front:
    """Everything before FastAPI: ids, routes, refusals as problems, logs, numbers."""

    def __init__(
        self,
        app: ASGIApp,
        service: Service,
        pages: Pages,
        federation: Federation | None = None,
    ) -> None:
        self._app, self._service, self._pages = app, service, pages
        query = QueryEndpoint(service, pages, federation or Federation(service.settings))
        linked = LinkedData(service, pages)
        self._exact: dict[str, tuple[str, Handler]] = {
            "/sparql": ("sparql", query),
            "/sparql/": ("sparql", query),
            "/update": ("update", UpdateEndpoint(service)),
            "/update/": ("update", UpdateEndpoint(service)),
            "/data": ("data", GraphStoreEndpoint(service)),
            "/health": ("health", HealthEndpoint(service)),
            "/metrics": ("metrics", MetricsEndpoint(service)),
            "/docs": ("docs", docs_page.page),
            "/docs/page.js": ("docs", docs_page.script),
            "/docs/page.css": ("docs", docs_page.style),
            "/ns": ("ns", linked.vocabulary),
            "/context.jsonld": ("context", linked.context),
            "/.well-known/void": ("void", linked.void),
        }
        self._below: tuple[tuple[str, str, Handler], ...] = (
            ("/data/", "data", self._exact["/data"][1]),
            ("/id/", "id", linked.thing),
            ("/doc/", "doc", linked.document),
        )
        trusted = service.settings.trusted_proxies.split(",")
        self._trusted = frozenset(part.strip() for part in trusted if part.strip())
        self._ids, self._prefix = count(1), secrets.token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and account for it whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request_id = f"{self._prefix}-{next(self._ids):x}"
        request = Request(scope, receive, request_id, self._client(scope))
        out = _Sender(send, self._service.settings.cors, request_id)
        route, handler = self._route(scope["path"])
        try:
            if handler is None:
                route = await self._other(request, scope, receive, out)
            else:
                await self._serve(handler, request, out)
        finally:
            self._account(request, route, out, time.perf_counter() - start)

    def _route(self, path: str) -> tuple[str, Handler | None]:
        found = self._exact.get(path)
        if found is not None:
            return found
        for prefix, route, handler in self._below:
            if path.startswith(prefix):
                return route, handler
        return "other", None

    async def _serve(self, handler: Handler, request: Request, out: _Sender) -> None:
        try:
            if request.method == "OPTIONS":
                reply = Reply(204, headers=list(_PREFLIGHT))
            else:
                reply = await handler(request)
        except Disconnected:
            request.notes["left"] = True
            return
        except asyncio.CancelledError:
            if "left" not in request.notes:
                raise  # the server itself is stopping
            return
        except ProvenanceError as error:
            problem = problem_of(error)
            if problem.status >= 500:
                self._service.log.write("error", {"id": request.id, "error": str(error)})
            reply = problem_reply(problem, request.id)
        except Exception as error:  # noqa: BLE001 - the last door: a bug must not end the process
            self._service.log.write("error", {"id": request.id, "error": repr(error)})
            reply = problem_reply(problem_of(error), request.id)
        try:
            await send_reply(reply, request, out)
        except (BrokenOff, TimeoutError) as error:
            request.notes["broken_off"] = repr(error.__cause__ or error)
            # The message stays unfinished, so the server breaks the connection off.
        except Disconnected:
            request.notes["left"] = True

    async def _other(self, request: Request, scope: Scope, receive: Receive, out: _Sender) -> str:
        """The web page's files, the REST API, or the page for a place inside it."""
        path = request.path
        if path.startswith("/api/") or path == "/openapi.json":
            await self._rest(request, scope, receive, out)
            return "api"
        await self._serve(self._page, request, out)
        return "page"

    async def _rest(self, request: Request, scope: Scope, receive: Receive, out: _Sender) -> None:
        """FastAPI's routes, under the same fairness as all others; HEAD is GET without a body."""
        if request.method == "OPTIONS":
            await send_reply(Reply(204, headers=list(_PREFLIGHT)), request, out)
            return
        clients = self._service.clients
        try:
            client = clients.admit(request.client)
        except ProvenanceError as error:
            await send_reply(problem_reply(problem_of(error), request.id), request, out)
            return
        if request.method == "HEAD":
            scope, out.bodiless = {**scope, "method": "GET"}, True
        client.running += 1
        try:
            await self._app(scope, receive, out)
        finally:
            client.running -= 1
            clients.charge(client, 0.0, failed=out.status >= 400)

    async def _page(self, request: Request) -> Reply:
        if request.method not in ("GET", "HEAD"):
            raise method_not_allowed(request.method, "GET, HEAD")
        found = self._pages.find(request)
        if found is not None:
            return found
        if prefers_html(request.header(b"accept"), GRAPH_OFFERS):
            return self._pages.index()
        detail = "nothing is here; start from /docs, /sparql or /.well-known/void"
        return problem_reply(HttpProblem(404, "Not found", detail, "not-found"), request.id)

    def _client(self, scope: Scope) -> str:
        """The client's address: of the connection, or as a trusted proxy tells it."""
        address = str(scope["client"][0]) if scope.get("client") else "local"
        if address not in self._trusted:
            return address
        # Several lines are one list (RFC 9110 §5.3); each proxy adds to its end.
        told = b",".join(v for name, v in scope["headers"] if name == b"x-forwarded-for")
        hops = [hop.strip() for hop in told.decode("latin-1").split(",")]
        outside = [hop for hop in hops if hop and hop not in self._trusted]
        return outside[-1][:64] if outside else address

    def _account(self, request: Request, route: str, out: _Sender, seconds: float) -> None:
        service = self._service
        status = out.status or _LEFT
        if request.notes.get("left"):
            service.metrics.event("client-left")
        service.metrics.request(route, request.method, status, seconds)
        if not service.log.wanted:
            return
        service.log.write(
            "request",
            {
                "id": request.id,
                "client": request.client,
                "method": request.method,
                "path": request.path[:500],
                "status": status,
                "ms": round(seconds * 1000, 2),
                "bytes": out.size,
                **request.notes,
            },
        )


class _Sender:
    """Passes messages on and adds what every answer carries."""

    def __init__(self, send: Send, cors: bool, request_id: str) -> None:
        self._send, self._cors, self._id = send, cors, request_id.encode()
        self.status, self.size, self.bodiless = 0, 0, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = list(message.get("headers", []))
            headers.append((b"x-content-type-options", b"nosniff"))
            if self._cors:
                headers.append((b"access-control-allow-origin", b"*"))
                headers.append((b"access-control-expose-headers", _EXPOSED))
            if all(name != b"x-request-id" for name, _ in headers):
                headers.append((b"x-request-id", self._id))
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            if self.bodiless:
                message = {**message, "body": b""}
            self.size += len(message.get("body", b""))
        await self._send(message)
