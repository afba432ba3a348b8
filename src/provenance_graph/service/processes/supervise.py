"""Keeps the service's processes running: the HTTP processes and the writer.

The first process opens the sockets, starts the others and starts again whichever dies.
All others end with it, so that nothing is left behind; a service manager watches it.
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
    """One process that is kept running."""

    name: str
    work: Work
    rank: int = 0
    process: BaseProcess | None = None
    started: float = 0.0
    restarts: int = -1
    died: Callable[[int | None], object] = lambda _: None
    """Called with the exit code each time it has ended."""
    due: float | None = None
    quick: int = 0
    """How many times in a row it ended soon after its start."""

    def start(self) -> None:
        """Start it, or start it again; where the system gives no process now, it is due again."""
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
        """Seconds before the next start of one that keeps ending soon."""
        return min(_PAUSE * 2 ** min(self.quick - 1, 16), _LONGEST) if self.quick else 0.0


def _run(work: Work, parent: int) -> None:
    die_with_parent(parent)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    work()


@dataclass(slots=True)
class Supervisor:
    """Starts children, restarts the dead, and ends all in order."""

    children: list[Child] = field(default_factory=list)
    seconds: float = 15.0
    on_child_exit: Callable[[int], None] = lambda _: None
    """Called with the id of each process that has died."""
    _stop: bool = False
    _again: bool = False

    def run(self) -> int:
        """Stay until a signal stops it; gives an exit code."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        gc.freeze()  # what is loaded is shared with the children, and looked at by none
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
        """Note that a process ended; one that keeps ending is started more and more rarely."""
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
        """In the order they were given: HTTP processes before the writer they write through."""
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
    """Do something in a process of its own; raises StoreError with what it raised there.

    Whatever opens the engine belongs here: an engine's threads do not survive the forks to
    come, and a writer forked after it would wait for them for ever.
    """
    begin(work)()


def begin(work: Work) -> Work:
    """The same without waiting; what it gives waits for the end, and raises."""
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
    """Warnings of the HTTP server go to standard error; the access log is our own."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    # A malformed request is its sender's affair and is answered with 400.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def peer_name(listener: socket.socket) -> tuple[str, int]:
    """Host and port that a socket listens on."""
    host, port = listener.getsockname()[:2]
    return str(host), int(port)
