"""The backend of the service: a pool of confined workers over a store on disk."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from provenance_graph.core.errors import QueryBusy, StoreError
from provenance_graph.core.threads import is_refused, no_thread
from provenance_graph.service.backend import AnswerBlocks, UploadPart
from provenance_graph.service.processes.day_pools import DayPools
from provenance_graph.service.settings import Settings
from provenance_graph.store.base import Answer
from provenance_graph.store.lookups import Lookups
from provenance_graph.store.pool.documents import WarmFunction
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.published import PublishedState
from provenance_graph.store.sparql.lookup import lookup
from provenance_graph.store.states import PUBLIC, public_source
from provenance_graph.store.uploads import pack
from provenance_graph.store.values import SparqlQuery

_AGAIN: Final = 1.0
"""Seconds between two attempts to open a store that could not be opened."""
_PLAIN: Final = frozenset({"text/turtle", "application/n-triples"})
_SMALL: Final = 64 << 10
"""Bytes up to which a document in a plain format is parsed by a reused process."""
_READER: Final = "provenance_graph.store.uploads:to_ntriples"
_REHEARSE: Final = "provenance_graph.store.staging:rehearse"


class PoolBackend:
    """Reads in confined processes; opened and closed with the web application."""

    def __init__(self, root: Path, settings: Settings, *, public: bool = False) -> None:
        self._root, self._settings = root, settings
        self._source = (
            public_source(PublishedState(root), PublishedState(root / PUBLIC), root)
            if public
            else PublishedState(root)
        )
        self._pool: WorkerPool | None = None
        self._warm: WarmFunction | None = None
        self._checks: dict[str, WarmFunction] = {}
        self._lookups: Lookups | None = None
        self._days = DayPools(root, settings, public=public)
        self._failure = StoreError("the service is starting or stopping")
        self._tried, self._closed = 0.0, False

    async def open(self) -> None:
        """Start the workers; if the store is unreadable, requests are refused with the reason."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._try)
        except RuntimeError as error:
            if not is_refused(error):
                raise
            self._failure = StoreError(no_thread("this request"))  # the next request tries again

    def _try(self) -> None:
        settings = self._settings
        self._tried = time.monotonic()
        try:
            self._pool = WorkerPool(
                self._source,
                settings.workers,
                settings.limits(),
                queue=settings.queue,
                queue_seconds=settings.queue_seconds,
            )
            self._lookups = Lookups(self._pool.published)
            self._warm = WarmFunction(self._pool.spawner, _READER, settings.memory_mb << 20)
        except StoreError as error:
            self._failure = error
        except QueryBusy as error:  # no process or thread could be started: tried again
            self._failure = StoreError(str(error))
        except OSError as error:
            self._failure = StoreError(f"{self._root} cannot be read: {error.strerror}")

    async def close(self) -> None:
        """Stop the workers."""
        self._days.close()
        self._closed = True
        if self._pool is not None:
            if self._warm is not None:
                self._warm.close()
            for check in self._checks.values():
                check.close()
            if self._lookups is not None:
                self._lookups.close()
            self._pool.close()
            self._pool = None

    @property
    def pool(self) -> WorkerPool:
        """The pool of workers; raises StoreError with the reason where there is none."""
        if self._pool is None and not self._closed and time.monotonic() > self._tried + _AGAIN:
            self._try()  # the store may have been repaired
        if self._pool is None:
            raise self._failure
        return self._pool

    @property
    def version(self) -> str:
        """The store version that the next answer reads."""
        return self.pool.version

    def refresh(self) -> None:
        """Switch to the newest version now, if there is a pool."""
        if self._pool is not None:
            self._pool.refresh()

    def look_up(self, query: str, media_type: str) -> Answer | None:
        """The answer at once, in this process, if the query is a cheap look-up, else None."""
        if self._lookups is None:
            return None
        result = lookup(query)
        return None if result is None else self._lookups.answer(query, result, media_type)

    async def answer(self, query: SparqlQuery, media_type: str) -> Answer:
        """The whole answer of a query; raises QueryError and its kinds."""
        return await self.pool.answer(query, media_type)

    def has_day(self, version: str, day: str) -> bool:
        """Whether the dataset of a day is open."""
        return self._days.has(version, day)

    async def make_day(self, version: str, day: str) -> None:
        """Make and open the dataset of a day; raises QueryError and its kinds."""
        await self._days.make(version, day)

    async def answer_of_day(
        self,
        version: str,
        day: str,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """The whole answer of a query over a day's dataset; raises QueryError and its kinds."""
        return await self._days.answer(version, day, query, media_type)

    async def stream(self, query: SparqlQuery, media_type: str) -> AnswerBlocks:
        """The answer of a query in blocks."""
        return await self.pool.stream(query, media_type)

    async def read(self, part: UploadPart) -> UploadPart:
        """An uploaded document as N-Triples, parsed in a confined process.

        The process is discarded afterwards, unless the document is small and of a plain format.
        """
        packed = pack(part.body, part.media_type, part.base)
        seconds = self._settings.update_seconds
        if len(part.body) <= _SMALL and part.media_type in _PLAIN and self._warm is not None:
            lines = await self._call(self._warm, packed, seconds)
        else:
            lines = await self._bounded(_READER, packed, seconds)
        return UploadPart(lines, "application/n-triples", part.base)

    async def rehearse(self, packed: bytes) -> bytes:
        """The outcome of an update on a client's records (``store.staging.rehearse``), packed."""
        return await self._bounded(_REHEARSE, packed, self._settings.update_seconds)

    async def run(self, function: str, data: bytes) -> bytes:
        """The result of a function on bytes from outside, in a process that is then discarded.

        The process is forked from one that stays and has the function's code loaded.
        """
        check = self._checks.get(function)
        if check is None:
            memory = self._settings.memory_mb << 20
            check = WarmFunction(self.pool.spawner, function, memory, fresh=True, idle=1)
            self._checks[function] = check
        return await self._call(check, data, self._settings.query_seconds)

    async def _call(self, function: WarmFunction, data: bytes, seconds: float) -> bytes:
        """Call a function in a process that has its code loaded; a thread waits for it."""
        limits = replace(self._settings.limits(), seconds=seconds)
        call = functools.partial(function, data, limits)
        result: bytes = await asyncio.get_running_loop().run_in_executor(None, call)
        return result

    async def _bounded(self, function: str, data: bytes, seconds: float) -> bytes:
        """Call a function in a new process; a thread waits for it. Admission limits the number."""
        limits = replace(self._settings.limits(), seconds=seconds)
        run = functools.partial(self.pool.run_bounded, function, data, limits)
        result = await asyncio.get_running_loop().run_in_executor(None, run)
        assert isinstance(result, bytes)  # each of our functions answers with bytes
        return result

    def state(self) -> Mapping[str, object]:
        """The number of workers: all, busy, waited for, replaced."""
        pool = self._pool
        if pool is None:
            return {"workers": 0}
        return {
            "workers": pool.size,
            "workers_busy": pool.busy,
            "workers_waited_for": pool.waiting,
            "workers_replaced": pool.replaced,
        }
