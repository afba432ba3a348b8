"""Which entities a path of lineage relations leads to, counted and named from the index.

A path is written as SPARQL writes it, of the relations that the index holds: ``^`` goes towards
children, ``+`` repeats, ``/`` goes on from what was reached, ``|`` takes either.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, expand
from provenance_graph.lineage.arrays import (
    CODE,
    SPECIFIC,
    EdgeRows,
    Flags,
    Ints,
    spread,
)
from provenance_graph.lineage.index import LineageIndex

_STEP: Final = re.compile(r"(\^?)(?:\(([^()]*)\)|([^()^|/+]+))(\+?)")


@dataclass(frozen=True, slots=True)
class PathStep:
    """Some relations, by code, followed to parents or, ``down``, to children, once or more."""

    codes: frozenset[int]
    down: bool
    repeated: bool


Path = tuple[tuple[PathStep, ...], ...]
"""Ways to go, each of steps in turn."""


def path(text: str) -> Path:
    """A path from its text; raises UsageError for what is none.

    >>> [len(way) for way in path("prov:wasDerivedFrom+/^prov:wasDerivedFrom+|pg:trainedOn")]
    [2, 1]
    """
    ways: list[list[PathStep]] = [[]]
    at = 0
    while True:
        match = _STEP.match(text, at)
        if match is None:
            raise UsageError(f"{text!r} is not a path of lineage relations, from {text[at:]!r} on")
        inverse, group, single, repeated = match.groups()
        codes = frozenset[int]().union(*map(_codes, (group or single).split("|")))
        ways[-1].append(PathStep(codes, bool(inverse), bool(repeated)))
        at = match.end()
        if at == len(text):
            return tuple(tuple(way) for way in ways)
        if text[at] == "|":
            ways.append([])
        elif text[at] != "/":
            raise UsageError(f"{text!r} is not a path of lineage relations, from {text[at:]!r} on")
        at += 1


def _codes(name: str) -> frozenset[int]:
    relation = expand(name.strip())
    if relation not in CODE:
        raise UsageError(f"{name.strip()!r} is not a relation of the lineage index")
    return frozenset({CODE[relation], *SPECIFIC.get(relation, ())})


def reached(index: LineageIndex, start: Iri, ways: Path) -> Ints:
    """The numbers of all entities that a path leads to, ascending."""
    node = index.names.find(start)
    levels: list[Ints] = [np.empty(0, np.int32)]
    for way in ways if node is not None else ():
        frontier = np.array([node], np.int32)
        for step in way:
            frontier = _follow(index.down if step.down else index.up, frontier, step)
        levels.append(frontier)
    return np.unique(np.concatenate(levels))


def _follow(rows: EdgeRows, frontier: Ints, step: PathStep) -> Ints:
    wanted = np.zeros(max(CODE.values()) + 1, np.bool_)
    wanted[sorted(step.codes)] = True
    if not step.repeated:
        return _neighbours(rows, frontier, wanted)
    seen = np.zeros(rows.nodes, np.bool_)
    while len(frontier):
        near = _neighbours(rows, frontier, wanted)
        frontier = near[~seen[near]]
        seen[frontier] = True
    return np.flatnonzero(seen).astype(np.int32)


def _neighbours(rows: EdgeRows, frontier: Ints, wanted: Flags) -> Ints:
    places = spread(rows.start, rows.start[1:], frontier)
    return np.unique(rows.other[places[wanted[rows.code[places]]]])


def first_names(index: LineageIndex, nodes: Ints, count: int) -> list[Iri]:
    """The first names, in the order of their text, of entities given by ascending number.

    Only what can be among the first is read: numbers follow the order of names but for our own,
    which stand before all others, and for those that were added later.
    """
    names = index.names
    own, settled = names.own, names.sorted_names
    parts = np.searchsorted(nodes, (own, settled))
    near = (nodes[: parts[0]][:count], nodes[parts[0] : parts[1]][:count])
    later = sorted(names[node] for node in nodes[parts[1] :].tolist())
    sorted_runs: list[Iterator[Iri]] = [
        *((names[node] for node in run.tolist()) for run in near),
        iter(later),
    ]
    return [name for name, _ in zip(heapq.merge(*sorted_runs), range(count), strict=False)]
