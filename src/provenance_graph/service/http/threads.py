"""Run blocking functions outside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from provenance_graph.core.threads import releasing_frames

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *given: object) -> T:
    """Call a function in a thread; its exceptions are raised without the values of their frames."""
    return await run_in_threadpool(releasing_frames(function), *given)
