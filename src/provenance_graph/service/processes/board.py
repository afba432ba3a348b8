"""The writer's state, shared between processes through a small file.

The writer writes whether it is ready or cannot write; the supervisor writes how it ended. HTTP
processes read the file for ``/health``, and to refuse a write at once with the reason.
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
"""The last write failed, for example because the disk was full; the next one is tried."""
CLOSED: Final = "closed"
"""The store cannot be opened for writing: it is read-only, damaged, or held by another process."""
ENDED: Final = "ended"
"""The writer process ended and will be restarted."""


@dataclass(frozen=True, slots=True)
class WriterState:
    """A state of the writer: its time (Unix seconds), reason, restarts, and last exit code."""

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
        """The present state; takes a microsecond while the file is unchanged."""
        try:
            stat = self._file.stat()
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._stamp:
                self._last = WriterState(**json.loads(self._file.read_text("utf-8")))
                self._stamp = stamp
        except (OSError, ValueError, TypeError):
            pass  # not written yet, or being replaced
        return self._last

    def tell(self, state: str, reason: str = "") -> None:
        """Write a new state; an unchanged state and reason are not written again."""
        known = self.read()
        if (known.state, known.reason) != (state, reason):
            self._write(replace(known, state=state, reason=reason, since=time.time()))

    def died(self, code: int | None) -> None:
        """Write that the writer process ended, with its exit code."""
        known = self.read()
        reason = known.reason if known.state == CLOSED else f"the writing process ended ({code})"
        self._write(
            WriterState(ENDED, reason, time.time(), restarts=known.restarts + 1, ended=code)
        )

    def _write(self, state: WriterState) -> None:
        with replacing(self._file) as aside:
            aside.write_text(json.dumps(asdict(state)), "utf-8")
