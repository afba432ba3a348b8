"""What all handlers share: built once by ``create_app``, handed to each."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from provenance_graph.core.claims import Value
from provenance_graph.core.errors import QueryError, StoreError
from provenance_graph.service.backend import Backend, Writer
from provenance_graph.service.http.auth import Holder, Tokens, bearer, challenge
from provenance_graph.service.http.cache import AnswerCache
from provenance_graph.service.http.limits import Client, Clients
from provenance_graph.service.http.log import TEXT_KEPT, Log
from provenance_graph.service.http.messages import Request
from provenance_graph.service.http.metrics import Metrics
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.http.spool import Spool, gather
from provenance_graph.service.settings import Settings
from provenance_graph.store.base import OWN_DATASET, Answer, DatasetChoice, Limits

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
WATCH_AFTER: Final = 0.05
"""Seconds after which a waiting request watches whether its client is still there."""


class Turn:
    """One request's turn at the workers; ``goes_on`` leaves its end to ``end``."""

    __slots__ = ("_client", "_query", "_request", "_service", "_start", "goes_on")

    def __init__(self, service: Service, request: Request, query: str, client: Client) -> None:
        self._service, self._request, self._query = service, request, query
        self._client, self._start, self.goes_on = client, 0.0, False

    def __enter__(self) -> Self:
        self._client.running += 1
        self._service.waiting += 1
        self._start = time.perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self.goes_on:
            self.end(failed=kind is not None and issubclass(kind, QueryError | StoreError))

    def end(self, *, failed: bool) -> None:
        """Book what the turn used; a failure counts against the client."""
        service, used = self._service, time.perf_counter() - self._start
        self._client.running -= 1
        service.waiting -= 1
        service.clients.charge(self._client, used, failed)
        self._request.notes["engine_ms"] = round(used * 1000, 2)
        if used >= service.settings.slow_log_seconds:
            service.slow(self._request, self._query, used)


@dataclass(frozen=True, slots=True)
class Large:
    """An answer that is being sent while the rest of it is still computed."""

    first: bytes
    spool: Spool
    task: asyncio.Task[None]

    async def read(self) -> AsyncGenerator[bytes, None]:
        """All of it in pieces; raises BrokenOff when it cannot be finished."""
        try:
            yield self.first
            async for piece in self.spool.read():
                yield piece
        finally:
            self.task.cancel()
            await asyncio.wait([self.task])
            self.spool.close()


@dataclass(slots=True)
class Service:
    """The parts of one service."""

    settings: Settings
    backend: Backend
    writer: Writer | None
    tokens: Tokens
    clients: Clients
    cache: AnswerCache
    metrics: Metrics
    log: Log
    started: float = field(default_factory=time.time)
    waiting: int = 0

    @property
    def writable(self) -> bool:
        """Whether somebody may write."""
        return self.writer is not None

    def url(self, request: Request, path: str) -> str:
        """The service's own absolute URL of a path."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/") + path
        host = request.header(b"host") or ""
        if not _HOST.fullmatch(host):
            host = f"{self.settings.host}:{self.settings.port}"
        return f"{request.scope.get('scheme', 'http')}://{host}{path}"

    def holder(self, request: Request) -> Holder | None:
        """Who sends the request, by token; None when it has none. A wrong token is refused."""
        secret = bearer(request.header(b"authorization"))
        if secret is None:
            return None
        found = self.tokens.find(secret) if secret else None
        if found is None:
            self.metrics.event("wrong-token")
            self.clients.guess(request.client)
            detail = "this bearer token is not known here"
            raise challenge(detail, "invalid_token")
        request.notes["who"] = found.name
        return found

    def require(self, request: Request, scope: str) -> Holder:
        """The holder of a token with this scope; 401 without a token, 403 without the scope."""
        found = self.holder(request)
        if found is None:
            raise challenge(f"send a bearer token with the scope {scope!r}")
        if not found.may(scope):
            detail = f"the token of {found.name!r} lacks the scope {scope!r}"
            raise refuse(403, "Forbidden", detail, "scope")
        return found

    def limits(self, request: Request, seconds: float | None) -> Limits:
        """Limits of a query; a longer ``timeout=`` than usual needs a token."""
        if seconds is None or seconds <= self.settings.query_seconds:
            return self.settings.limits(seconds)
        if seconds > self.settings.slow_query_seconds:
            most = self.settings.slow_query_seconds
            raise refuse(400, "Bad request", f"timeout is at most {most:g} s", "timeout")
        self.require(request, "slow")
        return self.settings.limits(seconds)

    async def evaluate(
        self,
        request: Request,
        query: str,
        media_type: str,
        *,
        dataset: DatasetChoice = OWN_DATASET,
        bindings: Mapping[str, Value] | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """A whole answer from a bounded worker, given up when the client goes away.

        Raises QueryTooLarge rather than cut an answer short.
        """
        limits = limits or self.settings.limits()
        with self._turn(request, query), watched(request):
            return await self.backend.answer(
                query, media_type, dataset=dataset, bindings=bindings, limits=limits
            )

    async def open(
        self, request: Request, query: str, media_type: str, dataset: DatasetChoice, limits: Limits
    ) -> Answer | Large:
        """The same for any client's query, whose answer may be too large for memory."""
        if request.method == "HEAD" or request.scope.get("http_version") == "1.0":
            return await self.evaluate(request, query, media_type, dataset=dataset, limits=limits)
        with self._turn(request, query) as turn:
            with watched(request):
                blocks = await self.backend.stream(
                    query, media_type, dataset=dataset, limits=limits
                )
                first, rest = await gather(blocks)
            if rest is None:
                return blocks.answer(first)
            turn.goes_on = True

        def finished(whole: bool) -> None:
            turn.end(failed=not whole)
            if not whole:
                self.metrics.event("broken-off")

        spool = Spool(blocks, rest)
        return Large(first, spool, asyncio.ensure_future(spool.fill(finished)))

    def _turn(self, request: Request, query: str) -> Turn:
        """A place among those who wait for a worker or have one, and its price."""
        client = self.clients.admit(request.client, self.waiting - self.settings.workers)
        if self.waiting >= self.settings.queue:
            self.metrics.event("queue-full")
            raise busy(f"{self.waiting} requests are waiting")
        return Turn(self, request, query, client)

    def slow(self, request: Request, query: str, seconds: float) -> None:
        """Log a slow query with its text."""
        self.log.write(
            "slow-query",
            {"id": request.id, "seconds": round(seconds, 3), "query": query[:TEXT_KEPT]},
        )


def busy(why: str) -> Exception:
    """503: come back soon."""
    return refuse(503, "Busy", f"{why}; come back in a moment", "busy", Retry_After="2")


class watched:  # noqa: N801 - reads as the verb it is: ``with watched(request):``
    """Cancel the block when the client goes away.

    The watching starts only after a moment, since most answers are faster than a task.
    """

    __slots__ = ("_handle", "_request", "_task", "_watcher")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(WATCH_AFTER, self._watch)

    def _watch(self) -> None:
        self._watcher = asyncio.ensure_future(self._request.gone())
        self._watcher.add_done_callback(self._gone)

    def _gone(self, done: asyncio.Task[None]) -> None:
        if self._task is not None and not done.cancelled() and done.exception() is None:
            self._request.notes["left"] = True
            self._task.cancel()

    def __exit__(self, *_: object) -> None:
        self._handle.cancel()
        if self._watcher is not None:
            self._watcher.remove_done_callback(self._gone)
            self._watcher.cancel()
