"""A compact table of names: sorted text in one block, with numbers for positions.

Two million names as Python strings take about 300 MB. This table takes the bytes of their text, can
be memory-mapped from a file, and finds names by bisection.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.iris import ID, Iri

_HEAD = ID.encode()
_SLASH, _AT = ord("/"), ord("@")
_DEPTH = 3
"""The number of slashes in the stored form of a name below ``model/owner/name``."""


def short(name: str) -> bytes:
    """The stored form of a name, the sort key of the table: own names lose their prefix."""
    raw = name.encode()
    return b"\x01" + raw[len(_HEAD) :] if raw.startswith(_HEAD) else raw


def whole(raw: bytes) -> Iri:
    """The name for a stored form."""
    return Iri((_HEAD + raw[1:] if raw[:1] == b"\x01" else raw).decode())


def _is_deep(name: str) -> bool:
    raw = short(name)
    return b"@" in raw or raw.count(b"/") >= _DEPTH


class PackedNames:
    """Names by number and numbers by name; added names are numbered after the sorted ones.

    >>> table = PackedNames.of(["https://example.org/b", "https://example.org/a"])
    >>> table[0], table.find("https://example.org/b"), table.find("https://example.org/c")
    (Iri('https://example.org/a'), 1, None)
    """

    def __init__(self, block: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.block, self.ends = block, ends
        self._later: dict[Iri, int] = {}
        self._later_names: list[Iri] = []

    @classmethod
    def of(cls, names: Iterable[str]) -> PackedNames:
        """Build a table of distinct names, sorted."""
        return cls.of_sorted(sorted({short(name) for name in names}))

    @classmethod
    def of_sorted(cls, raw: list[bytes]) -> PackedNames:
        """Build a table from distinct names in stored form that are sorted already."""
        block = np.frombuffer(b"".join(raw), np.uint8)
        lengths = np.fromiter(map(len, raw), np.int64, len(raw))
        return cls(block, np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))))

    def __len__(self) -> int:
        return len(self.ends) - 1 + len(self._later_names)

    def __getitem__(self, number: int) -> Iri:
        first = len(self.ends) - 1
        if number >= first:
            return self._later_names[number - first]
        return whole(self._raw(number))

    @property
    def sorted_names(self) -> int:
        """The number of names numbered in the order of their stored form; added ones are not."""
        return len(self.ends) - 1

    @property
    def own(self) -> int:
        """The number of sorted names that are IRIs of this project, which come first."""
        low, high = 0, self.sorted_names
        while low < high:
            middle = (low + high) // 2
            if self._raw(middle)[:1] <= b"\x01":
                low = middle + 1
            else:
                high = middle
        return low

    def __iter__(self) -> Iterator[Iri]:
        return (self[number] for number in range(len(self)))

    def stored(self) -> Iterator[bytes]:
        """Yield every name in stored form, by number."""
        block, ends = self.block.tobytes(), self.ends.tolist()
        yield from (block[low:high] for low, high in itertools.pairwise(ends))
        yield from map(short, self._later_names)

    def _raw(self, number: int) -> bytes:
        return self.block[self.ends[number] : self.ends[number + 1]].tobytes()

    def find(self, name: str) -> int | None:
        """The number of a name, or None."""
        later = self._later.get(Iri(name))
        if later is not None:
            return later
        sought = short(name)
        low, high = 0, len(self.ends) - 1
        while low < high:
            middle = (low + high) // 2
            if self._raw(middle) < sought:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.ends) - 1 and self._raw(low) == sought else None

    def add(self, name: Iri) -> int:
        """The number of a name, which is added if it is missing."""
        result = self.find(name)
        if result is None:
            result = len(self)
            self._later[name] = result
            self._later_names.append(name)
        return result

    def copy(self) -> PackedNames:
        """A copy to which names can be added independently; the block is shared."""
        other = PackedNames(self.block, self.ends)
        other._later = dict(self._later)
        other._later_names = list(self._later_names)
        return other

    def among(self, numbers: Sequence[int]) -> PackedNames:
        """A table of the names with some numbers, given in ascending order, which is kept."""
        first = len(self.ends) - 1
        table = PackedNames.of_sorted([self._raw(number) for number in numbers if number < first])
        for number in numbers:
            if number >= first:
                table.add(self[number])
        return table

    def nested(self) -> NDArray[np.int32]:
        """The numbers of names that may lie below a release: those with ``@``, or with more steps.

        >>> table = PackedNames.of([f"{ID}model/a/b{tail}" for tail in ("", "/step-1", "@main")])
        >>> table.nested().tolist()
        [1, 2]
        """
        first = len(self.ends) - 1
        marks = (self.block == _SLASH).astype(np.uint16) + _DEPTH * (self.block == _AT)
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(marks, dtype=np.int64)))
        held = before[self.ends[1:]] - before[self.ends[:-1]]
        later = [
            first + position for position, name in enumerate(self._later_names) if _is_deep(name)
        ]
        return np.concatenate((np.flatnonzero(held >= _DEPTH), later)).astype(np.int32)

    def owners(self) -> NDArray[np.int32]:
        """Per name the number of its namespace, which models and datasets share; -1 for none."""
        known: dict[bytes, int] = {}
        number = known.setdefault
        spaces = (name.split(b"/") for name in self.stored())
        codes = (
            number(parts[1], len(known))
            if len(parts) == 3 and parts[0] in (b"\x01model", b"\x01dataset")
            else -1
            for parts in spaces
        )
        return np.fromiter(codes, np.int32, len(self))

    def settled(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], list[Iri]]:
        """The parts to write to a file: the block, its ends, and the names added later."""
        return self.block, self.ends, self._later_names

    @property
    def nbytes(self) -> int:
        """The bytes of the block and its ends, without added names."""
        return self.block.nbytes + self.ends.nbytes
