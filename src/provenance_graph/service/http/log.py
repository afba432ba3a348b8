"""Access and query logs: one JSON object a line, each with its request's id."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

_FLUSH_SECONDS: Final = 0.25
_FLUSH_LINES: Final = 200
LOGGED_CHARACTERS: Final = 4_000


class Log:
    """Lines are gathered and written together, at the latest a quarter second on.

    An error of ours is written at once, and also where there is no log: then to stderr, since the
    answer that it ended names it by its id.
    """

    def __init__(self, target: str) -> None:
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._out: TextIO | None = None
        self._own = False
        if target == "-":
            self._out = sys.stderr
        elif target:
            self._out = Path(target).open("a", encoding="utf-8")  # noqa: SIM115 - closed by close()
            self._own = True
        self._due = 0.0
        self._waits = False

    @property
    def wanted(self) -> bool:
        """Whether the log is switched on."""
        return self._out is not None

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """Add one line; nothing a client sent can start a second one."""
        is_error = event == "error"
        if self._out is None and not is_error:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}Z"
        line = json.dumps({"time": stamp, "event": event, **fields}, default=str)
        self._lines.append(line)
        if is_error or now >= self._due or len(self._lines) >= _FLUSH_LINES:
            self.flush()
            self._due = now + _FLUSH_SECONDS
        elif not self._waits:
            self._flush_soon()

    def _flush_soon(self) -> None:
        """Write what waits even if nobody comes any more."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a thread's: it goes with the next line
            return
        self._waits = True
        loop.call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what was gathered; a log that cannot be written is no reason to stop."""
        with self._lock:
            lines, self._lines, self._waits = self._lines, [], False
            out = sys.stderr if self._out is None else self._out
            if lines:
                try:
                    out.write("\n".join(lines) + "\n")
                    out.flush()
                except (OSError, ValueError):
                    return

    def close(self) -> None:
        """Write the rest and close the file."""
        self.flush()
        if self._own and self._out is not None:
            self._out.close()
            self._out = None
