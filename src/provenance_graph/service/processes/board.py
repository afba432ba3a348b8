"""What the writer's state is, reported from process to process by a small file.

The writer says when it is ready or cannot write; the first process says how it ended;
HTTP processes read it for ``/health`` and to refuse a write at once with the reason.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from provenance_graph.core.files import replacing

STARTING: Final = "starting"
READY: Final = "ready"
DEGRADED: Final = "degraded"
"""The last write failed for want of room or the like; the next one is tried."""
CLOSED: Final = "closed"
"""The store cannot be opened for writing: read-only, damaged, or held by another process."""
ENDED: Final = "ended"
"""The writing process ended and will be started again."""


@dataclass(frozen=True, slots=True)
class WriterState:
    """One state: since when (a time), why, and how the process before ended."""

    state: str = STARTING
    reason: str = ""
    since: float = 0.0
    restarts: int = 0
    ended: int | None = None


class Board:
    """The file with the writer's state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "writer.json"
        self._stamp = (0, 0)
        self._last = WriterState()

    def read(self) -> WriterState:
        """The present state; takes a microsecond while it is unchanged."""
        try:
            stat = self._file.stat()
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._stamp:
                self._last = WriterState(**json.loads(self._file.read_text("utf-8")))
                self._stamp = stamp
        except (OSError, ValueError, TypeError):
            pass  # not written yet, or just being replaced
        return self._last

    def tell(self, state: str, reason: str = "") -> None:
        """Tell a new state; the same one twice is written once."""
        known = self.read()
        if (known.state, known.reason) != (state, reason):
            self._write(replace(known, state=state, reason=reason, since=time.time()))

    def died(self, code: int | None) -> None:
        """Tell how the writing process ended."""
        known = self.read()
        reason = known.reason if known.state == CLOSED else f"the writing process ended ({code})"
        self._write(
            WriterState(ENDED, reason, time.time(), restarts=known.restarts + 1, ended=code)
        )

    def _write(self, state: WriterState) -> None:
        with replacing(self._file) as aside:
            aside.write_text(json.dumps(asdict(state)), "utf-8")
