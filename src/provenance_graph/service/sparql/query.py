"""The query endpoint: SPARQL 1.1 Protocol, ``query`` operation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.model.questions.stored import prefixes
from provenance_graph.service.http.body import read_body
from provenance_graph.service.http.cache import etag, is_held
from provenance_graph.service.http.calls import call_of, header, query_string
from provenance_graph.service.http.context import Large, Service
from provenance_graph.service.http.negotiate import (
    GRAPH_OFFERS,
    OFFERS,
    SELECT_OFFERS,
    Offer,
    accept_of,
    choose,
    prefers_html,
)
from provenance_graph.service.http.problems import bad_request, not_acceptable
from provenance_graph.service.http.responses import NO_SCRIPTS, respond, stream
from provenance_graph.service.http.static import Pages
from provenance_graph.service.sparql import description
from provenance_graph.service.sparql.federation import Federation
from provenance_graph.service.sparql.request import SparqlRequest, read_query, read_through
from provenance_graph.store.sparql.guard import check_length
from provenance_graph.store.sparql.rewrite import volatile, with_base
from provenance_graph.store.sparql.tokens import UPDATE_FORMS, form
from provenance_graph.store.values import SparqlQuery

PATH: Final = "/sparql"


class QueryEndpoint:
    """Answers ``/sparql``."""

    def __init__(self, service: Service, pages: Pages, federation: Federation) -> None:
        self._service, self._pages, self._federation = service, pages, federation

    async def get(self, request: Request) -> Response:
        """Answer a query, the service description without one, or the query page for a browser."""
        sparql_request = read_query("GET", query_string(request), "", b"")
        accept = header(request, "accept")
        if sparql_request is None or not sparql_request.format:
            offers = GRAPH_OFFERS if sparql_request is None else SELECT_OFFERS
            if prefers_html(accept, offers):
                return self._pages.index(request)
        if sparql_request is None:
            return await description.service_description(self._service, request)
        return await self.answer(request, sparql_request, accept)

    async def post(self, request: Request) -> Response:
        """Answer the query in the body."""
        body = await read_body(request, self._service.settings.query_bounds)
        kind = header(request, "content-type") or ""
        sparql_request = read_query("POST", query_string(request), kind, body)
        assert sparql_request is not None  # a POST without a query is refused
        return await self.answer(request, sparql_request, header(request, "accept"))

    async def answer(
        self, request: Request, sparql_request: SparqlRequest, accept: str | None
    ) -> Response:
        """The answer to a query in the form that the client prefers; raises RequestRefused."""
        service, call = self._service, call_of(request)
        limits = service.limits(request, sparql_request.seconds)
        check_length(sparql_request.text, limits)
        kind = await read_through(form, sparql_request.text)
        if kind in UPDATE_FORMS:
            raise bad_request("this is an update; send it by POST to /update", "update")
        offer = self._offer(kind, sparql_request.format, accept)
        text = await read_through(with_base, sparql_request.text, service.url(request, PATH))
        if not service.settings.raw:  # clients of a plain dataset declare their own prefixes
            text = await read_through(prefixes, text)
        version = service.backend.version
        keeps = not await read_through(volatile, text)
        dataset = repr(sparql_request.dataset) if sparql_request.dataset else ""
        tag = etag(version, text, dataset, offer.media_type) if keeps else ""
        headers = {**NO_SCRIPTS, "cache-control": "no-cache" if tag else "no-store"}
        if tag:
            headers["etag"] = tag
        call.notes["kind"] = kind
        conditional = bool(tag) and request.method != "POST"
        if conditional and is_held(request, headers):
            service.metrics.event("not-modified")
            return respond(headers=headers, status=304, vary="Accept")
        key = etag(version, text, dataset, offer.written)
        answer = service.cache.find(key) if keeps else None
        if answer is None:
            text, limits = await self._federation.resolve(text, request, limits)
            query = SparqlQuery(text, dataset=sparql_request.dataset, limits=limits)
            result = await service.open(request, query, offer.written)
            if isinstance(result, Large):
                return await large(request, result, offer, headers)
            answer = result
            if keeps and service.backend.version == version:
                service.cache.keep(key, answer)
        else:
            service.metrics.event("cached")
            call.notes["cached"] = True
        if conditional and is_held(request, headers, exists=True):
            return respond(headers=headers, status=304, vary="Accept")
        call.notes["rows"] = answer.rows
        return respond(answer.body, offer.content_type, headers, vary="Accept")

    @staticmethod
    def _offer(kind: str, wanted: str, accept: str | None) -> Offer:
        """The representation chosen by a ``format=`` parameter if given, else by Accept.

        Raises RequestRefused (406) where there is none.
        """
        offers = OFFERS.get(kind, SELECT_OFFERS)
        if wanted:
            accept = accept_of(wanted)
        offer = choose(accept, offers)
        if offer is None:
            names = ", ".join(dict.fromkeys(offer.media_type for offer in offers))
            raise not_acceptable(f"{names} for {kind.upper() or 'this query'}")
        return offer


async def large(request: Request, result: Large, offer: Offer, headers: dict[str, str]) -> Response:
    """The response for a large answer, sent while the rest is computed.

    HTTP/1.0 cannot signal a broken answer, so there the whole answer is computed into a file first.
    For HEAD no body is sent and no more is computed.
    """
    call_of(request).notes["streamed"] = True
    if call_of(request).head:  # the length is not known
        return stream(_nothing(), offer.content_type, headers)
    size = await result.whole() if request.scope.get("http_version") == "1.0" else None
    return stream(result.read(), offer.content_type, headers, size=size)


async def _nothing() -> AsyncGenerator[bytes, None]:
    return
    yield b""
