"""Stored queries on the lineage of the whole store, answered from the lineage index.

In SPARQL an engine would follow the derivations of every model, or look up the licence of each; the
index holds both as arrays. The rows are those of the SPARQL query, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.lineage import paths
from provenance_graph.lineage.arrays import DERIVED, RELATIONS, Ints, spread
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.store.values import Rows

_DERIVATIONS: Final = np.arange(len(RELATIONS)) < DERIVED
_DESCRIBING: Final = (PG.requires, PG.termsLike, PG.grants)
"""Properties that describe the terms of a licence; a licence with none is only named."""


def circles(index: LineageIndex, _: AcceptedSnapshot) -> Rows:
    """Rows of derivations between models that are their own ancestors."""
    rows: set[tuple[Value | None, ...]] = set()
    for group in paths.cycles(index, _DERIVATIONS):
        inside = set(group)
        for child in group:
            near = index.up.edges_of(child, influences=False)
            parents = set(index.up.other[near.start : near.stop].tolist()) & inside
            rows.update((index.names[child], index.names[parent]) for parent in parents)
    return Rows(("model", "through"), list(rows))


def unlicensed_ancestors(index: LineageIndex, snapshot: AcceptedSnapshot) -> Rows:
    """Rows of ancestors of models that have no licence, or one without described terms."""
    described = {s for one in _DESCRIBING for s, *_ in snapshot.quads(predicate=one)}
    bare = [tuple(one for one in stated if one not in described) for stated in index.licences]
    missing = np.array([*map(bool, bare), True])  # the last cell is that of no licence, -1
    ancestors = np.flatnonzero((index.down.split > index.down.start[:-1]) & missing[index.licence])
    rows: list[tuple[Value | None, ...]] = []
    children = _children(index, ancestors.astype(np.int32))
    for node, count in zip(ancestors.tolist(), children, strict=True):
        code = int(index.licence[node])
        stated: tuple[Iri | None, ...] = (None,) if code < 0 else bare[code]
        number = literals.integer(count)
        rows += ((index.names[node], licence, number) for licence in stated)
    return Rows(("ancestor", "stated", "children"), rows)


def _children(index: LineageIndex, nodes: Ints) -> list[int]:
    """The number of distinct entities derived from each of some nodes."""
    down = index.down
    counts = down.split[nodes] - down.start[:-1][nodes]
    owner = np.repeat(np.arange(len(nodes), dtype=np.int64), counts)
    pairs = owner << 32 | down.other[spread(down.start, down.split, nodes)]
    results: list[int] = np.bincount(np.unique(pairs) >> 32, minlength=len(nodes)).tolist()
    return results


ANSWERS: Final[Mapping[str, Callable[[LineageIndex, AcceptedSnapshot], Rows]]] = MappingProxyType(
    {"circles": circles, "unlicensed-ancestors": unlicensed_ancestors}
)
"""The functions by name of the stored query."""
