"""Children of every kind are known from decoys of equal architecture, by their weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import weight_families as families
from examples import sample
from weight_families import KINDS, ODD_DECOYS, Maker, Model, decoys_of, write

from provenance_graph.core.terms import PG
from provenance_graph.formats.weights.kinship import (
    KinshipVerdict,
    by_config,
    compare,
)
from provenance_graph.formats.weights.mixtures import parents_among
from provenance_graph.formats.weights.tensors import Weights, weights_of


@pytest.fixture(name="weights")
def _weights(tmp_path: Path) -> Callable[[Model], Weights]:
    count = iter(range(10_000))
    return lambda model: weights_of(write(model, tmp_path / str(next(count))))


def test_children_are_confirmed_and_decoys_never(weights: Callable[[Model], Weights]) -> None:
    confirmed: dict[str, int] = dict.fromkeys(KINDS, 0)
    wrong = 0
    decoys = 0
    rounds = sample(3, 6)
    for seed in range(rounds):
        parent_model = families.base(seed)
        parent = weights(parent_model)
        for kind, make in KINDS.items():
            found = compare(weights(make(parent_model, 100 + seed)), parent)
            confirmed[kind] += found.verdict is KinshipVerdict.CONFIRMED
        for _, decoy in decoys_of(seed):
            decoys += 1
            wrong += compare(weights(decoy), parent).verdict is KinshipVerdict.CONFIRMED
    hits = sum(confirmed.values())
    assert wrong == 0, f"{wrong} of {decoys} decoys"
    assert hits / (hits + wrong) >= 0.99
    assert hits / (rounds * len(KINDS)) >= 0.9, confirmed
    assert min(confirmed.values()) >= rounds - 1, confirmed


@pytest.mark.parametrize("kind", ODD_DECOYS)
def test_odd_decoys_are_not_confirmed(weights: Callable[[Model], Weights], kind: str) -> None:
    for seed in range(3):
        parent = families.base(seed)
        decoy = ODD_DECOYS[kind](parent, 7000 + seed)
        found = compare(weights(decoy), weights(parent))
        assert found.verdict is not KinshipVerdict.CONFIRMED, found.how


@pytest.mark.parametrize(
    "make", [families.reordered, lambda m, s: families.tied(families.fine_tuned(m, s))]
)
def test_children_with_layers_in_another_order_or_tied_embeddings_are_confirmed(
    weights: Callable[[Model], Weights], make: Maker
) -> None:
    for seed in range(3):
        parent = families.base(seed)
        found = compare(weights(make(parent, 50 + seed)), weights(parent))
        assert found.verdict is KinshipVerdict.CONFIRMED, found.how


def test_decoys_of_equal_architecture_are_contradicted(
    weights: Callable[[Model], Weights],
) -> None:
    found = compare(weights(families.base(1)), weights(families.base(2)))
    assert found.verdict is KinshipVerdict.CONTRADICTED
    assert found.how == "same shapes, 0 of 12 sampled tensors alike: trained separately"


def test_networks_trained_on_the_same_data_are_no_kin(weights: Callable[[Model], Weights]) -> None:
    parent = _trained(1, None)
    child = _trained(3, parent)
    stranger = _trained(2, None)
    assert compare(weights(child), weights(parent)).verdict is KinshipVerdict.CONFIRMED
    assert compare(weights(stranger), weights(parent)).verdict is not KinshipVerdict.CONFIRMED


def _trained(seed: int, start: Model | None) -> Model:
    """A network of three layers trained by gradient descent; from another's weights where given."""
    rng = np.random.default_rng(seed)
    data = np.random.default_rng(0)
    inputs = data.normal(0, 1, (256, 24))
    wanted = np.tanh(inputs @ data.normal(0, 0.5, (24, 12)))
    sizes = [(40, 24), (40, 40), (12, 40)]
    layers = [
        rng.normal(0, 1 / np.sqrt(c), (r, c))
        if start is None
        else start[f"layers.{n}.weight"].astype(float)
        for n, (r, c) in enumerate(sizes)
    ]
    if start is not None:
        wanted = wanted + 0.3 * np.sin(inputs[:, :12])
    for _ in range(300):
        one = np.tanh(inputs @ layers[0].T)
        two = np.tanh(one @ layers[1].T)
        error = (two @ layers[2].T - wanted) / len(inputs)
        back_two = (error @ layers[2]) * (1 - two**2)
        back_one = (back_two @ layers[1]) * (1 - one**2)
        for layer, grad in zip(
            layers, (back_one.T @ inputs, back_two.T @ one, error.T @ two), strict=True
        ):
            layer -= 0.3 * grad
    return {f"layers.{n}.weight": w.astype(np.float32) for n, w in enumerate(layers)}


@pytest.mark.parametrize(
    ("kind", "relation", "words"),
    [
        ("fine-tuned", PG.fineTunedFrom, "12 of 12 sampled tensors differ by small amounts"),
        ("low rank", PG.fineTunedFrom, "differ by a matrix of low rank"),
        ("eight bits", PG.quantizedFrom, "agree but for quantization"),
        ("four bits", PG.quantizedFrom, "agree but for quantization"),
        ("sparse", PG.prunedFrom, "agree where they are not zero"),
        ("layers dropped", PG.prunedFrom, "layers are a layer of the parent (4 layers, here 3)"),
        ("narrowed", PG.prunedFrom, "24 of 32 units remain"),
        ("half precision", PG.convertedFrom, "agree but for rounding"),
        ("re-tokenised", PG.fineTunedFrom, "the vectors of the tokens are others"),
    ],
)
def test_how_a_child_was_made_is_seen(
    kind: str, relation: str, words: str, weights: Callable[[Model], Weights]
) -> None:
    parent = families.base(3)
    found = compare(weights(KINDS[kind](parent, 40)), weights(parent))
    assert (found.verdict, found.relation) == (KinshipVerdict.CONFIRMED, relation)
    assert words in found.how


def test_a_merge_has_its_parents_and_not_their_parent_or_a_sibling(
    weights: Callable[[Model], Weights],
) -> None:
    origin = families.base(1)
    one, other = families.fine_tuned(origin, 11, 0.3), families.fine_tuned(origin, 12, 0.3)
    child = families.slerp(one, other)
    found = parents_among(
        weights(child),
        {
            "origin": weights(origin),
            "one": weights(one),
            "other": weights(other),
            "sibling": weights(families.fine_tuned(origin, 13, 0.3)),
            "stranger": weights(families.base(77)),
        },
    )
    parents = {name for name, (kin, _) in found.items() if kin.verdict is KinshipVerdict.CONFIRMED}
    assert parents == {"one", "other"}
    assert {found[name][0].relation for name in parents} == {PG.mergedFrom}
    assert found["stranger"][0].verdict is KinshipVerdict.CONTRADICTED


def test_an_adapter_fits_its_base_or_not(weights: Callable[[Model], Weights]) -> None:
    model = families.base(1)
    low = weights(families.adapter(model, 5))
    assert compare(low, weights(model)).verdict is KinshipVerdict.COMPATIBLE
    other = weights(families.base(1, width=40))
    assert compare(low, other).verdict is KinshipVerdict.CONTRADICTED


def test_another_width_is_told_with_both_sizes(weights: Callable[[Model], Weights]) -> None:
    found = compare(weights(families.base(1, width=40)), weights(families.base(2)))
    assert found.verdict is KinshipVerdict.CONTRADICTED
    assert "another shape: embed_tokens.weight [80, 40] instead of [80, 32]" in found.how
    told = by_config({"hidden_size": 64}, {"hidden_size": 128})
    assert (told.verdict, told.how) == (
        KinshipVerdict.CONTRADICTED,
        "another width: 64 instead of 128",
    )


def test_packed_tensors_are_unpacked_to_what_they_stand_for(
    weights: Callable[[Model], Weights],
) -> None:
    model = families.base(4)
    packed = weights(families.quantized_gptq(model))
    name = "model.layers.0.mlp.up_proj.weight"
    rows, columns = np.arange(48), np.arange(32)
    values = packed.tensors[name].at(rows, columns)
    assert values is not None
    assert packed.tensors[name].shape == (48, 32)
    assert np.abs(values - model[name]).max() <= np.abs(model[name]).max() / 7


def test_a_header_that_lies_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = write(families.base(1), tmp_path / "a")
    (folder / "other.safetensors").write_bytes((1 << 63).to_bytes(8, "little") + b"{}")
    found = weights_of(folder)
    assert len(found.tensors) > 20
    assert "a header of 9,223,372,036,854,775,808 bytes" in found.problems[0]


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_K", "F16"])
def test_files_of_llama_cpp_are_kin_of_what_they_were_made_from(
    kind: str, weights: Callable[[Model], Weights], tmp_path: Path
) -> None:
    gguf = pytest.importorskip("gguf")
    model = families.base(8, width=256, layers=2)
    path = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    names = {"o_proj": "attn_output", "v_proj": "attn_v", "up_proj": "ffn_up"}
    for layer in range(2):
        for ours, theirs in names.items():
            part = "mlp" if ours == "up_proj" else "self_attn"
            values = model[f"model.layers.{layer}.{part}.{ours}.weight"]
            stored = gguf.GGMLQuantizationType[kind]
            if kind == "Q4_K":  # the package packs no K types: half the values at random scales
                packed = np.random.default_rng(layer).integers(
                    0, 255, (values.shape[0], values.shape[1] // 256 * 144), np.uint8
                )
                scale = np.frombuffer(np.float16(0.001).tobytes(), np.uint8)
                packed.reshape(values.shape[0], -1, 144)[:, :, 0:2] = scale
                packed.reshape(values.shape[0], -1, 144)[:, :, 2:4] = scale
                model[f"model.layers.{layer}.{part}.{ours}.weight"] = gguf.quants.dequantize(
                    packed, stored
                )
                data = packed
            else:
                data = gguf.quants.quantize(values, stored)
            writer.add_tensor(f"blk.{layer}.{theirs}.weight", data, raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = compare(weights_of(path), weights(model))
    assert found.verdict is KinshipVerdict.CONFIRMED
    assert (found.alike, found.sampled) == (6, 6)
    stranger = weights(families.base(9, width=256, layers=2))
    assert compare(weights_of(path), stranger).verdict is KinshipVerdict.CONTRADICTED
