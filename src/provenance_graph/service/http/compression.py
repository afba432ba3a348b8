"""Answers compressed as the client asks: br or gzip, whatever their media type.

Large bodies are coded piece by piece, with others served in between. What the application
makes is counted as held for its client from its first byte until the request ends.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from typing import Final, Protocol

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MINIMUM: Final = 300
"""Bytes below which an answer is sent as it is."""
_PIECE: Final = 64 << 10
_BROTLI_QUALITY: Final = 4
_GZIP_LEVEL: Final = 4
_WORD: Final = re.compile(r"([A-Za-z0-9*!#$%&'^_`|~+.-]{1,30})(?:[ \t]*;[ \t]*[qQ]=([0-9.]{1,6}))?")
_QVALUE: Final = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_LONGEST: Final = 1_000
_SENT_AS_IT_IS: Final = ("image/", "font/woff", "audio/", "video/", "text/event-stream")


class Coder(Protocol):
    """Compresses a body piece by piece."""

    def add(self, data: bytes) -> bytes:
        """What can be sent once this has been added."""

    def end(self) -> bytes:
        """What is left to be sent."""


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
    """The coding to use: br, gzip, or empty for none (RFC 9110 §12.5.3).

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
            weights[match[1].lower()] = float(weight) if _QVALUE.fullmatch(weight) else 0.0
    anything = weights.get("*", 0.0)
    br = weights.get("br", anything)
    gzip = weights.get("gzip", weights.get("x-gzip", anything))
    if max(br, gzip) <= 0:
        return ""
    return "br" if br >= gzip else "gzip"


class Compression:
    """Compresses what the application answers, or only says that it could have been."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = coding(Headers(scope=scope).get("accept-encoding"))
        await self._app(scope, receive, _Coded(send, wanted))


class _Coded:
    """Passes an answer on, coded where that is worth it."""

    def __init__(self, send: Send, wanted: str) -> None:
        self._send, self._wanted = send, wanted
        self._start: Message | None = None
        self._coder: Coder | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message  # until its body shows whether it is worth coding
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        start, self._start = self._start, None
        body, more = message.get("body", b""), message.get("more_body", False)
        if start is not None:
            await self._send(self._head(start, len(body), more))
        if self._coder is None:
            await self._send(message)
        else:
            await self._pieces(self._coder, body, more)

    def _head(self, start: Message, size: int, more: bool) -> Message:
        headers = MutableHeaders(raw=list(start.get("headers", [])))
        kind = headers.get("content-type", "")
        if kind.startswith(_SENT_AS_IT_IS) or "content-encoding" in headers:
            return start
        headers.add_vary_header("Accept-Encoding")
        known = headers.get("content-length", "")
        whole = int(known) if known.isdigit() else size
        empty = start["status"] in (204, 304)
        if self._wanted and not empty and (whole >= MINIMUM or (more and not known)):
            self._coder = _Brotli() if self._wanted == "br" else _Gzip()
            headers["content-encoding"] = self._wanted
            if known:
                del headers["content-length"]
            tag = headers.get("etag", "")
            if tag and not tag.startswith("W/"):
                # The compressed form is another representation (RFC 9110 §8.8.3).
                headers["etag"] = f'{tag[:-1]}-{self._wanted}"'
        return {**start, "headers": headers.raw}

    async def _pieces(self, coder: Coder, body: bytes, more: bool) -> None:
        whole = len(body) <= _PIECE
        if whole and not more:
            await self._send(_message(coder.add(body) + coder.end(), more=False))
            return
        for at in range(0, len(body), _PIECE):
            if coded := coder.add(body[at : at + _PIECE]):
                await self._send(_message(coded, more=True))
            if not whole:
                await asyncio.sleep(0)
        if not more:
            await self._send(_message(coder.end(), more=False))


def _message(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
