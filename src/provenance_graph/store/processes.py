"""Where the tasks of long work run: in this process, in processes beside it, or on a cluster.

An engine has one method, ``run``: a function that can be pickled, and tasks. The functions
are the same everywhere; they exchange files below a folder that every worker can reach.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol, Self, TypeVar

from provenance_graph.core.errors import StoreError
from provenance_graph.core.threads import check_room
from provenance_graph.store.pool.sandbox import die_with_parent
from provenance_graph.store.pool.starting import starting_work

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs the tasks of a stage."""

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """The results, in the order in which they are ready."""

    def rest(self) -> None:
        """Give back memory: no task comes for a while."""

    def __enter__(self) -> Self:
        """Use as a context manager."""

    def __exit__(self, *failure: object) -> None:
        """Give back what the engine holds."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: a build makes millions of objects and no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def without_collection(function: Callable[[T], R], task: T) -> R:
    """Run a task without garbage collection, which took a sixth of a build's processor time."""
    with uncollected():
        return function(task)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool(processes: int) -> ProcessPoolExecutor:
    """Processes that end with this one."""
    return ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(os.getpid(),),
    )


class LocalEngine:
    """Processes on this machine; a stage of one task runs in this one.

    To enter it raises StoreError where the system has no threads for the libraries of its tasks.
    """

    def __init__(self, processes: int = 0) -> None:
        self._count = processes or cores()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """The results, in the order in which they are ready; raises what a task raised.

        The processes begin at once, so that tasks that are given meanwhile come after these.
        """
        if len(tasks) < 2 or self._count < 2:
            return map(function, tasks)
        waiting: set[Future[R]] = set()
        try:
            with starting_work("the same command"):
                self._submit(waiting, function, tasks)
        except BrokenProcessPool as error:
            raise _killed() from error
        return self._results(waiting)

    def _results(self, waiting: set[Future[R]]) -> Iterator[R]:
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BrokenProcessPool as error:
            raise _killed() from error
        finally:
            for future in waiting:
                future.cancel()

    def _submit(
        self, waiting: set[Future[R]], function: Callable[[T], R], tasks: Sequence[T]
    ) -> None:
        """Hand out the tasks.

        Raises OSError where not all processes start, RuntimeError where the thread that hands them
        their tasks does not: no further task begins.
        """
        if self._pool is None:
            self._pool = pool(self._count)
        before = set(multiprocessing.active_children())
        try:
            for task in tasks:
                waiting.add(self._pool.submit(without_collection, function, task))
        except (OSError, RuntimeError):
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()  # it would wait for ever for a task, and this process for it
                process.join()
            raise

    def rest(self) -> None:
        """End the processes: what they hold, up to a gigabyte, is free for the engine's load."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        check_room("the same command")
        return self

    def __exit__(self, *failure: object) -> None:
        self.rest()


def _killed() -> StoreError:
    return StoreError(
        "a process was killed, perhaps because memory ran out; run the "
        "same command again: a build continues from its finished parts"
    )


def _begin(parent: int) -> None:
    """Keep to one thread, since there is one process a core, and end when the build does."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    die_with_parent(parent)
