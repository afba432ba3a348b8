"""Engines that run the tasks of long work: in this process, in parallel processes, on a cluster.

An engine has one main method, ``run``, which takes a picklable function and tasks. The functions
are the same on every engine; they exchange files below a folder that every worker can reach.
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
        """Yield the results in the order in which they are ready."""

    def rest(self) -> None:
        """Free memory, since no task follows for a while."""

    def __enter__(self) -> Self:
        """Enter the engine as a context manager."""

    def __exit__(self, *failure: object) -> None:
        """Release the resources of the engine."""


@contextmanager
def uncollected() -> Iterator[None]:
    """A context without garbage collection: a build makes millions of objects and no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def collect_regularly() -> None:
    """Let this process and those forked from it search for garbage while they run.

    A command raises the thresholds so far that it ends before a search; a service would keep for
    ever what refers to itself, with the files that it has open.
    """
    gc.set_threshold(10_000, 10, 10)


def without_collection(function: Callable[[T], R], task: T) -> R:
    """Run a task without garbage collection, which took a sixth of a build's processor time."""
    with uncollected():
        return function(task)


def cores() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shares(amount: int, most: int, least: int) -> int:
    """The number of tasks into which an amount of work is divided, at least one.

    A task has about ``most`` of it; less work is divided among the processors if each gets at least
    ``least``, which is worth the start of a process.
    """
    return max(1, round(amount / most), min(cores(), amount // least))


def pool(processes: int) -> ProcessPoolExecutor:
    """A pool of processes that end with this one."""
    return ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(os.getpid(),),
    )


class LocalEngine:
    """Runs tasks in processes on this machine; a stage of one task runs in this process.

    Entering it raises StoreError where the system cannot start the threads of the libraries that
    tasks use.
    """

    def __init__(self, processes: int = 0) -> None:
        self._count = processes or cores()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order in which they are ready; raises what a task raises.

        The tasks are submitted at once, so that tasks submitted later come after them. Raises
        StoreError where a process is killed.
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
        """Submit the tasks to the pool.

        Raises OSError where not all processes start, RuntimeError where the pool's own thread does
        not start; then no further task begins.
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
                process.terminate()  # else it waits for a task for ever, and this process waits for it
                process.join()
            raise

    def rest(self) -> None:
        """End the processes, which frees up to a gigabyte for the engine's load."""
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
    """Limit Polars to one thread, since there is a process for each core; end with the parent."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    die_with_parent(parent)
