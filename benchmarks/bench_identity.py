"""Time and memory of identity over every name of the shipped data, and of regeneration.

    python benchmarks/bench_identity.py [FOLDER OF SOURCES]

Prints: names, seconds to read what is known of them, to pair and judge them, to decide, and
the peak memory of it; the ledger of conflicts; with a folder of sources also the regeneration.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import TypeVar

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.core.resources import folder
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.build import (
    build,
    compile_quads,
    mappings,
    reference_quads,
    shipped_records,
    uncollected,
)
from provenance_graph.matching.candidates import compared, decisions, judge, pairs
from provenance_graph.matching.entities import things
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from tools import regenerate

T = TypeVar("T")


def timed(label: str, work: Callable[[], T]) -> T:
    """Do it and say how long it took, in seconds of the wall and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent = f"{time.perf_counter() - wall:8.2f} s wall {time.process_time() - cpu:8.2f} s processor"
    print(f"{label:44}{spent}")
    return found


def peak() -> float:
    """Peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(sources: Path | None) -> None:
    """Measure."""
    data = folder("data")
    by_hand = [row for row in mappings(data) if not row.author]
    with uncollected():
        quads = compile_quads(list(reference_quads()), list(shipped_records(data)), by_hand)
        store = timed("a store without the rule's decisions", lambda: MemoryStore(quads))
    before = peak()
    known = timed("what is known of each name", lambda: things(store))
    paired = timed("pairs that share words and sizes", lambda: list(pairs(known)))
    timed("pairs judged", lambda: [judge(one, other) for one, other in paired])
    found = timed("all of it", lambda: compared(store))
    decided = timed("decisions", lambda: decisions(found))
    print(f"{len(known):,} names, {len(paired):,} pairs, {len(decided):,} decided; ", end="")
    print(f"peak {peak():,.0f} MiB, {peak() - before:,.0f} more than with the store alone")
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "graph"
        timed("build of the shipped data", lambda: build(data, where))
        with EmbeddedStore.open(where) as opened:
            ledger = timed("the ledger of conflicts", lambda: conflicts(AcceptedSnapshot(opened)))
        print(f"{len(ledger):,} conflicts")
        if sources is not None:
            home = Path(copytree(data, Path(scratch) / "data"))
            listed = regenerate.sources(home / "sources.toml")
            timed(
                "regeneration of all records",
                lambda: regenerate.regenerate(
                    sources, listed, readers(), home / "records", lambda _name, _problem: None
                ),
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
