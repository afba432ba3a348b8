"""Evaluates paths of lineage relations over the index: entities reached, counted and named.

A path has the syntax of SPARQL property paths, over relations of the index: ``^`` goes to children,
``+`` repeats, ``/`` continues from the entities reached, ``|`` is an alternative.
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
    """Relation codes, followed to parents or, with ``down``, to children, once or repeatedly."""

    codes: frozenset[int]
    down: bool
    repeated: bool


Path = tuple[tuple[PathStep, ...], ...]
"""Alternatives, each a sequence of steps."""


def path(text: str) -> Path:
    """Parse a path; raises UsageError for an invalid one.

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
    """The numbers of all entities to which a path leads, ascending."""
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
    """The first ``count`` names, in text order, of nodes given in ascending order.

    Only names that can be among the first are read. Numbers follow the order of names, except that
    own IRIs come first and names added later come last.
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
