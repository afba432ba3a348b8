"""Work that nobody waits for, done by a thread beside the requests: it pauses while one is answered."""

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
"""Seconds between two looks whether a request is being answered."""
_PATIENCE: Final = 0.1
"""Seconds for which it gives way to requests at a stretch: one that takes longer may itself be
waiting for what is being read ahead."""


class GivingWay(deadline.Deadline):
    """A deadline without limit that pauses at every check while a request is being answered.

    Two threads share one interpreter: each look-up of a request would wait a millisecond for a
    thread that reads ahead, and an answer makes a hundred of them.
    """

    __slots__ = ("_busy", "_paused")

    def __init__(self, busy: Callable[[], bool]) -> None:
        super().__init__(float("inf"))
        self._busy, self._paused = busy, 0.0

    def check(self) -> None:
        """Wait until no request is being answered, at most for the time that a pause may last."""
        while self._busy():
            if self._paused >= _PATIENCE:
                return
            time.sleep(_PAUSE)
            self._paused += _PAUSE
        self._paused = 0.0


class _PausingFinder(MetaPathFinder):
    """Finds no module, and pauses where its thread looks for one."""

    def __init__(self, pause: Callable[[], object]) -> None:
        self._thread, self._pause = threading.get_ident(), pause

    def find_spec(
        self,
        fullname: str,  # noqa: ARG002 - the protocol's signature
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> None:
        """Leave the module to the other finders, a moment later."""
        if threading.get_ident() == self._thread:
            self._pause()


@contextmanager
def giving_way(busy: Callable[[], bool]) -> Iterator[None]:
    """Let the block pause at its look-ups, and before each module that it loads, while ``busy``.

    Loading the code of all analysis takes longer than the first answers; on a machine with other work
    each of them would wait for the interpreter until the loading thread had its turn of a processor.
    """
    way = GivingWay(busy)
    finder = _PausingFinder(way.check)
    sys.meta_path.insert(0, finder)
    try:
        with deadline.use(way):
            yield
    finally:
        sys.meta_path.remove(finder)
