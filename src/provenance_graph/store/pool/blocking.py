"""Answers of a pool for callers that run in a thread and wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from provenance_graph.store.pool.connection import AnswerStream


class BlockingStream:
    """An answer in blocks, for a thread: iterate, then see ``kind`` and ``rows``."""

    def __init__(
        self, stream: AnswerStream, blocking: Callable[[Coroutine[Any, Any, bytes]], bytes]
    ) -> None:
        self._stream, self._blocking = stream, blocking

    def __iter__(self) -> Iterator[bytes]:
        """Each block; raises QueryError when the answer cannot be finished."""
        block = self._stream.first
        while block:
            yield block
            block = self._blocking(self._stream.following())

    @property
    def rows(self) -> int:
        """Rows or triples, once all of it has been read."""
        return self._stream.rows

    @property
    def kind(self) -> str:
        """The form of the query."""
        return self._stream.kind


async def running_loop() -> asyncio.AbstractEventLoop:
    """The loop in which it is awaited."""
    return asyncio.get_running_loop()


def running_here() -> asyncio.AbstractEventLoop | None:
    """The loop that runs in this thread; None where none does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def call(function: Callable[[], None]) -> None:
    """Call a function in the loop."""
    function()


async def close_stream(stream: AnswerStream) -> None:
    """End an answer in the loop that reads it."""
    stream.close()
