"""Licence rules and repairs against a brute-force oracle on random graphs; repairs of shipped models.

    python -m benchmarks.bench_licences --graphs 10000
    python -m benchmarks.bench_licences --store var/graph

Run by hand: the tests do the same on a seeded sample.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

CHECKS = ("rules", "store", "repair")
"""Rules per model against the oracle; a pass over a store against rules per model; repairs."""

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "property")]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--graphs", type=int, default=0)
    asked.add_argument("--first", type=int, default=1_000, help="The first seed.")
    asked.add_argument("--store", default="")
    asked.add_argument("--save", type=Path, help="A JSON file for the result.")
    asked.add_argument("--only", choices=CHECKS, help="Only one of them.")
    given = asked.parse_args()
    if given.graphs:
        _brute_force(range(given.first, given.first + given.graphs), given.save, given.only)
    if given.store:
        _repairs(given.store)


def _brute_force(seeds: range, save: Path | None, only: str | None) -> None:
    """Compare rules and repairs with the brute-force oracle; raises where they differ."""
    import test_licence_rules as tests

    start = time.process_time()
    for done, seed in enumerate(seeds, 1):
        if only in (None, "rules"):
            tests.test_rules_find_what_walking_every_chain_finds(seed)
        if only in (None, "store"):
            tests.test_the_whole_store_finds_what_model_by_model_finds(seed)
        if only in (None, "repair"):
            tests.test_repair_finds_the_sets_that_trying_all_finds(seed)
        if done % 100 == 0:
            seconds = round(time.process_time() - start)
            print(f"{done:,} graphs equal, {seconds} s of processor", flush=True)
            if save is not None:
                result = {
                    "graphs": done,
                    "checked": only or ", ".join(CHECKS),
                    "firstSeed": seeds.start,
                    "equal": True,
                    "processorSeconds": seconds,
                }
                save.write_text(json.dumps(result, indent=1) + "\n")


def _repairs(path: str) -> None:
    """Print the slowest repairs among the models with most ancestors."""
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.licences.graph import LicenceGraph
    from provenance_graph.licences.repair import repair
    from provenance_graph.lineage.arrays import closure
    from provenance_graph.store.embedded import EmbeddedStore

    with EmbeddedStore.open(Path(path)) as store:
        graph = LicenceGraph(AcceptedSnapshot(store))
        nodes = range(len(graph.index))
        size = {node: len(closure(graph.index.up, node, influences=True)) for node in nodes}
        taken = []
        for node in sorted(size, key=lambda node: -size[node])[:20]:
            name = graph.index.names[node]
            start = time.process_time()
            result = repair(graph, name, uses=["commercial", "distribute"])
            taken.append((time.process_time() - start, size[node], result.tried, name))
        for seconds, above, tried, name in sorted(taken, reverse=True):
            print(f"{seconds:6.3f} s  {above:4} ancestors  {tried:5} sets  {name}")


if __name__ == "__main__":
    main()
