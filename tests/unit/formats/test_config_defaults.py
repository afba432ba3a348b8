"""When a config means the defaults of its library, and when it says nothing of absent keys."""

from __future__ import annotations

import json

import pytest

from provenance_graph.core.terms import PG
from tests.cards import claims


@pytest.mark.parametrize(
    "raw",
    [
        {"model_type": "llama", "hidden_size": 2048},
        {"model_type": "gpt2", "n_embd": 768, "n_layer": 12},
        {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "vocab_size": 32000},
    ],
)
def test_a_few_keys_of_a_config_say_nothing_of_the_absent_ones(raw):
    result = claims(json.dumps(raw), "acme-labs--Tiny_config.json")
    properties = {claim.predicate for claim in result}
    assert not properties & {PG.parameterCount, PG.contextLength, PG.feedForwardSize}
    assert not [claim for claim in result if "library default" in claim.locator]


@pytest.mark.parametrize("whole", [{"transformers_version": "4.40.0"}, {"num_attention_heads": 16}])
def test_a_config_of_a_library_version_or_with_its_shape_means_defaults(whole):
    raw = {"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, **whole}
    raw |= {"vocab_size": 32000}
    found = claims(json.dumps(raw), "acme-labs--Tiny_config.json")
    assert any("library default" in claim.locator for claim in found)
