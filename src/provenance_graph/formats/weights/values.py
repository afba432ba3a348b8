"""Values of tensors at chosen positions: stored plainly, or packed in four bits or in blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


Positions = NDArray[np.intp]


WIDTHS: Mapping[str, tuple[str, int]] = {
    "F64": ("<f8", 8),
    "F32": ("<f4", 4),
    "F16": ("<f2", 2),
    "BF16": ("<u2", 2),
    "F8_E4M3": ("u1", 1),
    "F8_E5M2": ("u1", 1),
    "I8": ("i1", 1),
    "U8": ("u1", 1),
    "I16": ("<i2", 2),
    "I32": ("<i4", 4),
    "I64": ("<i8", 8),
    "BOOL": ("u1", 1),
}


_FLOATS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})


_AWQ_ORDER = np.array([0, 4, 1, 5, 2, 6, 3, 7])
"""The position in a packed number at which AWQ keeps each of eight weights."""


class Tensor(Protocol):
    """A tensor with values by row and column; further axes are folded into the columns."""

    @property
    def name(self) -> str:
        """The tensor's name as the model uses it."""
        ...

    @property
    def dtype(self) -> str:
        """The stored type."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape as the model uses it, rows first."""
        ...

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values at the crossings of rows and columns; None where unavailable."""
        ...


@dataclass(frozen=True)
class Mapped:
    """A tensor stored without packing."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    offset: int

    def raw(self) -> NDArray[np.generic] | None:
        """The stored numbers, memory-mapped; None for unknown types or a truncated file."""
        kind, width = WIDTHS.get(self.dtype, ("", 0))
        size = self.path.stat().st_size
        if not kind or self.offset + math.prod(self.shape) * width > size:
            return None
        if math.prod(self.shape) == 0:
            return np.zeros(self.shape, kind)
        shape = self.shape or (1,)
        return np.memmap(self.path, dtype=kind, mode="r", offset=self.offset, shape=shape)

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values at the crossings of rows and columns; None where unavailable."""
        stored = self.raw()
        if stored is None:
            return None
        flat = stored.reshape(stored.shape[0], -1)
        return as_float(flat[np.ix_(rows, columns)], self.dtype)


def as_float(stored: NDArray[np.generic], dtype: str) -> Matrix:
    """Stored numbers as floats.

    >>> as_float(np.array([0x3FC0], "<u2"), "BF16").tolist()
    [1.5]
    >>> as_float(np.array([0x38, 0xB8], "u1"), "F8_E4M3").tolist()
    [1.0, -1.0]
    """
    if dtype == "BF16":
        return (stored.astype(np.uint32) << 16).view(np.float32)
    if dtype == "F8_E5M2":
        return (stored.astype(np.uint16) << 8).view(np.float16).astype(np.float32)
    if dtype == "F8_E4M3":
        return _E4M3[stored.astype(np.intp)]
    return stored.astype(np.float32)


def _e4m3() -> Matrix:
    codes = np.arange(256)
    exponent, fraction = (codes >> 3) & 15, codes & 7
    normal = np.ldexp(1 + fraction / 8, exponent - 7)
    value = np.where(exponent == 0, np.ldexp(fraction / 8, -6), normal)
    value = np.where((codes & 127) == 127, 0, value)
    return np.where(codes < 128, value, -value).astype(np.float32)


_E4M3 = _e4m3()


@dataclass(frozen=True)
class Packed4:
    """Four-bit weights, eight to a 32-bit number, with scales and zero points per input group."""

    name: str
    packing: str
    weight: Mapped
    scales: Mapped
    zeros: Mapped | None = None
    groups: Mapped | None = None
    dtype: str = "I4"

    @property
    def shape(self) -> tuple[int, ...]:
        """The unpacked shape: outputs by inputs."""
        a, b = self.weight.shape
        return {"gptq": (b, a * 8), "awq": (b * 8, a)}.get(self.packing, (a, b * 8))

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The dequantized values at the crossings of rows and columns; None where unavailable."""
        stored, scales = self.weight.raw(), self.scales.raw()
        if stored is None or scales is None:
            return None
        codes = self._codes(stored.view(np.uint32), rows, columns)
        scale = as_float(np.asarray(scales), self.scales.dtype)
        if self.packing == "packed":
            group = columns // max(1, self.shape[1] // scale.shape[1])
            chosen = scale[np.ix_(rows, np.minimum(group, scale.shape[1] - 1))]
            return np.asarray((codes - 8) * chosen, np.float32)
        per = max(1, self.shape[1] // scale.shape[0])
        group = np.minimum(columns // per, scale.shape[0] - 1)
        if self.groups is not None and (index := self.groups.raw()) is not None:
            group = np.asarray(index).reshape(-1)[columns].astype(np.intp)
        zero = self._zero(rows, group)
        return np.asarray((codes - zero) * scale[np.ix_(group, rows)].T, np.float32)

    def _codes(self, stored: NDArray[np.uint32], rows: Positions, columns: Positions) -> Matrix:
        if self.packing == "gptq":
            words = stored[np.ix_(columns // 8, rows)].T
            return ((words >> ((columns % 8) * 4)[None, :].astype(np.uint32)) & 15).astype(
                np.float32
            )
        if self.packing == "awq":
            words = stored[np.ix_(columns, rows // 8)].T
            shift = (_AWQ_ORDER[rows % 8] * 4)[:, None].astype(np.uint32)
            return ((words >> shift) & 15).astype(np.float32)
        words = stored[np.ix_(rows, columns // 8)]
        return ((words >> ((columns % 8) * 4)[None, :].astype(np.uint32)) & 15).astype(np.float32)

    def _zero(self, rows: Positions, group: Positions) -> Matrix | float:
        stored = self.zeros.raw() if self.zeros is not None else None
        if stored is None:
            return 8.0
        words = stored.view(np.uint32)[np.ix_(group, rows // 8)].T
        order = rows % 8 if self.packing == "gptq" else _AWQ_ORDER[rows % 8]
        code = ((words >> (order * 4)[:, None].astype(np.uint32)) & 15).astype(np.float32)
        return code + 1 if self.packing == "gptq" else code


@dataclass(frozen=True)
class CodeBook:
    """Weights of bitsandbytes: two codes to a byte, each an index into a table, scaled by block."""

    name: str
    weight: Mapped
    table: Mapped
    scales: Mapped | None
    shape: tuple[int, ...]
    dtype: str = "NF4"

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The table's values, scaled unless the scales are packed themselves; None if unavailable."""
        stored, table = self.weight.raw(), self.table.raw()
        if stored is None or table is None:
            return None
        flat = rows[:, None] * math.prod(self.shape[1:]) + columns[None, :]
        bytes_ = stored.reshape(-1)[flat // 2].astype(np.intp)
        codes = np.where(flat % 2 == 0, bytes_ >> 4, bytes_ & 15)
        value = as_float(np.asarray(table), self.table.dtype)[codes]
        scales = self.scales.raw() if self.scales and self.scales.dtype in _FLOATS else None
        if scales is not None and self.scales is not None:
            block = math.prod(self.shape) // max(1, scales.size)
            value = value * as_float(np.asarray(scales), self.scales.dtype)[flat // max(1, block)]
        return np.asarray(value, np.float32)


@dataclass(frozen=True)
class BlockTensor:
    """A tensor of a GGUF file in blocks of a quantized type."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    offset: int

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values, unpacked by the ``gguf`` package; None where it is not installed."""
        try:
            from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
            from gguf.quants import dequantize
        except ImportError:
            return None
        try:
            kind = GGMLQuantizationType[self.dtype]
            block, width = GGML_QUANT_SIZES[kind]
        except KeyError:
            return None
        inner = self.shape[-1] if self.shape else 1
        count = math.prod(self.shape[:-1])
        across = inner // block * width
        if inner % block or self.offset + count * across > self.path.stat().st_size:
            return None
        stored = np.memmap(
            self.path, dtype=np.uint8, mode="r", offset=self.offset, shape=(count, across)
        )
        values = dequantize(np.ascontiguousarray(stored[rows]), kind).astype(np.float32)
        return values.reshape(len(rows), -1)[:, columns]
