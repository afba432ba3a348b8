"""The count that the dimensions of a plain decoder's config add up to, where nothing counts."""

from __future__ import annotations

import json

import pytest

from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface.reader import READER

LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "intermediate_size": 14336,
    "tie_word_embeddings": False,
    "transformers_version": "4.42",
}
PUBLISHED = 8_030_261_248
"""What the weight files of a model with these dimensions hold, norms included."""


def counts(
    name: str, raw: dict[str, object], **files: dict[str, object]
) -> list[tuple[str, Basis | None]]:
    beside = {f"{k}.json": json.dumps(v).encode() for k, v in files.items()}
    document = Document(
        Iri(f"urn:file:{name}"),
        json.dumps(raw).encode(),
        "2026-01-01",
        f"{name}/config.json",
        beside,
    )
    return [
        (str(item.value), item.basis)
        for item in READER.read(document)
        if isinstance(item, Claim) and item.predicate == PG.parameterCount and item.value
    ]


def test_the_dimensions_of_a_plain_decoder_are_summed_as_an_inference() -> None:
    ((count, basis),) = counts("acme/Oak-8B", LLAMA)
    assert basis is Basis.INFERENCE
    assert abs(int(count) / PUBLISHED - 1) < 0.001


def test_tied_embeddings_count_once() -> None:
    ((tied, _),) = counts("acme/Oak", {**LLAMA, "tie_word_embeddings": True})
    ((untied, _),) = counts("acme/Oak", LLAMA)
    assert int(untied) - int(tied) == 128256 * 4096


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("acme/Oak-70B", {}),  # the name says another size
        ("acme/Oak", {"model_type": "gemma2", "tie_word_embeddings": None, "vocab_size": 256000}),
        ("acme/Oak", {"model_type": "falcon_mamba"}),
        ("acme/Oak", {"num_local_experts": 8}),
        ("acme/Oak", {"vision_config": {"hidden_size": 1024}}),
        ("acme/Oak", {"intermediate_size": None, "model_type": "qwen2"}),
    ],
)
def test_nothing_is_summed_where_the_sum_would_be_a_guess(
    name: str, change: dict[str, object]
) -> None:
    assert counts(name, {**LLAMA, **change}) == []


def test_a_count_of_the_weights_makes_the_sum_needless() -> None:
    index = {"metadata": {"total_parameters": PUBLISHED}, "weight_map": {}}
    files = {"model.safetensors.index": index}
    assert counts("acme/Oak-8B", LLAMA, **files) == [(str(PUBLISHED), Basis.ARTIFACT)]
