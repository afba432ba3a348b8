"""Tiny families of models made with numpy: parents, children of every kind, and decoys.

A model is a mapping of tensor names to float32 arrays; ``write`` makes a repository folder of it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Model = dict[str, Array]
WIDTH, INNER, LAYERS, VOCABULARY = 32, 48, 4, 80
_TYPES = {
    "float32": "F32",
    "float16": "F16",
    "int8": "I8",
    "uint8": "U8",
    "int32": "I32",
    "uint16": "BF16",
}


def base(
    seed: int, width: int = WIDTH, layers: int = LAYERS, vocabulary: int = VOCABULARY
) -> Model:
    """A model trained from scratch: columns have scales that any training on like data gives."""
    rng = np.random.default_rng(seed)
    scales = np.exp(np.random.default_rng(7).normal(0, 0.5, width)).astype(np.float32)

    def matrix(rows: int, columns: int) -> Array:
        drawn = rng.standard_t(5, (rows, columns)).astype(np.float32) * 0.02
        return drawn * scales[:columns] if columns == width else drawn

    model: Model = {"model.embed_tokens.weight": matrix(vocabulary, width)}
    for n in range(layers):
        head = f"model.layers.{n}."
        for name in ("q", "k", "v", "o"):
            model[f"{head}self_attn.{name}_proj.weight"] = matrix(width, width)
        model[f"{head}mlp.up_proj.weight"] = matrix(INNER, width)
        model[f"{head}mlp.down_proj.weight"] = matrix(width, INNER)
        model[f"{head}input_layernorm.weight"] = np.ones(width, np.float32)
    model["model.norm.weight"] = np.ones(width, np.float32)
    return model


def _matrices(model: Model) -> list[str]:
    return [name for name, values in model.items() if values.ndim == 2]


def fine_tuned(model: Model, seed: int, strength: float = 0.2) -> Model:
    """Every matrix moved by a share of its own spread."""
    rng = np.random.default_rng(seed)
    return {
        name: values
        if values.ndim < 2
        else (values + rng.normal(0, strength * values.std(), values.shape)).astype(np.float32)
        for name, values in model.items()
    }


def low_rank(model: Model, seed: int, rank: int = 3) -> Model:
    """A low-rank adapter merged into attention and feed-forward."""
    rng = np.random.default_rng(seed)
    changed = dict(model)
    for name in _matrices(model):
        if "embed" not in name:
            rows, columns = model[name].shape
            delta = rng.normal(0, 1, (rows, rank)) @ rng.normal(0, 1, (rank, columns))
            scale = 0.3 * model[name].std() / delta.std()
            changed[name] = (model[name] + scale * delta).astype(np.float32)
    return changed


def slerp(one: Model, other: Model, share: float = 0.5) -> Model:
    """Spherical interpolation, tensor by tensor."""
    merged: Model = {}
    for name, a in one.items():
        b = other[name]
        cosine = np.vdot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))
        angle = np.arccos(np.clip(cosine, -1, 1))
        if angle < 1e-4:
            merged[name] = a
            continue
        left, right = np.sin((1 - share) * angle), np.sin(share * angle)
        merged[name] = ((left * a + right * b) / np.sin(angle)).astype(np.float32)
    return merged


def quantized_8(model: Model) -> Model:
    """Eight-bit whole numbers with a scale a row."""
    out: Model = {}
    for name, values in model.items():
        if values.ndim == 2 and "embed" not in name:
            scale = np.abs(values).max(axis=1, keepdims=True) / 127
            out[name] = np.round(values / scale).astype(np.int8)
            out[f"{name}_scale"] = scale.astype(np.float32)
        else:
            out[name] = values
    return out


def quantized_gptq(model: Model) -> Model:
    """Four bits as GPTQ packs them: inputs by eights, a scale and a zero point to a group."""
    out: Model = {}
    for name, values in model.items():
        if values.ndim != 2 or "embed" in name:
            out[name] = values
            continue
        rows, columns = values.shape
        groups = max(1, columns // 16)
        grouped = values.reshape(rows, groups, -1)
        scale = np.abs(grouped).max(axis=2) / 7
        codes = np.clip(np.round(grouped / scale[:, :, None]) + 8, 0, 15).astype(np.uint32)
        flat = codes.reshape(rows, columns).T
        packed = np.zeros((columns // 8, rows), np.uint32)
        for n in range(8):
            packed |= flat[n::8] << np.uint32(4 * n)
        base_name = name.removesuffix(".weight")
        out[f"{base_name}.qweight"] = packed.view(np.int32)
        out[f"{base_name}.scales"] = scale.T.astype(np.float16)
        out[f"{base_name}.qzeros"] = np.full((groups, rows // 8), 0x77777777, np.uint32).view(
            np.int32
        )
    return out


def sparse(model: Model, share: float = 0.5) -> Model:
    """The smallest weights set to zero."""
    out = dict(model)
    for name in _matrices(model):
        if "embed" not in name:
            bound = np.quantile(np.abs(model[name]), share)
            out[name] = np.where(np.abs(model[name]) < bound, 0, model[name]).astype(np.float32)
    return out


def without_layers(model: Model, dropped: tuple[int, ...]) -> Model:
    """Some layers left out, the others renumbered."""
    left = [n for n in range(LAYERS) if n not in dropped]
    out = {name: values for name, values in model.items() if ".layers." not in name}
    for new, old in enumerate(left):
        for name, values in model.items():
            if f".layers.{old}." in name:
                out[name.replace(f".layers.{old}.", f".layers.{new}.")] = values
    return out


def narrowed(model: Model, seed: int, width: int = 24) -> Model:
    """Some units of the width left out everywhere."""
    left = np.sort(np.random.default_rng(seed).choice(WIDTH, width, replace=False))
    out: Model = {}
    for name, values in model.items():
        cut = values
        for axis, size in enumerate(values.shape):
            if size == WIDTH:
                cut = np.take(cut, left, axis=axis)
        out[name] = cut
    return out


def retokenised(model: Model, seed: int) -> Model:
    """Another vocabulary with vectors of its own, the rest fine-tuned a little."""
    rng = np.random.default_rng(seed)
    out = fine_tuned(model, seed, 0.1)
    out["model.embed_tokens.weight"] = rng.normal(0, 0.02, (120, WIDTH)).astype(np.float32)
    return out


def halved(model: Model) -> Model:
    """The same weights in half precision."""
    return {name: values.astype(np.float16) for name, values in model.items()}


def reordered(model: Model, seed: int) -> Model:
    """The same layers in another order."""
    order = np.random.default_rng(seed).permutation(LAYERS)
    moved = {
        name.replace(f"layers.{n}.", f"layers.{order[n]}."): values
        for n in range(LAYERS)
        for name, values in model.items()
        if f"layers.{n}." in name
    }
    return {name: moved.get(name, values) for name, values in model.items()}


def reshuffled(model: Model, seed: int) -> Model:
    """The same values at other places: what statistics of a model cannot tell from it."""
    rng = np.random.default_rng(seed)
    return {
        name: values if values.ndim < 2 else rng.permutation(values.ravel()).reshape(values.shape)
        for name, values in model.items()
    }


def tied(model: Model) -> Model:
    """The embeddings once more as the head."""
    return {**model, "lm_head.weight": model["model.embed_tokens.weight"].copy()}


def adapter(model: Model, seed: int, rank: int = 4, width: int = WIDTH) -> Model:
    """A low-rank adapter that is not merged."""
    rng = np.random.default_rng(seed)
    out: Model = {}
    for name in _matrices(model):
        if "q_proj" in name or "v_proj" in name:
            head = "base_model.model." + name.removesuffix(".weight")
            out[f"{head}.lora_A.weight"] = rng.normal(0, 1, (rank, width)).astype(np.float32)
            out[f"{head}.lora_B.weight"] = np.zeros((model[name].shape[0], rank), np.float32)
    return out


def write(model: Model, folder: Path, config: Mapping[str, object] | None = None) -> Path:
    """A repository's folder with the tensors in one safetensors file."""
    folder.mkdir(parents=True, exist_ok=True)
    header: dict[str, object] = {}
    parts: list[bytes] = []
    at = 0
    for name, values in model.items():
        data = np.ascontiguousarray(values).tobytes()
        header[name] = {
            "dtype": _TYPES[values.dtype.name],
            "shape": list(values.shape),
            "data_offsets": [at, at + len(data)],
        }
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(
        struct.pack("<Q", len(text)) + text + b"".join(parts)
    )
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


Maker = Callable[[Model, int], Model]
KINDS: dict[str, Maker] = {
    "fine-tuned a little": lambda m, s: fine_tuned(m, s, 0.05),
    "fine-tuned": fine_tuned,
    "fine-tuned a lot": lambda m, s: fine_tuned(m, s, 1.0),
    "low rank": low_rank,
    "slerp of children": lambda m, s: slerp(fine_tuned(m, s, 0.3), fine_tuned(m, s + 1, 0.3)),
    "slerp with a stranger": lambda m, s: slerp(m, base(s + 5000), 0.5),
    "eight bits": lambda m, _: quantized_8(m),
    "four bits": lambda m, _: quantized_gptq(m),
    "sparse": lambda m, _: sparse(m),
    "layers dropped": lambda m, s: without_layers(m, (s % 4,)),
    "narrowed": narrowed,
    "re-tokenised": retokenised,
    "half precision": lambda m, _: halved(m),
    "fine-tuned, then four bits": lambda m, s: quantized_gptq(fine_tuned(m, s)),
}


def decoys_of(seed: int) -> Iterator[tuple[str, Model]]:
    """Models trained apart, in the forms that children have."""
    for n in range(6):
        stranger = base(9000 + 10 * seed + n)
        yield "as it is", stranger
        yield "four bits", quantized_gptq(stranger)
        yield "sparse", sparse(stranger)
        yield "layers dropped", without_layers(stranger, (n % 4,))
        yield "narrowed", narrowed(stranger, n)


ODD_DECOYS: dict[str, Maker] = {
    "the parent's embeddings": lambda m, s: (
        base(s) | {"model.embed_tokens.weight": m["model.embed_tokens.weight"]}
    ),
    "tied embeddings": lambda _, s: tied(base(s)),
    "tied, the parent's embeddings": lambda m, s: tied(
        base(s) | {"model.embed_tokens.weight": m["model.embed_tokens.weight"]}
    ),
    "layers in another order": lambda _, s: reordered(base(s), s),
    "the parent's values elsewhere": reshuffled,
    "the parent's values negated": lambda m, _: {n: -v for n, v in m.items()},
    "one value everywhere": lambda m, _: {n: np.full_like(v, 0.01) for n, v in m.items()},
    "nothing but zeros": lambda m, _: {n: np.zeros_like(v) for n, v in m.items()},
    "two layers of the parent": lambda m, s: (
        base(s) | {n: v for n, v in m.items() if ".layers.0." in n or ".layers.1." in n}
    ),
}
