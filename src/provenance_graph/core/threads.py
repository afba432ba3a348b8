"""Functions that run in threads of their own, leave nothing of them behind, and may get none."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from provenance_graph.core.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")

_REFUSED: Final = "can't start new thread"
"""What Python says where the system gives no further thread; it has no error of its own for it."""
_FEW: Final = 8
_EACH: Final = 8
"""Threads of the libraries that do not depend on the processors, and those for each of them."""
_NATIVE: Final = ("PanicException", "Resource temporarily unavailable")
"""The kind and the words of the same error in a library written in Rust."""


def is_refused(error: BaseException) -> bool:
    """Whether an error says that the system gave no further thread; this passes.

    >>> is_refused(RuntimeError("can't start new thread")), is_refused(RuntimeError("no loop"))
    (True, False)
    """
    if isinstance(error, RuntimeError):
        return _REFUSED in str(error)
    return type(error).__name__ == _NATIVE[0] and _NATIVE[1] in str(error)


def no_thread(what: str) -> str:
    """The refusal of something for which no thread could be started."""
    return f"no thread can be started now; {what} can be tried again"


def check_room(what: str) -> None:
    """Raise StoreError where the system does not give the threads that work on columns takes.

    The libraries for columns and for the engine start their own, and wait for ever for those that
    they do not get: so as many are started here, and end again, before they are loaded.
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
    """The results of a function that waits for the disk, from a thread a processor.

    From this thread where none can be started.
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
    """The function, whose errors carry no local values out of its thread.

    An error holds the frames that it came through, and those hold unfinished iterators of the
    engine. Such an iterator can be freed by the thread that made it alone: whoever waits for
    the thread and drops the error would leave the iterator, and the state that it reads, in
    memory for ever.
    """

    @wraps(function)
    def released(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # whatever it is, it goes on; its frames do not
            at: BaseException | None = error
            while at is not None:
                traceback.clear_frames(at.__traceback__)
                at = at.__cause__ or at.__context__
            raise

    return released
