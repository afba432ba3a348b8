"""Replaces a few rows of the lineage arrays, at the cost of one copy of the arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance_graph.lineage.arrays import DERIVED, Bytes, EdgeRows, Flags, Ints

Row = list[tuple[int, int, bool]]
"""A node's edges: neighbour, relation code, whether only inferred."""


def grown(array: NDArray[Any], count: int, filler: int) -> NDArray[Any]:
    """Extend an array to ``count`` cells, the new ones filled with ``filler``."""
    grown = np.full(count, filler, array.dtype)
    grown[: len(array)] = array
    return grown


def widen(rows: EdgeRows, count: int) -> EdgeRows:
    """Add empty rows for new nodes, up to ``count`` nodes."""
    more = count - rows.nodes
    if not more:
        return rows
    last = np.full(more, rows.start[-1])
    return replace(
        rows, start=np.concatenate((rows.start, last)), split=np.concatenate((rows.split, last))
    )


def entries(rows: EdgeRows, node: int) -> Iterator[tuple[int, int, bool]]:
    """Yield a node's edges: neighbour, relation code, whether only inferred."""
    here = slice(int(rows.start[node]), int(rows.start[node + 1]))
    yield from zip(
        rows.other[here].tolist(),
        rows.code[here].tolist(),
        rows.inferred[here].tolist(),
        strict=True,
    )


Columns = tuple[Ints, Bytes, Flags]
"""A Row as three arrays."""


def columns(row: Row) -> Columns:
    """Convert a row to arrays."""
    return (
        np.array([edge[0] for edge in row], np.int32),
        np.array([edge[1] for edge in row], np.uint8),
        np.array([edge[2] for edge in row], np.bool_),
    )


def turned(up: EdgeRows, down: EdgeRows, changed: Mapping[int, Row]) -> dict[int, Columns]:
    """The new rows of parents after rows of their children changed, by parent."""
    gone: dict[int, set[int]] = {}
    come: dict[int, Row] = {}
    for child, row in changed.items():
        for parent, _, _ in entries(up, child):
            gone.setdefault(parent, set()).add(child)
        for parent, code, inferred in row:
            come.setdefault(parent, []).append((child, code, inferred))
    return {
        parent: merged(down, parent, gone.get(parent, set()), come.get(parent, []))
        for parent in gone.keys() | come.keys()
    }


def merged(rows: EdgeRows, node: int, gone: set[int], come: Row) -> Columns:
    """A node's row without some neighbours and with new edges, in row order."""
    here = slice(int(rows.start[node]), int(rows.start[node + 1]))
    retained = ~np.isin(rows.other[here], np.array(sorted(gone), np.int32))
    new = columns(come)
    other = np.concatenate((rows.other[here][retained], new[0]))
    code = np.concatenate((rows.code[here][retained], new[1]))
    inferred = np.concatenate((rows.inferred[here][retained], new[2]))
    order = np.lexsort((other, code))
    return other[order], code[order], inferred[order]


def replace_rows(rows: EdgeRows, changed: Mapping[int, Columns]) -> EdgeRows:
    """Replace some rows in the arrays; the cost is one copy, whatever changed."""
    if not changed:
        return rows
    count, derivations = np.diff(rows.start), rows.split - rows.start[:-1]
    pieces: list[Columns] = []
    done = 0
    for node in sorted(changed):
        low, high = int(rows.start[node]), int(rows.start[node + 1])
        row = changed[node]
        pieces += [(rows.other[done:low], rows.code[done:low], rows.inferred[done:low]), row]
        count[node] = len(row[0])
        derivations[node] = np.count_nonzero(row[1] < DERIVED)
        done = high
    pieces.append((rows.other[done:], rows.code[done:], rows.inferred[done:]))
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(count)))
    return EdgeRows(
        start,
        start[:-1] + derivations,
        np.concatenate([piece[0] for piece in pieces]),
        np.concatenate([piece[1] for piece in pieces]),
        np.concatenate([piece[2] for piece in pieces]),
    )
