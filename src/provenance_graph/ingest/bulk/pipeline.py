"""The stages of a build in order: read, name, distribute, resolve.

The tasks of each stage write whole folders below the build's own, so that a build that was
interrupted continues with the finished ones. The results are files for an RDF engine to load, and
the claim table.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from provenance_graph.acceptance.sssom import Mapping as Row
from provenance_graph.ingest.bulk.names import Identity, decided_by_people, settle
from provenance_graph.ingest.bulk.parts import RecordPart, read_part, tasks
from provenance_graph.ingest.bulk.resolve import (
    Profiles,
    ResolvedGroup,
    ResolveTask,
    Rules,
    resolve_group,
    write_profiles,
)
from provenance_graph.ingest.bulk.shuffle import (
    BUCKET_CLAIMS,
    LEAST_BUCKET_CLAIMS,
    batches,
    shuffle,
)
from provenance_graph.store.processes import Engine, shares

Step = Callable[[int, int], None]
"""Called with the number of finished tasks and the number of all tasks."""

Watch = Callable[[str], Step]
"""Called with the label of a stage's unit of work; returns the stage's Step."""


def unwatched(_: str) -> Step:
    """A Watch that reports nothing."""
    return lambda _done, _total: None


@dataclass(frozen=True)
class Compiled:
    """The results of all stages: files to load, identity, and the folders of the claim table."""

    parts: Sequence[RecordPart]
    identity: Identity
    by_hand: Identity
    resolved: Sequence[ResolvedGroup]
    profiles: Profiles | None
    buckets: int

    @property
    def records(self) -> int:
        """The number of records."""
        return sum(part.records for part in self.parts)

    @property
    def quads(self) -> int:
        """The number of quads of the records, the view and the evidence levels."""
        shared = self.profiles.quads if self.profiles else 0
        own = sum(part.quads for part in self.parts)
        return own + sum(one.quads for one in self.resolved) + shared

    @property
    def load(self) -> Iterator[tuple[str, str]]:
        """Yield files to load with their syntaxes, records before views."""
        for part in self.parts:
            yield from part.load
        for one in self.resolved:
            yield from one.load
        if self.profiles:
            yield self.profiles.path, "nquads"


def read_files(
    files: Iterable[tuple[Path, str]],
    stage: Path,
    engine: Engine,
    watch: Watch = unwatched,
    first: int = 0,
) -> list[RecordPart]:
    """Run the first stage: read files into parts, sorted by number.

    ``first`` is the number of the first part. Raises RecordError and Unreadable with the file at
    fault.
    """
    stage.mkdir(parents=True, exist_ok=True)
    reading = list(tasks(files, stage, first))
    step = watch("parts read")
    parts: list[RecordPart] = []
    for part in engine.run(read_part, reading):
        parts.append(part)
        step(len(parts), len(reading))
    return sorted(parts, key=lambda part: part.number)


def compile_parts(
    parts: Sequence[RecordPart],
    rows: Iterable[Row],
    stage: Path,
    rules: Rules,
    engine: Engine,
    watch: Watch = unwatched,
    bucket_claims: int = 0,
) -> Compiled:
    """Run the other stages below ``stage``; raises RecordError if two records share a name.

    ``bucket_claims`` is the approximate number of claims resolved at once (0: at most
    BUCKET_CLAIMS, and such that no processor is idle).
    """
    rows = list(rows)
    identity = settle(parts, rows, stage)
    claims = sum(part.claims for part in parts)
    buckets = shares(claims, bucket_claims or BUCKET_CLAIMS, bucket_claims or LEAST_BUCKET_CLAIMS)
    moving = list(batches([(part.folder, part.claims) for part in parts], buckets, stage))
    step = watch("parts distributed")
    shuffled: list[str] = []
    for folder in engine.run(shuffle, moving):
        shuffled.append(folder)
        step(len(shuffled), len(moving))
    shuffled.sort()
    resolved = _resolved(stage, shuffled, rules, engine, watch)
    for folder in shuffled:
        shutil.rmtree(folder, ignore_errors=True)
    people = decided_by_people(identity, rows)
    profiles = write_profiles(resolved, rules, stage)
    return Compiled(parts, identity, people, resolved, profiles, buckets)


def _resolved(
    stage: Path,
    shuffled: Sequence[str],
    rules: Rules,
    engine: Engine,
    watch: Watch,
) -> list[ResolvedGroup]:
    filled = {
        int(file.name.partition(".")[0])
        for folder in shuffled
        for file in Path(folder).glob("*.claims.parquet")
    }
    wanted = [
        ResolveTask(bucket, tuple(shuffled), str(stage), str(stage / "resolved"))
        for bucket in sorted(filled)
    ]
    step = watch("groups of subjects resolved")
    resolved: list[ResolvedGroup] = []
    for one in engine.run(partial(resolve_group, rules=rules), wanted):
        resolved.append(one)
        step(len(resolved), len(wanted))
    return sorted(resolved, key=lambda one: one.bucket)
