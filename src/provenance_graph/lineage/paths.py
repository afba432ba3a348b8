"""Paths through lineage: shortest and simple paths, generations, cycles, common ancestors."""

from __future__ import annotations

from collections import deque

import numpy as np

from provenance_graph.lineage import components
from provenance_graph.lineage.arrays import Flags, Ints, closure
from provenance_graph.lineage.index import DATASET, LineageIndex

Step = tuple[int, int]  # child, place of the edge in the rows of parents


def shortest(index: LineageIndex, start: int, goal: int, influences: bool) -> list[Step] | None:
    """The edges of one shortest path up from ``start`` to ``goal``, or None."""
    result = closure(index.up, start, influences=influences)
    where = np.flatnonzero(result.nodes == goal)
    if not len(where):
        return None
    via = dict(zip(result.nodes.tolist(), result.via.tolist(), strict=True))
    way: list[Step] = []
    node = goal
    while node != start:
        position = via[node]
        child = int(np.searchsorted(index.up.start, position, side="right")) - 1
        way.append((child, position))
        node = child
    return way[::-1]


def simple_paths(
    index: LineageIndex, start: int, goal: int, influences: bool, limit: int
) -> tuple[list[list[Step]], int | None]:
    """Paths without repeated nodes, shortest first, at most ``limit``; and their total number.

    Only nodes on some path are visited. The total is None if cycles are on the way and ``limit``
    paths were found before the search ended.
    """
    above = set(closure(index.up, start, influences=influences).nodes.tolist()) | {start}
    below = set(closure(index.down, goal, influences=influences).nodes.tolist()) | {goal}
    useful = above & below
    if start not in useful or goal not in useful or start == goal:
        return [], 0
    steps = {node: _steps(index, node, useful, influences) for node in useful}
    total = _count(steps, start, goal)
    result: list[list[Step]] = []
    waiting: deque[tuple[int, list[Step], frozenset[int]]] = deque(
        [(start, [], frozenset([start]))]
    )
    while waiting and len(result) < limit:
        node, way, met = waiting.popleft()
        for step, parent in steps[node]:
            if parent == goal:
                result.append([*way, step])
                if len(result) == limit:
                    break
            elif parent not in met and len(waiting) < _WAITING:
                waiting.append((parent, [*way, step], met | {parent}))
    if total is None and not waiting and len(result) < limit:
        total = len(result)
    return result, total


_WAITING = 100_000
"""The most unfinished paths that are held; a graph with more has more paths than can be read."""


def _steps(
    index: LineageIndex, node: int, useful: set[int], influences: bool
) -> list[tuple[Step, int]]:
    up = index.up
    return [
        ((node, position), int(up.other[position]))
        for position in up.edges_of(node, influences)
        if int(up.other[position]) in useful
    ]


def _count(steps: dict[int, list[tuple[Step, int]]], start: int, goal: int) -> int | None:
    """The number of paths, summed in topological order; None if there are cycles."""
    pending = dict.fromkeys(steps, 0)
    for row in steps.values():
        for _, parent in row:
            pending[parent] += 1
    ways = dict.fromkeys(steps, 0)
    ways[start] = 1
    ready = [node for node, count in pending.items() if not count]
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        for _, parent in steps[node]:
            ways[parent] += ways[node]
            pending[parent] -= 1
            if not pending[parent]:
                ready.append(parent)
    return ways[goal] if done == len(steps) else None


def generation(index: LineageIndex, node: int) -> int | None:
    """The length of the longest path of derivations up from a node; None if it meets a cycle."""
    result = closure(index.up, node)
    inside = {node, *result.nodes.tolist()}
    parents = {
        one: {
            int(index.up.other[position]) for position in index.up.edges_of(one, influences=False)
        }
        for one in inside
    }
    children: dict[int, list[int]] = {one: [] for one in inside}
    for child, row in parents.items():
        for parent in row:
            children[parent].append(child)
    level = {one: 0 for one, row in parents.items() if not row}
    ready = list(level)
    pending = {one: len(row) for one, row in parents.items()}
    while ready:
        parent = ready.pop()
        for child in children[parent]:
            level[child] = max(level.get(child, 0), level[parent] + 1)
            pending[child] -= 1
            if not pending[child]:
                ready.append(child)
    return level[node] if not pending[node] else None


def cycles(index: LineageIndex, wanted: Flags, among: Ints | None = None) -> list[list[int]]:
    """Strongly connected components over the wanted relations, self-loops included.

    Only nodes that the index lists as ``circular`` are read; ``among`` restricts them further.
    """
    nodes = index.circular
    if among is not None:
        inside = np.zeros(len(index), np.bool_)
        inside[among] = True
        nodes = nodes[inside[nodes]]
    return components.groups(index.up, wanted, nodes)


def shared(
    index: LineageIndex, first: int, second: int
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Common ancestors with their distance from each node, nearest first; and the lowest of them.

    An entity counts as its own ancestor here, so that a parent and its child share the parent.
    """
    one, two = _distances(index, first), _distances(index, second)
    common = sorted(
        ((node, one[node], two[node]) for node in one.keys() & two.keys()),
        key=lambda row: (row[1] + row[2], row[0]),
    )
    inside = {node for node, _, _ in common}
    above = {
        int(index.up.other[position])
        for node in inside
        for position in index.up.edges_of(node, influences=False)
        if int(index.up.other[position]) != node
    }
    return common, [node for node, _, _ in common if node not in above]


def _distances(index: LineageIndex, node: int) -> dict[int, int]:
    result = closure(index.up, node)
    return {node: 0, **dict(zip(result.nodes.tolist(), result.distance.tolist(), strict=True))}


def shared_datasets(index: LineageIndex, first: int, second: int) -> list[int]:
    """The datasets on which both nodes depend, at any distance."""
    both = [
        set(result.nodes[index.kind[result.nodes] == DATASET].tolist())
        for result in (closure(index.up, node, influences=True) for node in (first, second))
    ]
    return sorted(both[0] & both[1])
