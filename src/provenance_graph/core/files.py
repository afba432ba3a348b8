"""Atomic replacement of files, lock files between processes, and the limit of open files."""

from __future__ import annotations

import fcntl
import itertools
import math
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NUMBERS: Final = itertools.count()
_LOOK: Final = 0.05
"""Seconds between two attempts to take a lock."""


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``file`` that replaces ``file`` when the block succeeds.

    No other writer of the file gets the same path. The temporary name is a dot, the file's own name
    and the process id. A process that is killed leaves the temporary file behind.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}-{next(_NUMBERS)}")
    aside.unlink(missing_ok=True)  # left by a dead process with the same id
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def alone(lock: Path, seconds: float = math.inf) -> Iterator[None]:
    """Hold an exclusive lock on a lock file; wait for other processes at most ``seconds``.

    After that time the block runs without the lock. The lock is released when its process dies.
    """
    end = time.monotonic() + seconds
    with lock.open("w") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    break
                time.sleep(_LOOK)
        yield


def allow_files(wanted: int) -> int:
    """Let this process open ``wanted`` files beside those that are open; return how many it may.

    The soft limit is raised, up to the hard limit; it is never lowered.
    """
    there = sum(1 for _ in Path("/dev/fd").iterdir())
    now, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = there + wanted
    limit = max(now, needed if hard == resource.RLIM_INFINITY else min(needed, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - there
