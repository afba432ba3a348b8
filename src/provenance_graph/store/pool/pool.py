"""A pool of confined worker processes that answer queries from outside.

A pool runs in one event loop, the one that first uses it. Calls from other threads or loops are
handed over to it; a pool that no loop uses gets a loop of its own. Every text passes the guard.
Every query has limits of time, memory and answer size. A worker that exceeds a limit, or ends, is
replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from functools import lru_cache, partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Self, TypeVar

from anyio import to_thread
from anyio.from_thread import BlockingPortal, start_blocking_portal

from provenance_graph.core.errors import ProvenanceError, QueryBusy, QueryCrashed, StoreError
from provenance_graph.store import layout
from provenance_graph.store.base import Answer, DatasetChoice, Limits, SparqlQuery
from provenance_graph.store.pool import frames
from provenance_graph.store.pool.blocking import (
    BlockingStream,
    call,
    close_stream,
    running_here,
    running_loop,
)
from provenance_graph.store.pool.connection import AnswerStream, WorkerConnection, WorkerGone
from provenance_graph.store.pool.published import PublishedState
from provenance_graph.store.pool.spawner import Spawner, run_bounded
from provenance_graph.store.pool.starting import starting
from provenance_graph.store.sparql import guard
from provenance_graph.store.sparql.binding import bind

T = TypeVar("T")
_SHORT = 8_000  # characters of a query that is checked in the event loop
_ATTEMPTS = 5  # attempts of a query whose worker is killed from outside before it answers
_PAUSES = (0.0, 0.02, 0.1, 0.5)  # seconds between attempts; the last one repeats


class WorkerPool:
    """Confined processes that answer queries over the newest version of a store on disk.

    ``source`` is the store's directory, or a function that returns a checkpoint's folder and
    version. At most ``size`` queries run at once, and ``queue`` more wait, each for at most
    ``queue_seconds``.
    """

    def __init__(
        self,
        source: Path | str | Callable[[], tuple[str, str]],
        size: int = 0,
        limits: Limits | None = None,
        *,
        queue: int = 256,
        queue_seconds: float | None = None,
        spawner: Spawner | None = None,
    ) -> None:
        self._source = source if callable(source) else PublishedState(Path(source))
        self._size = size or max(2, os.cpu_count() or 2)
        self.limits = limits or Limits()
        self._queue, self._queue_seconds = queue, queue_seconds
        self.spawner = spawner or Spawner()
        self._idle: list[WorkerConnection] = []
        self._busy: set[WorkerConnection] = set()
        self._waiters: deque[asyncio.Future[WorkerConnection]] = deque()
        self._folder, self._version = self._source()
        self._closed = False
        self.replaced = 0
        self._home: asyncio.AbstractEventLoop | None = None
        self._home_lock = threading.Lock()
        self._own_loop = contextlib.ExitStack()
        self._idle += [self._start() for _ in range(self._size)]

    # ---- the one loop --------------------------------------------------------------------

    def _adopt(self) -> asyncio.AbstractEventLoop:
        """The pool's event loop: the present one, else the caller's, else a new one in a thread."""
        home = self._home
        if home is not None and home.is_running():
            return home
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        with self._home_lock:
            if self._home is not None and self._home.is_running():
                return self._home
            lost, self._busy = self._busy, set()  # their loop ended while they were running
            self._waiters.clear()
            for worker in lost:
                self._drop(worker)
            if here is None:
                with starting("this query"):
                    own = self._own_loop.enter_context(start_blocking_portal())
                portal: BlockingPortal = own
                here = portal.call(running_loop)
            self._home = here
        return here

    async def _in_home(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        home = self._adopt()
        if home is asyncio.get_running_loop():
            return await make()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(make(), home))

    def _blocking(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs in the pool's loop; the thread waits for it."""
        try:
            home = self._adopt()
        except QueryBusy:
            coroutine.close()  # nothing will run it
            raise
        return asyncio.run_coroutine_threadsafe(coroutine, home).result()

    # ---- asking --------------------------------------------------------------------------

    async def answer(self, query: SparqlQuery, media_type: str) -> Answer:
        """The whole answer of a query, awaited; raises QueryError and its kinds."""
        return await self._in_home(lambda: self._whole(query, media_type))

    def serialize(self, query: SparqlQuery, media_type: str) -> Answer:
        """The whole answer of a query; blocks the thread. Raises QueryError and its kinds."""
        return self._blocking(self._whole(query, media_type))

    async def _whole(self, query: SparqlQuery, media_type: str) -> Answer:
        stream = await self._open(query, media_type)
        if stream.done:
            return stream.answer(stream.first)
        async with stream:
            body = b"".join([block async for block in stream])
            return stream.answer(body)

    async def stream(self, query: SparqlQuery, media_type: str) -> AnswerStream:
        """The answer in blocks, in the pool's loop; raises an error before the first block.

        Use the result with ``async with`` and ``async for``; leaving early stops the query. Raises
        StoreError in another event loop.
        """
        if self._adopt() is not asyncio.get_running_loop():
            raise StoreError("this pool belongs to another event loop; use answer()")
        return await self._open(query, media_type)

    @contextlib.contextmanager
    def open_stream(self, query: SparqlQuery, media_type: str) -> Iterator[BlockingStream]:
        """A context with the answer in blocks, for a thread.

        An error before the first block is raised on entry.
        """
        blocking = self._blocking(self._open(query, media_type))
        try:
            yield BlockingStream(blocking, self._blocking)
        finally:
            self._blocking(close_stream(blocking))

    async def _open(self, query: SparqlQuery, media_type: str) -> AnswerStream:
        limits = query.limits or self.limits
        prepare = partial(self._request, query, media_type, limits)
        # A long text is checked in a thread, so that the event loop is not blocked.
        request = prepare() if len(query.text) <= _SHORT else await to_thread.run_sync(prepare)
        unreadable: StoreError | None = None
        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        until = time.monotonic() + limits.seconds
        attempts = 0
        while True:
            worker = await self._acquire(limits.seconds)
            stream = AnswerStream(self, worker, limits, media_type)
            try:
                await stream.open(request)
            except WorkerGone as gone:
                cause = gone.__cause__
                unreadable = cause if isinstance(cause, StoreError) else None
                attempts += not gone.unread  # a query that no worker has read is not at fault
                if attempts == _ATTEMPTS or time.monotonic() > until:
                    break
                await asyncio.sleep(next(pauses))
            else:
                return stream
        if unreadable is not None:
            raise StoreError(f"the published state cannot be read: {unreadable}; {layout.MENDED}")
        raise QueryCrashed(
            "the processes that answer queries end repeatedly; try again in a moment"
        )

    def run_bounded(self, function: str, data: bytes, limits: Limits | None = None) -> object:
        """Call ``module:function`` with bytes from outside in a separate process; blocks."""
        return run_bounded(function, data, limits or self.limits, self.spawner)

    def _request(self, query: SparqlQuery, media_type: str, limits: Limits) -> bytes:
        guard.check_query(query.text, limits)
        rest = _rest_of_request if query.dataset else _remembered
        return frames.frame(
            frames.REQUEST,
            b'{"query":%b,%b'
            % (
                json.dumps(bind(query.text, query.bindings)).encode(),
                rest(media_type, query.dataset, limits.rows, limits.answer_bytes, query.base),
            ),
        )

    # ---- workers -------------------------------------------------------------------------

    def published(self) -> tuple[str, str]:
        """The folder and version that the next query reads."""
        return self._source()

    @property
    def version(self) -> str:
        """The version that the next query reads."""
        return self._source()[1]

    @property
    def size(self) -> int:
        """The number of queries that can run at once."""
        return self._size

    @property
    def busy(self) -> int:
        """The number of queries that are running."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """The number of queries that wait for a worker."""
        return len(self._waiters)

    def refresh(self) -> None:
        """Start workers on the newest version now, so that the next query does not wait."""
        home = self._adopt()
        try:
            here = asyncio.get_running_loop() is home
        except RuntimeError:
            here = False
        if here:
            self._follow()
        else:
            self._blocking(call(self._follow))

    def _start(self) -> WorkerConnection:
        number, sock = self.spawner.start(folder=self._folder, memory=self.limits.memory_bytes)
        return WorkerConnection(number, sock, self._version)

    def _drop(self, worker: WorkerConnection) -> None:
        worker.close()
        self.spawner.forget(worker.number)
        self.replaced += 1

    def _follow(self) -> None:
        """Replace idle workers when a new version is published."""
        current = self._source()
        if current == (self._folder, self._version):
            return
        self._folder, self._version = current
        stale, self._idle = self._idle, []
        for worker in stale:
            self._drop(worker)
        with contextlib.suppress(OSError, ProvenanceError):  # else each query starts its own
            for _ in stale:
                self._idle.append(self._start())

    async def _acquire(self, seconds: float) -> WorkerConnection:
        """A worker on the newest version; waits in a queue while all are busy. Raises QueryBusy."""
        if self._closed:
            raise StoreError("the worker pool has been shut down")
        self._follow()
        if self._idle or len(self._busy) < self._size:
            worker = self._idle.pop() if self._idle else self._start()
            self._busy.add(worker)
            return worker
        if len(self._waiters) >= self._queue:
            raise QueryBusy(
                f"{self._size} queries are running and {self._queue} are waiting; "
                "try again in a moment"
            )
        handed: asyncio.Future[WorkerConnection] = asyncio.get_running_loop().create_future()
        self._waiters.append(handed)
        patience = min(seconds, self._queue_seconds or seconds)
        try:
            async with asyncio.timeout(patience):
                return await handed
        except TimeoutError:
            self._given_up(handed)
            raise QueryBusy(
                f"no worker was free within {patience:g} s; try again in a moment"
            ) from None
        except asyncio.CancelledError:
            self._given_up(handed)
            raise

    def _given_up(self, handed: asyncio.Future[WorkerConnection]) -> None:
        """Leave the queue; a worker assigned at the last moment goes to the next request."""
        if handed.done() and not handed.cancelled():
            self.release(handed.result(), reusable=True)
        handed.cancel()
        with contextlib.suppress(ValueError):
            self._waiters.remove(handed)

    def release(self, worker: WorkerConnection, reusable: bool) -> None:
        """Take a worker back, or replace it, and give it to the next waiting request."""
        self._busy.discard(worker)
        fresh: WorkerConnection | None = worker
        if self._closed or not reusable or worker.version != self._version:
            self._drop(worker)
            fresh = None
            if not self._closed:
                # else the next query tries again
                with contextlib.suppress(OSError, ProvenanceError):
                    fresh = self._start()
        if fresh is None:
            return
        while self._waiters:
            waiting = self._waiters.popleft()
            if not waiting.done():
                self._busy.add(fresh)
                waiting.set_result(fresh)
                return
        self._idle.append(fresh)

    def close(self) -> None:
        """End all workers; running queries are lost."""
        if self._closed:
            return
        self._closed = True
        home = self._home
        try:
            elsewhere = home is not None and home.is_running() and home is not running_here()
            if elsewhere:
                self._blocking(call(self._close_idle))
            else:
                self._close_idle()
        finally:
            self.spawner.close()
            self._own_loop.close()

    def _close_idle(self) -> None:
        for worker in self._idle:
            worker.close()
        self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def _rest_of_request(
    media_type: str, dataset: DatasetChoice, rows: int, answer_bytes: int, base: str | None
) -> bytes:
    rest = {
        "media_type": media_type,
        "default_graphs": dataset.default_graphs if dataset else None,
        "named_graphs": dataset.named_graphs if dataset else None,
        "base": base,
        "limits": {"rows": rows, "answer_bytes": answer_bytes},
    }
    return json.dumps(rest)[1:].encode()


_remembered = lru_cache(maxsize=256)(_rest_of_request)
