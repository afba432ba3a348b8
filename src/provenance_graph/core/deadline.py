"""A time limit that long work asks about now and then, since a thread cannot be stopped.

Whoever answers a request sets one with ``use``; whatever reads a snapshot calls ``check``,
so that the work ends soon after its time is up or its client has left. Without one, work
takes as long as it takes: builds and commands set none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from provenance_graph.core.errors import QueryTimeout


class Deadline:
    """Until when some work may go on; ``cancel`` ends it before."""

    __slots__ = ("_clock", "_seconds", "_until", "cancelled")

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._seconds = clock, seconds
        self._until = clock() + seconds
        self.cancelled = False

    def cancel(self) -> None:
        """End the work at its next check."""
        self.cancelled = True

    def check(self) -> None:
        """Raise QueryTimeout once the work should end."""
        if self.cancelled:
            raise QueryTimeout("the answer is no longer wanted")
        if self._clock() > self._until:
            raise QueryTimeout(
                f"the answer was not computed within {self._seconds:g} s; ask for less at a time"
            )


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def check() -> None:
    """Raise QueryTimeout where the work in hand has a limit and it is over."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.check()


@contextmanager
def use(deadline: Deadline | None) -> Iterator[None]:
    """Let the block, and the threads it waits for, run under a limit; None lifts one."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)
