"""Before every route: who asks, whether there is room, and what is told afterwards."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from itertools import count
from types import MappingProxyType
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from provenance_graph.core.deadline import Deadline, use
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.http.admission import Gate
from provenance_graph.service.http.body import read_body
from provenance_graph.service.http.calls import Call
from provenance_graph.service.http.context import Service, cancel_on_disconnect
from provenance_graph.service.http.problems import problem_of
from provenance_graph.service.http.responses import problem_response
from provenance_graph.service.http.spool import BrokenOff

_LEFT: Final = 499  # what nginx made customary: the client closed the request
_BUFFERED: Final = 60_000
_PATIENCE: Final = 30.0
_SLOWEST: Final = 20_000  # bytes a second; who reads more slowly holds our memory too long
_WATCHED: Final = frozenset({"/health", "/metrics"})
"""Routes that a monitor must reach however busy the service is."""
_WORKED: Final = ("/api/", "/reconcile", "/mcp")
"""Routes whose answers are worked out by threads of this process."""
_NO_FAULT: Final = frozenset({429, 503, 401})
_EXPOSED: Final = "ETag, Link, Location, Retry-After, X-Request-Id, X-Store-Version"
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
    """The outermost application: ids, admission, bounds on what is held, logs, numbers."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        trusted = service.settings.trusted_proxies.split(",")
        self._trusted = frozenset(part.strip() for part in trusted if part.strip())
        self._ids, self._prefix = count(1), secrets.token_hex(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and account for it whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        call = self._call(scope)
        scope["call"] = call
        method = str(scope["method"])
        if method == "HEAD":
            scope["method"], call.head = "GET", True
        out = _Sender(send, self._service, call)
        held = _Held(self._service, call)
        call.client.running += 1
        try:
            await self._admitted(scope, _Receiver(receive, held), out, call)
        finally:
            call.client.running -= 1
            for end in reversed(call.ends):
                end()
            if call.deadline is not None:
                call.deadline.cancel()  # a thread that still works for it may stop
            held.release()
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
        except Exception as error:  # noqa: BLE001 - the last door: a bug must not end the process
            self._service.log.write("error", {"id": call.id, "error": repr(error)})
            if not out.status:
                response = problem_response(problem_of(error), call.id)
                await response(scope, receive, out)

    async def _worked(
        self, gate: Gate, scope: Scope, receive: Receive, out: _Sender, call: Call
    ) -> None:
        """Serve what a thread of this process works out: in a place, within a time."""
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
        """Serve a document that was sent; all of it is here before it takes a place."""
        body = await read_body(Request(scope, receive), self._service.settings.bounds)
        scope["headers"] = [
            (name, value)
            for name, value in scope["headers"]
            if name not in (b"content-encoding", b"content-length", b"transfer-encoding")
        ]
        await self._worked(gate, scope, _replay(body, receive), out, call)

    def _gate(self, scope: Scope) -> Gate | None:
        """Where the whole of a request needs a place: REST, and documents to be checked."""
        path = str(scope["path"])
