"""The identity rule applied to the shipped records."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.ingest.build import (
    compile_quads,
    mappings,
    reference_quads,
    shipped_records,
    uncollected,
)
from provenance_graph.matching.candidates import RULE, candidates, decisions
from provenance_graph.store.memory import MemoryStore


def decide(data: Path) -> list[Mapping]:
    """What the rule decides about the records below ``data``, given the rows made by hand."""
    by_hand = [row for row in mappings(data) if row.author != RULE]
    with uncollected():
        quads = compile_quads(list(reference_quads()), list(shipped_records(data)), by_hand)
        with MemoryStore(quads) as store:
            return decisions(candidates(AcceptedSnapshot(store)))
