"""Files of weights, known by their names and never loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reading import document

from provenance_graph.core.claims import Claim
from provenance_graph.core.terms import PG
from provenance_graph.formats.document import Document
from provenance_graph.formats.fields.weight_files import FORMATS, format_of
from provenance_graph.formats.huggingface import reader as huggingface
from provenance_graph.formats.walk import discover

FILES = {
    "openvino_model.xml": "openvino",
    "openvino_model.bin": "openvino",
    "Model.mlpackage/Data/com.apple.CoreML/weights/weight.bin": "coreml",
    "unet/rank0.engine": "tensorrt",
    "flax_model.msgpack": "flax",
    "onnx/model_q4.onnx": "onnx",
    "v1-5-pruned.ckpt": "checkpoint",
    "parakeet.nemo": "nemo",
    "classifier.keras": "keras",
    "MODEL.SAFETENSORS": "safetensors",
}


@pytest.mark.parametrize(("name", "container"), FILES.items())
def test_a_name_shows_the_format(name: str, container: str) -> None:
    assert format_of(name) == container


@pytest.mark.parametrize(
    "name",
    ["training_args.bin", "optimizer.pt", "rng_state_0.pth", "README.md", "config.json", "x"],
)
def test_what_lies_beside_weights_is_none(name: str) -> None:
    assert format_of(name) == ""


def test_an_answer_of_the_hub_gives_size_and_digest_of_every_family() -> None:
    siblings = [
        {"rfilename": name, "size": 10 + n, "lfs": {"sha256": f"{n:064x}", "size": 10 + n}}
        for n, name in enumerate(FILES)
    ]
    answer = {"id": "org/m", "modelId": "org/m", "gated": False, "siblings": siblings, "tags": []}
    claims = [
        c
        for c in huggingface.READER.read(document(json.dumps(answer), "m.api.json"))
        if isinstance(c, Claim)
    ]
    assert sum(c.predicate == PG.digest for c in claims) == len(FILES)
    assert {str(c.value) for c in claims if c.predicate == PG.fileFormat} == set(FILES.values())


def test_weights_in_a_folder_are_named_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# M\n")
    for ending in FORMATS:
        with (tmp_path / f"weights.{ending}").open("wb") as file:
            file.truncate(1 << 40)  # sparse: reading it would not end
    (one,) = [
        d for d in discover([str(tmp_path)], retrieved="2026-01-31") if isinstance(d, Document)
    ]
    assert set(one.files.values()) == {b""}
    formats = {
        str(c.value)
        for c in huggingface.READER.read(one)
        if isinstance(c, Claim) and c.predicate == PG.fileFormat
    }
    assert formats == set(FORMATS.values())
