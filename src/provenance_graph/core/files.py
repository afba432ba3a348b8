"""Files that several processes write: whole or not at all, and one process at a time."""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NUMBERS: Final = itertools.count()


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
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process is in a block of the same lock file; freed when its process dies."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
