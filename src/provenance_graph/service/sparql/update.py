"""The update endpoint: SPARQL 1.1 Protocol, ``update`` operation."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from provenance_graph.service.backend import Writer
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.messages import Headers, Reply, Request
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.sparql.request import read_update
from provenance_graph.store.sparql.rewrite import UpdateRequest

PATH: Final = "/update"


class UpdateEndpoint:
    """Answers ``/update``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, request: Request) -> Reply:
        """Run an update; when it is acknowledged, every later query sees it."""
        service = self._service
        if request.method != "POST":  # says 405 or 400 before it asks for a token
            read_update(request.method, request.query_string, "", b"")
        writer, who = allow_write(service, request)
        bounds = replace(service.settings.bounds, body_bytes=service.settings.update_mb << 20)
        body = await request.body(bounds)
        content_type = request.header(b"content-type") or ""
        asked = read_update(request.method, request.query_string, content_type, body)
        update = UpdateRequest(
            asked.text,
            service.url(request, PATH),
            asked.dataset.default_graphs,
            asked.dataset.named_graphs,
        )
        written = await writer.update(update, who)
        request.notes["version"] = written.version
        return Reply(204, headers=written_headers(written.version))


def written_headers(version: str) -> Headers:
    """What every acknowledged write says."""
    return [(b"x-store-version", version.encode()), (b"cache-control", b"no-store")]


def allow_write(service: Service, request: Request) -> tuple[Writer, str]:
    """The writer and who writes, or a refusal that says what would be needed."""
    if service.writer is None:
        detail = "this service is read-only; the operator opens it with `serve --writable`"
        raise refuse(403, "Forbidden", detail, "read-only")
    if not service.tokens:
        # Only `--raw` on a loopback address starts without tokens. A page of another origin
        # must not write through its reader's browser.
        site = request.header(b"sec-fetch-site") or "none"
        if request.header(b"origin") is not None or site not in ("none", "same-origin"):
            detail = "without tokens, writes from web pages are refused"
            raise refuse(403, "Forbidden", detail, "origin")
        return service.writer, "anonymous"
    return service.writer, service.require(request, "write").name
