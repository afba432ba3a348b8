"""Headers of weight files (GGUF and safetensors), read with a limit on every count.

This module detects the container and parses GGUF; ``gguf`` and ``safetensors`` read the header's
content. A header that states a false size is an error with its location, never an allocation.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from provenance_graph.core.claims import Problem
from provenance_graph.formats import repeats, statements
from provenance_graph.formats.document import container_of

MAX_HEADER = 64 << 20
MAX_TENSORS = 200_000
MAX_ENTRIES = 20_000
MAX_TEXT = 1 << 20
MAX_ARRAY = 4_000_000
MAX_ARRAY_VALUES = 64
"""The most members of an array that are stored; vocabularies have hundreds of thousands."""

_STEPS = (1 << 20, 8 << 20, MAX_HEADER)


Value = str | int | float | bool | list["Value"]
_SCALARS: Mapping[int, str] = MappingProxyType(
    {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
)
_STRING, _ARRAY = 8, 9
_TYPES: Mapping[int, str] = MappingProxyType(
    {
        0: "F32",
        1: "F16",
        2: "Q4_0",
        3: "Q4_1",
        6: "Q5_0",
        7: "Q5_1",
        8: "Q8_0",
        9: "Q8_1",
        10: "Q2_K",
        11: "Q3_K",
        12: "Q4_K",
        13: "Q5_K",
        14: "Q6_K",
        15: "Q8_K",
        16: "IQ2_XXS",
        17: "IQ2_XS",
        18: "IQ3_XXS",
        19: "IQ1_S",
        20: "IQ4_NL",
        21: "IQ3_S",
        22: "IQ2_S",
        23: "IQ4_XS",
        24: "I8",
        25: "I16",
        26: "I32",
        27: "I64",
        28: "F64",
        29: "IQ1_M",
        30: "BF16",
        34: "TQ1_0",
        35: "TQ2_0",
        39: "MXFP4",
    }
)


class Truncated(ValueError):
    """Raised when the bytes end before the header does."""


@dataclass
class GgufHeader:
    """A parsed GGUF header; ``length`` is its size in bytes, ``offsets`` are relative to its end."""

    version: int = 0
    metadata: dict[str, Value] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    tensors: list[tuple[str, tuple[int, ...], str]] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    length: int = 0
    repeated: list[Problem] = field(default_factory=list)


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        """Read the next ``count`` bytes of the header.

        Raises Truncated where the header ends before them.
        """
        end = self.at + count
        if end > len(self.data):
            raise Truncated(f"byte {self.at}: {count} bytes are stated and the header ends")
        result, self.at = self.data[self.at : end], end
        return result

    def number(self, form: str) -> int:
        return int(struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))[0])

    def text(self) -> str:
        """Read a text that is preceded by its length.

        Raises ValueError where it is longer than MAX_TEXT bytes.
        """
        at, length = self.at, self.number("Q")
        if length > MAX_TEXT:
            raise ValueError(
                f"byte {at}: a text of {length:,} bytes; at most {MAX_TEXT:,} are read"
            )
        return statements.clean(self.take(length).decode("utf-8", "replace"))

    def value(self, kind: int, depth: int = 0) -> tuple[Value, int]:
        """Read a value of a type; return it and, for an array, its number of members (else 1).

        Raises ValueError for an unknown type of value, or an array of more than MAX_ARRAY members.
        """
        if kind in _SCALARS:
            form = _SCALARS[kind]
            raw = struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))[0]
            return raw, 1
        if kind == _STRING:
            return self.text(), 1
        if kind != _ARRAY or depth > 2:
            raise ValueError(f"byte {self.at}: {kind} is not a type of value")
        inner, count = self.number("I"), self.number("Q")
        if count > MAX_ARRAY:
            raise ValueError(
                f"byte {self.at}: an array of {count:,}; at most {MAX_ARRAY:,} are read"
            )
        values: list[Value] = []
        if inner in _SCALARS and count > MAX_ARRAY_VALUES:
            width = struct.calcsize(f"<{_SCALARS[inner]}")
            values = [self.value(inner)[0] for _ in range(MAX_ARRAY_VALUES)]
            self.take(width * (count - MAX_ARRAY_VALUES))
            return values, count
        for n in range(count):
            result, _ = self.value(inner, depth + 1)
            if n < MAX_ARRAY_VALUES:
                values.append(result)
        return values, count


def parse(data: bytes) -> GgufHeader:
    """Parse the header of a GGUF file; raises Truncated or ValueError with the failing byte."""
    it = _Bytes(data)
    it.take(4)
    header = GgufHeader(version=it.number("I"))
    if not 2 <= header.version <= 100:
        raise ValueError(f"byte 4: version {header.version} of GGUF is not read")
    tensors, entries = it.number("Q"), it.number("Q")
    if tensors > MAX_TENSORS or entries > MAX_ENTRIES:
        what = f"{tensors:,} tensors and {entries:,} entries"
        raise ValueError(f"byte 8: {what}; at most {MAX_TENSORS:,} and {MAX_ENTRIES:,} are read")
    for _ in range(entries):
        key = it.text()[:300]
        if key in header.metadata:
            lost = header.metadata[key]
            header.repeated.append(repeats.problem(f"/{key}", key, [lost]))
        header.metadata[key], header.lengths[key] = it.value(it.number("I"))
    for _ in range(tensors):
        name, dimensions = it.text()[:300], it.number("I")
        if dimensions > 16:
            raise ValueError(f"byte {it.at}: a tensor of {dimensions} dimensions")
        shape = tuple(it.number("Q") for _ in range(dimensions))
        kind = it.number("I")
        header.offsets.append(it.number("Q"))
        header.tensors.append((name, shape, _TYPES.get(kind, f"type {kind}")))
    header.length = it.at
    header.repeated += repeated_tensors(name for name, _, _ in header.tensors)
    return header


def repeated_tensors(names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each name that several tensors of one file have."""
    counts = Counter(names)
    if counts.total() == len(counts):
        return
    yield from repeats.bounded(
        Problem(
            f"/{name}",
            f"{count} tensors are called {name[:80]!r}; which of them is the model's is not stated",
            "one tensor for each name",
            "duplicate",
        )
        for name, count in counts.items()
        if count > 1
    )


def header_of(path: Path) -> bytes:
    """Read the bytes of a file's header, however large the file is.

    A safetensors header states its own length. A GGUF header does not, so that more bytes are read
    until it parses.
    """
    with path.open("rb") as file:
        first = file.read(16)
        if container_of(first) == "gguf":
            return _header_of_gguf(file, first)
        length = struct.unpack("<Q", first[:8])[0] if len(first) >= 8 else 0
        there = min(length + 8, MAX_HEADER, os.fstat(file.fileno()).st_size)
        return first + file.read(max(0, there - len(first)))


def _header_of_gguf(file: BinaryIO, data: bytes) -> bytes:
    size = os.fstat(file.fileno()).st_size
    for step in _STEPS:
        more = file.read(max(0, min(step, size) - len(data)))
        data += more
        try:
            return data[: parse(data).length]
        except Truncated:
            if not more:
                break
        except ValueError:
            break
    return data[:MAX_HEADER]
