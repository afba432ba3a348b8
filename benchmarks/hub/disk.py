"""Disk use of a folder while a program works in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_EVERY = 2.0
"""Seconds between two samples."""


@contextmanager
def most_disk(folder: Path) -> Iterator[list[int]]:
    """Context with a list of the folder's bytes on disk, sampled while the block runs."""
    taken, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(_EVERY):
            taken.append(on_disk(folder))

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield taken
    finally:
        done.set()
        watching.join()
        taken.append(on_disk(folder))


def on_disk(folder: Path) -> int:
    """The bytes of the disk blocks of all files below a folder; hard links count once."""
    blocks: dict[int, int] = {}
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # the file was deleted meanwhile
                stat = os.stat(os.path.join(where, name))  # noqa: PTH116, PTH118 - many files
                blocks[stat.st_ino] = stat.st_blocks
    return 512 * sum(blocks.values())
