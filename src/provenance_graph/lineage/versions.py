"""Versions of an entity that has no lineage itself, with the size of each one's lineage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PROV
from provenance_graph.lineage.arrays import EdgeRows, Flags, closure

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.lineage.index import LineageIndex


def of(
    snapshot: AcceptedSnapshot,
    index: LineageIndex,
    subject: Iri,
    sides: Sequence[tuple[str, EdgeRows]],
    depth: int | None,
    wanted: Flags,
) -> tuple[tuple[Iri, int], ...]:
    """The versions of an entity, sorted, each with the number of entities in its lineage."""
    quads = snapshot.quads(predicate=PROV.specializationOf, object=subject)
    counted = []
    for version in sorted({one for one, *_ in quads} - {subject}):
        node = index.names.find(version)
        sizes = (
            len(closure(rows, node, depth=depth, wanted=wanted))
            for _, rows in sides
            if node is not None
        )
        counted.append((version, sum(sizes)))
    return tuple(counted)


def versions_text(versions: Sequence[tuple[Iri, int]]) -> str:
    """The end of the sentence "no lineage is known", naming the versions.

    >>> versions_text([(Iri("urn:a-1"), 0), (Iri("urn:a-2"), 3)])
    ' of this name itself; of its versions: urn:a-2 (3 in its lineage)'
    >>> versions_text([(Iri("urn:a-1"), 0)])
    ' of this name or of its versions (urn:a-1)'
    """
    if not versions:
        return ""
    known = [f"{short_id(one)} ({count:,} in its lineage)" for one, count in versions if count]
    if known:
        return f" of this name itself; of its versions: {', '.join(known)}"
    return f" of this name or of its versions ({', '.join(short_id(one) for one, _ in versions)})"
