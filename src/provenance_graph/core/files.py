"""Files that several processes write, whole or not at all, one process at a time; how many may be open."""

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
"""Seconds between two looks whether a lock is free."""


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A path beside a file, to write to: it takes the file's place when the block ends well.

    No other writer of the file gets the same path. Its name begins with a dot and the file's own
    name; a process that is killed leaves it behind.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}-{next(_NUMBERS)}")
    aside.unlink(missing_ok=True)  # of a dead process of the same number
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def alone(lock: Path, seconds: float = math.inf) -> Iterator[None]:
    """Wait until no other process is in a block of the same lock file, or so long.

    The lock is freed when its process dies.
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
    """Raise the limit of open files to ``wanted``, as far as the system lets us; gives the limit."""
    now, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    limit = max(now, wanted if unlimited else min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit
