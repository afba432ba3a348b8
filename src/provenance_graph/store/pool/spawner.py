"""Confined processes as the serving process uses them: start, kill, ask how one ended."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from provenance_graph.core import errors
from provenance_graph.core.errors import (
    ProvenanceError,
    QueryCrashed,
    QueryError,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
)
from provenance_graph.store.base import Limits
from provenance_graph.store.pool import frames
from provenance_graph.store.pool.fork_server import NOT_STARTED
from provenance_graph.store.pool.starting import no_process, starting
from provenance_graph.store.pool.worker import OUT_OF_MEMORY

_LENGTH = struct.Struct("!I")
_STATUS = struct.Struct("!i")
_CODE = """\
import sys
sys.path[:] = {path!r}
from provenance_graph.store.pool.fork_server import main
main({control})
"""
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")


class Spawner:
    """Starts confined processes through a fork server, which is started at first use.

    The processes inherit no file descriptor and no environment variable that may hold a secret, and
    end when this process ends.
    """

    def __init__(self) -> None:
        if not hasattr(os, "fork"):
            raise StoreError("confined processes need a POSIX system")
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._number = 0
        self._closed = False

    def _open(self) -> socket.socket:
        if self._closed:
            raise StoreError("the worker processes have been shut down")
        if self._control is not None and self._server is not None and self._server.poll() is None:
            return self._control
        self._shut()
        path = [str(Path(__file__).parents[3]), *sys.path]
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # One arena: others reserve 64 MiB of address space each, which is limited.
        environment["MALLOC_ARENA_MAX"] = "1"
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._server = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [sys.executable, "-S", "-c", _CODE.format(path=path, control=theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                )
            except OSError:
                ours.close()
                raise
        self._control = ours
        return ours

    def _shut(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._server is not None:
            with suppress(ProcessLookupError):
                self._server.kill()
            self._server.wait()
            self._server = None

    def start(self, **order: object) -> tuple[int, socket.socket]:
        """Start a process; returns its number and this side's socket.

        Raises QueryBusy where the system gives no descriptor or process, or where a restarted fork
        server ends before it receives the order.
        """
        with self._lock:
            self._number += 1
            number = self._number
            with starting("this"):
                ours, theirs = socket.socketpair()
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            with theirs:
                for last in (False, True):
                    try:
                        self._order(dict(order, do="start", number=number), theirs.fileno())
                        break
                    except OSError as error:  # the fork server has died since it was last used
                        self._shut()
                        if last:
                            ours.close()
                            raise no_process("this", error) from error
        return number, ours

    def _order(self, order: dict[str, object], *handles: int) -> None:
        body = json.dumps(order).encode()
        message = _LENGTH.pack(len(body)) + body
        control = self._open()
        if handles:
            sent = socket.send_fds(control, [message], list(handles))
            message = message[sent:]
        if message:
            control.sendall(message)

    def kill(self, number: int) -> None:
        """Kill a process; its status can still be asked for."""
        with self._lock, suppress(OSError, StoreError):
            self._order({"do": "kill", "number": number})

    def forget(self, number: int) -> None:
        """Kill a process; its status cannot be asked for any more."""
        with self._lock, suppress(OSError, StoreError):
            self._order({"do": "forget", "number": number})

    def status(self, number: int) -> int:
        """How a process that closed its socket ended: an exit code, or minus a signal number."""
        with self._asking:
            try:
                # Only the request holds the lock that starting takes: the answer comes once
                # the process has freed its memory.
                with self._lock:
                    control = self._control
                    if control is None:
                        return -signal.SIGKILL
                    self._order({"do": "status", "number": number})
                    if self._control is not control:  # it had ended, and the process with it
                        return -signal.SIGKILL
                data = b""
                while len(data) < _STATUS.size:
                    more = control.recv(_STATUS.size - len(data))
                    if not more:
                        return -signal.SIGKILL  # the fork server's children end with it
                    data += more
            except (OSError, StoreError):
                return -signal.SIGKILL
        return int(_STATUS.unpack(data)[0])

    @property
    def pid(self) -> int | None:
        """The process id of the fork server; None while it is not running."""
        return None if self._server is None else self._server.pid

    def close(self) -> None:
        """End every process and the fork server."""
        with self._lock:
            self._closed = True
            self._shut()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def ended(code: int, what: str, memory_bytes: int) -> QueryError:
    """The error for a process that ended with ``code`` while it did ``what``."""
    if code == NOT_STARTED:
        return no_process(what)
    if code in (-signal.SIGABRT, OUT_OF_MEMORY):
        return QueryTooLarge(
            f"{what} needs more than {memory_bytes >> 20} MiB of memory; ask for less at a time"
        )
    if code == -signal.SIGKILL:
        return QueryCrashed(f"{what} was lost: its process was killed; try again")
    how = signal.strsignal(-code) if code < 0 else f"exit code {code}"
    return QueryCrashed(f"{what} crashed the process that evaluated it ({how})")


def revive(body: bytes) -> ProvenanceError:
    """The error that an ERROR message from another process describes."""
    name, message, *_ = frames.loads(body)
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, ProvenanceError)):
        kind = QueryError
    error = kind.__new__(kind)
    error.args = (message,)
    return error


def run_bounded(
    function: str, data: bytes, limits: Limits | None = None, spawner: Spawner | None = None
) -> object:
    """Call ``module:function`` with bytes from outside in a process that is then discarded.

    The function returns bytes or a value fit for JSON. Raises the function's own ProvenanceError,
    else QueryTimeout, QueryTooLarge or QueryCrashed. ``spawner`` saves the tenth of a second that
    starting one takes.

    >>> run_bounded("json:loads", b'{"a": 1}')
    {'a': 1}
    """
    if spawner is None:
        with Spawner() as own:
            return run_bounded(function, data, limits, own)
    limits = limits or Limits()
    number, sock = spawner.start(function=function, memory=limits.memory_bytes)
    try:
        with sock:
            return exchange(spawner, number, sock, data, limits)
    finally:
        spawner.forget(number)


def exchange(
    spawner: Spawner, number: int, sock: socket.socket, data: bytes, limits: Limits
) -> object:
    """Send bytes to a process and return the result of its function.

    Raises QueryTooLarge beyond the byte limit, QueryTimeout beyond the time limit, QueryCrashed
    where the process ends, and an error that it reports.
    """
    until = time.monotonic() + limits.seconds
    late = QueryTimeout(f"this document was not read within {limits.seconds:g} s")
    sock.settimeout(limits.seconds)
    with suppress(BrokenPipeError, ConnectionResetError):
        try:
            sock.sendall(frames.frame(frames.REQUEST, data))
        except TimeoutError:
            raise late from None
    reader = frames.FrameReader()
    result: list[bytes] = []
    while True:
        while (message := reader.next()) is not None:
            kind, body = message
            if kind == frames.DATA:
                result.append(body)
            elif kind == frames.ERROR:
                raise revive(body)
            else:
                return result[0] if result else frames.loads(body)
        left = until - time.monotonic()
        if left <= 0 or not select.select([sock], [], [], left)[0]:
            raise late
        if reader.waiting > limits.answer_bytes:
            raise QueryTooLarge(f"the result is larger than {limits.answer_bytes} bytes")
        try:
            more = sock.recv(1 << 20)
        except ConnectionResetError:
            more = b""
        if not more:
            raise ended(spawner.status(number), "this document", limits.memory_bytes)
        reader.feed(more)
