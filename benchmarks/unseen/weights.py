"""Generated headers of GGUF and safetensors files with unknown entries."""

from __future__ import annotations

import json
import struct
from typing import Any

from benchmarks.unseen.values import Maker

GENERAL = ("name", "author", "organization", "basename", "description", "finetune", "license",
           "license.link", "url", "repo_url", "source.url", "size_label", "quantized_by", "version")  # fmt: skip


def entries(maker: Maker) -> dict[str, Any]:
    """The metadata of a GGUF file, known entries and others."""
    result: dict[str, Any] = {"general.architecture": "llama"}
    for key in GENERAL:
        if maker.chance(0.6):
            address = key.endswith(("url", "link"))
            result[f"general.{key}"] = maker.address() if address else maker.word()
    if maker.chance(0.5):
        result |= {
            "general.base_model.count": 1,
            "general.base_model.0.name": maker.word(),
            "general.base_model.0.organization": maker.word(),
            "general.base_model.0.repo_url": maker.address(),
        }
    for key in (
        "block_count",
        "context_length",
        "embedding_length",
        "rope.freq_base",
        "vocab_size",
    ):
        result[f"llama.{key}"] = maker.number()
    result["tokenizer.ggml.model"] = maker.word()
    result[f"acme.{maker.made}"] = maker.word()
    return result


def gguf(whole: dict[str, Any]) -> bytes:
    """The header of a GGUF file with these entries and one tensor."""
    data = b"GGUF" + struct.pack("<IQQ", 3, 1, len(whole))
    for key, value in whole.items():
        data += _string(key)
        if isinstance(value, bool):
            data += struct.pack("<IB", 7, value)
        elif isinstance(value, int):
            data += struct.pack("<IQ", 10, value)
        else:
            data += struct.pack("<I", 8) + _string(str(value))
    return data + _string("token_embd.weight") + struct.pack("<IQQIQ", 2, 64, 32, 0, 0)


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def metadata(maker: Maker) -> dict[str, Any]:
    """The metadata of a safetensors file, which holds texts only."""
    keys = ("format", "modelspec.title", "modelspec.author", "modelspec.license", "ss_base_model",
            "ss_network_dim", f"x{maker.number()}")  # fmt: skip
    return {"__metadata__": {key: maker.word() for key in keys if maker.chance(0.8)}}


def safetensors(whole: dict[str, Any]) -> bytes:
    """The header of a safetensors file with this metadata and one tensor."""
    one = {
        "model.embed_tokens.weight": {"dtype": "F32", "shape": [64, 32], "data_offsets": [0, 8192]}
    }
    text = json.dumps(whole | one, ensure_ascii=False).encode()
    return struct.pack("<Q", len(text)) + text
