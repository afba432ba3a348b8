"""Responses: answers with their headers, large answers in pieces, refusals as problems."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from provenance_graph.service.http.problems import MEDIA_TYPE, HttpProblem

NO_SCRIPTS: Final = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}
"""Headers of data that is never shown as a page."""
_WHOLE: Final = 256 << 10
_PIECE: Final = 64 << 10
_ANYTHING: Final = ("/{path:path}", "/{rest:path}")
_BELOW: Final = ("/id/", "/doc/", "/data/")


def respond(
    body: bytes = b"",
    content_type: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    vary: str = "",
) -> Response:
    """A response; a large one is sent in pieces, so that compressing it delays no other request."""
    named = {**(headers or {}), **({"vary": vary} if vary else {})}
    kind = content_type or None
    if len(body) <= _WHOLE:
        return Response(body, status, named, kind)
    named["content-length"] = str(len(body))
    return StreamingResponse(_pieces(body), status, named, kind)


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), _PIECE):
        yield body[at : at + _PIECE]
        await asyncio.sleep(0)


def stream(
    pieces: AsyncGenerator[bytes, None],
    content_type: str,
    headers: Mapping[str, str],
    *,
    size: int | None = None,
) -> Response:
    """A response from pieces as they are made; ``size`` is its Content-Length where known."""
    named = {**headers, "vary": "Accept"}
    if size is not None:
        named["content-length"] = str(size)
    return StreamingResponse(pieces, 200, named, content_type)


class WholeFile(FileResponse):
    """A response with a whole file; Range is ignored, as RFC 9110 §14.2 allows.

    A range of a file that may be compressed on its way would be a range of another representation.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        self.headers["accept-ranges"] = "none"
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


def problem_response(problem: HttpProblem, request_id: str) -> Response:
    """The response for a problem; it is not to be cached."""
    headers = {name.lower(): value for name, value in problem.headers}
    headers["cache-control"] = "no-store"
    return Response(problem.body(request_id), problem.status, headers, MEDIA_TYPE)


def methods_at(request: Request) -> list[str]:
    """The sorted methods of the routes at a request's path, without catch-all routes."""
    results: set[str] = set()
    for route in request.app.state.routes:
        if not _catches_all(route.path) and route.path_regex.match(request.scope["path"]):
            results |= route.methods
    if not results:
        return []
    return sorted(results | {"OPTIONS"} | ({"HEAD"} if "GET" in results else set()))


def _catches_all(path: str) -> bool:
    return path.endswith(_ANYTHING) and not path.startswith(_BELOW)
