"""Queries from outside, answered by confined processes that may be killed at any time.

One pool serves threads (``serialize``, ``open_stream``) and an event loop (``answer``,
``stream``) alike. Every text passes the guard; every query has a time, a memory and an
answer limit; a worker that overruns one, or dies, is replaced.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Self

from anyio import to_thread

from provenance_graph.core.claims import Value
from provenance_graph.core.errors import QueryBusy, QueryCrashed, StoreError
from provenance_graph.store import layout
from provenance_graph.store.base import OWN_DATASET, Answer, DatasetChoice, Limits
from provenance_graph.store.pool import frames
from provenance_graph.store.pool.spawner import Nursery, run_bounded
from provenance_graph.store.pool.worker_client import AnswerBlocks, AnswerStream, Lost, Worker
from provenance_graph.store.sparql import guard
from provenance_graph.store.sparql.binding import bind

Waiter = Callable[[Worker], bool]

_SHORT = 8_000  # characters of a query that is checked at once
_ATTEMPTS = 4  # a worker killed from outside before it said anything is replaced and asked anew


class Published:
    """The newest published state of a store on disk: its folder and version."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = str(root / "CURRENT")
        self._stamp = (0, 0)
        self._current = ("", "")

    def __call__(self) -> tuple[str, str]:
        """The folder and version to read; raises StoreMissing or StoreFormat."""
        try:
            found = os.stat(self._file)  # noqa: PTH116 - once per query, and half the time
            stamp = (found.st_ino, found.st_mtime_ns)
        except OSError:
            stamp = (0, 0)
        if stamp != self._stamp or stamp == (0, 0):
            current = layout.read_current(self._root)
            folder = self._root / "checkpoints" / current.checkpoint
            self._current, self._stamp = (str(folder), current.version), stamp
        return self._current


class WorkerPool:
    """Confined processes that answer queries over a store on disk, always its newest version.

    ``source`` is the store's directory, or a callable that gives a checkpoint's folder and
    version. At most ``size`` queries run at once and ``queue`` more wait.
    """

    def __init__(
        self,
        source: Path | str | Callable[[], tuple[str, str]],
        size: int = 0,
        limits: Limits | None = None,
        *,
        queue: int = 256,
        nursery: Nursery | None = None,
    ) -> None:
        self._source = source if callable(source) else Published(Path(source))
        self._size = size or max(2, os.cpu_count() or 2)
        self.limits = limits or Limits()
        self._queue = queue
        self.nursery = nursery or Nursery()
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._waiters: deque[Waiter] = deque()
        self._folder, self._version = self._source()
        self._closed = False
        self.replaced = 0
        with self._lock:
            self._idle += [self._start() for _ in range(self._size)]

    # ---- asking --------------------------------------------------------------------------

    def serialize(
        self,
        query: str,
        media_type: str,
        *,
        bindings: Mapping[str, Value] | None = None,
        dataset: DatasetChoice = OWN_DATASET,
        limits: Limits | None = None,
        base: str | None = None,
    ) -> Answer:
        """Answer a query; blocks. Raises QueryError and its kinds."""
        with self.open_stream(
            query, media_type, bindings=bindings, dataset=dataset, limits=limits, base=base
        ) as stream:
            body = b"".join(stream)
            return stream.answer(body)

    async def answer(
        self,
        query: str,
        media_type: str,
        *,
        bindings: Mapping[str, Value] | None = None,
        dataset: DatasetChoice = OWN_DATASET,
        limits: Limits | None = None,
        base: str | None = None,
    ) -> Answer:
        """Answer a query without blocking the event loop. Raises QueryError and its kinds."""
        stream = await self.stream(
            query, media_type, bindings=bindings, dataset=dataset, limits=limits, base=base
        )
        if stream.done:
            return stream.answer(stream.first)
        async with stream:
            body = b"".join([block async for block in stream])
            return stream.answer(body)

    @contextmanager
    def open_stream(
        self,
        query: str,
        media_type: str,
        *,
        bindings: Mapping[str, Value] | None = None,
        dataset: DatasetChoice = OWN_DATASET,
        limits: Limits | None = None,
        base: str | None = None,
    ) -> Iterator[AnswerBlocks]:
        """The answer in blocks, for a thread; what fails before the first is raised here."""
        limits = limits or self.limits
        request = self._request(query, media_type, bindings, dataset, limits, base)
        blocks = self._first_block(request, limits, media_type)
        try:
            yield blocks
        finally:
            blocks.close()

    def _first_block(self, request: bytes, limits: Limits, media_type: str) -> AnswerBlocks:
        for _ in range(_ATTEMPTS):
            blocks = AnswerBlocks(self, self._acquire(limits.seconds), limits, media_type)
            try:
                blocks.open(request)
            except Lost:
                continue
            return blocks
        raise _lost()

    async def stream(
        self,
        query: str,
        media_type: str,
        *,
        bindings: Mapping[str, Value] | None = None,
        dataset: DatasetChoice = OWN_DATASET,
        limits: Limits | None = None,
        base: str | None = None,
    ) -> AnswerStream:
        """The answer in blocks, for an event loop; what fails before the first is raised here.

        Use the result with ``async with`` and ``async for``; leaving early ends the query.
        """
        limits = limits or self.limits
        prepare = partial(self._request, query, media_type, bindings, dataset, limits, base)
        # A long text is looked through outside the event loop, which others wait for.
        request = prepare() if len(query) <= _SHORT else await to_thread.run_sync(prepare)
        for _ in range(_ATTEMPTS):
            stream = AnswerStream(
                self, await self._acquire_soon(limits.seconds), limits, media_type
            )
            try:
                await stream.open(request)
            except Lost:
                continue
            return stream
        raise _lost()

    def run_bounded(self, function: str, data: bytes, limits: Limits | None = None) -> Any:
        """Call ``module:function`` with bytes from outside in a process of its own; blocks."""
        return run_bounded(function, data, limits or self.limits, self.nursery)

    def _request(
        self,
        query: str,
        media_type: str,
        bindings: Mapping[str, Value] | None,
        dataset: DatasetChoice,
        limits: Limits,
        base: str | None,
    ) -> bytes:
        guard.check_query(query, limits)
        rest = _rest_of_request if dataset else _remembered
        return frames.frame(
            frames.REQUEST,
            b'{"query":%b,%b'
            % (
                json.dumps(bind(query, bindings)).encode(),
                rest(media_type, dataset, limits.rows, limits.answer_bytes, base),
            ),
        )

    # ---- workers -------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """The version that the next query reads."""
        return self._source()[1]

    @property
    def size(self) -> int:
        """How many queries can run at once."""
        return self._size

    @property
    def busy(self) -> int:
        """How many queries run now."""
        return len(self._busy)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._waiters)

    def refresh(self) -> None:
        """Start workers on the newest version now, so that the next query need not wait."""
        current = self._source()
        with self._lock:
            self._follow(current)

    def _start(self) -> Worker:
        number, sock = self.nursery.start(folder=self._folder, memory=self.limits.memory_bytes)
        return Worker(number, sock, self._version)

    def _drop(self, worker: Worker) -> None:
        worker.detach()
        worker.sock.close()
        self.nursery.forget(worker.number)
        self.replaced += 1

    def _follow(self, current: tuple[str, str]) -> None:
        """Replace idle workers when the store has moved on."""
        if current == (self._folder, self._version):
            return
        self._folder, self._version = current
        stale, self._idle = self._idle, []
        for worker in stale:
            self._drop(worker)
            self._idle.append(self._start())

    def _take(self, waiter: Callable[[], Waiter]) -> Worker | None:
        """A fresh worker; when all are busy, get in line and give None."""
        current = self._source()
        with self._lock:
            if self._closed:
                raise StoreError("the worker pool has been shut down")
            self._follow(current)
            if self._idle:  # one that died meanwhile is found out by asking it
                worker = self._idle.pop()
                self._busy.add(worker)
                return worker
            if len(self._busy) < self._size:
                worker = self._start()
                self._busy.add(worker)
                return worker
            if len(self._waiters) >= self._queue:
                raise QueryBusy(
                    f"{self._size} queries are running and {self._queue} are waiting; "
                    "try again in a moment"
                )
            self._waiters.append(waiter())
        return None

    def release(self, worker: Worker, fit: bool) -> None:
        """Take a worker back, or replace it, and serve whoever waits next."""
        with self._lock:
            self._busy.discard(worker)
            fresh: Worker | None = worker
            if self._closed or not fit or worker.version != self._version:
                self._drop(worker)
                fresh = None
                if not self._closed:
                    with suppress(OSError, StoreError):  # else the next query tries again
                        fresh = self._start()
            if fresh is None:
                return
            while self._waiters:
                if self._waiters.popleft()(fresh):
                    self._busy.add(fresh)
                    return
            self._idle.append(fresh)

    def _acquire(self, seconds: float) -> Worker:
        handed: Future[Worker] = Future()

        def deliver(worker: Worker) -> bool:
            try:
                handed.set_result(worker)
            except InvalidStateError:
                return False
            return True

        worker = self._take(lambda: deliver)
        if worker is not None:
            return worker
        try:
            return handed.result(seconds)
        except BaseException as error:
            if not handed.cancel():  # a worker came at the last moment
                self.release(handed.result(), fit=True)
            if isinstance(error, TimeoutError):
                raise _no_worker(seconds) from None
            raise

    async def _acquire_soon(self, seconds: float) -> Worker:
        loop = asyncio.get_running_loop()
        handed: asyncio.Future[Worker] | None = None

        def line_up() -> Waiter:
            nonlocal handed
            handed = waiting = loop.create_future()

            def settle(worker: Worker) -> None:
                if waiting.done():
                    self.release(worker, fit=True)
                else:
                    waiting.set_result(worker)

            def deliver(worker: Worker) -> bool:
                if waiting.done() or loop.is_closed():
                    return False
                loop.call_soon_threadsafe(settle, worker)
                return True

            return deliver

        worker = self._take(line_up)
        if worker is not None:
            return worker
        assert handed is not None
        try:
            async with asyncio.timeout(seconds):
                return await handed
        except BaseException as error:
            if handed.done() and not handed.cancelled():  # a worker came at the last moment
                self.release(handed.result(), fit=True)
            handed.cancel()
            if isinstance(error, TimeoutError):
                raise _no_worker(seconds) from None
            raise

    def close(self) -> None:
        """End every worker; queries that run are lost."""
        with self._lock:
            self._closed = True
            for worker in self._idle:
                worker.detach()
                worker.sock.close()
            self._idle.clear()
        self.nursery.close()

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


def _lost() -> QueryCrashed:
    return QueryCrashed("the processes that answer queries keep being killed; ask again")


def _no_worker(seconds: float) -> QueryBusy:
    return QueryBusy(f"no worker was free within {seconds:g} s; try again in a moment")
