"""What all handlers share: built once by ``create_app``, handed to each."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from provenance_graph.claims import Value
from provenance_graph.errors import QueryError, QueryTooLarge, StoreError
from provenance_graph.service.auth import Holder, Tokens, bearer, challenge
from provenance_graph.service.backend import Backend, Writer
from provenance_graph.service.cache import AnswerCache
from provenance_graph.service.config import Settings
from provenance_graph.service.exchange import Request
from provenance_graph.service.limits import Clients
from provenance_graph.service.log import TEXT_KEPT, Log
from provenance_graph.service.metrics import Metrics
from provenance_graph.service.problems import refuse
from provenance_graph.service.spool import Spool, gather
from provenance_graph.store.base import OWN_DATASET, Answer, DatasetChoice, Limits

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
WATCH_AFTER: Final = 0.05
"""Seconds after which a waiting request watches whether its client is still there."""


@dataclass(slots=True)
class _Turn:
    """One request's turn; ``failed`` counts against its client."""

    failed: bool = False


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


def cut_short(limits: Limits) -> QueryTooLarge:
    """The refusal of an answer that a limit would cut."""
    return QueryTooLarge(
        f"the answer has more than {limits.rows} rows or {limits.answer_bytes >> 20} MB; "
        "it is not cut short: add LIMIT and OFFSET, or ask for less"
    )


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

        Raises QueryTooLarge rather than return an answer that a limit cut short.
        """
        limits = limits or self.settings.limits()
        with self._turn(request, query) as turn:
            async with watched(request):
                answer = await self.backend.answer(
                    query, media_type, dataset=dataset, bindings=bindings, limits=limits
                )
            turn.failed = answer.truncated
        if answer.truncated:
            raise cut_short(limits)
        return answer

    async def open(
        self, request: Request, query: str, media_type: str, dataset: DatasetChoice, limits: Limits
    ) -> Answer | Large:
        """The same for any client's query, whose answer may be too large for memory."""
        if request.method == "HEAD" or request.scope.get("http_version") == "1.0":
            return await self.evaluate(request, query, media_type, dataset=dataset, limits=limits)
        with contextlib.ExitStack() as held:
            turn = held.enter_context(self._turn(request, query))
            async with watched(request):
                blocks = await self.backend.stream(
                    query, media_type, dataset=dataset, limits=limits
                )
                held.callback(blocks.close)
                first, rest = await gather(blocks)
            if rest is None:
                answer = blocks.answer(first)
                turn.failed = answer.truncated
                if answer.truncated:
                    raise cut_short(limits)
                return answer
            spool = Spool(blocks, rest)
            turn_goes_on = held.pop_all()

            def finished(whole: bool) -> None:
                turn.failed = not whole
                turn_goes_on.close()
                if not whole:
                    self.metrics.event("broken-off")

            task = asyncio.ensure_future(spool.fill(finished))
            return Large(first, spool, task)

    @contextlib.contextmanager
    def _turn(self, request: Request, query: str) -> Iterator[_Turn]:
        """A place among those who wait for a worker or have one, and its price."""
        client = self.clients.admit(request.client, self.waiting - self.settings.workers)
        if self.waiting >= self.settings.queue:
            self.metrics.event("queue-full")
            raise busy(f"{self.waiting} requests are waiting")
        client.running += 1
        self.waiting += 1
        turn = _Turn()
        start = time.perf_counter()
        try:
            yield turn
        except (QueryError, StoreError):
            turn.failed = True
            raise
        finally:
            used = time.perf_counter() - start
            client.running -= 1
            self.waiting -= 1
            self.clients.charge(client, used, turn.failed)
            request.notes["engine_ms"] = round(used * 1000, 2)
            if used >= self.settings.slow_log_seconds:
                self.slow(request, query, used)

    def slow(self, request: Request, query: str, seconds: float) -> None:
        """Log a slow query with its text."""
        self.log.write(
            "slow-query",
            {"id": request.id, "seconds": round(seconds, 3), "query": query[:TEXT_KEPT]},
        )


def busy(why: str) -> Exception:
    """503: come back soon."""
    return refuse(503, "Busy", f"{why}; come back in a moment", "busy", Retry_After="2")


@contextlib.asynccontextmanager
async def watched(request: Request) -> AsyncIterator[None]:
    """Cancel the block when the client goes away.

    The watching starts only after a moment, since most answers are faster than a task.
    """
    task = asyncio.current_task()
    watcher: list[asyncio.Task[None]] = []

    def gone(done: asyncio.Task[None]) -> None:
        if task is not None and not done.cancelled() and done.exception() is None:
            request.notes["left"] = True
            task.cancel()

    def watch() -> None:
        watcher.append(asyncio.ensure_future(request.gone()))
        watcher[0].add_done_callback(gone)

    handle = asyncio.get_running_loop().call_later(WATCH_AFTER, watch)
    try:
        yield
    finally:
        handle.cancel()
        if watcher:
            watcher[0].remove_done_callback(gone)
            watcher[0].cancel()
