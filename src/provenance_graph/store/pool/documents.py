"""Read documents from outside in confined processes that have loaded all code before."""

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
    """A function of bytes that runs in confined processes, a few of which stay ready.

    A process that failed, or whose memory has grown, is not used again. Reusing a process is for
    documents that can hardly harm a reader; with ``fresh`` each document is read in a fork of the
    process, which is then discarded.
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
        """The function's result on ``data``; blocks the thread. Raises QueryError and its kinds."""
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
        """End the idle processes."""
        with self._lock:
            while self._idle:
                self._drop(self._idle.pop())


def _ended(sock: socket) -> bool:
    """Whether the process at the other end of a socket has ended since its last answer."""
    sock.setblocking(False)
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
