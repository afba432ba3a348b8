"""The recorded state of each place, in a file beside the store, so that a run can be resumed."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from provenance_graph.core.files import replacing

FILE = "sync.json"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The last fetch of a place: its time (Unix seconds), status, revision and new name."""

    at: float
    status: str
    revision: str = ""
    moved_to: str = ""
    detail: str = ""


class SyncState:
    """The states of all places fetched so far; a damaged file counts as empty."""

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
        """Whether a place is due: never fetched, failed, or fetched ``every`` seconds ago."""
        seen = self.seen.get(location)
        return seen is None or seen.status == "failed" or not 0 <= now - seen.at < every

    def note(self, location: str, seen: SourceState) -> None:
        """Record the state of a place at once, so that an interrupted run continues after it."""
        self.seen[location] = seen
        if self.path is None:
            return
        retained = {name: asdict(one) for name, one in sorted(self.seen.items())}
        with replacing(self.path) as aside:
            aside.write_text(json.dumps({"places": retained}, indent=1), encoding="utf-8")
