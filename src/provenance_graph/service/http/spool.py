"""Large answers: read from the worker at its speed, sent at the client's speed.

The start of an answer is kept in memory up to a size, so that an early failure becomes a proper
error. A larger answer is sent while the rest goes to an unnamed temporary file, so that a slow
client holds neither a worker nor memory. If it fails later, the connection is closed before the end
of the message, which every HTTP client reports; a partial answer never looks complete.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final

from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.backend import AnswerBlocks

IN_MEMORY: Final = 1 << 20
_PIECE: Final = 256 << 10


class BrokenOff(Exception):
    """The answer cannot be finished; the connection must close before the message ends."""


class Spool:
    """The rest of an answer in a temporary file, written by one task and read by another."""

    def __init__(
        self, blocks: AnswerBlocks, rest: AsyncIterator[bytes], hold: Callable[[int], object]
    ) -> None:
        self._blocks, self._rest, self._hold = blocks, rest, hold
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._size, self._whole, self._closed = 0, False, False
        self._failed: BaseException | None = None
        self._news = asyncio.Event()

    async def fill(self, finished: Callable[[bool], None]) -> None:
        """Read all blocks from the worker, then call ``finished`` with whether all arrived."""
        try:
            async for block in self._rest:
                self._hold(len(block))
                self._file.seek(0, 2)
                self._size += len(block)  # before writing, which may fail half way
                self._file.write(block)
                self._news.set()
            self._whole = True
        except (ProvenanceError, OSError, ValueError, asyncio.CancelledError) as error:
            self._failed = error
        finally:
            self._blocks.close()
            self._news.set()
            finished(self._whole)

    @property
    def size(self) -> int:
        """Bytes of the rest of the answer so far."""
        return self._size

    async def finished(self) -> None:
        """Wait until the answer is complete; raises the error that ended it early."""
        while not self._whole:
            if self._failed is not None:
                raise self._failed
            self._news.clear()
            await self._news.wait()

    async def read(self) -> AsyncGenerator[bytes, None]:
        """Yield the rest of the answer as it arrives; raises BrokenOff when it stays incomplete."""
        at = 0
        while True:
            if at < self._size:
                self._file.seek(at)
                piece = self._file.read(min(_PIECE, self._size - at))
                if not piece:  # the disk was full
                    raise BrokenOff from self._failed
                at += len(piece)
                yield piece
            elif self._whole:
                return
            elif self._failed is not None:
                raise BrokenOff from self._failed
            else:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        """Close the file and release its bytes from the client's account."""
        if not self._closed:
            self._closed = True
            self._hold(-self._size)
            self._file.close()


async def gather(blocks: AnswerBlocks) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """The whole answer and None, or its first part and an iterator over the rest."""
    if blocks.done:
        return blocks.first, None
    parts: list[bytes] = []
    size = 0
    result = aiter(blocks)
    async for block in result:
        parts.append(block)
        size += len(block)
        if size >= IN_MEMORY:
            return b"".join(parts), result
    return b"".join(parts), None
