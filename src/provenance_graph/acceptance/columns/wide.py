"""Snapshots for callers that read very many entities: over the claim table where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import RDF
from provenance_graph.store.values import ANY


def in_columns(snapshot: AcceptedSnapshot) -> AcceptedSnapshot:
    """A snapshot over the claim table of its version; the snapshot itself where there is none."""
    if snapshot.folder is None:
        return snapshot
    from provenance_graph.acceptance.columns.snapshot import TableSnapshot  # loads Polars
    from provenance_graph.store.claim_table import ClaimTable

    if isinstance(snapshot, TableSnapshot):
        return snapshot
    table = ClaimTable.open(snapshot.folder, snapshot.version)
    return snapshot if table is None else TableSnapshot(snapshot, table)


def stated_members(snapshot: AcceptedSnapshot, kind: Iri) -> Iterator[tuple[str, int]]:
    """Every name that a named graph states to be of a class, with a number of the graph."""
    if snapshot.folder is not None:
        from provenance_graph.acceptance.columns.snapshot import TableSnapshot

        if isinstance(snapshot, TableSnapshot):
            yield from snapshot.stated_members(kind)
            return
    numbers: dict[Iri | None, int] = {}
    for name, *_, record in snapshot.quads(predicate=RDF.type, object=kind, graph=ANY):
        yield name, numbers.setdefault(record, len(numbers))
