"""Cooperative time limits: long work checks its deadline, since a thread cannot be stopped.

The handler of a request sets a deadline with ``use``. Code that reads a snapshot calls ``check``,
so that the work ends soon after its time is up or its client has left. Builds and commands set no
deadline and are not limited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from provenance_graph.core.errors import QueryTimeout


class Deadline:
    """A time limit of ``seconds`` from its creation; ``cancel`` ends the work earlier."""

    __slots__ = ("_clock", "_seconds", "_until", "cancelled")

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._seconds = clock, seconds
        self._until = clock() + seconds
        self.cancelled = False

    def cancel(self) -> None:
        """End the work at its next check."""
        self.cancelled = True

    def check(self) -> None:
        """Raise QueryTimeout if the deadline has passed or was cancelled."""
        if self.cancelled:
            raise QueryTimeout("the request was cancelled")
        if self._clock() > self._until:
            raise QueryTimeout(
                f"the answer was not computed within {self._seconds:g} s; ask for less at a time"
            )


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def check() -> None:
    """Raise QueryTimeout if the current context has a deadline that has passed or was cancelled."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.check()


@contextmanager
def use(deadline: Deadline | None) -> Iterator[None]:
    """Set the deadline of the block and of the threads it waits for; None removes the limit."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)
