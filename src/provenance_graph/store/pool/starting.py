"""Start processes and threads; if the system refuses, raise an error that allows a retry.

``fork`` fails with EAGAIN at the limit of processes, and with ENOMEM where memory may not be
overcommitted. Pipes and sockets fail with EMFILE and ENFILE. A thread counts as a process at its
limit and fails with a RuntimeError. All these failures are temporary.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import popen_fork
from multiprocessing.process import BaseProcess
from traceback import walk_tb

from provenance_graph.core.errors import QueryBusy, StoreError
from provenance_graph.core.threads import is_refused, no_thread

_PIPES = ("parent_r", "child_w", "child_r", "parent_w")


def start(process: BaseProcess) -> None:
    """Fork a process; raises OSError where the system refuses, with nothing left open.

    The standard library leaves two pipes open in that case, four descriptors at each attempt.
    """
    try:
        process.start()
    except OSError as error:
        for frame, _ in walk_tb(error.__traceback__):
            if frame.f_code is popen_fork.Popen._launch.__code__:  # type: ignore[attr-defined]
                for name in _PIPES:
                    with suppress(KeyError, OSError):
                        os.close(frame.f_locals[name])
        raise


def no_process(what: str, error: OSError | None = None) -> QueryBusy:
    """The refusal of ``what``, for which no process could be started."""
    return QueryBusy(_refusal(what, error))


def _refusal(what: str, error: OSError | None) -> str:
    why = f" ({error.strerror or error})" if error is not None else ""
    return f"no process can be started now{why}; {what} can be tried again"


@contextmanager
def starting(what: str) -> Iterator[None]:
    """A context for starting a process or thread of a request: raises QueryBusy if refused."""
    try:
        yield
    except OSError as error:
        raise no_process(what, error) from error
    except RuntimeError as error:
        if not is_refused(error):
            raise
        raise QueryBusy(no_thread(what)) from error


@contextmanager
def starting_work(what: str) -> Iterator[None]:
    """A context for starting processes and threads of a command: raises StoreError if refused."""
    try:
        yield
    except OSError as error:
        raise StoreError(_refusal(what, error)) from error
    except RuntimeError as error:
        if not is_refused(error):
            raise
        raise StoreError(no_thread(what)) from error
