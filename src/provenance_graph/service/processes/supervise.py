"""Supervisor of the service's processes: HTTP processes, writer, indexer.

The first process opens the sockets, starts the others, and restarts any that ends. All others end
with the first process, so that none is left over; a service manager watches the first process.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

from provenance_graph.core.errors import ProvenanceError, StoreError
from provenance_graph.store.pool.sandbox import die_with_parent
from provenance_graph.store.pool.starting import start, starting_work

_FORK: Final = multiprocessing.get_context("fork")
_QUICK: Final = 1.0
_PAUSE: Final = 0.3
_LONGEST: Final = 10.0
Work = Callable[[], None]


@dataclass(slots=True)
class Child:
    """One process that the supervisor keeps running."""

    name: str
    work: Work
    rank: int = 0
    process: BaseProcess | None = None
    started: float = 0.0
    restarts: int = -1
    died: Callable[[int | None], object] = lambda _: None
    """Called with the exit code each time the process has ended."""
    due: float | None = None
    quick: int = 0
    """Number of consecutive times that the process ended soon after its start."""

    def start(self) -> None:
        """Start or restart the process; if the system cannot start one now, set a time to retry."""
        self.due = None
        self.started = time.monotonic()
        made = _FORK.Process(target=_run, args=(self.work, os.getpid()), name=self.name)
        try:
            start(made)
        except OSError as error:
            self.quick += 1
            pause = self.pause
            self.due = self.started + pause
            why = error.strerror or str(error)
            sys.stderr.write(
                f"provenance-graph: {self.name} could not be started ({why}); "
                f"trying again in {pause:g} s\n"
            )
            return
        self.restarts += 1
        self.process = made

    @property
    def pause(self) -> float:
        """Seconds to wait before the next start of a process that keeps ending soon."""
        return min(_PAUSE * 2 ** min(self.quick - 1, 16), _LONGEST) if self.quick else 0.0


def _run(work: Work, parent: int) -> None:
    die_with_parent(parent)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    work()


@dataclass(slots=True)
class Supervisor:
    """Starts child processes, restarts those that end, and stops all of them in order."""

    children: list[Child] = field(default_factory=list)
    seconds: float = 15.0
    on_child_exit: Callable[[int], None] = lambda _: None
    """Called with the id of each process that has ended."""
    _stop: bool = False
    _again: bool = False

    def run(self) -> int:
        """Run until a signal stops the service; returns an exit code."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        gc.freeze()  # loaded objects stay shared with the children: no collection touches them
        for child in self.children:
            child.start()
        while not self._stop:
            alive = [c for c in self.children if c.process is not None and c.due is None]
            watched = [c.process.sentinel for c in alive if c.process is not None]
            dues = [c.due for c in self.children if c.due is not None]
            wait([*watched, reader], max(0.0, min(dues) - time.monotonic()) if dues else None)
            self._revive()
        self._end()
        os.close(reader)
        return 0

    def _signalled(self, *_: object) -> None:
        if self._stop:
            self._again = True
        self._stop = True

    def _revive(self) -> None:
        now = time.monotonic()
        for child in self.children:
            process = child.process
            if self._stop:
                return
            if child.due is not None:
                if child.due <= now:
                    child.start()
            elif process is not None and not process.is_alive():
                self._ended(child, process, now)

    def _ended(self, child: Child, process: BaseProcess, now: float) -> None:
        """Record that a process ended, and restart it: the later, the more often it ends soon."""
        process.join()
        how = process.exitcode
        if process.pid is not None:
            self.on_child_exit(process.pid)
        child.died(how)
        child.quick = child.quick + 1 if now - child.started < _QUICK else 0
        pause = child.pause
        when = f" in {pause:g} s" if pause else ""
        sys.stderr.write(f"provenance-graph: {child.name} ended ({how}); starting it again{when}\n")
        if pause:
            child.due = now + pause
        else:
            child.start()

    def _end(self) -> None:
        """Stop the processes in order of rank: HTTP processes before the writer that they use."""
        until = time.monotonic() + self.seconds + 2
        for rank in sorted({child.rank for child in self.children}):
            group = [c.process for c in self.children if c.rank == rank and c.process is not None]
            for process in group:
                if process.is_alive() and process.pid is not None:
                    os.kill(process.pid, signal.SIGTERM)
            for process in group:
                while process.is_alive():
                    process.join(0.1)
                    if self._again or time.monotonic() > until:
                        process.kill()


def run_once(work: Work) -> None:
    """Run ``work`` in a separate process; raises StoreError with the message of its error.

    Work that opens the engine must run there: the engine's threads do not survive a fork, and a
    writer forked afterwards would wait for them for ever.
    """
    begin(work)()


def begin(work: Work) -> Work:
    """Start ``work`` in a separate process; returns a function that waits for its end.

    That function raises StoreError with the message of the error raised in the process.
    """
    with starting_work("this command"):
        ours, theirs = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_once, args=(work, theirs))
        with theirs:
            start(process)

    def ended() -> None:
        try:
            recv = ours.recv()
        except EOFError:
            recv = "the store could not be prepared (see above)"
        process.join()
        if recv:
            raise StoreError(str(recv))

    return ended


def _once(work: Work, connection: Connection) -> None:
    try:
        work()
    except ProvenanceError as error:
        connection.send(str(error))
    else:
        connection.send("")


def quiet_logs() -> None:
    """Send warnings to standard error, and only errors of uvicorn; the access log is our own."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    # A malformed request is answered with 400 and not logged.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def peer_name(listener: socket.socket) -> tuple[str, int]:
    """The host and port that a socket listens on."""
    host, port = listener.getsockname()[:2]
    return str(host), int(port)
