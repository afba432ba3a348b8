"""Headers of GGUF and safetensors files: read without the weights, bounded, wrong ones refused."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from reading import document, values_of

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Literal, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import DCTERMS, PG, PROV, XSD
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.formats.weights import binary, gguf, safetensors

MODEL = iris.model("example-org/oak-GGUF")


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def entry(key: str, value: str | int) -> bytes:
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    return text(key) + struct.pack("<II", 4, value)


def header(*entries: bytes, tensors: tuple[bytes, ...] = (), count: int | None = None) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors) if count is None else count, len(entries))
    return head + b"".join(entries) + b"".join(tensors)


def tensor(name: str, *shape: int, kind: int = 12) -> bytes:
    return (
        text(name)
        + struct.pack("<I", len(shape))
        + struct.pack(f"<{len(shape)}QIQ", *shape, kind, 0)
    )


def tokens(count: int) -> bytes:
    members = b"".join(text(str(n)) for n in range(count))
    return text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, count) + members


WHOLE = header(
    entry("general.architecture", "llama"),
    entry("general.name", "Oak"),
    entry("general.license", "apache-2.0"),
    entry("general.file_type", 15),
    entry("general.repo_url", "https://huggingface.co/example-org/oak-GGUF"),
    entry("general.base_model.0.repo_url", "https://huggingface.co/example-org/oak"),
    entry("general.quantized_by", "Example"),
    entry("llama.block_count", 2),
    entry("llama.context_length", 4096),
    tokens(100),
    tensors=(tensor("a", 16, 4), tensor("b", 16)),
)


def test_a_gguf_header_says_what_the_model_is_and_from_what_it_was_made() -> None:
    claims, problems = _read(gguf.READER, WHOLE, "oak.gguf")
    assert problems == []
    assert values_of(claims, MODEL, PG.quantizedFrom) == [iris.model("example-org/oak")]
    assert values_of(claims, MODEL, PG.quantizationMethod) == ["Q4_K_M"]
    assert values_of(claims, MODEL, PG.quantizationBits) == ["4"]
    assert values_of(claims, MODEL, PG.parameterCount) == ["80"]
    assert values_of(claims, MODEL, PG.layerCount) == ["2"]
    assert values_of(claims, MODEL, PG.vocabularySize) == ["100"]
    assert values_of(claims, MODEL, DCTERMS.license) == ["http://spdx.org/licenses/Apache-2.0"]
    assert "general.quantized_by: Example" in values_of(claims, MODEL, PG.otherStatement)


def _read(reader: Reader, data: bytes, name: str) -> tuple[list[Claim], list[Problem]]:
    results = list(reader.read(document(data, name)))
    return (
        [item for item in results if not isinstance(item, Problem)],
        [item for item in results if isinstance(item, Problem)],
    )


REPOSITORY = entry("general.repo_url", "https://huggingface.co/example-org/oak-GGUF")
PACKED = entry("general.file_type", 15)


def base(name: str, repository: str) -> tuple[bytes, bytes]:
    return (
        entry("general.base_model.0.name", name),
        entry("general.base_model.0.repo_url", f"https://huggingface.co/{repository}"),
    )


@pytest.mark.parametrize("name", ["Oak 7B", "Oak 7B Q4_K_M", "Oak-7b-GGUF", ""])
def test_a_base_model_of_the_same_name_is_what_was_packed(name: str) -> None:
    stated = [entry("general.name", name)] if name else []
    data = header(REPOSITORY, PACKED, *stated, *base("Oak 7B", "example-org/oak-7b"))
    claims, _ = _read(gguf.READER, data, "oak.gguf")
    assert values_of(claims, MODEL, PG.quantizedFrom) == [iris.model("example-org/oak-7b")]


@pytest.mark.parametrize("name", ["Oak 7B Instruct", "Acorn", "Oak"])
def test_a_base_model_of_another_name_is_an_ancestor_and_not_what_was_packed(name: str) -> None:
    data = header(
        REPOSITORY, PACKED, entry("general.name", name), *base("Oak 7B", "example-org/oak-7b")
    )
    claims, _ = _read(gguf.READER, data, "oak.gguf")
    assert values_of(claims, MODEL, PG.quantizedFrom) == []
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == [iris.model("example-org/oak-7b")]


def test_the_source_that_a_header_names_is_what_was_packed() -> None:
    data = header(
        REPOSITORY,
        PACKED,
        entry("general.name", "Oak 7B"),
        entry("general.source.url", "https://huggingface.co/example-org/oak-chat"),
        *base("Oak 7B", "example-org/oak-7b"),
    )
    claims, _ = _read(gguf.READER, data, "oak.gguf")
    assert values_of(claims, MODEL, PG.quantizedFrom) == [iris.model("example-org/oak-chat")]
    assert len(values_of(claims, MODEL, PROV.wasDerivedFrom)) == 2


def test_the_bits_of_packed_weights_are_a_decimal_as_their_shape_asks() -> None:
    claims, _ = _read(gguf.READER, header(entry("general.file_type", 15)), "oak.gguf")
    [claim] = [claim for claim in claims if claim.predicate == PG.quantizationBits]
    assert isinstance(claim.value, Literal)
    assert (claim.value.lexical, claim.value.datatype) == ("4", XSD.decimal)


def test_a_source_is_also_named_as_a_repository_without_its_address() -> None:
    data = header(
        entry("general.file_type", 15),
        entry("general.source.huggingface.repository", "example-org/oak"),
    )
    claims, _ = _read(gguf.READER, data, "oak.gguf")
    [claim] = [claim for claim in claims if claim.predicate == PG.quantizedFrom]
    assert claim.value == iris.model("example-org/oak")


def test_a_base_model_by_its_name_alone_is_a_parent_that_is_left_open() -> None:
    data = header(
        entry("general.name", "Oak Chat"),
        entry("general.base_model.0.name", "Ash 7B"),
        entry("general.base_model.0.organization", "Example"),
        entry("general.base_model.1.name", "Oak Chat"),
    )
    claims, _ = _read(gguf.READER, data, "oak.gguf")
    [claim] = [claim for claim in claims if claim.predicate == PROV.wasDerivedFrom]
    assert claim.as_stated == "Ash 7B"
    assert values_of(claims, claim.value, PG.unresolvedText) == ["Example Ash 7B"]


def test_numbers_of_each_layer_are_a_count_where_all_are_one_number() -> None:
    def heads(*numbers: int) -> bytes:
        key = text("llama.attention.head_count_kv")
        return key + struct.pack(f"<IIQ{len(numbers)}I", 9, 4, len(numbers), *numbers)

    llama = entry("general.architecture", "llama")
    for numbers, expected in (((8, 8, 8), ["8"]), ((8, 4), [])):
        data = header(REPOSITORY, llama, heads(*numbers))
        claims, _ = _read(gguf.READER, data, "oak.gguf")
        assert values_of(claims, MODEL, PG.keyValueHeadCount) == expected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (WHOLE[:60], "the header ends"),
        (header(count=10**6), "1,000,000 tensors"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2 << 30),
            "2,147,483,648 bytes",
        ),
        (b"GGUF" + struct.pack("<IQQ", 77_000, 0, 0), "version 77000"),
    ],
)
def test_a_gguf_header_that_lies_is_refused_with_the_byte(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        list(gguf.READER.read(document(data, "x.gguf")))


def safe(tensors: dict[str, object], length: int | None = None) -> bytes:
    raw = json.dumps(tensors).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw


def test_a_safetensors_header_gives_the_number_of_parameters_and_a_layout() -> None:
    data = safe(
        {
            "w": {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]},
            "__metadata__": {"format": "pt"},
        }
    )
    claims, problems = _read(safetensors.READER, data, "model.safetensors")
    model = iris.entity("safetensors", "model", "model")
    assert problems == []
    assert values_of(claims, model, PG.parameterCount) == ["32"]
    assert values_of(claims, model, PG.otherStatement) == [
        "elements: BF16 32",
        "metadata.format: pt",
    ]
    assert any(claim.predicate == PG.layoutDigest for claim in claims)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02\x00\x00\x00\x00\x00\x00"])
def test_a_safetensors_header_that_is_cut_in_its_length_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match=f"{len(data)} are there"):
        safetensors.header_of(Document(iris.Iri("urn:cut"), data, "2026-01-01", name="m"))


@pytest.mark.parametrize(
    "tensors",
    [
        {"w.qweight": {"dtype": "I32", "shape": [4, 8]}},
        {
            "w.weight": {"dtype": "U32", "shape": [4, 8]},  # MLX
            "w.scales": {"dtype": "F16", "shape": [4, 1]},
        },
    ],
)
def test_packed_weights_give_no_number_of_parameters(tensors: dict[str, object]) -> None:
    data = safe(tensors)
    claims, problems = _read(safetensors.READER, data, "model.safetensors")
    assert not any(claim.predicate == PG.parameterCount for claim in claims)
    assert [problem.kind for problem in problems] == ["packed"]


@pytest.mark.parametrize("length", [2**63, 10_000])
def test_a_safetensors_header_of_a_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(Unreadable, match="a header of"):
        list(safetensors.READER.read(document(safe({}, length), "x.safetensors")))


def test_of_a_large_sparse_file_only_the_header_is_taken(tmp_path: Path) -> None:
    for name, head in (
        ("oak.gguf", WHOLE),
        ("oak.safetensors", safe({"w": {"dtype": "F16", "shape": [1]}})),
    ):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(head)
            file.truncate(100 << 30)
        assert binary.header_of(path) == head
    results = list(discover([str(tmp_path)], retrieved="2026-01-31"))
    assert [type(item) for item in results] == [Document, Document]
    for item in results:
        assert isinstance(item, Document)
        fitting = [name for name, reader in readers().items() if reader.recognises(item.features)]
        assert fitting == [item.name.rpartition(".")[2]]


def test_data_and_tags_that_the_converter_copied_from_the_card_are_read() -> None:
    tags = ["transformers", "de", "medical"]
    listed = text("general.tags") + struct.pack("<IIQ", 9, 8, 3) + b"".join(map(text, tags))
    data = header(
        entry("general.architecture", "llama"),
        entry("general.type", "adapter"),
        entry("general.base_model.0.repo_url", "https://huggingface.co/example-org/oak"),
        entry("general.dataset.0.repo_url", "https://huggingface.co/datasets/example-org/oak-web"),
        entry("general.dataset.1.name", "oak-chat"),
        listed,
    )
    results = readers()["gguf"].read(document(data, "oak-lora.gguf"))
    by = {(c.predicate, str(c.value)) for c in results if isinstance(c, Claim)}
    assert (PG.adapterOf, str(iris.model("example-org/oak"))) in by
    assert (PG.trainedOn, str(iris.dataset("example-org/oak-web"))) in by
    assert (PG.trainedOn, str(iris.dataset("oak-chat"))) in by
    assert (PG.framework, "transformers") in by
    assert (DCTERMS.language, "de") in by
    assert (PG.otherStatement, "tag: medical") in by


def test_metadata_of_safetensors_say_the_base_the_licence_and_the_rank() -> None:
    metadata = {
        "modelspec.license": "MIT",
        "modelspec.author": "Ann",
        "modelspec.architecture": "sdxl/lora",
        "ss_sd_model_name": "stabilityai/stable-diffusion-xl-base-1.0",
        "ss_network_dim": "32",
        "ss_epoch": "7 of them",
    }
    raw = json.dumps({"__metadata__": metadata}).encode()
    data = struct.pack("<Q", len(raw)) + raw
    results = readers()["safetensors"].read(document(data, "oak-lora.safetensors"))
    by = {(c.predicate, str(c.value)) for c in results if isinstance(c, Claim)}
    assert (DCTERMS.license, "http://spdx.org/licenses/MIT") in by
    assert (DCTERMS.creator, str(iris.organization("Ann"))) in by
    assert (PG.architectureFamily, "sdxl/lora") in by
    assert (PG.adapterRank, "32") in by
    base = iris.model("stabilityai/stable-diffusion-xl-base-1.0")
    assert str(base) in {value for _, value in by}
    assert (PG.otherStatement, "metadata.ss_epoch: 7 of them") in by


def test_shapes_that_multiply_beyond_any_file_give_no_count_and_are_told() -> None:
    reader = readers()["gguf"]
    claims, problems = _read(reader, header(tensors=(tensor("t", 2**63, 2**63),)), "x.gguf")
    assert PG.parameterCount not in {c.predicate for c in claims}
    assert [p.kind for p in problems] == ["size"]
    big = {"w": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 2**82]}}
    claims, problems = _read(readers()["safetensors"], safe(big), "x.safetensors")
    assert PG.parameterCount not in {c.predicate for c in claims}
    assert "size" in {p.kind for p in problems}


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"dtype": "F16", "shape": [2], "data_offsets": [2, 6]}, "overlaps the tensor before it"),
        ({"dtype": "F16", "shape": [2], "data_offsets": [8, 12]}, "leaves a gap before it"),
        ({"dtype": "F16", "shape": [9], "data_offsets": [4, 8]}, "4 bytes do not hold F16"),
        ({"dtype": "F16", "shape": [2], "data_offsets": ["4", 8]}, "not a first byte and an end"),
    ],
)
def test_tensors_that_do_not_lie_one_after_another_are_told_and_not_counted(
    second: dict[str, object], told: str
) -> None:
    first = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}
    claims, problems = _read(safetensors.READER, safe({"a": first, "b": second}), "x.safetensors")
    assert [(p.where, told in p.what, p.kind) for p in problems] == [
        ("/b/data_offsets", True, "inconsistent")
    ]
    assert PG.parameterCount not in {c.predicate for c in claims}


def test_weights_of_four_bits_and_empty_tensors_are_counted_at_their_elements() -> None:
    tensors = {
        "w": {"dtype": "F4", "shape": [2, 8], "data_offsets": [0, 8]},
        "none": {"dtype": "F32", "shape": [0, 4], "data_offsets": [8, 8]},
        "norm": {"dtype": "F32", "shape": [], "data_offsets": [8, 12]},
    }
    claims, problems = _read(safetensors.READER, safe(tensors), "x.safetensors")
    assert problems == []
    assert [str(c.value) for c in claims if c.predicate == PG.parameterCount] == ["17"]


@pytest.mark.parametrize("beside", ["h.0.weight", "h.0.SCB"])
def test_weights_of_eight_bits_make_the_other_tensors_no_count(beside: str) -> None:
    tensors = {beside: {"dtype": "I8", "shape": [4, 8]}, "norm": {"dtype": "F16", "shape": [4]}}
    claims, problems = _read(safetensors.READER, safe(tensors), "x.safetensors")
    assert [p.kind for p in problems] == ["packed"]
    assert PG.parameterCount not in {c.predicate for c in claims}


def test_a_shape_beyond_the_digits_of_a_number_is_told() -> None:
    tensors = {"w": {"dtype": "F16", "shape": [10**18] * 300}}
    _, problems = _read(safetensors.READER, safe(tensors), "x.safetensors")
    assert [p.kind for p in problems] == ["size"]
