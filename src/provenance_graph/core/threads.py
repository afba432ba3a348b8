"""Thread helpers: detection of refused threads, parallel reads, and release of error frames."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from provenance_graph.core.errors import ProvenanceError, StoreError

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")

_REFUSED: Final = "can't start new thread"
"""Python's message when the system refuses a thread; there is no exception class for it."""
_FEW: Final = 8
_EACH: Final = 8
"""Threads that the libraries start in all, and per processor."""
_NATIVE: Final = ("PanicException", "Resource temporarily unavailable")
"""Class name and message of the same error in a library written in Rust."""


def is_refused(error: BaseException) -> bool:
    """Whether an error means that the system refused a thread, a condition that passes.

    >>> is_refused(RuntimeError("can't start new thread")), is_refused(RuntimeError("no loop"))
    (True, False)
    """
    if isinstance(error, RuntimeError):
        return _REFUSED in str(error)
    return type(error).__name__ == _NATIVE[0] and _NATIVE[1] in str(error)


def no_thread(what: str) -> str:
    """The error message for a task for which no thread could be started."""
    return f"no thread can be started now; {what} can be tried again"


def check_room(what: str) -> None:
    """Raise StoreError if the system refuses the threads that the columnar libraries need.

    The libraries for columns and for the engine start threads of their own, and wait for ever if
    the system refuses them. Therefore the same number of threads is started and ended here before
    the libraries are loaded.
    """
    end = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(_FEW + _EACH * (os.cpu_count() or 1)):
            one = threading.Thread(target=end.wait, daemon=True)
            one.start()
            started.append(one)
    except RuntimeError as error:
        if not is_refused(error):
            raise
        raise StoreError(no_thread(what)) from error
    finally:
        end.set()
        for one in started:
            one.join()


def side_by_side(function: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """Map a function that waits for the disk over items, with one thread per processor.

    The calling thread does the work if no thread can be started.
    """
    from concurrent.futures import ThreadPoolExecutor  # not loaded by readers of a store

    listed = list(items)
    try:
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            return list(threads.map(function, listed))
    except RuntimeError as error:
        if not is_refused(error):
            raise
    return list(map(function, listed))


def releasing_frames(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator that clears local variables from the traceback of an error before it is raised on.

    The traceback of an error refers to frames, and their local variables to unfinished iterators of
    the engine. Only the thread that made such an iterator can free it. If another thread dropped
    the error, the iterator and the state that it reads would stay in memory for ever. An expected
    error loses its traceback, since a cleared frame still refers to its function and what that
    encloses, and the error of a future stays until a garbage collection.
    """

    @wraps(function)
    def released(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # whatever it is, it goes on; its frames do not
            at: BaseException | None = error
            while at is not None:
                traceback.clear_frames(at.__traceback__)
                if isinstance(error, ProvenanceError):
                    at.__traceback__ = None
                at = at.__cause__ or at.__context__
            raise

    return released
