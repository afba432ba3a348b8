"""The outermost layer of every request: client, admission, limits, and the log entry at the end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provenance_graph.core.deadline import Deadline, use
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.threads import is_refused
from provenance_graph.service.http.admission import Gate, Permit
from provenance_graph.service.http.auth import secret_of
from provenance_graph.service.http.body import read_body
from provenance_graph.service.http.cache import matches_strongly
from provenance_graph.service.http.calls import Call
from provenance_graph.service.http.context import Service, cancel_on_disconnect
from provenance_graph.service.http.limits import client_key, plain_address
from provenance_graph.service.http.problems import HttpProblem, problem_of
from provenance_graph.service.http.responses import problem_response
from provenance_graph.service.http.spool import BrokenOff

_LEFT: Final = 499  # as nginx logs it: the client closed the request
_BUFFERED: Final = 60_000
_PATIENCE: Final = 30.0
_SLOWEST: Final = 20_000  # bytes a second; a client that reads more slowly is disconnected
_WATCHED: Final = frozenset({"/health", "/metrics"})
"""Routes that a monitor must reach however busy the service is."""
_WORKED: Final = ("/api/", "/reconcile", "/mcp")
"""Prefixes of routes whose answers are computed by threads of this process."""
_DOCUMENTS: Final = frozenset({"/api/v1/check", "/api/v1/validate"})
"""Routes that read documents of unknown origin, which may take long."""
_BATCHES: Final = ("/reconcile", "/mcp")
_BATCH: Final = 4 << 20
"""Maximum bytes of a batch of queries."""
_FIELDS: Final = 64 << 10
"""Maximum bytes of a small JSON body, which the framework parses in the event loop before the
token is checked."""
_NO_FAULT: Final = frozenset({429, 503, 401})
_CORS: Final = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, Location, Retry-After, X-Request-Id, X-Store-Version",
    ),
]
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_OPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "allow": _METHODS,
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": (
            "Accept, Authorization, Content-Type, Content-Encoding, If-Match, If-None-Match, "
            "Prefer, Range, X-Requested-With"
        ),
        "access-control-max-age": "86400",
    }
)
_NAMED: Final = ("sparql", "update", "data", "health", "metrics", "docs", "ns", "id", "doc", "api")


class Gateway:
    """The outermost application: request ids, admission, limits on held bytes, logs, metrics."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        trusted = service.settings.trusted_proxies.split(",")
        self._trusted = frozenset(plain_address(part) for part in trusted if part.strip())
        self._ids, self._prefix = count(1), secrets.token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and log and count it in every case."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        call = self._call(scope)
        scope["call"] = call
        method = str(scope["method"])
        if method == "HEAD":
            # A copy: the server keeps the original scope and must frame no body for HEAD.
            scope, call.head = {**scope, "method": "GET"}, True
        out = _Sender(send, self._service, call, _match_of(scope, method))
        stored = _RequestBytes(self._service, call)
        call.client.running += 1
        try:
            await self._admitted(scope, _Receiver(receive, stored), out, call)
        finally:
            call.client.running -= 1
            for end in reversed(call.ends):
                end()
            if call.deadline is not None:
                call.deadline.cancel()  # a thread that still works on this request may stop
            stored.release()
            self._account(call, method, str(scope["path"]), out, time.perf_counter() - start)

    async def _admitted(self, scope: Scope, receive: Receive, out: _Sender, call: Call) -> None:
        try:
            if scope["path"] not in _WATCHED:
                self._service.clients.admit(call.name, call.client)
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers=dict(_OPTIONS))(scope, receive, out)
                return
            gate = self._gate(scope)
            if gate is None:
                await self._app(scope, receive, out)
            elif scope["method"] == "POST":
                await self._posted(gate, scope, receive, out, call)
            else:
                request = Request(scope, receive)
                with cancel_on_disconnect(request):
                    await self._worked(gate, scope, receive, out, call)
        except ClientDisconnect:
            call.notes["left"] = True
        except asyncio.CancelledError:
            if not call.gone:
                raise  # the server itself is stopping
        except (BrokenOff, TimeoutError) as error:
            # The message stays unfinished, so the server breaks the connection off.
            call.notes["broken_off"] = repr(error.__cause__ or error)
        except ProvenanceError as error:
            if not out.status:
                response = problem_response(problem_of(error), call.id)
                await response(scope, receive, out)
        except BaseException as error:  # libraries in Rust panic outside Exception
            if not isinstance(error, Exception) and not is_refused(error):
                raise
            # a bug is logged and answered with 500; the process serves on
            self._service.log.write("error", {"id": call.id, "error": repr(error)})
            if not out.status:
                response = problem_response(problem_of(error), call.id)
                await response(scope, receive, out)

    async def _worked(
        self, gate: Gate, scope: Scope, receive: Receive, out: _Sender, call: Call
    ) -> None:
        """Serve a request in a place of its gate, within the gate's time limit."""
        settings = self._service.settings
        with await gate.acquire(call.client) as permit:
            out.permit = permit
            of_day = gate is self._service.gates.days
            call.deadline = Deadline(settings.day_seconds if of_day else settings.rest_seconds)
            with use(call.deadline):
                await self._app(scope, receive, out)

    async def _posted(
        self, gate: Gate, scope: Scope, receive: Receive, out: _Sender, call: Call
    ) -> None:
        """Serve a POST request; its whole body is read before it takes a place."""
        bounds = self._service.settings.bounds
        if scope["path"] not in _DOCUMENTS:
            limit = _BATCH if str(scope["path"]).startswith(_BATCHES) else _FIELDS
            bounds = replace(bounds, body_bytes=min(limit, bounds.body_bytes))
        body = await read_body(Request(scope, receive), bounds)
        scope["headers"] = [
            (name, value)
            for name, value in scope["headers"]
            if name not in (b"content-encoding", b"content-length", b"transfer-encoding")
        ]
        await self._worked(gate, scope, _replay(body, receive), out, call)

    def _gate(self, scope: Scope) -> Gate | None:
        """The gate for a whole request (REST, or documents to be checked), or None."""
        path = str(scope["path"])
        if not path.startswith(_WORKED) or path.startswith("/api/v1/questions/"):
            return None  # the route of stored questions takes its places itself
        gates = self._service.gates
        if path in _DOCUMENTS:
            return gates.documents
        params = QueryParams(bytes(scope["query_string"]))
        return gates.days if params.get("asOf") else gates.rest

    def _call(self, scope: Scope) -> Call:
        address = self._address(scope)
        name = client_key(address)
        notes: dict[str, object] = {}
        secret = secret_of(scope)
        if secret and (holder := self._service.tokens.find(secret)) is not None:
            name = f"token {holder.name}"
            notes["who"] = holder.name
        identity = f"{self._prefix}-{next(self._ids):x}"
        return Call(identity, address, name, self._service.clients.find(name), notes=notes)

    def _address(self, scope: Scope) -> str:
        """The client's address: of the connection, or as reported by a trusted proxy."""
        address = plain_address(str(scope["client"][0])) if scope.get("client") else "local"
        if address not in self._trusted:
            return address
        # Several lines are one list (RFC 9110 §5.3); each proxy adds to its end.
        reported = b",".join(v for name, v in scope["headers"] if name == b"x-forwarded-for")
        stated = [hop.strip() for hop in reported.decode("latin-1").split(",")]
        hops = [plain_address(hop) for hop in stated if hop]
        outside = [hop for hop in hops if hop not in self._trusted]
        return outside[-1][:64] if outside else address

    def _account(self, call: Call, method: str, path: str, out: _Sender, seconds: float) -> None:
        service = self._service
        status = out.status or _LEFT
        if status >= 400 and status not in _NO_FAULT and status != _LEFT:
            service.clients.failed(call.client)
        if call.gone:
            service.metrics.event("client-left")
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        route = "void" if path.startswith("/.well-known/") else first
        service.metrics.request(
            route if route in (*_NAMED, "void") else "page", method, status, seconds
        )
        if not service.log.wanted:
            return
        service.log.write(
            "request",
            {
                "id": call.id,
                "client": call.address,
                "method": method,
                "path": path[:500],
                "status": status,
                "ms": round(seconds * 1000, 2),
                "bytes": out.size,
                **call.notes,
            },
        )


class _RequestBytes:
    """Bytes held for a client during one request: the body, and the answer."""

    def __init__(self, service: Service, call: Call) -> None:
        self._clients, self._client = service.clients, call.client
        self._bytes = 0
        call.hold = self.answer

    def body(self, size: int) -> None:
        """Count bytes of the request body; raises RequestRefused with 429 or 503."""
        if size:
            self._clients.hold(self._client, size)
            self._bytes += size

    def answer(self, size: int) -> None:
        """Count bytes of the answer; it is already made, so nothing is refused here."""
        self._clients.count(self._client, size)
        self._bytes += size

    def release(self) -> None:
        """Subtract the counted bytes at the end of the request."""
        if self._bytes:
            self._clients.count(self._client, -self._bytes)
            self._bytes = 0


class _Receiver:
    """A ``receive`` that counts a body as it arrives."""

    def __init__(self, receive: Receive, stored: _RequestBytes) -> None:
        self._receive, self._received = receive, stored

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received.body(len(message.get("body", b"")))
        return message


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that returns ``body`` once, then continues with ``receive``."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


class _Sender:
    """A ``send`` that adds common headers, and gives up a client that reads too slowly."""

    def __init__(self, send: Send, service: Service, call: Call, match: str) -> None:
        self._send, self._service, self._call, self._match = send, service, call, match
        self.status, self.size, self._waited = 0, 0, 0.0
        self.permit: Permit | None = None
        self._over = False  # a refusal was sent in place of this answer

    async def __call__(self, message: Message) -> None:
        if self._over:
            return
        if message["type"] == "http.response.start":
            if self._match and _fails(self._match, message):
                await self._refused(_CHANGED)
                return
            self.status = int(message["status"])
            headers = [*message.get("headers", ()), (b"x-content-type-options", b"nosniff")]
            if not any(name == b"x-request-id" for name, _ in headers):
                headers.append((b"x-request-id", self._call.id.encode()))
            if self._service.settings.cors:
                headers += _CORS
            message = {**message, "headers": headers}
            if self.permit is not None:
                self.permit.release()  # the work is done; sending has a time limit of its own
            await self._send(message)
            return
        if self._call.head:
            message = {**message, "body": b""}
        body = message.get("body", b"")
        self.size += len(body)
        if self.size == len(body) < _BUFFERED:  # the transport takes it whole
            await self._send(message)
            return
        started = time.monotonic()
        async with asyncio.timeout(_PATIENCE + self.size / _SLOWEST - self._waited):
            await self._send(message)
        self._waited += time.monotonic() - started

    async def _refused(self, problem: HttpProblem) -> None:
        """Send a refusal in place of the answer that was about to begin."""
        self._match = ""
        response = problem_response(problem, self._call.id)
        headers = response.raw_headers
        await self({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self({"type": "http.response.body", "body": response.body, "more_body": False})
        self._over = True


_CHANGED: Final = HttpProblem(
    412,
    "Precondition failed",
    "what is here now has none of the tags that If-Match names",
    "precondition",
)


def _match_of(scope: Scope, method: str) -> str:
    """The ``If-Match`` of a GET or HEAD, else empty; the writer checks that of a write."""
    if method not in ("GET", "HEAD"):
        return ""
    return ",".join(Headers(scope=scope).getlist("if-match")).strip()


def _fails(match: str, start: Message) -> bool:
    """Whether a successful answer lacks every tag that If-Match names (RFC 9110 §13.1.1)."""
    if not 200 <= int(start["status"]) < 300 or match == "*":
        return False
    tags = [value.decode("latin-1") for name, value in start["headers"] if name == b"etag"]
    return not any(matches_strongly(match, tag) for tag in tags)
