"""One HTTP process: uvicorn with limits on headers, connections and slow requests."""

from __future__ import annotations

import asyncio
import errno
import http
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import ClassVar, Final

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from provenance_graph.service.http.limits import plain_address
from provenance_graph.service.settings import Settings

_HEADERS: Final = 200
_PREDECESSOR: Final = 1.5
_SWITCH: Final = 0.001
"""Thread switch interval in seconds, a fifth of the default: with six busy threads the event
loop has its turn three to four times as soon, and the threads do a fifth less work."""
PIECE_BYTES: Final = 32
_PIPELINED: Final = 64
"""Requests of one connection that may wait behind the one being answered."""


class Bounded(HttpToolsProtocol):
    """An HTTP protocol that closes connections with headers too large, too many or too slow."""

    max_bytes = 64 << 10
    drained = 64 << 20
    """Bytes of a body still accepted after its request was answered, so that the client reads
    the answer."""
    seconds = 10.0
    pieces = 20_000
    """Pieces of a body above which they must have ``PIECE_BYTES`` on average; each piece costs a
    call."""
    share = 400
    spared: frozenset[str] = frozenset()
    open_by: ClassVar[Counter[str]] = Counter()

    _from = ""
    _head = 0
    _count = 0
    _hosts = 0
    _progress = 0  # number of header ends, body pieces and message ends received
    _aside = 0  # bytes since the last of them
    _late = 0  # bytes of a body received after its request was answered
    _pieces = 0  # pieces of this body; their bytes are _taken
    _taken = 0
    _in_head = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection and start the timer for the headers; refuse (503) one too many."""
        super().connection_made(transport)
        self._from = plain_address(self.client[0]) if self.client else ""
        self.open_by[self._from] += 1
        if self.open_by[self._from] > self.share and self._from not in self.spared:
            self._refuse(503)
            return
        self._timer = self.loop.call_later(self.seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer and uncount the connection."""
        self._stop_timer()
        self.open_by[self._from] -= 1
        if not self.open_by[self._from]:
            del self.open_by[self._from]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count bytes outside bodies, and refuse (431) too many."""
        if self._in_head:
            self._head += len(data)
            # A whole small request may arrive with its body in one piece: only unfinished
            # headers count.
            if self._head > self.max_bytes and b"\r\n\r\n" not in data[: self.max_bytes]:
                self._refuse(431)
                return
        before = self._progress
        super().data_received(data)
        # After the last chunk only trailers follow: they count like headers.
        self._aside = self._aside + len(data) if self._progress == before else 0
        if not self._in_head and self._aside > self.max_bytes:
            self._refuse(431)
            return
        if self._in_head and self._timer is None and self._head:
            self._timer = self.loop.call_later(self.seconds, self._too_slow)

    def on_message_begin(self) -> None:
        """Begin a request; raises HttpParserError where too many wait on this connection.

        All requests that arrive in one piece are parsed before the first is answered.
        """
        if len(self.pipeline) >= _PIPELINED:
            raise httptools.HttpParserError("too many requests before the first was answered")
        self._hosts = 0
        self._count, self._head = 0, max(self._head, 1)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count headers; raises HttpParserError for too many or an unknown transfer coding."""
        self._count += 1
        if self._count > _HEADERS:
            raise httptools.HttpParserError("too many headers")
        lowered = name.lower()
        if lowered == b"host":
            self._hosts += 1
        elif lowered == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise httptools.HttpParserError("a transfer coding that is not read (RFC 9112 §6.1)")
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Count a piece of the body; after a refusal it is discarded, up to ``drained`` bytes."""
        self._progress += 1
        self._pieces += 1
        self._taken += len(body)
        if self._pieces > self.pieces and self._taken < self._pieces * PIECE_BYTES:
            raise httptools.HttpParserError("a body in pieces that are too small")
        if self.cycle is not None and self.cycle.response_complete:
            self._late += len(body)
            if self._late > self.drained:
                self.transport.close()
            elif self._timer is None:
                self._timer = self.loop.call_later(self.seconds, self.transport.close)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Check for one Host, as RFC 9112 §3.2 requires of HTTP/1.1, and stop the timer."""
        if self._hosts > 1 or (not self._hosts and self.parser.get_http_version() == "1.1"):
            raise httptools.HttpParserError("a request names one host")
        self._progress += 1
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Reset the counters for the next request."""
        self._progress += 1
        self._late = self._pieces = self._taken = 0
        self._stop_timer()
        self._in_head, self._head = True, 0
        super().on_message_complete()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._in_head and not self.transport.is_closing():
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        phrase = http.HTTPStatus(status).phrase
        stated = f"HTTP/1.1 {status} {phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        self.transport.write(stated.encode())
        self.transport.close()


def bounded_protocol(settings: Settings) -> type[Bounded]:
    """The protocol class with the limits of ``settings``."""
    proxies = (part.strip() for part in settings.trusted_proxies.split(","))

    class Limited(Bounded):
        max_bytes = settings.header_kb << 10
        seconds = settings.header_seconds
        share = settings.client_connections
        spared = frozenset(plain_address(part) for part in proxies if part)
        open_by: ClassVar[Counter[str]] = Counter()

    return Limited


def run_http(
    settings: Settings,
    sockets: list[socket.socket],
    make_app: Callable[[], ASGIApp],
    ready: Callable[[], object] | None = None,
) -> None:
    """Serve until a signal stops the process; running requests may finish."""
    sys.setswitchinterval(_SWITCH)
    config = uvicorn.Config(
        make_app,
        factory=True,
        http=bounded_protocol(settings),
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        limit_concurrency=settings.connections,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = _Server(config, ready)
    server.run(sockets)


class _Server(uvicorn.Server):
    """A uvicorn server that calls ``ready`` once it accepts connections."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None:
            self._ready()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that several processes may share; raises OSError if it cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = time.monotonic() + _PREDECESSOR
    while True:
        try:
            made.bind((host, port))
            break
        except OSError as error:  # children of a killed predecessor may still hold it
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
            time.sleep(0.05)
    made.listen(2048)
    made.setblocking(False)
    made.set_inheritable(True)
    return made
