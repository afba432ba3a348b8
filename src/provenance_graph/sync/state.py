"""What was found at each place when it was last asked: stored beside the store, so that a run resumes."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from provenance_graph.core.files import replacing

FILE = "sync.json"


@dataclass(frozen=True, slots=True)
class SourceState:
    """When a place was asked, what came of it, its revision, and under what name it went on."""

    at: float
    status: str
    revision: str = ""
    moved_to: str = ""
    detail: str = ""


class SyncState:
    """The places asked so far; a damaged file counts as none."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.seen: dict[str, SourceState] = {}
        if path is not None:
            with suppress(OSError, ValueError, TypeError, AttributeError):
                read = json.loads(path.read_text(encoding="utf-8"))
                self.seen = {
                    location: SourceState(**one) for location, one in read["places"].items()
                }

    def due(self, location: str, every: int, now: float) -> bool:
        """Whether a place is to be asked again: it never was, failed, or long enough ago."""
        seen = self.seen.get(location)
        return seen is None or seen.status == "failed" or not 0 <= now - seen.at < every

    def note(self, location: str, seen: SourceState) -> None:
        """Keep what came of a place, at once: an interrupted run goes on behind it."""
        self.seen[location] = seen
        if self.path is None:
            return
        retained = {name: asdict(one) for name, one in sorted(self.seen.items())}
        with replacing(self.path) as aside:
            aside.write_text(json.dumps({"places": retained}, indent=1), encoding="utf-8")
