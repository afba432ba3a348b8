"""The query endpoint: SPARQL 1.1 Protocol, ``query`` operation."""

from __future__ import annotations

from typing import Final

from provenance_graph.service.http.cache import etag, matches
from provenance_graph.service.http.context import Large, Service
from provenance_graph.service.http.messages import Headers, Reply, Request
from provenance_graph.service.http.negotiate import (
    GRAPH_OFFERS,
    OFFERS,
    SELECT_OFFERS,
    SHORT_NAMES,
    Offer,
    choose,
    prefers_html,
)
from provenance_graph.service.http.problems import bad_request, not_acceptable
from provenance_graph.service.http.static import Pages
from provenance_graph.service.sparql import description
from provenance_graph.service.sparql.federation import Federation
from provenance_graph.service.sparql.request import SparqlRequest, read_query, read_through
from provenance_graph.store.sparql.guard import check_length
from provenance_graph.store.sparql.rewrite import volatile, with_base
from provenance_graph.store.sparql.tokens import UPDATE_FORMS, form

PATH: Final = "/sparql"
CSP: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class QueryEndpoint:
    """Answers ``/sparql``."""

    def __init__(self, service: Service, pages: Pages, federation: Federation) -> None:
        self._service, self._pages, self._federation = service, pages, federation

    async def __call__(self, request: Request) -> Reply:
        """A query's answer, the service description, or the workbench for a browser."""
        service = self._service
        body, content_type = b"", ""
        if request.method == "POST":
            body = await request.body(service.settings.query_bounds)
            content_type = request.header(b"content-type") or ""
        asked = read_query(request.method, request.query_string, content_type, body)
        accept = request.header(b"accept")
        if request.method != "POST" and (asked is None or not asked.format):
            offers = GRAPH_OFFERS if asked is None else SELECT_OFFERS
            if prefers_html(accept, offers):
                return self._pages.index()
        if asked is None:
            return await description.service_description(service, request)
        return await self.answer(request, asked, accept)

    async def answer(self, request: Request, asked: SparqlRequest, accept: str | None) -> Reply:
        """The answer in the representation the client wants most."""
        service = self._service
        limits = service.limits(request, asked.seconds)
        check_length(asked.text, limits)
        kind = await read_through(form, asked.text)
        if kind in UPDATE_FORMS:
            raise bad_request("this is an update; send it by POST to /update", "update")
        offer = self._offer(kind, asked.format, accept)
        text = await read_through(with_base, asked.text, service.url(request, PATH))
        version = service.backend.version
        keeps = not await read_through(volatile, text)
        dataset = repr(asked.dataset) if asked.dataset else ""
        tag = etag(version, text, dataset, offer.media_type) if keeps else ""
        headers: Headers = [CSP]
        if tag:
            headers += [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
        else:
            headers.append((b"cache-control", b"no-store"))
        request.notes["kind"] = kind
        none_match = request.header(b"if-none-match")
        if tag and request.method != "POST" and matches(none_match, tag):
            service.metrics.event("not-modified")
            return Reply(304, headers=headers, vary="Accept")
        key = etag(version, text, dataset, offer.written)
        answer = service.cache.find(key) if keeps else None
        if answer is None:
            text, limits = await self._federation.resolve(text, request, limits)
            found = await service.open(request, text, offer.written, asked.dataset, limits)
            if isinstance(found, Large):
                request.notes["streamed"] = True
                return Reply(200, b"", offer.content_type, headers, "Accept", found.read())
            answer = found
            if keeps and service.backend.version == version:
                service.cache.keep(key, answer)
        else:
            service.metrics.event("cached")
            request.notes["cached"] = True
        if tag and request.method != "POST" and matches(none_match, tag, exists=True):
            return Reply(304, headers=headers, vary="Accept")
        return Reply(200, answer.body, offer.content_type, headers, "Accept")

    @staticmethod
    def _offer(kind: str, wanted: str, accept: str | None) -> Offer:
        """The representation: of a ``format=`` parameter where given, else of Accept."""
        offers = OFFERS.get(kind, SELECT_OFFERS)
        if wanted:
            accept = SHORT_NAMES.get(wanted, wanted)
            if "*" in accept or "/" not in accept:
                raise not_acceptable(", ".join(sorted(SHORT_NAMES)) + " as format=")
        offer = choose(accept, offers)
        if offer is None:
            names = ", ".join(dict.fromkeys(offer.media_type for offer in offers))
            raise not_acceptable(f"{names} for {kind.upper() or 'this query'}")
        return offer
