"""Point look-ups by GET, answered before the framework, with the query endpoint's headers.

A request is answered here only if it has one ``query`` parameter, a plain Accept, no condition, no
compression, and a text that is proven to be cheap (``store.lookups``). Every other request goes to
the application, which answers the same query with the same headers.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.http.cache import etag
from provenance_graph.service.http.calls import Call
from provenance_graph.service.http.compression import MINIMUM, coding
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.negotiate import SELECT_OFFERS, Offer
from provenance_graph.service.http.responses import NO_SCRIPTS
from provenance_graph.store.sparql.lookup import MAX_TEXT

_HEAD: Final = b"query="
_OFFERS: Final = {offer.media_type.encode(): offer for offer in SELECT_OFFERS}
_ANYTHING: Final = (b"", b"*/*")
_NOT_HERE: Final = frozenset({b"if-none-match", b"authorization", b"range"})
_FIXED: Final = [
    *((name.encode(), value.encode()) for name, value in NO_SCRIPTS.items()),
    (b"cache-control", b"no-cache"),
]


class QuickLookups:
    """ASGI middleware that answers look-ups and passes every other request on."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if (
            scope["type"] != "http"
            or scope["path"] != "/sparql"
            or scope["method"] != "GET"
            or not await self._answered(scope, send)
        ):
            await self._app(scope, receive, send)

    async def _answered(self, scope: Scope, send: Send) -> bool:
        encoded: bytes = scope["query_string"]
        if not encoded.startswith(_HEAD) or b"&" in encoded or len(encoded) > 3 * MAX_TEXT:
            return False
        accept, codings = b"", b""
        for name, value in scope["headers"]:
            if name in _NOT_HERE:
                return False
            if name == b"accept":
                accept = value if not accept else b"several"
            elif name == b"accept-encoding":
                codings = value
        offer = SELECT_OFFERS[0] if accept in _ANYTHING else _OFFERS.get(accept)
        if offer is None:
            return False
        try:
            text = unquote_plus(encoded[6:].decode("ascii"), errors="strict")
        except UnicodeError:
            return False
        return await self._looked_up(text, offer, codings, scope, send)

    async def _looked_up(
        self, text: str, offer: Offer, codings: bytes, scope: Scope, send: Send
    ) -> bool:
        call = scope["call"]
        assert isinstance(call, Call)
        if "pg:" in text and not self._service.settings.raw:
            return False  # the application checks its terms against the ontology first
        try:
            answer = self._service.look_up(call.client, text, offer.written)
        except ProvenanceError:
            return False
        if answer is None:
            return False
        vary, size = b"Accept", len(answer.body)
        if size >= MINIMUM:
            if codings and coding(codings.decode("latin-1")):
                return False
            vary = b"Accept, Accept-Encoding"
        call.hold(size)
        call.notes["kind"] = answer.kind
        tag = etag(answer.version, text, "", offer.media_type)
        headers = [
            *_FIXED,
            (b"etag", tag.encode()),
            (b"vary", vary),
            (b"content-length", b"%d" % size),
            (b"content-type", offer.content_type.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        return True
