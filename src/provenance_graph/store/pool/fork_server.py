"""The fork server: a small, single-threaded process with all modules loaded that forks workers.

The serving process has threads and an event loop and must not fork itself. Over a socket it tells
the fork server to start and kill processes by number, and asks how they ended. As their parent, the
fork server never meets a reused process id. The ``forkserver`` of the standard library cannot kill
its children, and they outlive it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import struct
from contextlib import suppress
from typing import Any

from provenance_graph.store.pool import sandbox, worker

_LENGTH = struct.Struct("!I")
NOT_STARTED = 1 << 16
"""Status of a process that the system could not start."""


def main(control: int) -> None:
    """Serve commands on the socket ``control`` until the serving process closes it or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the serving process's to handle
    gc.freeze()
    _ForkServer(socket.socket(fileno=control)).run()


class _ForkServer:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, int] = {}
        self.leaving: list[int] = []
        self.failed: set[int] = set()

    def run(self) -> None:
        while (command := self._receive()) is not None:
            order, handles = command
            name, number = order["do"], order["number"]
            if name == "start":
                self._start(number, order, handles)
            elif name == "kill":
                self._kill(number)
            elif name == "forget":
                self._kill(number)
                self.leaving.append(self.children.pop(number, 0))
                self.failed.discard(number)
            elif name == "status":
                self._status(number)
            self._reap()

    def _receive(self) -> tuple[dict[str, Any], list[int]] | None:
        head, handles, _, _ = socket.recv_fds(self.control, _LENGTH.size, 1)
        if len(head) < _LENGTH.size:
            return None
        body = b""
        (size,) = _LENGTH.unpack(head)
        while len(body) < size:
            more = self.control.recv(size - len(body))
            if not more:
                return None
            body += more
        return json.loads(body), handles

    def _start(self, number: int, order: dict[str, Any], handles: list[int]) -> None:
        """Start a process; if the system refuses, record it, so that the caller may try again."""
        if not handles:  # no free file handle to take its socket with
            self.failed.add(number)
            return
        (handle,) = handles
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            self.failed.add(number)
            os.close(handle)
            return
        if pid:
            os.close(handle)
            self.children[number] = pid
            return
        code = 1
        try:
            self.control.close()
            sandbox.die_with_parent(parent)
            code = worker.serve(socket.socket(fileno=handle), order)
        finally:
            os._exit(code)

    def _kill(self, number: int) -> None:
        if pid := self.children.get(number):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _status(self, number: int) -> None:
        pid = self.children.pop(number, 0)
        code = -signal.SIGKILL  # a child of an earlier fork server, which ended with it
        if number in self.failed:
            self.failed.discard(number)
            code = NOT_STARTED
        if pid:
            _, status = os.waitpid(pid, 0)
            code = os.waitstatus_to_exitcode(status)
        self.control.sendall(struct.pack("!i", code))

    def _reap(self) -> None:
        self.leaving = [pid for pid in self.leaving if pid and os.waitpid(pid, os.WNOHANG)[0] == 0]
