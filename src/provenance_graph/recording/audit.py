"""Who recorded what and when: a log beside the store, each line bound to the one before.

A line holds the SHA-256 of the line before it, so that a line which is changed or taken out
later shows. The log survives rebuilding; it is no part of the graph.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "recorded.jsonl"


@dataclass(frozen=True, slots=True)
class Logged:
    """One line: when, who, what was done, to which record; ``sound`` if the chain holds there."""

    at: str
    who: str
    action: str
    record: str
    what: str
    sound: bool = True


class AuditLog:
    """The log of a store's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def add(self, who: str, action: str, record: str, what: str) -> None:
        """Add a line; it is on disk when this returns."""
        before = self._last()
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": who,
            "action": action,
            "record": record,
            "what": what,
            "before": hashlib.sha256(before).hexdigest() if before else "",
        }
        with self._path.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> Iterator[Logged]:
        """Every line in order, with whether it follows from the one before it."""
        before = b""
        for raw in self._raw():
            try:
                stored = json.loads(raw)
                expected = hashlib.sha256(before).hexdigest() if before else ""
                sound = stored.pop("before") == expected
                yield Logged(**stored, sound=sound)
            except (ValueError, KeyError, TypeError, AttributeError):
                yield Logged(
                    "", "", "unreadable line", "", raw[:80].decode(errors="replace"), False
                )
            before = raw

    def _raw(self) -> list[bytes]:
        return self._path.read_bytes().splitlines() if self._path.exists() else []

    def _last(self) -> bytes:
        lines = self._raw()
        return lines[-1] if lines else b""
