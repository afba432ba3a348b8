"""Pausing work: a thread does work that no request waits for, and pauses during requests."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Final

from provenance_graph.core import deadline

_PAUSE: Final = 0.005
"""Seconds between two checks for a running request."""
_PATIENCE: Final = 0.1
"""Seconds of one pause at most: a longer request may itself wait for what is being read ahead."""


class GivingWay(deadline.Deadline):
    """A deadline without limit whose check pauses while a request is being answered.

    Two threads share one interpreter: each look-up of a request would wait a millisecond for a
    thread that reads ahead, and an answer makes a hundred look-ups.
    """

    __slots__ = ("_busy", "_paused")

    def __init__(self, busy: Callable[[], bool]) -> None:
        super().__init__(float("inf"))
        self._busy, self._paused = busy, 0.0

    def check(self) -> None:
        """Wait until no request is being answered, up to _PATIENCE seconds."""
        while self._busy():
            if self._paused >= _PATIENCE:
                return
            time.sleep(_PAUSE)
            self._paused += _PAUSE
        self._paused = 0.0


class _PausingFinder(MetaPathFinder):
    """An import finder that finds no module, but pauses each import of its thread."""

    def __init__(self, pause: Callable[[], object]) -> None:
        self._thread, self._pause = threading.get_ident(), pause

    def find_spec(
        self,
        fullname: str,  # noqa: ARG002 - the protocol's signature
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> None:
        """Pause in the thread of this finder; return None, so that the other finders look."""
        if threading.get_ident() == self._thread:
            self._pause()


@contextmanager
def giving_way(busy: Callable[[], bool]) -> Iterator[None]:
    """While ``busy`` returns True, pause the block at its deadline checks and module imports.

    Importing the code of all analyses takes longer than the first answers. On a busy machine each
    answer would otherwise wait until the importing thread releases the interpreter.
    """
    way = GivingWay(busy)
    finder = _PausingFinder(way.check)
    sys.meta_path.insert(0, finder)
    try:
        with deadline.use(way):
            yield
    finally:
        sys.meta_path.remove(finder)
