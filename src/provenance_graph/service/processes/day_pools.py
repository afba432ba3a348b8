"""Queries as of a day: the dataset is made in a bounded process, and read by bounded workers."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from provenance_graph.core.claims import Value
from provenance_graph.core.errors import QueryBusy, QueryCrashed, QueryTimeout
from provenance_graph.service.settings import Settings
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.spawner import revive
from provenance_graph.store.values import Answer

MAX_OPEN: Final = 2
"""Days with workers of their own at once."""
MAX_WAITING: Final = 8
"""Questions that may wait for a day to be made."""
BUILD_SECONDS: Final = 180.0
BUILD_BYTES: Final = 3 << 30
_MAKER: Final = "provenance_graph.ingest.day"


class DayPools:
    """A worker for each of the days asked for last; one day is made at a time."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self._root, self._settings = root, settings
        self._pools: OrderedDict[tuple[str, str], WorkerPool] = OrderedDict()
        self._making = asyncio.Lock()
        self._waiting = 0

    async def answer(
        self,
        version: str,
        day: str,
        query: str,
        media_type: str,
        bindings: Mapping[str, Value] | None = None,
    ) -> Answer:
        """A query's answer over the dataset of a day; raises QueryError and its kinds."""
        pool = self._pools.get((version, day)) or await self._opened(version, day)
        return await pool.answer(query, media_type, bindings=bindings)

    async def _opened(self, version: str, day: str) -> WorkerPool:
        if self._waiting >= MAX_WAITING:
            raise QueryBusy(f"{self._waiting} questions wait for a day; try again in a moment")
        self._waiting += 1
        try:
            async with self._making:
                pool = self._pools.get((version, day))
                if pool is None:
                    folder = await self._made(day)
                    make = functools.partial(WorkerPool, folder, 1, self._settings.limits())
                    pool = await asyncio.get_running_loop().run_in_executor(None, make)
                    self._pools[version, day] = pool
                self._pools.move_to_end((version, day))
                while len(self._pools) > MAX_OPEN:
                    self._pools.popitem(last=False)[1].close()
                return pool
        finally:
            self._waiting -= 1

    async def _made(self, day: str) -> Path:
        """The folder of the day's dataset, from a process with a limit on time and memory."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MAKER, str(self._root), day, str(BUILD_BYTES),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            reported, _ = await asyncio.wait_for(process.communicate(), BUILD_SECONDS)
        except TimeoutError:
            raise QueryTimeout(
                f"the dataset of {day} was not made within {BUILD_SECONDS:.0f} s"
            ) from None
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
