"""The whole dataset of a day, for queries: what a store built on that day would have held."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence import level_graph
from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import QueryTooLarge
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

MAX_QUADS = 3_000_000
"""Quads that the dataset of a day may have: it is made in memory, and takes about 1 GB then."""


def quads(snapshot: AcceptedSnapshot) -> Iterator[Quad]:
    """The accepted view of the day, the records known on it, identity, and evidence levels."""
    yield from snapshot.quads()
    yield from snapshot.quads(graph=ANY)
    if snapshot.as_of:
        yield from level_graph(snapshot)


def dataset(snapshot: AcceptedSnapshot, most: int = MAX_QUADS) -> MemoryStore:
    """The dataset of a snapshot's day in memory, made once and kept with the snapshot.

    Raises QueryTooLarge where it would have more than ``most`` quads.
    """
    return snapshot.kept("dataset", lambda: MemoryStore(_bounded(snapshot, most)))


def _bounded(snapshot: AcceptedSnapshot, most: int) -> Iterator[Quad]:
    for count, quad in enumerate(quads(snapshot)):
        if count >= most:
            raise QueryTooLarge(
                f"the dataset of {snapshot.as_of or 'now'} has more than {most:,} quads, too many to "
                "query as of a day; ask for one model (`show`, `claims`, `lineage --as-of`), or "
                "build a store from the records of that day"
            )
        yield quad
