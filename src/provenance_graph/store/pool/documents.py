"""Documents from outside, read by confined processes that have all code loaded before."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from socket import socket
from typing import Any, Final

from provenance_graph.store.base import Limits
from provenance_graph.store.pool.spawner import Spawner, exchange

MAX_IDLE: Final = 2


@dataclass(frozen=True, slots=True)
class _Process:
    number: int
    sock: socket


class WarmFunction:
    """A function of bytes in confined processes, of which a few stay ready.

    A process that failed, or whose memory has grown, is not used again. That is for documents
    that cannot do a reader much harm; with ``fresh`` each is read in a copy of the process,
    which is then thrown away.
    """

    def __init__(
        self,
        spawner: Spawner,
        function: str,
        memory_bytes: int,
        *,
        fresh: bool = False,
        idle: int = MAX_IDLE,
    ) -> None:
        self._spawner, self._function, self._memory = spawner, function, memory_bytes
        self._how = "fresh" if fresh else "again"
        self._max_idle = idle
        self._idle: list[_Process] = []
        self._lock = threading.Lock()

    def __call__(self, data: bytes, limits: Limits) -> Any:
        """The function's result; blocks a thread. Raises QueryError and its kinds."""
        process = self._taken()
        with ExitStack() as undo:
            undo.callback(self._drop, process)
            result = exchange(self._spawner, process.number, process.sock, data, limits)
            with self._lock:
                if len(self._idle) < self._max_idle:
                    self._idle.append(process)
                    undo.pop_all()
        return result

    def _taken(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if not _ended(process.sock):
                    return process
                self._drop(process)
        order = {"function": self._function, "memory": self._memory, self._how: True}
        return _Process(*self._spawner.start(**order))

    def _drop(self, process: _Process) -> None:
        process.sock.close()
        self._spawner.forget(process.number)

    def close(self) -> None:
        """End the processes that are idle."""
        with self._lock:
            while self._idle:
                self._drop(self._idle.pop())


def _ended(sock: socket) -> bool:
    """Whether the process behind a socket has gone since it last answered."""
    sock.setblocking(False)
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
