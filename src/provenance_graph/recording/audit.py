"""The audit log of recorded findings: a file beside the store whose lines form a hash chain.

Each line holds the SHA-256 of the line before it, so that a later change or removal of a line is
detectable. The log survives rebuilding; it is not part of the graph.
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
    """One line of the log: time, author, action and record; ``sound`` if its hash is right."""

    at: str
    who: str
    action: str
    record: str
    what: str
    sound: bool = True


class AuditLog:
    """The audit log in a store's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def add(self, who: str, action: str, record: str, what: str) -> None:
        """Append a line; it is synced to disk when this returns."""
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
        """Yield every line in order, with the result of its hash check."""
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
