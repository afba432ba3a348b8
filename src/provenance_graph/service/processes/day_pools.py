"""Queries as of a day: a process with limits makes the dataset, workers with limits read it."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Final

from provenance_graph.core.errors import QueryCrashed, QueryTimeout
from provenance_graph.ingest.day import BUILD_BYTES
from provenance_graph.service.settings import Settings
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.spawner import revive
from provenance_graph.store.pool.starting import starting
from provenance_graph.store.states import public_root
from provenance_graph.store.values import Answer, SparqlQuery

MAX_OPEN: Final = 2
"""Days that have a worker at once."""
_MAKER: Final = "provenance_graph.ingest.day"


class DayPools:
    """One worker for each of the days queried last; the datasets are made one at a time."""

    def __init__(self, root: Path, settings: Settings, *, public: bool = False) -> None:
        self._root, self._settings, self._public = root, settings, public
        self._pools: OrderedDict[tuple[str, str], WorkerPool] = OrderedDict()
        self._making = asyncio.Lock()

    def has(self, version: str, day: str) -> bool:
        """Whether the dataset of a day is open."""
        return (version, day) in self._pools

    async def answer(
        self,
        version: str,
        day: str,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """The answer of a query over the dataset of a day; raises QueryError and its kinds."""
        await self.make(version, day)
        pool = self._pools[version, day]
        self._pools.move_to_end((version, day))
        return await pool.answer(query, media_type)

    async def make(self, version: str, day: str) -> None:
        """Make and open the dataset of a day unless it is open; admission limits its callers."""
        if self.has(version, day):
            return
        async with self._making:
            if self.has(version, day):
                return
            root = self._state()
            folder = await self._made(root, day)
            if self._state() != root:  # collections became private meanwhile
                folder = await self._made(self._state(), day)
            make = functools.partial(WorkerPool, folder, 1, self._settings.limits())
            pool = await asyncio.get_running_loop().run_in_executor(None, make)
            self._pools[version, day] = pool
            while len(self._pools) > MAX_OPEN:
                self._pools.popitem(last=False)[1].close()

    def _state(self) -> Path:
        return public_root(self._root) if self._public else self._root

    async def _made(self, root: Path, day: str) -> Path:
        """The folder of a day's dataset, made by a process with limits of time and memory.

        Raises QueryTimeout, QueryCrashed, or the error that the process reports.
        """
        seconds = self._settings.day_seconds
        with starting(f"the dataset of {day}"):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MAKER,
                str(root),
                day,
                str(BUILD_BYTES),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        try:
            reported, _ = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            raise QueryTimeout(f"the dataset of {day} was not made within {seconds:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode == 1 and reported.startswith(b"["):
            raise revive(reported)
        if process.returncode != 0 or not reported:
            raise QueryCrashed(f"the dataset of {day} could not be made")
        return Path(reported.decode())

    def close(self) -> None:
        """End the workers."""
        while self._pools:
            self._pools.popitem()[1].close()
