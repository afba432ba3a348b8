"""What the Hub's API answers: counts of elements, abridged configs, tags, files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import document

from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.terms import PG
from provenance_graph.formats.huggingface import reader as huggingface


def answer(**raw: Any) -> tuple[list[Claim], list[Problem]]:
    raw = {"id": "acme-labs/Tiny", "likes": 1, "downloads": 2, **raw}
    results = list(huggingface.READER.read(document(json.dumps(raw), "api.json")))
    return (
        [item for item in results if isinstance(item, Claim)],
        [item for item in results if isinstance(item, Problem)],
    )


def count(**raw: Any) -> tuple[str, Basis | None, list[str]]:
    claims, problems = answer(**raw)
    (result,) = [claim for claim in claims if claim.predicate == PG.parameterCount]
    shown = "" if result.value is None else str(result.value)
    return shown, result.basis, [problem.kind for problem in problems]


@pytest.mark.parametrize(
    ("model_type", "architecture"),
    [
        ("gpt2", "GPT2LMHeadModel"),
        ("bert", "BertForMaskedLM"),
        ("llama", "LlamaForCausalLM"),
        ("mistral", "MistralForCausalLM"),
        ("mixtral", "MixtralForCausalLM"),
        ("opt", "OPTForCausalLM"),
    ],
)
def test_an_absent_key_of_an_abridged_config_means_nothing(
    model_type: str, architecture: str
) -> None:
    claims, _ = answer(config={"architectures": [architecture], "model_type": model_type})
    sizes = {
        PG.layerCount, PG.hiddenSize, PG.vocabularySize, PG.contextLength, PG.attentionHeadCount,
        PG.keyValueHeadCount, PG.headDimension, PG.feedForwardSize, PG.activationFunction,
        PG.ropeTheta, PG.tiedEmbeddings, PG.attentionMechanism,
    }  # fmt: skip
    assert not sizes & {claim.predicate for claim in claims}
    assert PG.architectureClass in {claim.predicate for claim in claims}


def test_a_full_config_still_means_its_library_s_defaults() -> None:
    raw = {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "transformers_version": "4.40.0",
        "n_layer": 48,
        "n_embd": 1600,
    }
    result = huggingface.READER.read(document(json.dumps(raw), "acme-labs--Tiny_config.json"))
    values = {c.predicate: (str(c.value), c.basis) for c in result if isinstance(c, Claim)}
    assert values[PG.layerCount] == ("48", None)
    assert values[PG.vocabularySize] == ("50257", Basis.INFERENCE)


def test_a_config_cut_to_its_type_has_no_defaults() -> None:
    raw = {"architectures": ["BertForMaskedLM"], "model_type": "bert", "auto_map": {}}
    result = huggingface.READER.read(document(json.dumps(raw), "acme-labs--Tiny_config.json"))
    assert PG.vocabularySize not in {c.predicate for c in result if isinstance(c, Claim)}


def test_plain_elements_are_parameters() -> None:
    stored = {"parameters": {"BF16": 7_615_616_512}, "total": 7_615_616_512}
    assert count(safetensors=stored) == ("7615616512", Basis.ARTIFACT, [])


def test_the_sum_over_types_goes_before_a_total_that_contradicts_it() -> None:
    stored = {"parameters": {"BF16": 7_600_000_000}, "total": 333_312}
    assert count(safetensors=stored) == ("7600000000", Basis.ARTIFACT, ["inconsistent"])


def test_position_ids_are_no_sign_of_packing() -> None:
    stored = {"parameters": {"F32": 110_106_428, "I64": 512}, "total": 110_106_940}
    assert count(safetensors=stored) == ("110106940", Basis.ARTIFACT, [])


@pytest.mark.parametrize(
    ("quantised", "parameters", "expected"),
    [
        (
            {"bits": 4, "quant_method": "awq"},
            {"I32": 3_100_000_000, "BF16": 4_739_289_360},
            3_100_000_000 * 8 + 4_739_289_360,
        ),
        ({"bits": 8, "quant_method": "gptq"}, {"I32": 100, "F16": 7}, 407),
        ({"bits": 3, "quant_method": "gptq"}, {"I32": 300, "F16": 0}, 3200),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"U8": 100, "BF16": 5}, 205),
        # gpt-oss-20b as the Hub counted it first, with the scales, and later; gpt-oss-120b
        (
            {"quant_method": "mxfp4"},
            {"U8": 19_707_494_400, "BF16": 1_804_459_584},
            20_914_757_184,
        ),
        (
            {"quant_method": "mxfp4"},
            {"U8": 19_110_297_600, "BF16": 1_804_459_584},
            20_914_757_184,
        ),
        (
            {"quant_method": "mxfp4"},
            {"U8": 118_244_966_400, "BF16": 2_167_371_072},
            116_829_156_672,
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "format": "pack-quantized",
                "config_groups": {"g": {"weights": {"num_bits": 4, "type": "int"}}},
            },
            {"I32": 10, "I64": 3, "BF16": 1},
            81,
        ),
    ],
)
def test_packed_elements_are_unpacked_as_an_inference(
    quantised: dict[str, Any], parameters: dict[str, int], expected: int
) -> None:
    stored = {"parameters": parameters, "total": sum(parameters.values())}
    result = count(safetensors=stored, config={"quantization_config": quantised})
    assert result == (str(expected), Basis.INFERENCE, ["packed"])


@pytest.mark.parametrize(
    ("quantised", "parameters", "room", "expected"),
    [
        # 4 bits of 7,000 weights take 3,500 bytes: 7,000 elements of four bytes do not fit
        ({"bits": 4, "quant_method": "gptq"}, {"I32": 7000, "F16": 500}, 4600, 7500),
        ({"bits": 4, "quant_method": "gptq"}, {"I32": 875, "F16": 500}, 4600, 7500),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"U8": 7000}, 3600, 7000),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"U8": 3500}, 3600, 7000),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"U8": 3500}, -1, 7000),
        ({"quant_method": "mxfp4"}, {"U8": 3300, "BF16": 5}, 1800, 3205),
    ],
)
def test_elements_that_the_repository_has_no_room_for_are_counted_unpacked(
    quantised: dict[str, Any], parameters: dict[str, int], room: int, expected: int
) -> None:
    stored = {"parameters": parameters, "total": sum(parameters.values())}
    config = {"quantization_config": quantised}
    result = count(safetensors=stored, config=config, usedStorage=room)
    assert result == (str(expected), Basis.INFERENCE, ["packed"])


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"quantization_config": {"quant_method": "some-new-method"}},
        {"quantization_config": {"quant_method": "gptq"}},
    ],
)
def test_packed_elements_of_an_unknown_method_are_no_count(config: dict[str, Any]) -> None:
    stored = {"parameters": {"I32": 100, "F16": 7}, "total": 107}
    assert count(safetensors=stored, config=config) == ("", Basis.ARTIFACT, ["packed"])


def test_eight_bit_floats_are_not_packed() -> None:
    stored = {"parameters": {"F8_E4M3": 600, "F32": 7}, "total": 607}
    config = {"quantization_config": {"quant_method": "fp8", "activation_scheme": "dynamic"}}
    assert count(safetensors=stored, config=config) == ("607", Basis.ARTIFACT, [])


def test_an_index_that_counts_packed_elements_gives_no_count() -> None:
    quantised = {"quantization_config": {"bits": 4, "quant_method": "gptq"}, "architectures": ["X"]}
    index = {"metadata": {"total_parameters": 1_983_000_000}, "weight_map": {}}
    files = {
        "config.json": json.dumps({**quantised, "vocab_size": 8}).encode(),
        "model.safetensors.index.json": json.dumps(index).encode(),
    }
    it = document("---\nlicense: mit\n---\n", "acme-labs--Tiny.md")
    folder = type(it)(it.url, it.data, it.retrieved, it.name, files)
    results = [c for c in huggingface.READER.read(folder) if isinstance(c, Claim)]
    (claim,) = [c for c in results if c.predicate == PG.parameterCount]
    assert (claim.value, claim.as_stated) == (None, "1983000000")
