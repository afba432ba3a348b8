"""What a document says of a relation decides it: tags, roles, adaptors, containers, licences of parts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.fields.runs import data_relation
from provenance_graph.formats.registry import readers

COMMIT = "4e20de362430cd3b72f300e6b0f18e50e7166e08"


def reading(format_: str, name: str, text: str) -> list[Claim]:
    document = Document(Iri(f"urn:file:{name}"), text.encode(), "2026-11-01", name)
    reader = readers()[format_]
    assert reader.recognises(document.features)
    return [item for item in reader.read(document) if isinstance(item, Claim)]


def values(claims: list[Claim], predicate: Iri) -> set[str]:
    return {str(claim.value) for claim in claims if claim.predicate == predicate}


@pytest.mark.parametrize(
    ("relation", "predicate"),
    [("quantized", PG.quantizedFrom), ("adapter", PG.adapterOf), ("merge", PG.mergedFrom)],
)
def test_the_hub_s_tag_of_a_relation_decides_it(relation: str, predicate: Iri) -> None:
    tags = ["safetensors", f"base_model:{relation}:acme/base", "base_model:acme/base"]
    answer = {
        "id": "acme/child",
        "modelId": "acme/child",
        "tags": tags,
        "siblings": [],
        "cardData": {"base_model": "acme/base"},
    }
    claims = reading("huggingface", "answer.json", json.dumps(answer))
    assert values(claims, predicate) == {iris.model("acme/base")}
    assert not values(claims, PG.fineTunedFrom)


def test_an_adaptor_of_mlflow_stands_on_its_base_at_the_revision_stated() -> None:
    text = f"""flavors:
  transformers:
    source_model_name: acme/base
    source_model_revision: {COMMIT}
    peft_adaptor: peft
mlflow_version: 2.20.0
model_uuid: 5d3f
"""
    claims = reading("mlflow", "MLmodel", text)
    assert values(claims, PG.adapterOf) == {iris.model("acme/base")}
    assert not values(claims, PG.fineTunedFrom)
    (version,) = values(claims, PG.derivedFromVersion)
    assert version.endswith(COMMIT)


KITFILE = """manifestVersion: "1.0"
package: {name: puffin, license: Apache-2.0, authors: ["Rock Co <rock@rock.example>"]}
model: {name: puffin-llm, path: ./m.gguf, license: MIT}
datasets: [{name: cliffs, path: ./d.csv}, {name: val, path: ./val.csv}]
"""


def test_of_a_kitfile_the_model_has_its_own_licence_and_data_their_own_role() -> None:
    claims = reading("modelpack", "Kitfile", KITFILE)
    model = iris.entity("modelpack", "model", "puffin-llm")
    own = [claim for claim in claims if claim.subject == model]
    assert [str(c.value).rpartition("/")[2] for c in own if c.predicate == DCTERMS.license] == [
        "MIT"
    ]
    assert "package.license: Apache-2.0" in values(own, PG.otherStatement)
    assert values(own, PG.trainedOn) == {iris.entity("modelpack", "dataset", "cliffs")}
    assert values(own, PG.validatedOn) == {iris.entity("modelpack", "dataset", "val")}
    assert values(own, DCTERMS.creator) == {iris.organization("Rock Co")}
    assert not [c for c in claims if "@" in str(c.value)]


def test_several_licences_of_a_package_are_parts_of_what_is_stated() -> None:
    whole = {
        "descriptor": {"name": "skua", "licenses": ["Apache-2.0", "MIT"]},
        "modelfs": {"type": "layers", "diffIds": []},
        "config": {"paramSize": "3b"},
    }
    claims = reading("modelpack", "config.json", json.dumps(whole))
    stances = [c.stance for c in claims if c.predicate == DCTERMS.license]
    assert stances == [Stance.PARTLY_STATED] * 2


def model_metadata(**more: Any) -> list[Claim]:
    whole = {
        "@context": {"fair4ml": "https://w3id.org/fair4ml#", "@vocab": "https://schema.org/"},
        "@type": "fair4ml:MLModel",
        "name": "Moss",
        **more,
    }
    return reading("fair4ml", "moss.jsonld", json.dumps(whole))


@pytest.mark.parametrize("container", ["@list", "@set"])
def test_values_in_a_container_of_json_ld_are_values(container: str) -> None:
    claims = model_metadata(author={container: [{"name": "Ann"}, {"name": "Bo"}]})
    assert values(claims, DCTERMS.creator) == {iris.organization("Ann"), iris.organization("Bo")}


def test_what_is_stated_to_be_none_is_declared_empty_and_not_left_blank() -> None:
    whole = {
        "@context": {"@vocab": "https://schema.org/", "rai": "http://mlcommons.org/croissant/RAI/"},
        "@type": "Dataset",
        "name": "fish",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "rai:personalSensitiveInformation": "none",
    }
    claims = reading("croissant", "fish.json", json.dumps(whole))
    assert [c.stance for c in claims if c.predicate == PG.usesSensitiveData] == [
        Stance.DECLARED_EMPTY
    ]


def test_a_program_that_a_modelfile_requires_is_named() -> None:
    claims = reading("ollama", "Modelfile", "FROM hf.co/acme/base\nREQUIRES 0.5.1\n")
    assert values(claims, PG.softwareDependency) == {"ollama 0.5.1"}
    assert "0.5.1" not in values(claims, SCHEMA.version)


COMMIT_PATH = f"./models--acme--base/snapshots/{COMMIT}/"


@pytest.mark.parametrize(
    ("stated", "parent"),
    [
        (COMMIT_PATH, "id/model/acme/base"),
        (
            "registry.corp.example:5000/team/granite:8b",
            "registry.corp.example:5000/team/granite:8b",
        ),
    ],
)
def test_a_modelfile_may_stand_on_a_cache_or_a_registry_of_one_s_own(
    stated: str, parent: str
) -> None:
    claims = reading("ollama", "Modelfile", f"FROM {stated}\n")
    [value] = values(claims, PROV.wasDerivedFrom)
    assert value.endswith(parent)
    pinned = {text.rpartition("/")[2] for text in values(claims, PG.derivedFromVersion)}
    assert pinned == ({COMMIT} if COMMIT in stated else set())


def test_a_line_of_a_modelfile_that_is_no_instruction_is_told_and_kept() -> None:
    text = 'FROM llama3.2:1b\nSYSTEM "You help.\nAlways."\nQUANTIZE q4_K_M\n# a comment\n'
    document = Document(Iri("urn:file:Modelfile"), text.encode(), "2026-11-01", "Modelfile")
    results = list(readers()["ollama"].read(document))
    problems = [item for item in results if isinstance(item, Problem)]
    assert [(problem.where, problem.kind) for problem in problems] == [("L4", "key")]
    kept = values([item for item in results if isinstance(item, Claim)], PG.otherStatement)
    assert kept == {"system: You help.\nAlways.", "other: QUANTIZE q4_K_M"}


def test_of_two_models_in_a_modelfile_the_last_is_the_parent_and_files_add_up() -> None:
    lines = ("FROM ./oak.gguf", "FROM ./mmproj.gguf", "FROM llama3.2:1b", "FROM qwen2.5:7b")
    document = Document(Iri("urn:M"), "\n".join(lines).encode(), "2026-11-01", "Modelfile")
    results = list(readers()["ollama"].read(document))
    assert [(p.where, p.kind) for p in results if isinstance(p, Problem)] == [("L3", "repeat")]
    claims = [item for item in results if isinstance(item, Claim)]
    parents = {str(c.as_stated) for c in claims if c.predicate == PROV.wasDerivedFrom}
    assert parents == {lines[0], lines[1], lines[3]}


def test_every_instruction_of_ollama_s_parser_is_known() -> None:
    text = "FROM qwen3:4b\nRENDERER qwen3-coder\nPARSER qwen3-coder\nDRAFT ./draft.gguf\n"
    document = Document(Iri("urn:M"), text.encode(), "2026-11-01", "Modelfile")
    results = list(readers()["ollama"].read(document))
    assert not [item for item in results if isinstance(item, Problem)]
    assert values([item for item in results if isinstance(item, Claim)], PG.otherStatement) == {
        "renderer: qwen3-coder",
        "parser: qwen3-coder",
        "draft: ./draft.gguf",
    }


@pytest.mark.parametrize("role", ["latest", "medieval texts", "contest entries", "underscore"])
def test_a_word_that_holds_another_gives_data_no_role(role: str) -> None:
    assert data_relation(role) == PG.trainedOn


PACKED = """manifestVersion: "1.0.0"
package: {name: voice-pipeline, version: 1.0.0}
model: {name: tiny-0.6B, path: ./llm/tiny.gguf}
datasets:
- {name: stt-heron, path: ./stt/, description: Heron Small model weights (CTranslate2 format)}
- {name: calls, path: ./calls.csv, description: Calls of a year}
mcpServers:
- {name: filesystem, path: filesystem.mcpb}
"""


def test_weights_packed_as_a_dataset_are_no_training_data() -> None:
    claims = reading("modelpack", "Kitfile", PACKED)
    (trained,) = [c for c in claims if c.predicate == PG.trainedOn]
    assert str(trained.value).endswith("/dataset/calls")
    assert trained.basis is Basis.INFERENCE
    assert {"datasets.name: stt-heron", "mcpServers.name: filesystem"} <= values(
        claims, PG.otherStatement
    )


@pytest.mark.parametrize(
    ("kept_at", "called"),
    [("reviews-model", "reviews-model"), ("model", "f00d"), ("models:/m-1", "f00d")],
)
def test_a_model_of_mlflow_is_called_as_it_was_logged(kept_at: str, called: str) -> None:
    text = f"artifact_path: {kept_at}\nflavors: {{sklearn: {{sklearn_version: 1.2.0}}}}\n"
    claims = reading("mlflow", "MLmodel", f"{text}mlflow_version: 2.1.1\nmodel_uuid: f00d\n")
    assert values(claims, SCHEMA.name) == {called}


def test_a_licence_of_one_s_own_keeps_what_is_said_of_it_and_data_their_size_of_spdx_3_1() -> None:
    at = "https://spdx.org/spdxdocs/x#"
    graph = [
        {"type": "CreationInfo", "@id": "_:i", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z"},
        {"type": "ai_AIPackage", "spdxId": f"{at}m", "creationInfo": "_:i", "name": "Detector",
         "ai_metric": [{"type": "DictionaryEntry", "key": "inferenceLatencyMs (board)", "value": "18"}]},
        {"type": "dataset_DatasetPackage", "spdxId": f"{at}d", "creationInfo": "_:i", "name": "Halls",
         "software_artifactSize": 11534336},
        {"type": "simplelicensing_LicenseExpression", "spdxId": f"{at}l", "creationInfo": "_:i",
         "simplelicensing_licenseExpression": "LicenseRef-Own", "comment": "Commercial licence."},
        {"type": "Relationship", "spdxId": f"{at}r", "creationInfo": "_:i", "from": f"{at}m",
         "to": [f"{at}l"], "relationshipType": "hasDeclaredLicense"},
    ]  # fmt: skip
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    claims = reading("spdx3", "x.json", json.dumps({"@context": context, "@graph": graph}))
    assert values(claims, PG.byteSize) == {"11534336"}
    assert {
        "licence comment: Commercial licence.",
        "ai_metric: inferenceLatencyMs (board) = 18",
    } <= values(claims, PG.otherStatement)
    assert not values(claims, PG.benchmark)


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("C:/Users/a/mnist/train.npy", False),
        ("./data/train.csv", False),
        ("data/train.csv", False),
        ("train.jsonl", False),
        ("squad", True),
        ("acme/notes-v1.5", True),
    ],
)
def test_data_named_by_a_file_s_path_is_no_dataset_that_others_mean(
    name: str, shared: bool
) -> None:
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "data", "name": name}],
    }
    claims = reading("cyclonedx", "bom.json", json.dumps(bom))
    (data,) = {c.subject for c in claims if c.value == PG.Dataset}
    assert data.startswith(iris.ID + "dataset/") is shared


def test_a_signed_file_of_a_name_that_every_model_s_file_has_is_no_model_others_mean() -> None:
    def signed(name: str, file: str) -> set[str]:
        subject = [{"name": file, "digest": {"sha256": "ab" * 32}}]
        text = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subject,
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {},
        }
        claims = reading("modelsigning", name, json.dumps(text))
        return {claim.subject for claim in claims if claim.value == PG.Model}

    assert signed("a.json", "model.safetensors") != signed("b.json", "model.safetensors")
    assert signed("a.json", "oak-7b.gguf") == signed("b.json", "oak-7b.gguf")
