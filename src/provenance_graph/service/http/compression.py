"""Compress answers with br or gzip as the client accepts, for every compressible media type.

A large body is coded in pieces, with other requests served in between. The bytes that the
application makes count as held for the client from their first byte until the request ends.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Callable
from typing import Final, Protocol

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provenance_graph.core.lexical_forms import stated_count
from provenance_graph.service.http.calls import Call
from provenance_graph.service.http.negotiate import QVALUE

MINIMUM: Final = 300
"""Bytes below which an answer is not compressed."""
_PIECE: Final = 64 << 10
_BROTLI_QUALITY: Final = 4
_GZIP_LEVEL: Final = 4
_WORD: Final = re.compile(r"([A-Za-z0-9*!#$%&'^_`|~+.-]{1,30})(?:[ \t]*;[ \t]*[qQ]=([0-9.]{1,6}))?")
_LONGEST: Final = 1_000
_EMPTY: Final = frozenset({204, 304})
_SENT_AS_IT_IS: Final = ("image/", "font/woff", "audio/", "video/", "text/event-stream")


class Coder(Protocol):
    """Compresses a body piece by piece."""

    def add(self, data: bytes) -> bytes:
        """Add data; returns compressed bytes that can be sent now."""

    def end(self) -> bytes:
        """End the body; returns the remaining compressed bytes."""


class _Gzip:
    def __init__(self) -> None:
        self._machine = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def add(self, data: bytes) -> bytes:
        return self._machine.compress(data)

    def end(self) -> bytes:
        return self._machine.flush()


class _Brotli:
    def __init__(self) -> None:
        self._machine = brotli.Compressor(quality=_BROTLI_QUALITY)

    def add(self, data: bytes) -> bytes:
        return bytes(self._machine.process(data))

    def end(self) -> bytes:
        return bytes(self._machine.finish())


def coding(accept_encoding: str | None) -> str:
    """The content coding for an Accept-Encoding: br, gzip, or empty for none (RFC 9110 §12.5.3).

    >>> coding("gzip, deflate, br"), coding("br;q=0.1, gzip"), coding("gzip;q=0"), coding(None)
    ('br', 'gzip', '', '')
    """
    if not accept_encoding or len(accept_encoding) > _LONGEST:
        return ""
    weights: dict[str, float] = {}
    for part in accept_encoding.split(","):
        match = _WORD.fullmatch(part.strip())
        if match is not None:
            weight = match[2] or "1"
            weights[match[1].lower()] = float(weight) if QVALUE.fullmatch(weight) else 0.0
    anything = weights.get("*", 0.0)
    br = weights.get("br", anything)
    gzip = weights.get("gzip", weights.get("x-gzip", anything))
    if max(br, gzip) <= 0:
        return ""
    return "br" if br >= gzip else "gzip"


class Compression:
    """ASGI middleware that compresses answers, or only adds Vary where the client accepts none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = coding(Headers(scope=scope).get("accept-encoding"))
        call = scope.get("call")
        hold = call.hold if isinstance(call, Call) else _uncounted
        await self._app(scope, receive, _Coded(send, wanted, hold))


def _uncounted(_: int) -> None:
    """Count nothing: without the gateway no bytes are counted."""


class _Coded:
    """A ``send`` that passes an answer on, compressed where that is worth it."""

    def __init__(self, send: Send, wanted: str, hold: Callable[[int], object]) -> None:
        self._send, self._wanted, self._hold = send, wanted, hold
        self._start: Message | None = None
        self._coder: Coder | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message  # kept until the body shows whether coding is worth it
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        start, self._start = self._start, None
        if start is None:
            await self._pieces(body, more)
            return
        headers = MutableHeaders(raw=list(start.get("headers", [])))
        self._choose(headers, int(start["status"]), len(body), more)
        if self._coder is not None and not more and len(body) <= _PIECE:
            body, self._coder = self._coder.add(body) + self._coder.end(), None
            headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._pieces(body, more)

    def _choose(self, headers: MutableHeaders, status: int, size: int, more: bool) -> None:
        """Choose a coding for the answer, and set its headers accordingly."""
        known = headers.get("content-length", "")
        stated = stated_count(known)
        whole = size if stated is None else stated
        self._hold(whole)
        kind = headers.get("content-type", "")
        if kind.startswith(_SENT_AS_IT_IS) or "content-encoding" in headers or status in _EMPTY:
            return
        if whole < MINIMUM and (known or not more):
            return
        headers.add_vary_header("Accept-Encoding")
        if not self._wanted:
            return
        self._coder = _Brotli() if self._wanted == "br" else _Gzip()
        headers["content-encoding"] = self._wanted
        if known:
            del headers["content-length"]
        tag = headers.get("etag", "")
        if tag and not tag.startswith("W/"):
            # The compressed form is another representation (RFC 9110 §8.8.3).
            headers["etag"] = f'{tag[:-1]}-{self._wanted}"'

    async def _pieces(self, body: bytes, more: bool) -> None:
        """Send a body in pieces, each after the one before has been sent."""
        coder = self._coder
        if len(body) <= _PIECE:
            if coder is not None:
                body = coder.add(body) + (b"" if more else coder.end())
            if body or not more:
                await self._send(_message(body, more=more))
            return
        for at in range(0, len(body), _PIECE):
            piece = body[at : at + _PIECE]
            last = not more and at + _PIECE >= len(body)
            if coder is not None:
                piece = coder.add(piece) + (coder.end() if last else b"")
            if piece or last:
                await self._send(_message(piece, more=not last))
            await asyncio.sleep(0)


def _message(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
