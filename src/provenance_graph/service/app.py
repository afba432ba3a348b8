"""Factory of the web application; importing the module creates no state."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.backend import Backend, StoreWriter
from provenance_graph.service.http import docs_page
from provenance_graph.service.http.auth import Tokens
from provenance_graph.service.http.cache import AnswerCache
from provenance_graph.service.http.calls import call_of
from provenance_graph.service.http.compression import Compression
from provenance_graph.service.http.context import Gates, Service
from provenance_graph.service.http.description import PATH, DescriptionEndpoint, describe
from provenance_graph.service.http.gateway import Gateway
from provenance_graph.service.http.health import HealthEndpoint, MetricsEndpoint
from provenance_graph.service.http.limits import Clients
from provenance_graph.service.http.log import Log
from provenance_graph.service.http.manual import Manual
from provenance_graph.service.http.metrics import Metrics
from provenance_graph.service.http.problems import HttpProblem, problem_of
from provenance_graph.service.http.responses import methods_at, problem_response
from provenance_graph.service.http.static import Pages
from provenance_graph.service.linked_data import LinkedData
from provenance_graph.service.settings import Settings
from provenance_graph.service.sparql import openapi
from provenance_graph.service.sparql.federation import Federation
from provenance_graph.service.sparql.graph_store import GraphStoreEndpoint
from provenance_graph.service.sparql.query import QueryEndpoint
from provenance_graph.service.sparql.quick import QuickLookups
from provenance_graph.service.sparql.update import UpdateEndpoint

_STATIC: Final = Path(__file__).parent / "static"
_MANUAL: Final = Path(__file__).parent / "manual"


def create_app(
    backend: Backend,
    *,
    settings: Settings,
    writer: StoreWriter | None = None,
    tokens: Tokens | None = None,
    routers: Iterable[APIRouter] = (),
    static: Path = _STATIC,
    federation: Federation | None = None,
) -> FastAPI:
    """Build the web application around a backend; ``routers`` hold the REST API."""
    service = make_service(backend, settings, writer, tokens)
    return app_of(service, routers, static, federation)


def make_service(
    backend: Backend,
    settings: Settings,
    writer: StoreWriter | None = None,
    tokens: Tokens | None = None,
) -> Service:
    """The service that all applications of one process share: limits, caches, metrics, log."""
    metrics = Metrics()
    return Service(
        settings=settings,
        backend=backend,
        writer=writer,
        tokens=tokens or Tokens(),
        clients=Clients(settings.fairness, time.monotonic),
        cache=AnswerCache(settings.cache_mb << 20),
        metrics=metrics,
        log=Log(settings.access_log),
        gates=Gates(settings, metrics),
    )


def app_of(
    service: Service,
    routers: Iterable[APIRouter] = (),
    static: Path = _STATIC,
    federation: Federation | None = None,
) -> FastAPI:
    """An application around a service, which several applications may share."""
    app = FastAPI(
        title="provenance-graph",
        version="1",
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        description="Where AI models come from, what they may be used for, and who says so.",
        middleware=[
            Middleware(Gateway, service=service),
            Middleware(QuickLookups, service=service),
            Middleware(Compression),
        ],
    )
    app.state.service = service
    for kind in (HTTPException, ProvenanceError, RequestValidationError):
        app.add_exception_handler(kind, _refused)
    pages = Pages(static)
    parts = [
        _protocol(
            service, pages, federation or Federation(service.settings, gate=service.gates.calls)
        ),
        *routers,
    ]
    for router in parts:
        # include_router would make each route again at the first request.
        app.router.routes.extend(router.routes)
    if len(parts) > 1:
        from provenance_graph.service.api.common import cited  # with the REST API alone

        cited.describe(app)
    describe(app)
    app.add_route(PATH, DescriptionEndpoint(app).answer, ["GET"], include_in_schema=False)
    app.state.routes = [route for part in parts for route in part.routes]
    app.add_route("/{path:path}", _Rest(pages).answer, ["GET"], include_in_schema=False)
    return app


def _protocol(service: Service, pages: Pages, federation: Federation) -> APIRouter:
    """The routes defined by standards (SPARQL, graph store, linked data), and health and docs."""
    router = APIRouter()
    manual = Manual(_MANUAL)
    query = QueryEndpoint(service, pages, federation)
    update, data, linked = (
        UpdateEndpoint(service),
        GraphStoreEndpoint(service),
        LinkedData(service, pages),
    )

    def route(
        path: str, endpoint: Any, *methods: str, described: Mapping[str, Any] | None = None
    ) -> None:
        router.add_api_route(
            path,
            endpoint,
            methods=list(methods),
            response_class=Response,
            response_model=None,
            include_in_schema=described is not None,
            **(described or {}),
        )

    route("/sparql", query.get, "GET", described=openapi.QUERY_GET)
    route("/sparql", query.post, "POST", described=openapi.QUERY_POST)
    route("/sparql/", query.get, "GET")
    route("/sparql/", query.post, "POST")
    route("/update", update.answer, "POST", described=openapi.UPDATE)
    route("/update/", update.answer, "POST")
    for method, described in openapi.GRAPHS.items():
        route("/data", getattr(data, method), method.upper(), described=described)
        route("/data/{path:path}", getattr(data, method), method.upper())
    for path, endpoint in (
        ("/health", HealthEndpoint(service).answer),
        ("/metrics", MetricsEndpoint(service).answer),
        ("/docs", docs_page.page),
        ("/docs/page.js", docs_page.script),
        ("/docs/page.css", docs_page.style),
        ("/manual", manual.page),
        ("/manual/{path:path}", manual.page),
        ("/ns", linked.vocabulary),
        ("/context.jsonld", linked.context),
        ("/.well-known/void", linked.void),
        ("/id/{path:path}", linked.entity),
        ("/doc/{path:path}", linked.document),
    ):
        route(path, endpoint, "GET")
    return router


class _Rest:
    """The files of the web page, or the page itself for a path inside it."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def answer(self, request: Request) -> Response:
        """Answer a file, the page for a browser, or 404; raise HTTPException (405) otherwise."""
        if methods := methods_at(request):
            raise HTTPException(405, headers={"Allow": ", ".join(methods)})
        return self._pages.answer(request)


async def _refused(request: Request, error: Exception) -> Response:
    """A problem response for every refusal, of ours and of the framework."""
    call = call_of(request)
    if isinstance(error, HTTPException):
        return problem_response(_framework(request, error), call.id)
    if isinstance(error, RequestValidationError):
        detail = "; ".join(str(item["msg"]) for item in error.errors()[:5])
        return problem_response(HttpProblem(422, "Bad parameter", detail, "parameter"), call.id)
    result = problem_of(error)
    if result.status >= 500:
        service: Service = request.app.state.service
        service.log.write("error", {"id": call.id, "error": str(error)})
    return problem_response(result, call.id)


def _framework(request: Request, error: HTTPException) -> HttpProblem:
    if error.status_code != 405:
        return HttpProblem(error.status_code, "Refused", f"{error.detail}; /docs lists the routes")
    allowed = ", ".join(methods_at(request)) or "GET, HEAD"
    detail = f"{request.method} does nothing here; use {allowed}"
    return HttpProblem(405, "Method not allowed", detail, "method", (("Allow", allowed),))
