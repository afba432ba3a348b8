"""The state that all handlers share: built once by ``create_app``, passed to each."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from starlette.requests import Request

from provenance_graph.core.deadline import Deadline, use
from provenance_graph.service.backend import Backend, StoreWriter
from provenance_graph.service.http.admission import Gate, GateKind, Permit
from provenance_graph.service.http.auth import Holder, Tokens, bearer, challenge
from provenance_graph.service.http.cache import AnswerCache
from provenance_graph.service.http.calls import call_of, header
from provenance_graph.service.http.limits import Client, Clients
from provenance_graph.service.http.log import LOGGED_CHARACTERS, Log
from provenance_graph.service.http.metrics import Metrics
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.http.spool import Spool, gather
from provenance_graph.service.http.threads import in_thread
from provenance_graph.service.settings import Settings
from provenance_graph.store.base import Answer, Limits
from provenance_graph.store.values import SparqlQuery

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
T = TypeVar("T")
_REST_PLACES: Final = 8
"""Places for REST requests, of which one client holds at most half. Threads share one
interpreter, so each further thread makes every other request wait longer."""
_DAYS: Final = 2
"""Answers as of a day at once; each may need the whole store as it was known on that day."""
_CALLS: Final = 4
"""Queries at once that wait for other SPARQL endpoints."""
_WRITES: Final = 16
"""Writes at once; one client leaves four places to others."""
WATCH_AFTER: Final = 0.05
"""Seconds after which a waiting request watches for the disconnection of its client."""


class Gates:
    """The gates of all kinds of work, each with its own places, so that none blocks another."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        workers = settings.workers

        def gate(
            name: str, places: int, share: int, *, stoppable: bool = False, seconds: float = 0.0
        ) -> Gate:
            kind = GateKind(name, places, share, stoppable)
            patience = seconds or settings.queue_seconds
            return Gate(kind, settings.queue, patience, time.monotonic, metrics.event)

        self.queries = gate("queries", workers, workers, stoppable=True)
        self.rest = gate("rest", _REST_PLACES, _REST_PLACES // 2, stoppable=True)
        self.days = gate("days", _DAYS, 1, seconds=settings.day_seconds)
        self.calls = gate("calls", _CALLS, _CALLS // 2)
        self.documents = gate("documents", max(2, workers), max(1, workers - 1))
        self.uploads = gate("uploads", _WRITES, _WRITES - 4)

    def state(self) -> dict[str, object]:
        """The number of waiting requests, for /health and /metrics."""
        gates = (
            self.queries,
            self.rest,
            self.days,
            self.calls,
            self.documents,
            self.uploads,
        )
        return {"waiting": sum(gate.waiting for gate in gates)}


@dataclass(frozen=True, slots=True)
class Large:
    """A large answer that is sent while the rest of it is still computed."""

    first: bytes
    spool: Spool
    task: asyncio.Task[None]

    async def read(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer in pieces; raises BrokenOff when it cannot be finished."""
        yield self.first
        async for piece in self.spool.read():
            yield piece

    async def whole(self) -> int:
        """Wait until the answer is complete and return its bytes; raises an error that ended it."""
        await self.spool.finished()
        return len(self.first) + self.spool.size

    def close(self) -> None:
        """Stop the computation and release the stored part."""
        self.task.cancel()
        self.spool.close()


@dataclass(slots=True)
class Service:
    """The parts of one service: settings, backend, writer, tokens, clients, caches, gates."""

    settings: Settings
    backend: Backend
    writer: StoreWriter | None
    tokens: Tokens
    clients: Clients
    cache: AnswerCache
    metrics: Metrics
    log: Log
    gates: Gates
    started: float = field(default_factory=time.time)

    @property
    def writable(self) -> bool:
        """Whether the service accepts writes."""
        return self.writer is not None

    def url(self, request: Request, path: str) -> str:
        """The absolute URL of a path of this service."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/") + path
        host = header(request, "host") or ""
        if not _HOST.fullmatch(host):
            host = f"{self.settings.host}:{self.settings.port}"
        return f"{request.scope.get('scheme', 'http')}://{host}{path}"

    def holder(self, request: Request) -> Holder | None:
        """The holder of the request's token; None without one; a wrong one is refused (401)."""
        secret = bearer(header(request, "authorization"))
        if secret is None:
            return None
        result = self.tokens.find(secret) if secret else None
        if result is None:
            self.metrics.event("wrong-token")
            self.clients.guess(call_of(request).name)
            detail = "this bearer token is unknown"
            raise challenge(detail, "invalid_token")
        return result

    def require(self, request: Request, scope: str) -> Holder:
        """The holder of a token with a scope; raises 401 without a token, 403 without the scope."""
        holder = self.holder(request)
        if holder is None:
            raise challenge(f"send a bearer token with the scope {scope!r}")
        if not holder.may(scope):
            detail = f"the token of {holder.name!r} lacks the scope {scope!r}"
            raise refuse(403, "Forbidden", detail, "scope")
        return holder

    def limits(self, request: Request, seconds: float | None) -> Limits:
        """The limits of a query of ``seconds``; a longer time than usual needs the scope ``slow``.

        Raises RequestRefused: 400 above the largest time, 401 or 403 without such a token.
        """
        if seconds is None or seconds <= self.settings.query_seconds:
            return self.settings.limits(seconds)
        if seconds > self.settings.slow_query_seconds:
            limit = self.settings.slow_query_seconds
            raise refuse(400, "Bad request", f"timeout is at most {limit:g} s", "timeout")
        self.require(request, "slow")
        return self.settings.limits(seconds)

    async def evaluate(
        self,
        request: Request,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """The whole answer from a worker with limits; given up when the client disconnects.

        Raises QueryTooLarge rather than cut an answer short.
        """
        with await self._permit(request) as permit, cancel_on_disconnect(request):
            limits = query.limits or self.settings.limits()
            answer = await self.backend.answer(replace(query, limits=limits), media_type)
        self._log_slow(request, query.text, permit)
        return answer

    def look_up(self, client: Client, query: str, media_type: str) -> Answer | None:
        """The answer at once if the query is a cheap look-up, else None.

        Its time is charged to the client, but it takes no place.
        """
        started = time.monotonic()
        answer = self.backend.look_up(query, media_type)
        if answer is not None:
            now = time.monotonic()
            client.seconds.take(now - started, now)
        return answer

    async def evaluate_day(
        self,
        request: Request,
        day: tuple[str, str],
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """The whole answer over the dataset of a (version, day), which is made first if needed.

        Making it takes a place of another gate, so that days block no other query.
        """
        client = call_of(request).client
        if not self.backend.has_day(*day):
            with cancel_on_disconnect(request), await self.gates.days.acquire(client):
                await self.backend.make_day(*day)
        with await self._permit(request) as permit, cancel_on_disconnect(request):
            answer = await self.backend.answer_of_day(*day, query, media_type)
        self._log_slow(request, query.text, permit)
        return answer

    async def work(self, request: Request, function: Callable[..., T], *given: object) -> T:
        """Call a function in a thread, in a REST place, within the time limit of a REST answer."""
        deadline = Deadline(self.settings.rest_seconds)
        permit = self.gates.rest.acquire(call_of(request).client)
        with cancel_on_disconnect(request), await permit, use(deadline):
            try:
                return await in_thread(function, *given)
            finally:
                deadline.cancel()  # done or given up: a thread that still runs may stop

    async def writing(self, request: Request) -> Permit:
        """A place for a write, in turn; given up when the client disconnects meanwhile."""
        with cancel_on_disconnect(request):
            return await self.gates.uploads.acquire(call_of(request).client)

    async def open(self, request: Request, query: SparqlQuery, media_type: str) -> Answer | Large:
        """The answer of any client's query: whole, or Large where it is too large for memory.

        A cheap look-up without a dataset is answered at once, without a place.
        """
        call = call_of(request)
        if not query.dataset:
            quick = self.look_up(call.client, query.text, media_type)
            if quick is not None:
                return quick
        with await self._permit(request) as permit:
            with cancel_on_disconnect(request):
                blocks = await self.backend.stream(query, media_type)
                first, rest = await gather(blocks)
            if rest is None:
                self._log_slow(request, query.text, permit)
                return blocks.answer(first)
            permit.goes_on = True

        def finished(whole: bool) -> None:
            permit.release()
            self._log_slow(request, query.text, permit)
            if not whole:
                self.metrics.event("broken-off")
                self.clients.failed(call.client)

        spool = Spool(blocks, rest, lambda size: self.clients.hold(call.client, size))
        permit.task = task = asyncio.ensure_future(spool.fill(finished))
        large = Large(first, spool, task)
        call.ends.append(large.close)
        return large

    async def _permit(self, request: Request) -> Permit:
        """A place for a query, in turn; given up when the client disconnects meanwhile."""
        client = call_of(request).client
        permit = self.gates.queries.enter(client)
        if permit is not None:
            return permit
        with cancel_on_disconnect(request):
            return await self.gates.queries.acquire(client)

    def _log_slow(self, request: Request, query: str, permit: Permit) -> None:
        """Note the engine time of a query for the log; log a slow query with its text."""
        call, seconds = call_of(request), permit.seconds
        call.notes["engine_ms"] = round(seconds * 1000, 2)
        if seconds >= self.settings.slow_log_seconds:
            self.log.write(
                "slow-query",
                {"id": call.id, "seconds": round(seconds, 3), "query": query[:LOGGED_CHARACTERS]},
            )


class cancel_on_disconnect:  # noqa: N801 - reads as the verb it is
    """Cancel the block when the client disconnects.

    Watching starts only after WATCH_AFTER seconds, since most answers take less time than a task.
    """

    __slots__ = ("_handle", "_request", "_task", "_watcher")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(WATCH_AFTER, self._watch)

    def _watch(self) -> None:
        self._watcher = asyncio.ensure_future(self._departure())
        self._watcher.add_done_callback(self._gone)

    async def _departure(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass

    def _gone(self, done: asyncio.Task[None]) -> None:
        if self._task is not None and not done.cancelled() and done.exception() is None:
            call_of(self._request).notes["left"] = True
            self._task.cancel()

    def __exit__(self, *_: object) -> None:
        self._handle.cancel()
        if self._watcher is not None:
            self._watcher.remove_done_callback(self._gone)
            self._watcher.cancel()
