"""Access and query log: one JSON object a line, each with the id of its request."""

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
    """A log whose lines are collected and written together, a quarter of a second later at most.

    Internal errors are written at once. Without a log they go to stderr, since the answer to the
    client names them by the request id. ``target`` is a path, ``-`` for stderr, or empty for no
    log.
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
        """Whether there is a log."""
        return self._out is not None

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """Add one line; JSON escapes line ends, so a client cannot start a second line."""
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
        """Schedule a flush, so that lines are written even without further requests."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # called in a thread: written with the next line
            return
        self._waits = True
        loop.call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write the collected lines; a log that cannot be written is ignored."""
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
        """Write the remaining lines and close the file."""
        self.flush()
        if self._own and self._out is not None:
            self._out.close()
            self._out = None
