"""The newest published state of a store on disk, as a source for a pool of workers."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from provenance_graph.core.errors import StoreError
from provenance_graph.store import layout

_LOOKS: Final = 8
"""Number of attempts to read the newest state while states are replaced."""


class PublishedState:
    """A function that returns the newest published state of a store: its folder and version."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = str(root / "CURRENT")
        self._stamp = (0, 0)
        self._current = ("", "")

    def __call__(self) -> tuple[str, str]:
        """The folder and version of the newest published state; raises StoreError and its kinds."""
        for _ in range(_LOOKS - 1):
            with suppress(
                FileNotFoundError
            ):  # replaced between two looks: the next is at its place
                return self._look()
        try:
            return self._look()
        except FileNotFoundError as error:
            raise StoreError(
                f"{self._root}: the published state is not there; {layout.MENDED}"
            ) from error

    def _look(self) -> tuple[str, str]:
        try:
            stat = os.stat(self._file)  # noqa: PTH116 - once per query, and half the time
            stamp = (stat.st_ino, stat.st_mtime_ns)
        except OSError:
            stamp = (0, 0)
        if stamp != self._stamp or stamp == (0, 0):
            current = layout.read_current(self._root)
            folder = self._root / "checkpoints" / current.checkpoint
            layout.verify(folder, current.files)
            self._current, self._stamp = (str(folder), current.version), stamp
        return self._current
