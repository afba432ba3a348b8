"""Requests and replies on bare ASGI: what the hot routes need and nothing more."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    MutableMapping,
)
from dataclasses import dataclass, field
from typing import Any, Final

from provenance_graph.service.http.limits import Bounds
from provenance_graph.service.http.negotiate import accepts_gzip
from provenance_graph.service.http.problems import (
    MEDIA_TYPE,
    HttpProblem,
    bad_request,
    refuse,
    too_large,
    unsupported_media,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_GZIP_FROM: Final = 300
_THREAD_FROM: Final = 200_000
_BUFFERED: Final = 60_000
_PATIENCE: Final = 30.0
_SLOWEST: Final = 20_000  # bytes a second; who reads more slowly holds our memory too long
_GZIP: Final = 16 + zlib.MAX_WBITS


class Disconnected(Exception):
    """The client went away before its request was complete."""


class Request:
    """One HTTP request as the hot routes see it."""

    __slots__ = ("_headers", "_receive", "client", "id", "notes", "scope")

    def __init__(self, scope: Scope, receive: Receive, request_id: str, client: str) -> None:
        self.scope, self._receive = scope, receive
        self.id, self.client = request_id, client
        self.notes: dict[str, object] = {}
        self._headers: dict[bytes, bytes] | None = None

    @property
    def method(self) -> str:
        """The method in upper case."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The decoded path."""
        return str(self.scope["path"])

    @property
    def query_string(self) -> bytes:
        """The query string as sent."""
        return bytes(self.scope["query_string"])

    def header(self, name: bytes) -> str | None:
        """One header's text; several of one name are one list (RFC 9110 §5.3)."""
        if self._headers is None:
            found: dict[bytes, bytes] = {}
            for key, value in self.scope["headers"]:
                found[key] = found[key] + b", " + value if key in found else value
            self._headers = found
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self, bounds: Bounds) -> bytes:
        """The whole body, within bounds of size and time, decompressed within the same."""
        declared = self.header(b"content-length") or "0"
        if declared.isascii() and declared.isdigit() and int(declared) > bounds.body_bytes:
            raise too_large(f"the body has {declared} bytes; send at most {bounds.body_bytes}")
        try:
            async with asyncio.timeout(bounds.body_seconds):
                body = await self._read(bounds.body_bytes)
        except TimeoutError as error:
            detail = f"the body did not arrive within {bounds.body_seconds:g} s"
            raise refuse(408, "Request timeout", detail, "slow", Connection="close") from error
        coding = (self.header(b"content-encoding") or "identity").strip().lower()
        if coding in ("identity", ""):
            return body
        if coding not in ("gzip", "x-gzip"):
            raise unsupported_media(f"Content-Encoding: {coding}", "gzip or no coding")
        return gunzip(body, bounds.body_bytes)

    async def _read(self, limit: int) -> bytes:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            chunk = bytes(message.get("body", b""))
            if len(chunk) > limit:
                raise too_large(f"send at most {limit} bytes")
            return chunk
        pieces = bytearray()
        while True:
            if message["type"] == "http.disconnect":
                raise Disconnected
            pieces += message.get("body", b"")
            if len(pieces) > limit:
                raise too_large(f"send at most {limit} bytes")
            if not message.get("more_body"):
                return bytes(pieces)
            message = await self._receive()

    async def gone(self) -> None:
        """Return once the client has closed the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def gunzip(body: bytes, limit: int) -> bytes:
    """Decompress within a size limit, so that a small body cannot become a large one.

    A body may have several members, one after another (RFC 1952 §2.2).
    """
    whole = bytearray()
    rest = memoryview(body)
    while rest:
        machine = zlib.decompressobj(_GZIP)
        try:
            whole += machine.decompress(rest, limit + 1 - len(whole))
        except zlib.error as error:
            detail = "more follows" if whole else "the body says Content-Encoding: gzip"
            raise bad_request(f"{detail} but is not gzip") from error
        if len(whole) > limit or machine.unconsumed_tail:
            raise too_large(f"the body decompresses to more than {limit} bytes")
        if not machine.eof:
            raise bad_request("the gzip body ends early")
        rest = rest[len(rest) - len(machine.unused_data) :]
    return bytes(whole)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer. ``vary`` names the headers that it depends on."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Headers = field(default_factory=list)
    vary: str = ""
    stream: AsyncGenerator[bytes, None] | None = None
    """What follows ``body``, where the answer is too large to be held."""

    def with_headers(self, more: Iterable[tuple[bytes, bytes]]) -> Reply:
        """The same reply with more headers."""
        return Reply(self.status, self.body, self.content_type, [*self.headers, *more], self.vary)


def problem_reply(problem: HttpProblem, request_id: str) -> Reply:
    """A refusal as a reply."""
    headers = [(n.lower().encode(), v.encode("latin-1", "replace")) for n, v in problem.headers]
    headers.append((b"cache-control", b"no-store"))
    if problem.status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body is not wanted
    return Reply(problem.status, problem.body(request_id), MEDIA_TYPE, headers)


async def send_reply(reply: Reply, request: Request, send: Send) -> int:
    """Send a reply: gzip where the client takes it, no body to HEAD; the bytes sent."""
    if reply.stream is not None:
        return await _send_stream(reply, reply.stream, request, send)
    body, headers = reply.body, list(reply.headers)
    vary = reply.vary
    if len(body) >= _GZIP_FROM and reply.status not in (204, 304):
        vary = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        if accepts_gzip(request.header(b"accept-encoding")):
            body = await compress(body)
            headers = [(n, _of_coded(v) if n == b"etag" else v) for n, v in headers]
            headers.append((b"content-encoding", b"gzip"))
    if reply.content_type:
        headers.append((b"content-type", reply.content_type.encode("latin-1")))
    if vary:
        headers.append((b"vary", vary.encode()))
    if reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(body)))
    headers.append((b"x-request-id", request.id.encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if request.method == "HEAD" or reply.status in (204, 304):
        body = b""
    last = {"type": "http.response.body", "body": body}
    if len(body) < _BUFFERED:  # the transport takes it whole
        await send(last)
    else:
        async with asyncio.timeout(_PATIENCE + len(body) / _SLOWEST):
            await send(last)
    return len(body)


def _of_coded(tag: bytes) -> bytes:
    """The entity tag of the compressed form, which a strong tag must tell from the plain one."""
    return tag if tag.startswith(b"W/") else tag[:-1] + b'-gzip"'


async def _send_stream(
    reply: Reply, stream: AsyncGenerator[bytes, None], request: Request, send: Send
) -> int:
    """Send in pieces; when the answer cannot be finished, neither is the message."""
    headers = [
        *reply.headers,
        (b"content-type", reply.content_type.encode("latin-1")),
        (b"vary", f"{reply.vary}, Accept-Encoding".encode()),
        (b"x-request-id", request.id.encode()),
    ]
    machine = None
    if accepts_gzip(request.header(b"accept-encoding")):
        headers.append((b"content-encoding", b"gzip"))
        machine = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    size = 0
    gone = asyncio.ensure_future(request.gone())
    async with contextlib.aclosing(stream), _ended(gone):
        async for piece in stream:
            if gone.done():
                raise Disconnected
            sent = machine.compress(piece) if machine else piece
            size += len(sent)
            async with asyncio.timeout(_PATIENCE + len(piece) / _SLOWEST):
                await send({"type": "http.response.body", "body": sent, "more_body": True})
    last = machine.flush() if machine else b""
    await send({"type": "http.response.body", "body": last})
    return size + len(last)


@contextlib.asynccontextmanager
async def _ended(task: asyncio.Task[None]) -> AsyncIterator[None]:
    """Stop a task at the end of a block."""
    try:
        yield
    finally:
        task.cancel()


async def compress(body: bytes) -> bytes:
    """Gzip; large bodies in a thread, since zlib gives the interpreter back."""
    if len(body) < _THREAD_FROM:
        return _gzip(body)
    return await asyncio.get_running_loop().run_in_executor(None, _gzip, body)


def _gzip(body: bytes) -> bytes:
    machine = zlib.compressobj(4, zlib.DEFLATED, _GZIP)
    return machine.compress(body) + machine.flush()
