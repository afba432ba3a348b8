"""Lineage of a hundred thousand models: walked, counted, and cut with a word."""

from __future__ import annotations

import itertools

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import model
from provenance_graph.core.terms import PG
from provenance_graph.lineage.formats import FORMATS
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.store.memory import MemoryStore


def test_a_chain_of_a_hundred_thousand_is_walked_and_cut_with_a_word():
    names = [model(f"chain/m{n:06}") for n in range(100_001)]
    index = LineageIndex.of_edges(
        (child, PG.fineTunedFrom, parent) for parent, child in itertools.pairwise(names)
    )
    lineage = LineageGraph(AcceptedSnapshot(MemoryStore()), index)
    result = lineage.of(names[-1], limit=10, evidence=False)
    assert result.extent == "10 of 100,000 shown, datasets and influences left out"
    assert result.generation == 100_000
    assert "10 of 100,000 shown, datasets and influences left out" in FORMATS["tree"](result)
    assert len(lineage.shortest_path(names[-1], names[0]).paths[0]) == 100_000


def test_a_hundred_thousand_children_are_counted_and_cut():
    root = model("root/root")
    index = LineageIndex.of_edges(
        (model(f"leaf/m{n:06}"), PG.quantizedFrom, root) for n in range(100_000)
    )
    lineage = LineageGraph(AcceptedSnapshot(MemoryStore()), index)
    assert (
        lineage.of(root, limit=5, evidence=False).extent
        == "5 of 100,000 shown, datasets and influences left out"
    )
    impact = lineage.impact(root, limit=3)
    assert (impact.hit, len(impact.nodes), impact.to_json()["truncated"]) == (100_000, 3, True)
