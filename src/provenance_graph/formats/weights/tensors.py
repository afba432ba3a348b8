"""Tensors of a model on disk: names, shapes, types, and values at chosen positions.

Files are memory-mapped, never loaded: of each tensor only the requested rows and columns are read.
Packed weights (GPTQ, AWQ, compressed-tensors, bitsandbytes, GGUF) are unpacked to the numbers that
they encode; a tensor that cannot be unpacked has a shape and no values.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.document import container_of
from provenance_graph.formats.parsing import MAX_BYTES, parse_json
from provenance_graph.formats.weights import binary
from provenance_graph.formats.weights.values import (
    WIDTHS,
    BlockTensor,
    CodeBook,
    Mapped,
    Packed4,
    Positions,
    Tensor,
)


@dataclass
class Weights:
    """The tensors of a model by name, its configuration and vocabulary, and reading problems."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    config: dict[str, object] = field(default_factory=dict)
    vocabulary: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)


def weights_of(path: Path) -> Weights:
    """The tensors of a file or of a folder's files; raises Unreadable where there are none."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    result = Weights()
    for file in files:
        if file.suffix in (".safetensors", ".gguf") and file.is_file():
            try:
                result.tensors.update(_tensors(file, result.problems))
            except (ValueError, OSError, Unreadable) as error:
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
    """The tokens of a tokenizer.json or vocab.json; empty without such a file."""
    model = _mapping(path / "tokenizer.json").get("model")
    tokens = model.get("vocab") if isinstance(model, dict) else _mapping(path / "vocab.json")
    if isinstance(tokens, list):  # unigram models list pairs of token and score
        tokens = [item[0] for item in tokens if isinstance(item, list) and item]
    return frozenset(str(token) for token in tokens) if tokens else frozenset()


def _tensors(path: Path, problems: list[str]) -> dict[str, Tensor]:
    with path.open("rb") as file:
        kind = container_of(file.read(16))
    if kind == "gguf":
        return _of_gguf(path, problems)
    if kind == "safetensors":
        return _unpacked(_of_safetensors(path, problems))
    raise ValueError("its header is neither GGUF nor safetensors")


def _of_safetensors(path: Path, problems: list[str]) -> dict[str, Mapped]:
    data = binary.header_of(path)
    (length,) = struct.unpack("<Q", data[:8])
    if length > binary.MAX_HEADER or len(data) < length + 8:
        raise ValueError(f"byte 0: a header of {length:,} bytes is stated and missing")
    if data.count(b'"data_offsets"') > binary.MAX_TENSORS:
        raise ValueError(f"more than {binary.MAX_TENSORS:,} tensors")
    repeated: list[Problem] = []
    header = parse_json(data[8 : 8 + length].decode("utf-8", "replace"), path.name, repeated)
    problems += (f"{path.name}{each.where}: {each.what}" for each in repeated)
    if not isinstance(header, dict):
        raise ValueError("its header is not a JSON object")
    result: dict[str, Mapped] = {}
    for name, entry in header.items():
        if name == "__metadata__" or not isinstance(entry, dict):
            continue
        shape, offset = _whole(entry.get("shape")), _whole(entry.get("data_offsets"))
        if shape is not None and offset is not None and len(offset) == 2:
            dtype = str(entry.get("dtype"))
            result[name] = Mapped(name, dtype, shape, path, 8 + length + offset[0])
    return result


def _whole(value: object) -> tuple[int, ...] | None:
    """A list of non-negative integers as a tuple; None for anything else."""
    if isinstance(value, list) and all(type(n) is int and 0 <= n < 1 << 50 for n in value):
        return tuple(value)
    return None


def _unpacked(stored: Mapping[str, Mapped]) -> dict[str, Tensor]:
    """The tensors by name, with packed ones instead of their component tensors."""
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
    """A bitsandbytes tensor, whose shape is in a quantisation state stored as JSON bytes."""
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
"""The names of tensors in llama.cpp and in transformers."""


def _of_gguf(path: Path, problems: list[str]) -> dict[str, Tensor]:
    header = binary.parse(binary.header_of(path))
    problems += (f"{path.name}{each.where}: {each.what}" for each in header.repeated)
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
        begin = start + offset
        result[name] = (
            Mapped(name, dtype, rows_first, path, begin)
            if dtype in WIDTHS
            else BlockTensor(name, dtype, rows_first, path, begin)
        )
    return result


def spread(count: int, limit: int) -> Positions:
    """Positions spread evenly over an axis; all of them up to ``limit``."""
    if count <= limit:
        return np.arange(count, dtype=np.intp)
    return np.unique(np.linspace(0, count - 1, limit).astype(np.intp))
