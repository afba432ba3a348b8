"""Adjacency of the lineage graph as flat arrays (compressed rows), and the searches over them.

An edge goes from a child to a parent: from a model to the model from which it was made, from a
dataset to the model that wrote it. In one node's row, derivations come before influences, so that
``split`` separates the two without a second copy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core import terms
from provenance_graph.core.iris import Iri

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

UNSPECIFIED = terms.PROV.wasDerivedFrom
"""The relation for a derivation of unstated kind, such as a card's bare ``base_model``."""

UNSPECIFIED_INFLUENCE = terms.PROV.wasInfluencedBy
"""The relation for an influence of unstated kind."""

RELATIONS: tuple[Iri, ...] = (
    *terms.DERIVATIONS,
    UNSPECIFIED,
    *terms.INFLUENCES,
    *terms.DATASET_RELATIONS,
    UNSPECIFIED_INFLUENCE,
)
"""Every lineage property; the position of a property is its code in the arrays."""

DERIVED = len(terms.DERIVATIONS) + 1
CODE: dict[Iri, int] = {relation: code for code, relation in enumerate(RELATIONS)}
SPECIFIC: dict[Iri, frozenset[int]] = {
    UNSPECIFIED: frozenset(CODE[relation] for relation in terms.DERIVATIONS),
    UNSPECIFIED_INFLUENCE: frozenset(CODE[relation] for relation in terms.INFLUENCES),
}
"""By relation of unstated kind: the codes of the specific relations that the view states with it.

"""

SMALL = 512
"""The number of edges up to which a plain Python search is faster than array operations."""


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """One direction of the graph: for every node its neighbours and the relation to each.

    Node ``n`` has the edges ``start[n]`` to ``start[n + 1]``; those before ``split[n]`` are
    derivations. ``other`` is the neighbour, ``code`` the relation, ``inferred`` whether no source
    states the edge outright.
    """

    start: Longs
    split: Longs
    other: Ints
    code: Bytes
    inferred: Flags
    scratch: deque[tuple[Flags, Ints]] = field(
        default_factory=deque, init=False, repr=False, compare=False
    )

    def borrow(self) -> tuple[Flags, Ints]:
        """Two scratch arrays with a cell per node: one filled with False, one uninitialised.

        New arrays cost more than a search when memory is busy, so searches return them to
        ``scratch``.
        """
        try:
            return self.scratch.pop()
        except IndexError:
            return np.zeros(self.nodes, np.bool_), np.empty(self.nodes, np.int32)

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.start) - 1

    def ends(self, influences: bool) -> Longs:
        """The end of each node's row: after its influences, or before them."""
        return self.start[1:] if influences else self.split

    def edges_of(self, node: int, influences: bool = True) -> range:
        """The positions of a node's edges in the arrays."""
        end = self.start[node + 1] if influences else self.split[node]
        return range(int(self.start[node]), int(end))


def pack(nodes: int, near: Ints, far: Ints, code: Bytes, inferred: Flags) -> EdgeRows:
    """Build rows of edges, grouped by their ``near`` end and sorted by relation and ``far`` end.

    >>> rows = pack(2, *(np.array([v], t) for v, t in ((1, "i4"), (0, "i4"), (0, "u1"), (False, "?"))))
    >>> rows.other[rows.edges_of(1)[0]].item()
    0
    """
    order = np.lexsort((far, code, near))
    near, far, code, inferred = near[order], far[order], code[order], inferred[order]
    count = np.bincount(near, minlength=nodes)
    derived = np.bincount(near[code < DERIVED], minlength=nodes)
    start = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    return EdgeRows(start, start[:-1] + derived, far, code, inferred)


def relation_keys(relations: Iterable[tuple[int, int]]) -> Longs:
    """Encode pairs of node and relation code as ascending integers.

    >>> relation_keys([(1, 0), (0, 2)]).tolist() == [2, len(RELATIONS)]
    True
    """
    return np.array(sorted(node * len(RELATIONS) + code for node, code in relations), np.int64)


@dataclass(frozen=True, slots=True)
class Closure:
    """The result of a search: nodes in the order found, and the distance of each in steps.

    ``via`` is the position, in the rows searched, of the edge by which a node was found.
    """

    nodes: Ints
    distance: Ints
    via: Longs

    def __len__(self) -> int:
        return len(self.nodes)


def closure(
    rows: EdgeRows,
    start: int,
    *,
    depth: int | None = None,
    influences: bool = False,
    wanted: Flags | None = None,
) -> Closure:
    """All nodes reachable from ``start``, nearest first, without ``start`` itself.

    ``depth`` limits the distance. ``wanted`` says per relation code which edges are followed; it
    overrides ``influences``.
    """
    ends = rows.ends(influences or wanted is not None)
    results: dict[int, None] = {start: None}
    distances: list[int] = []
    vias: list[int] = []
    frontier, level = [start], 0
    starts, other, code = rows.start, rows.other, rows.code
    while frontier and (depth is None or level < depth):
        edges = sum(int(ends[node]) - int(starts[node]) for node in frontier)
        if edges > SMALL:
            return _wide_closure(
                rows, ends, results, distances, vias, frontier, level, depth, wanted
            )
        level += 1
        following: list[int] = []
        for node in frontier:
            low, high = int(starts[node]), int(ends[node])
            if low == high:
                continue
            for position, neighbour in enumerate(other[low:high].tolist(), low):
                if neighbour in results or (wanted is not None and not wanted[code[position]]):
                    continue
                results[neighbour] = None
                distances.append(level)
                vias.append(position)
                following.append(neighbour)
        frontier = following
    nodes = np.fromiter(results, np.int32, len(results))[1:]
    return Closure(nodes, np.array(distances, np.int32), np.array(vias, np.int64))


def _wide_closure(
    rows: EdgeRows,
    ends: Longs,
    result: dict[int, None],
    distances: list[int],
    vias: list[int],
    frontier_: list[int],
    level: int,
    depth: int | None,
    wanted: Flags | None,
) -> Closure:
    """Continue a search with array operations, one pass per level."""
    seen, mark = rows.borrow()
    known = np.fromiter(result, np.int32, len(result))
    seen[known] = True
    nodes, far, via = [known[1:]], [np.array(distances, np.int32)], [np.array(vias, np.int64)]
    frontier = np.array(frontier_, np.int32)
    while len(frontier) and (depth is None or level < depth):
        level += 1
        places = spread(rows.start, ends, frontier)
        if wanted is not None:
            places = places[wanted[rows.code[places]]]
        neighbours = rows.other[places]
        fresh = ~seen[neighbours]
        neighbours, places = neighbours[fresh], places[fresh]
        neighbours, places = _without_repeats(neighbours, places, mark)
        seen[neighbours] = True
        nodes.append(neighbours)
        far.append(np.full(len(neighbours), level, np.int32))
        via.append(places)
        frontier = neighbours
    every = np.concatenate(nodes)
    seen[every] = False
    seen[known] = False
    rows.scratch.append((seen, mark))
    return Closure(every, np.concatenate(far), np.concatenate(via))


def _without_repeats(neighbours: Ints, places: Longs, mark: Ints) -> tuple[Ints, Longs]:
    """Remove duplicate neighbours; ``mark`` is scratch space, one cell per node."""
    turn = np.arange(len(neighbours), dtype=np.int32)
    mark[neighbours] = turn
    once = mark[neighbours] == turn
    return neighbours[once], places[once]


def spread(start: Longs, ends: Longs, frontier: Ints) -> Longs:
    """The positions of all edges of many nodes, row after row."""
    low = start[frontier]
    count = ends[frontier] - low
    total = int(count.sum())
    before = np.cumsum(count) - count
    return np.repeat(low - before, count) + np.arange(total, dtype=np.int64)


def levels(rows: EdgeRows, ends: Longs) -> tuple[Ints, int]:
    """The generation of every node: the longest path to a node without parents; and their number.

    Nodes on a cycle, or below one, get -1. ``rows`` lists the children of each node.
    """
    pending = np.bincount(rows.other[_counted(rows, ends)], minlength=rows.nodes)
    level = np.full(rows.nodes, -1, np.int32)
    frontier = np.flatnonzero(pending == 0).astype(np.int32)
    depth = 0
    while len(frontier):
        level[frontier] = depth
        children = rows.other[spread(rows.start, ends, frontier)]
        if len(children) < SMALL:
            frontier = _released_few(pending, children)
        elif len(children) * 40 > rows.nodes:
            freed = np.bincount(children, minlength=rows.nodes)
            pending -= freed
            frontier = np.flatnonzero((pending == 0) & (freed > 0)).astype(np.int32)
        else:
            children, times = np.unique(children, return_counts=True)
            pending[children] -= times
            frontier = children[pending[children] == 0]
        depth += 1
    return level, depth


def _counted(rows: EdgeRows, ends: Longs) -> Longs | slice:
    if ends is rows.split:
        return spread(rows.start, ends, np.arange(rows.nodes, dtype=np.int32))
    return slice(None)


def _released_few(pending: NDArray[np.int64], children: Ints) -> Ints:
    freed = []
    for child in children.tolist():
        pending[child] -= 1
        if pending[child] == 0:
            freed.append(child)
    return np.array(freed, np.int32)
