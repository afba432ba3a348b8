"""Adjacency as flat arrays, and the searches over them.

An edge goes from a child to a parent: from a model to what it was made from, from a
dataset to the model that wrote it. Within one node's row derivations come before
influences, so that ``split`` tells both views apart without a second copy.
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
"""Derivation of a kind that no source states, such as a card's bare ``base_model``."""

UNSPECIFIED_INFLUENCE = terms.PROV.wasInfluencedBy
"""Influence of a kind that no source states."""

RELATIONS: tuple[Iri, ...] = (
    *terms.DERIVATIONS,
    UNSPECIFIED,
    *terms.INFLUENCES,
    *terms.DATASET_RELATIONS,
    UNSPECIFIED_INFLUENCE,
)
"""Every lineage property; its place is the code that the arrays hold."""

DERIVED = len(terms.DERIVATIONS) + 1
CODE: dict[Iri, int] = {relation: code for code, relation in enumerate(RELATIONS)}
SPECIFIC: dict[Iri, frozenset[int]] = {
    UNSPECIFIED: frozenset(CODE[relation] for relation in terms.DERIVATIONS),
    UNSPECIFIED_INFLUENCE: frozenset(CODE[relation] for relation in terms.INFLUENCES),
}
"""By relation of no stated kind the codes of those that the view states it beside."""

SMALL = 512
"""Below so many nodes a plain walk beats array operations."""


@dataclass(frozen=True, slots=True)
class EdgeRows:
    """One direction of the graph: for every node its neighbours and the relation to each.

    ``code`` is the relation; ``inferred`` whether no source states the edge outright.
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
        """Two arrays with a cell per node: one of False, one of anything.

        Fresh ones cost more than a search when memory is busy, so searches hand them back.
        """
        try:
            return self.scratch.pop()
        except IndexError:
            return np.zeros(self.nodes, np.bool_), np.empty(self.nodes, np.int32)

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.start) - 1

    def ends(self, influences: bool) -> Longs:
        """Where each node's row ends: with influences, or before them."""
        return self.start[1:] if influences else self.split

    def edges_of(self, node: int, influences: bool = True) -> range:
        """The places of a node's edges."""
        end = self.start[node + 1] if influences else self.split[node]
        return range(int(self.start[node]), int(end))


def pack(nodes: int, near: Ints, far: Ints, code: Bytes, inferred: Flags) -> EdgeRows:
    """Edges as rows of their ``near`` ends.

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
    """Relations of nodes, each by node and code, as numbers that ascend.

    >>> relation_keys([(1, 0), (0, 2)]).tolist() == [2, len(RELATIONS)]
    True
    """
    return np.array(sorted(node * len(RELATIONS) + code for node, code in relations), np.int64)


@dataclass(frozen=True, slots=True)
class Closure:
    """What a search found: nodes in the order found, and the distance of each.

    ``via`` is the place (in the rows searched) of the edge by which a node was found.
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
    """Everything reachable from a node, nearest first, the node itself not among it.

    ``wanted`` says per relation code which edges count; it overrides ``influences``.
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
    """Go on with array operations, one per level."""
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
    """Each neighbour once; ``mark`` is scratch space, one cell per node."""
    turn = np.arange(len(neighbours), dtype=np.int32)
    mark[neighbours] = turn
    once = mark[neighbours] == turn
    return neighbours[once], places[once]


def spread(start: Longs, ends: Longs, frontier: Ints) -> Longs:
    """The places of all edges of many nodes, row after row."""
    low = start[frontier]
    count = ends[frontier] - low
    total = int(count.sum())
    before = np.cumsum(count) - count
    return np.repeat(low - before, count) + np.arange(total, dtype=np.int64)


def levels(rows: EdgeRows, ends: Longs) -> tuple[Ints, int]:
    """The generation of every node: the longest way to one without parents.

    Nodes on a cycle, or below one, get -1; the number of generations is returned too.
    ``rows`` are those towards the parents' children (each node's row lists its children).
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
