"""Inherited licence terms of all nodes of a store, as bits along the levels of the graph.

Each class of terms of each licence in use is a bit in one of two states (see ``passing``). An edge
lets bits through by masks; a node's bits are the union over its edges. Two million models take less
than two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.iris import Iri
from provenance_graph.licences.inheritance.passing import (
    EDGE_TYPES,
    FIRST,
    SECOND,
    TermClass,
    classes,
)
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.arrays import DERIVED, Flags, Ints, Longs, levels, spread
from provenance_graph.lineage.index import DATASET, LineageIndex

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Bit:
    """The meaning of a bit: a class of a licence's terms, or (licence None) unknown terms."""

    licence: Licence | None
    terms: TermClass


@dataclass(frozen=True)
class Propagation:
    """The terms that reach every node.

    ``first`` and ``second`` hold, per node, the bits in that state. ``own`` holds the bits of a
    node's own licences; ``licensed`` whether all licences that it declares are known.
    """

    index: LineageIndex
    bits: tuple[Bit, ...]
    own: Words
    first: Words
    second: Words
    licensed: Flags

    def of(self, node: int) -> set[tuple[int, bool]]:
        """The bits that reach a node, each with whether it is settled (in the first state)."""
        settled = {(bit, True) for bit in members(self.first[node])}
        open_ = {(bit, False) for bit in members(self.second[node])}
        return settled | {one for one in open_ if (one[0], True) not in settled}

    def mask(self, wanted: Sequence[int]) -> Words:
        """Bit numbers as a mask: an array of 64-bit words."""
        return _bit_words(wanted, self.first.shape[1])

    def having(self, wanted: Sequence[int], state: int) -> Flags:
        """A flag per node: whether any of the bits reaches it in a state."""
        stored = self.first if state == FIRST else self.second
        return np.asarray((stored & self.mask(wanted)).any(axis=1), np.bool_)


Read = Callable[[Iri], Licence]


def propagate(index: LineageIndex, catalogue: Catalogue, day: str = "") -> Propagation:
    """Propagate every licence's terms along every edge, by the texts in force on an ISO day."""

    def read(iri: Iri) -> Licence:
        return catalogue.in_force(catalogue.licence(iri), day)

    bits, own = _own(index, catalogue, read)
    masks = _masks(bits, own.shape[1])
    licensed = _licensed(index, read)
    first, second = np.zeros_like(own), np.zeros_like(own)
    run = _FixedPoint(index, own, first, second, masks, licensed)
    level, depth = levels(index.down, index.down.start[1:])
    order = np.argsort(level, kind="stable").astype(np.int32)
    ends = np.searchsorted(level[order], np.arange(depth + 1))
    for low, high in zip(ends[1:-1].tolist(), ends[2:].tolist(), strict=True):
        run.settle(order[low:high])
    if depth:
        run.settle(order[int(ends[-1]) :])  # the deepest level
    run.settle_cycles(order[: int(ends[0])])
    return Propagation(index, bits, own, first, second, licensed)


def _own(index: LineageIndex, catalogue: Catalogue, read: Read) -> tuple[tuple[Bit, ...], Words]:
    """The bits in use, and the bits of each node's own licences."""
    number: dict[tuple[Iri | None, TermClass], int] = {}
    bits: list[Bit] = []
    rows: list[list[int]] = []
    for stored in (*index.licences, ()):
        for from_dataset in (False, True):
            row = []
            for licence in [read(iri) for iri in stored] or [Licence(Iri("urn:none"))]:
                for terms in classes(licence, catalogue, from_dataset):
                    known = licence if licence.known else None
                    key = (known.iri if known else None, terms)
                    if key not in number:
                        number[key] = len(bits)
                        bits.append(Bit(known, terms))
                    row.append(number[key])
            rows.append(row)
    width = max(1, -(-len(bits) // 64))
    table = np.stack([_bit_words(row, width) for row in rows])
    code = np.where(index.licence < 0, len(index.licences), index.licence)
    return tuple(bits), table[2 * code + (index.kind == DATASET)]


def _bit_words(members: Sequence[int], width: int) -> Words:
    words = [0] * width
    for bit in members:
        words[bit // 64] |= 1 << (bit % 64)
    return np.array(words, np.uint64)


def members(words: Words) -> list[int]:
    """The numbers of the bits that are set in a mask, ascending."""
    return [
        64 * position + bit
        for position, word in enumerate(words.tolist())
        for bit in range(64)
        if word >> bit & 1
    ]


@dataclass(frozen=True, slots=True)
class _Masks:
    """Masks per edge type: bits that stay first, change to second, or stay second."""

    keep: Words
    move: Words
    hold: Words


def _masks(bits: Sequence[Bit], width: int) -> _Masks:
    def rows(state: int, *, second: bool) -> Words:
        return np.stack(
            [
                _bit_words(
                    [
                        number
                        for number, bit in enumerate(bits)
                        if (bit.terms.second if second else bit.terms.first)[edge] == state
                    ],
                    width,
                )
                for edge in range(EDGE_TYPES)
            ]
        )

    return _Masks(rows(FIRST, second=False), rows(SECOND, second=False), rows(SECOND, second=True))


def _licensed(index: LineageIndex, read: Read) -> Flags:
    known = [all(read(iri).known for iri in stored) for stored in index.licences]
    return np.array([*known, False], np.bool_)[index.licence]


@dataclass(frozen=True, slots=True)
class _FixedPoint:
    index: LineageIndex
    own: Words
    first: Words
    second: Words
    masks: _Masks
    licensed: Flags

    def _gathered(self, nodes: Ints) -> tuple[Words, Words, Ints]:
        """The bits that reach each of the nodes that have parents, by state, and these nodes."""
        up, index = self.index.up, self.index
        count = up.start[nodes + 1] - up.start[nodes]
        nodes, count = nodes[count > 0], count[count > 0]
        places = spread(up.start, up.start[1:], nodes)
        child = np.repeat(nodes, count)
        parent = up.other[places]
        kind = 2 * up.code[places].astype(np.int64) + (index.kind[child] == DATASET)
        retained = self.licensed[child] & (index.owner[child] >= 0) & (up.code[places] < DERIVED)
        retained &= index.owner[child] == index.owner[parent]
        brought = np.where(retained[:, None], np.uint64(0), self.own[parent])
        into = self.first[parent] | brought
        stay = into & self.masks.keep[kind]
        move = (into & self.masks.move[kind]) | (self.second[parent] & self.masks.hold[kind])
        starts: Longs = np.cumsum(count) - count
        return (
            np.bitwise_or.reduceat(stay, starts, axis=0),
            np.bitwise_or.reduceat(move, starts, axis=0),
            nodes,
        )

    def settle(self, nodes: Ints) -> None:
        """Set the bits of nodes whose parents are all set."""
        if len(nodes):
            stay, move, nodes = self._gathered(nodes)
            if len(nodes):
                self.first[nodes], self.second[nodes] = stay, move

    def settle_cycles(self, nodes: Ints) -> None:
        """Set the bits of nodes on or below cycles, repeated until no bit changes."""
        inside = np.zeros(len(self.index), np.bool_)
        inside[nodes] = True
        down = self.index.down
        while len(nodes):
            stay, move, nodes = self._gathered(nodes)
            if not len(nodes):
                return
            changed = ((stay | self.first[nodes]) != self.first[nodes]).any(axis=1)
            changed |= ((move | self.second[nodes]) != self.second[nodes]).any(axis=1)
            self.first[nodes] |= stay
            self.second[nodes] |= move
            below = down.other[spread(down.start, down.start[1:], nodes[changed])]
            nodes = np.unique(below[inside[below]])
