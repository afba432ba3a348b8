"""A snapshot for who reads very many entities: over the claim table, where its version has one."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot


def in_columns(snapshot: AcceptedSnapshot) -> AcceptedSnapshot:
    """The same over the claim table of its version; itself where there is none."""
    if snapshot.folder is None:
        return snapshot
    from provenance_graph.acceptance.columns.snapshot import TableSnapshot  # loads Polars
    from provenance_graph.store.claim_table import ClaimTable

    if isinstance(snapshot, TableSnapshot):
        return snapshot
    table = ClaimTable.open(snapshot.folder, snapshot.version)
    return snapshot if table is None else TableSnapshot(snapshot, table)
