"""Answers of a pool for threads that wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from provenance_graph.store.pool.connection import AnswerStream


class BlockingStream:
    """An answer in blocks for a thread; ``kind`` and ``rows`` are known after iteration."""

    def __init__(
        self, stream: AnswerStream, blocking: Callable[[Coroutine[Any, Any, bytes]], bytes]
    ) -> None:
        self._stream, self._blocking = stream, blocking

    def __iter__(self) -> Iterator[bytes]:
        """Yield each block; raises QueryError when the answer breaks off."""
        block = self._stream.first
        while block:
            yield block
            block = self._blocking(self._stream.following())

    @property
    def rows(self) -> int:
        """The number of rows or triples, known once all blocks have been read."""
        return self._stream.rows

    @property
    def kind(self) -> str:
        """The form of the query: select, ask, construct or describe."""
        return self._stream.kind


async def running_loop() -> asyncio.AbstractEventLoop:
    """The running event loop, for calls from another thread."""
    return asyncio.get_running_loop()


def running_here() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def call(function: Callable[[], None]) -> None:
    """Call a function in the event loop that runs this coroutine."""
    function()


async def close_stream(stream: AnswerStream) -> None:
    """Close an answer in the event loop that reads it."""
    stream.close()
