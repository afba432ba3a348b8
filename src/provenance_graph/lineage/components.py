"""Cycles of lineage: strongly connected components over flat arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from provenance_graph.lineage.arrays import RELATIONS, EdgeRows, Flags, Ints, spread

_EVERY = np.ones(len(RELATIONS), np.bool_)
_ROUNDS = 4
"""The number of passes that remove end nodes before the search for components."""


def groups(up: EdgeRows, wanted: Flags, nodes: Ints) -> list[list[int]]:
    """The strongly connected components among some nodes over the wanted relations.

    A node with an edge to itself is a component. ``nodes`` are distinct. Members are ascending, and
    components are sorted by their first member.
    """
    if not len(nodes):
        return []
    places = spread(up.start, up.start[1:], nodes)
    child = np.repeat(nodes, up.start[nodes + 1] - up.start[nodes])
    followed = wanted[up.code[places]]
    child, parent = child[followed], up.other[places[followed]]
    loop = child == parent
    results = _components(*_inner(child[~loop], parent[~loop]))
    inside = {node for group in results for node in group}
    loops = np.unique(child[loop]).tolist()
    return sorted(results + [[node] for node in loops if node not in inside])


def members(up: EdgeRows, nodes: Ints) -> Ints:
    """The nodes that are in a cycle of any relations among the given nodes, ascending."""
    cycles = groups(up, _EVERY, nodes)
    return np.array(sorted(node for cycle in cycles for node in cycle), np.int32)


def above(up: EdgeRows, nodes: Ints) -> Ints:
    """Some nodes and all their ancestors over any relations, ascending."""
    seen = np.zeros(up.nodes, np.bool_)
    frontier = nodes
    while len(frontier):
        seen[frontier] = True
        near = np.unique(up.other[spread(up.start, up.start[1:], frontier)])
        frontier = near[~seen[near]]
    return np.flatnonzero(seen).astype(np.int32)


def _inner(child: Ints, parent: Ints) -> tuple[Ints, Ints]:
    """Remove most edges that cannot be in a cycle: both ends must be a child and a parent."""
    for _ in range(_ROUNDS):
        count = len(child)
        between = np.isin(parent, child) & np.isin(child, parent)
        child, parent = child[between], parent[between]
        if len(child) == count:
            break
    return child, parent


def _components(child: Ints, parent: Ints) -> list[list[int]]:
    """The strongly connected components of more than one node, by Kosaraju's algorithm.

    In plain Python, since few edges remain once end nodes are removed; importing a compiled search
    takes longer.
    """
    up: dict[int, list[int]] = defaultdict(list)
    down: dict[int, list[int]] = defaultdict(list)
    for low, high in zip(child.tolist(), parent.tolist(), strict=True):
        up[low].append(high)
        down[high].append(low)
    seen: set[int] = set()
    order = [node for start in list(up) for node in _last_first(up, start, seen)]
    seen = set()
    groups = (sorted(_last_first(down, start, seen)) for start in reversed(order))
    return [group for group in groups if len(group) > 1]


def _last_first(steps: Mapping[int, list[int]], start: int, seen: set[int]) -> Iterator[int]:
    """Yield the unseen nodes reachable from a node in postorder (depth-first)."""
    if start in seen:
        return
    seen.add(start)
    way = [(start, iter(steps.get(start, ())))]
    while way:
        node, others = way[-1]
        further = next((other for other in others if other not in seen), None)
        if further is None:
            way.pop()
            yield node
        else:
            seen.add(further)
            way.append((further, iter(steps.get(further, ()))))
