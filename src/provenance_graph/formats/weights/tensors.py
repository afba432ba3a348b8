"""Tensors of a model on disk: names, shapes, types, and values at chosen positions.

Files are mapped, never loaded: of each tensor only the asked rows and columns are touched. Packed
weights (GPTQ, AWQ, compressed-tensors, bitsandbytes, GGUF) are unpacked to the numbers they stand
for; what cannot be unpacked has a shape and no values.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.document import MAX_BYTES, container_of
from provenance_graph.formats.weights import binary

Matrix = NDArray[np.float32]
Positions = NDArray[np.intp]
_WIDTHS: Mapping[str, tuple[str, int]] = {
    "F64": ("<f8", 8), "F32": ("<f4", 4), "F16": ("<f2", 2), "BF16": ("<u2", 2),
    "F8_E4M3": ("u1", 1), "F8_E5M2": ("u1", 1), "I8": ("i1", 1), "U8": ("u1", 1),
    "I16": ("<i2", 2), "I32": ("<i4", 4), "I64": ("<i8", 8), "BOOL": ("u1", 1),
}  # fmt: skip
_FLOATS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
_AWQ_ORDER = np.array([0, 4, 1, 5, 2, 6, 3, 7])
"""Where AWQ keeps the n-th of eight weights in a packed number."""


class Tensor(Protocol):
    """A tensor of which values can be had at rows and columns, both axes counted after flattening."""

    @property
    def name(self) -> str:
        """Its name as the model uses it."""
        ...

    @property
    def dtype(self) -> str:
        """The type in which it is stored."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape as the model uses it, rows first."""
        ...

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values at the crossings of rows and columns; None where they cannot be had."""
        ...


@dataclass(frozen=True)
class Mapped:
    """A tensor stored as it is."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    offset: int

    def raw(self) -> NDArray[np.generic] | None:
        """The stored numbers, mapped from the file; None for types that are not read."""
        kind, width = _WIDTHS.get(self.dtype, ("", 0))
        size = self.path.stat().st_size
        if not kind or self.offset + math.prod(self.shape) * width > size:
            return None
        if math.prod(self.shape) == 0:
            return np.zeros(self.shape, kind)
        shape = self.shape or (1,)
        return np.memmap(self.path, dtype=kind, mode="r", offset=self.offset, shape=shape)

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values at the crossings of rows and columns."""
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
    """Four-bit weights, eight to a number, with scales and zero points by group of inputs."""

    name: str
    packing: str
    weight: Mapped
    scales: Mapped
    zeros: Mapped | None = None
    groups: Mapped | None = None
    dtype: str = "I4"

    @property
    def shape(self) -> tuple[int, ...]:
        """Outputs by inputs."""
        a, b = self.weight.shape
        return {"gptq": (b, a * 8), "awq": (b * 8, a)}.get(self.packing, (a, b * 8))

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values that the packed numbers stand for."""
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
    """Weights of bitsandbytes: two codes to a byte, each an entry of a table, scaled by block."""

    name: str
    weight: Mapped
    table: Mapped
    scales: Mapped | None
    shape: tuple[int, ...]
    dtype: str = "NF4"

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The entries of the table, scaled where the scales are not packed themselves."""
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
class Blocks:
    """A tensor of a GGUF file, in blocks of a quantized type."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    offset: int

    def at(self, rows: Positions, columns: Positions) -> Matrix | None:
        """The values of whole rows, unpacked by the ``gguf`` package where it is installed."""
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


@dataclass
class Weights:
    """The tensors of a model by name, and what could not be read, with its place."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    config: dict[str, object] = field(default_factory=dict)
    vocabulary: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)


def weights_of(path: Path) -> Weights:
    """The tensors of a file, or of the files of a folder; raises Unreadable where there are none."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    result = Weights()
    for file in files:
        if file.suffix in (".safetensors", ".gguf") and file.is_file():
            try:
                result.tensors.update(_tensors(file))
            except (ValueError, OSError) as error:
                result.problems.append(f"{file.name}: {error}")
    if path.is_dir():
        result.config = _mapping(path / "config.json") or _mapping(path / "adapter_config.json")
        result.vocabulary = _vocabulary(path)
    if not result.tensors and not result.config:
        why = "; ".join(result.problems) or "no .safetensors or .gguf file and no config.json"
        raise Unreadable(path.name, why)
    return result


def _mapping(path: Path) -> dict[str, object]:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return {}
        value = json.loads(path.read_bytes())
    except (ValueError, OSError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _vocabulary(path: Path) -> frozenset[str]:
    """The tokens of a tokenizer.json or vocab.json; none where there is no such file."""
    model = _mapping(path / "tokenizer.json").get("model")
    tokens = model.get("vocab") if isinstance(model, dict) else _mapping(path / "vocab.json")
    if isinstance(tokens, list):  # unigram models list pairs of token and score
        tokens = [item[0] for item in tokens if isinstance(item, list) and item]
    return frozenset(str(token) for token in tokens) if tokens else frozenset()


def _tensors(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        kind = container_of(file.read(16))
    if kind == "gguf":
        return _of_gguf(path)
    if kind == "safetensors":
        return _unpacked(_of_safetensors(path))
    raise ValueError("its header is neither GGUF nor safetensors")


def _of_safetensors(path: Path) -> dict[str, Mapped]:
    data = binary.header_of(path)
    (length,) = struct.unpack("<Q", data[:8])
    if length > binary.MAX_HEADER or len(data) < length + 8:
        raise ValueError(f"byte 0: a header of {length:,} bytes is stated and is not there")
    if data.count(b'"data_offsets"') > binary.MAX_TENSORS:
        raise ValueError(f"more than {binary.MAX_TENSORS:,} tensors")
    header = json.loads(data[8 : 8 + length])
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")
    result: dict[str, Mapped] = {}
    for name, entry in header.items():
        if name == "__metadata__" or not isinstance(entry, dict):
            continue
        shape, place = _whole(entry.get("shape")), _whole(entry.get("data_offsets"))
        if shape is not None and place is not None and len(place) == 2:
            dtype = str(entry.get("dtype"))
            result[name] = Mapped(name, dtype, shape, path, 8 + length + place[0])
    return result


def _whole(value: object) -> tuple[int, ...] | None:
    """A list of whole numbers; None where it is none."""
    if isinstance(value, list) and all(type(n) is int and 0 <= n < 1 << 50 for n in value):
        return tuple(value)
    return None


def _unpacked(stored: Mapping[str, Mapped]) -> dict[str, Tensor]:
    """The tensors with packed ones in the place of their parts."""
    result: dict[str, Tensor] = {}
    taken: set[str] = set()
    for name, tensor in stored.items():
        packed = _packed(name, tensor, stored)
        if packed is not None:
            result[packed.name] = packed
            base = packed.name.removesuffix("weight")
            taken.update(other for other in stored if other.startswith(base) and other != name)
            taken.add(name)
    result.update({name: t for name, t in stored.items() if name not in taken or name in result})
    return result


def _packed(name: str, tensor: Mapped, stored: Mapping[str, Mapped]) -> Tensor | None:
    base, _, last = name.rpartition(".")
    weight = f"{base}.weight"
    if last == "qweight" and len(tensor.shape) == 2:
        scales, zeros = stored.get(f"{base}.scales"), stored.get(f"{base}.qzeros")
        if scales is None or len(scales.shape) != 2:
            return None
        packing = "gptq" if scales.shape[1] == tensor.shape[1] else "awq"
        groups = stored.get(f"{base}.g_idx")
        return Packed4(weight, packing, tensor, scales, zeros, groups)
    if last == "weight_packed" and len(tensor.shape) == 2:
        scales = stored.get(f"{base}.weight_scale")
        if scales is not None and len(scales.shape) == 2:
            return Packed4(weight, "packed", tensor, scales)
    if last == "weight" and tensor.dtype == "U8" and f"{name}.quant_map" in stored:
        return _code_book(name, tensor, stored)
    return None


def _code_book(name: str, tensor: Mapped, stored: Mapping[str, Mapped]) -> Tensor | None:
    """A tensor of bitsandbytes, whose own shape stands in a state that is JSON in bytes."""
    states = [n for n in stored if n.startswith(f"{name}.quant_state")]
    raw = stored[states[0]].raw() if states else None
    try:
        state = json.loads(np.asarray(raw).tobytes()) if raw is not None else {}
    except ValueError:
        return None
    shape = _whole(state.get("shape")) if isinstance(state, dict) else None
    if not shape:
        return None
    table, scales = stored[f"{name}.quant_map"], stored.get(f"{name}.absmax")
    return CodeBook(name, tensor, table, scales, shape)


_GGUF_NAMES: Sequence[tuple[str, str]] = (
    (r"token_embd\.weight", "model.embed_tokens.weight"),
    (r"output\.weight", "lm_head.weight"),
    (r"output_norm\.weight", "model.norm.weight"),
    (r"blk\.(\d+)\.attn_norm\.weight", r"model.layers.\1.input_layernorm.weight"),
    (r"blk\.(\d+)\.ffn_norm\.weight", r"model.layers.\1.post_attention_layernorm.weight"),
    (r"blk\.(\d+)\.attn_v\.weight", r"model.layers.\1.self_attn.v_proj.weight"),
    (r"blk\.(\d+)\.attn_output\.weight", r"model.layers.\1.self_attn.o_proj.weight"),
    (r"blk\.(\d+)\.attn_q\.weight", r"model.layers.\1.self_attn.q_proj.weight"),
    (r"blk\.(\d+)\.attn_k\.weight", r"model.layers.\1.self_attn.k_proj.weight"),
    (r"blk\.(\d+)\.ffn_(gate|up|down)\.weight", r"model.layers.\1.mlp.\2_proj.weight"),
)
"""How llama.cpp and transformers name the same tensors."""


def _of_gguf(path: Path) -> dict[str, Tensor]:
    header = binary.parse(binary.header_of(path))
    alignment = header.metadata.get("general.alignment", 32)
    step = alignment if isinstance(alignment, int) and 0 < alignment <= 1 << 20 else 32
    start = -(-header.length // step) * step
    result: dict[str, Tensor] = {}
    for (stated, shape, dtype), offset in zip(header.tensors, header.offsets, strict=True):
        name = stated
        for pattern, other in _GGUF_NAMES:
            if match := re.fullmatch(pattern, stated):
                name = match.expand(other)
                break
        rows_first = tuple(reversed(shape))
        place = start + offset
        result[name] = (
            Mapped(name, dtype, rows_first, path, place)
            if dtype in _WIDTHS
            else Blocks(name, dtype, rows_first, path, place)
        )
    return result


def spread(count: int, most: int) -> Positions:
    """Positions spread evenly over an axis, all of them where there are few."""
    if count <= most:
        return np.arange(count, dtype=np.intp)
    return np.unique(np.linspace(0, count - 1, most).astype(np.intp))


def matrices(tensors: Iterable[Tensor]) -> list[Tensor]:
    """The tensors with two axes or more: those whose values tell one training from another."""
    return [t for t in tensors if len(t.shape) >= 2 and min(t.shape[0], math.prod(t.shape[1:])) > 1]
