"""Lineage at hub scale against SPARQL paths, networkx and a bare numpy search, in one run.

    python benchmarks/bench_lineage.py [--models 2000000] [--no-store] [--no-networkx]

Absolute times depend on the machine; compare the ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyoxigraph as ox

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.terms import PG, PROV

sys.path.insert(0, str(Path(__file__).parent))

import hub_shaped

from provenance_graph.core import rdf
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.whole import propagate
from provenance_graph.licences.rules.breaches import mark
from provenance_graph.licences.texts.catalogue import Catalogue
from provenance_graph.licences.texts.reading import load
from provenance_graph.lineage.arrays import DERIVED, EdgeRows, closure
from provenance_graph.lineage.impact import impact
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.store.engine import EngineReads, SnapshotLease
from provenance_graph.store.memory import MemoryStore


class BareStore(EngineReads):
    """An Oxigraph store without versions."""

    def __init__(self, path: Path) -> None:
        self.engine = ox.Store(str(path))
        self.version = "bench"

    def _lease(self) -> SnapshotLease:
        return SnapshotLease(self.engine)


def bare(rows: EdgeRows, start: int) -> int:
    """The lower bound: a breadth-first search by numpy over the same arrays."""
    seen = np.zeros(rows.nodes, np.bool_)
    mark_ = np.empty(rows.nodes, np.int32)
    seen[start] = True
    frontier, result = np.array([start], np.int32), 0
    while len(frontier):
        low = rows.start[frontier]
        count = rows.split[frontier] - low
        places = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        near = rows.other[places]
        near = near[~seen[near]]
        turn = np.arange(len(near), dtype=np.int32)
        mark_[near] = turn
        near = near[mark_[near] == turn]
        seen[near] = True
        result += len(near)
        frontier = near
    return result


def clock(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The least seconds of some runs, and the result."""
    best, got = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        got = work()
        best = min(best, time.perf_counter() - start)
    return best, got


def spread(work: Callable[[int], Any], nodes: list[int]) -> tuple[float, float]:
    """Median and 99th percentile over nodes, in milliseconds."""
    taken = []
    for node in nodes:
        start = time.perf_counter()
        work(node)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), float(np.percentile(taken, 99))


def catalogue() -> Catalogue:
    quads = [
        rdf.our_quad(quad)
        for path in sorted(folder("ontology").glob("licen*.ttl"))
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    ]
    return load(AcceptedSnapshot(MemoryStore(quads)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--models", type=int, default=2_000_000)
    asked.add_argument("--no-store", action="store_true")
    asked.add_argument("--no-networkx", action="store_true")
    given = asked.parse_args()
    reported: dict[str, Any] = {"models": given.models}

    def say(name: str, value: object) -> None:
        reported[name] = value
        print(f"{name:58} {value}", flush=True)

    hub = hub_shaped.generate(given.models)
    say("edges", hub.edges)
    seconds, index = clock(lambda: hub_shaped.index(hub))
    say("index from edge arrays, s", round(seconds, 2))
    say("bytes per edge, arrays and names", round(index.nbytes / index.edges, 1))
    say("bytes per edge, arrays alone", round((index.nbytes - index.names.nbytes) / index.edges, 1))
    _closures(index, hub, say)
    _licences(index, say)
    place = Path(tempfile.mkdtemp(prefix="bench-lineage-"))
    try:
        seconds, _ = clock(lambda: index.save(place / "kept"))
        say("index saved, s", round(seconds, 2))
        seconds, _ = clock(lambda: LineageIndex.load(place / "kept"), 3)
        say("index mapped again, ms", round(seconds * 1000, 1))
        if not given.no_store:
            _store(hub, place, say)
        if not given.no_networkx:
            _networkx(index, hub, say, reported)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(json.dumps(reported))


def _sample(hub: hub_shaped.Hub, count: int) -> list[int]:
    return random.Random(7).choices(range(hub.models), k=count)


def _largest(index: LineageIndex) -> int:
    """The root with most descendants among the 20 nodes with most children."""
    wide = np.argsort(-(index.down.split - index.down.start[:-1]))[:20]
    return max(wide.tolist(), key=lambda node: len(closure(index.down, node)))


def _closures(index: LineageIndex, hub: hub_shaped.Hub, say: Callable[[str, object], None]) -> None:
    nodes = _sample(hub, 5000)
    for name, rows in (("ancestors", index.up), ("descendants", index.down)):
        median, high = spread(lambda node, rows=rows: closure(rows, node), nodes)
        say(f"{name} of one model, ms median / p99", f"{median:.4f} / {high:.4f}")
    median, high = spread(lambda node: bare(index.up, node), nodes[:200])
    say("bare numpy, ancestors, ms median / p99", f"{median:.4f} / {high:.4f}")
    root = _largest(index)
    ours, result = clock(lambda: closure(index.down, root), 5)
    limit, count = clock(lambda: bare(index.down, root), 5)
    assert count == len(result)
    say("descendants of the largest root", len(result))
    say("largest root, ms", round(ours * 1000, 1))
    say("largest root, bare numpy, ms", round(limit * 1000, 1))
    say("largest root, times the bare search", round(ours / limit, 2))
    seconds, _ = clock(lambda: impact(index, index.names[root]), 3)
    say("impact of the largest root, grouped, ms", round(seconds * 1000, 1))


def _licences(index: LineageIndex, say: Callable[[str, object], None]) -> None:
    known = catalogue()
    seconds, whole = clock(lambda: propagate(index, known), 3)
    say("licence terms over the whole graph, s", round(seconds, 2))
    graph = LicenceGraph(AcceptedSnapshot(MemoryStore()), index, known)
    seconds, marked = clock(lambda: mark(graph, whole=whole))
    say("rules over the whole graph, s", round(seconds, 2))
    say(
        "models marked by LR-01/03/04/07",
        [len(marked[r]) for r in ("LR-01", "LR-03", "LR-04", "LR-07")],
    )


def _store(hub: hub_shaped.Hub, place: Path, say: Callable[[str, object], None]) -> None:
    text = place / "hub.nt"
    with text.open("wb") as out:
        out.writelines(hub_shaped.quads(hub))
    store = BareStore(place / "store")
    seconds, _ = clock(
        lambda: store.engine.bulk_load(path=str(text), format=ox.RdfFormat.N_TRIPLES)
    )
    text.unlink()
    say("store loaded, s", round(seconds, 1))
    seconds, index = clock(lambda: LineageIndex.build(AcceptedSnapshot(store)))
    say("index built from the store, s", round(seconds, 1))
    nodes = _sample(hub, 300)
    numbers = [index.names.find(hub_shaped.iri(hub, node)) for node in nodes]
    known = [number for number in numbers if number is not None]

    def path(node: int) -> int:
        name = index.names[node]
        return len(
            list(
                store.engine.query(f"SELECT DISTINCT ?a {{ <{name}> <{PROV.wasDerivedFrom}>+ ?a }}")
            )
        )

    ours, _ = spread(lambda node: closure(index.up, node), known)
    theirs, _ = spread(path, known)
    say("ancestors by SPARQL path, ms median", round(theirs, 3))
    say("ancestors: SPARQL over ours, times", round(theirs / ours, 1))
    root = _largest(index)
    name = index.names[root]
    mine, result = clock(lambda: closure(index.down, root), 3)
    query = f"SELECT (COUNT(DISTINCT ?d) AS ?n) {{ ?d <{PROV.wasDerivedFrom}>+ <{name}> }}"
    seconds, rows = clock(lambda: list(store.engine.query(query)))
    assert int(rows[0]["n"].value) == len(result)
    say("largest root by SPARQL path, ms", round(seconds * 1000))
    say("largest root: SPARQL over ours, times", round(seconds / mine))
    model = Iri(hub_shaped.iri(hub, nodes[0]))
    base = ox.NamedNode(index.names[0])
    store.engine.add(ox.Quad(ox.NamedNode(model), ox.NamedNode(PG.fineTunedFrom), base))
    seconds, _ = clock(lambda: index.update(AcceptedSnapshot(store), [model]), 3)
    say("index after one changed record, ms", round(seconds * 1000, 1))


def _networkx(
    index: LineageIndex,
    hub: hub_shaped.Hub,
    say: Callable[[str, object], None],
    reported: dict[str, Any],
) -> None:
    import networkx as nx

    derived = hub.code < DERIVED

    def build() -> nx.DiGraph:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(hub.models))
        graph.add_edges_from(
            zip(hub.parent[derived].tolist(), hub.child[derived].tolist(), strict=True)
        )
        return graph

    seconds, graph = clock(build)
    say("networkx built, s", round(seconds, 1))
    root = _largest(index)
    seconds, result = clock(lambda: nx.descendants(graph, root))
    assert len(result) == len(closure(index.down, root))
    mine, _ = clock(lambda: closure(index.down, root), 3)
    say("largest root by networkx, ms", round(seconds * 1000))
    say("largest root: networkx over ours, times", round(seconds / mine, 1))
    masks = {code: (1 << 40) - 1 - (1 << code) for code in range(DERIVED)}
    code_of = dict(
        zip(
            zip(hub.parent.tolist(), hub.child.tolist(), strict=True),
            hub.code.tolist(),
            strict=True,
        )
    )

    def carry() -> dict[int, int]:
        own = [1 << (licence + 1) for licence in hub.licence.tolist()]
        got: dict[int, int] = {}
        for node in nx.topological_sort(graph):
            bits = 0
            for parent in graph.predecessors(node):
                bits |= (got[parent] | own[parent]) & masks[code_of[parent, node]]
            got[node] = bits
        return got

    seconds, _ = clock(carry)
    say("one mask per relation over everything by networkx, s", round(seconds, 1))
    say(
        "propagation: networkx over ours, times",
        round(seconds / reported["licence terms over the whole graph, s"], 1),
    )


if __name__ == "__main__":
    main()
