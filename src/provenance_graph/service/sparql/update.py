"""The update endpoint: SPARQL 1.1 Protocol, ``update`` operation."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.service.backend import StoreWriter
from provenance_graph.service.http.body import read_body
from provenance_graph.service.http.calls import call_of, header, query_string
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.http.responses import respond
from provenance_graph.service.sparql.request import read_update
from provenance_graph.store.sparql.rewrite import UpdateRequest

PATH: Final = "/update"


class UpdateEndpoint:
    """Answers ``/update``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def answer(self, request: Request) -> Response:
        """Run an update; every query after the acknowledgement sees it."""
        service = self._service
        writer, who = allow_write(service, request)
        if header(request, "if-match") is not None:
            detail = (
                "an update has no tag that If-Match could name; to change one graph as it was "
                "read, PATCH it below /data"
            )
            raise refuse(412, "Precondition failed", detail, "precondition")
        bounds = replace(service.settings.bounds, body_bytes=service.settings.update_mb << 20)
        body = await read_body(request, bounds)
        content_type = header(request, "content-type") or ""
        sparql_request = read_update("POST", query_string(request), content_type, body)
        update = UpdateRequest(
            sparql_request.text,
            service.url(request, PATH),
            sparql_request.dataset.default_graphs,
            sparql_request.dataset.named_graphs,
        )
        with await service.writing(request):
            written = await writer.update(update, who)
        call_of(request).notes["version"] = written.version
        return respond(headers=written_headers(written.version), status=204)


def written_headers(version: str) -> dict[str, str]:
    """The headers of every acknowledged write."""
    return {"x-store-version": version, "cache-control": "no-store"}


def allow_write(
    service: Service, request: Request, scope: str = "write"
) -> tuple[StoreWriter, str]:
    """The writer and the name of the client; raises RequestRefused that says what is required.

    ``scope`` is what the token must allow: ``write``, or ``review`` for decisions on identity.
    """
    if service.writer is None:
        detail = "this service is read-only; the operator opens it with `serve --writable`"
        raise refuse(403, "Forbidden", detail, "read-only")
    if not service.tokens:
        # Only `--raw` on a loopback address starts without tokens. A page of another origin
        # must not write through the browser of its visitor.
        site = header(request, "sec-fetch-site") or "none"
        if header(request, "origin") is not None or site not in ("none", "same-origin"):
            detail = "without tokens, writes from web pages are refused"
            raise refuse(403, "Forbidden", detail, "origin")
        return service.writer, "anonymous"
    return service.writer, service.require(request, scope).name
