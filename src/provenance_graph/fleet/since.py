"""New findings and commits since the last check of a fleet.

A baseline is a small JSON file with the store's version and the findings of a check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.errors import ChangesGone, NotFound, UsageError
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import short_id
from provenance_graph.fleet.check import FleetFinding
from provenance_graph.fleet.read import System
from provenance_graph.fleet.watch import FleetWatch

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings (by key) of an earlier check, and the store version it read."""

    version: str = ""
    keys: frozenset[tuple[str, ...]] = frozenset()


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file; raises UsageError for a missing or damaged file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is no baseline of that name, so nothing can be called new; "
            "add --write-baseline to write the first one"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not a baseline of `fleet check` (byte {error.start} is not UTF-8); "
            "delete it to start again"
        ) from error
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}")
        return Baseline(str(data["version"]), frozenset(tuple(key) for key in data["findings"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is not a baseline of `fleet check` ({error}); delete it to start again"
        ) from error


def write_baseline(path: Path, version: str, findings: Iterable[FleetFinding]) -> None:
    """Write the baseline of a check; the file is replaced as a whole."""
    keys = sorted({finding.key for finding in findings if not finding.version})
    text = json.dumps({"format": FORMAT, "version": version, "findings": keys}, indent=1)
    with replacing(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def marked(findings: Iterable[FleetFinding], baseline: Baseline) -> list[FleetFinding]:
    """The findings; ``new`` is set on those that the baseline lacks."""
    if not baseline.version:
        return list(findings)
    return [replace(one, new=one.key not in baseline.keys) for one in findings]


def events(
    snapshot: AcceptedSnapshot, systems: Sequence[System], log: ChangeLog, since: str
) -> tuple[list[FleetFinding], str]:
    """The changes by commits since a version that concern the systems, and a note for the user.

    Where the log does not reach back to that version there are no events, and the note says so. The
    note is empty where nothing needs saying.
    """
    if not since or since == snapshot.version:
        return [], ""
    try:
        commits = log.since(since, snapshot.version, limit=100_000)
    except (ChangesGone, NotFound) as gone:
        return [], f"{gone}; findings are compared, but their causes are not known"
    watch = FleetWatch(snapshot, systems)
    results: list[FleetFinding] = []
    for commit in commits:
        for event in watch.events(commit, snapshot):
            system, name = watch.named(event.deployment, event.path)
            results.append(
                FleetFinding(
                    system,
                    name,
                    event.kind,
                    event.severity,
                    event.message,
                    tuple(map(short_id, event.path)),
                    event.version,
                    new=True,
                )
            )
    return results, cut_commits(commits)


def cut_commits(commits: Iterable[object]) -> str:
    """A note for the user where commits changed more facts than the log lists; else empty."""
    cut = [str(getattr(c, "version", "")) for c in commits if getattr(c, "cut", False)]
    if not cut:
        return ""
    return (
        f"{len(cut)} commits changed more than the log lists ({', '.join(cut[:3])}): "
        "their events are not listed one by one"
    )
