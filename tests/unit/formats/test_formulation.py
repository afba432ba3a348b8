"""How a model was made, as CycloneDX's formulation and SLSA provenance state it."""

from __future__ import annotations

import json
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.formats.remaining import ClaimedTexts

COMMIT = "1234567890abcdef1234567890abcdef12345678"


def reading(format_: str, whole: dict[str, Any]) -> tuple[list[Claim], list[Problem]]:
    data = json.dumps(whole).encode()
    document = Document(Iri("urn:file:made.json"), data, "2026-11-01", "made.json")
    reader = readers()[format_]
    assert reader.recognises(document.features)
    results = list(reader.read(document))
    claims = [item for item in results if isinstance(item, Claim)]
    return claims, [item for item in results if isinstance(item, Problem)]


def values(claims: list[Claim], subject: Iri, predicate: Iri) -> set[str]:
    return {str(c.value) for c in claims if c.subject == subject and c.predicate == predicate}


def bom(*workflows: dict[str, Any]) -> dict[str, Any]:
    model, base = (
        {
            "type": "machine-learning-model",
            "bom-ref": ref,
            "name": name,
            "purl": f"pkg:huggingface/acme/{name}@{COMMIT}",
        }
        for ref, name in (("m", "oak-chat"), ("b", "oak-base"))
    )
    data = [
        {"type": "data", "bom-ref": name, "name": f"acme/{name}", "data": [{"type": "dataset"}]}
        for name in ("logs", "held-out")
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": model},
        "components": [base, *data, {"type": "library", "bom-ref": "l", "name": "trl"}],
        "formulation": [{"workflows": list(workflows)}],
    }


def workflow(name: str, inputs: list[Any], outputs: list[str], **more: Any) -> dict[str, Any]:
    return {
        "bom-ref": "w",
        "uid": "w-1",
        "name": name,
        "taskTypes": ["build"],
        "inputs": [
            {"resource": {"ref": each}} if isinstance(each, str) else each for each in inputs
        ],
        "outputs": [{"type": "artifact", "resource": {"ref": each}} for each in outputs],
        **more,
    }


CHAT, BASE = iris.model("acme/oak-chat"), iris.model("acme/oak-base")


def test_a_workflow_that_puts_out_a_model_from_data_is_a_stage_with_its_inputs() -> None:
    settings = {"resource": {"ref": "b"}, "parameters": [{"name": "lr", "value": "1e-5"}]}
    code = {"resource": {"externalReference": {"type": "vcs", "url": "https://github.com/a/b"}}}
    made = workflow("Build", [settings, "logs", "l", code], ["m"], timeStart="2026-01-02T03:04:05Z")
    claims, problems = reading("cyclonedx", bom(made))
    assert not [p for p in problems if p.kind == "reference"]
    (stage,) = values(claims, CHAT, PG.trainingStage)
    used = values(claims, Iri(stage), PROV.used)
    assert iris.dataset("acme/logs") in used
    assert any(COMMIT in each for each in used)
    assert values(claims, Iri(stage), PG.hyperparameter) == {"lr: 1e-5"}
    assert values(claims, Iri(stage), PG.trainingCode) == {"https://github.com/a/b"}
    assert values(claims, Iri(stage), PROV.startedAtTime) == {"2026-01-02"}
    assert "resource: trl" in values(claims, Iri(stage), PG.otherStatement)
    assert values(claims, CHAT, PG.trainedOn) == {iris.dataset("acme/logs")}
    assert values(claims, CHAT, PROV.wasDerivedFrom) == {BASE}
    inferred = [c for c in claims if c.predicate in (PG.trainedOn, PROV.wasDerivedFrom)]
    assert {c.basis for c in inferred if c.subject == CHAT} == {Basis.INFERENCE}


def test_a_workflow_that_only_ships_a_model_is_no_stage() -> None:
    shipped = workflow("publish", ["m"], ["m"], description="Upload the files")
    claims, _ = reading("cyclonedx", bom(shipped))
    assert not [c for c in claims if c.value == PG.TrainingStage]
    assert "formulation.name: publish" in values(claims, CHAT, PG.otherStatement)


def test_a_task_that_tests_a_model_trains_nothing() -> None:
    task = workflow("evaluate", ["m", "held-out"], [])
    claims, _ = reading("cyclonedx", bom({"bom-ref": "w", "uid": "w", "tasks": [task]}))
    assert not values(claims, CHAT, PG.trainedOn)
    assert not values(claims, CHAT, PG.trainingStage)


def test_an_input_that_no_component_has_is_a_problem() -> None:
    _, problems = reading("cyclonedx", bom(workflow("train", ["nowhere"], ["m"])))
    where = "/formulation/0/workflows/0/inputs/0/resource/ref"
    assert [p.where for p in problems if p.kind == "reference"] == [where]


def statement(subject: str, predicate: dict[str, Any], version: str = "v1") -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": subject, "digest": {"sha256": "1" * 64}}],
        "predicateType": f"https://slsa.dev/provenance/{version}",
        "predicate": predicate,
    }


def built(*inputs: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {
        "buildDefinition": {"buildType": "https://acme.example/b", "externalParameters": parameters,
                            "resolvedDependencies": list(inputs)},
        "runDetails": {"builder": {"id": "https://acme.example/runner"},
                       "metadata": {"invocationId": "run-9", "startedOn": "2026-05-01T10:00:00Z",
                                    "finishedOn": "2026-05-02T10:00:00Z"}},
    }  # fmt: skip


def test_slsa_provenance_gives_a_stage_with_inputs_code_settings_and_times() -> None:
    inputs = (
        {
            "uri": "git+https://github.com/acme/train@refs/heads/main",
            "digest": {"gitCommit": "f" * 40},
        },
        {"uri": f"pkg:huggingface/acme/oak-base@{COMMIT}"},
        {"uri": "https://huggingface.co/datasets/acme/logs", "name": "train"},
        {"uri": "https://huggingface.co/datasets/acme/held-out", "name": "evaluation set"},
        {"uri": "s3://acme/more.jsonl", "digest": {"sha256": "3" * 64}},
    )
    whole = statement("acme/oak-chat", built(*inputs, hyperparameters={"lr": 0.1}, ref="main"))
    claims, _ = reading("modelsigning", whole)
    (stage,) = values(claims, CHAT, PG.trainingStage)
    node = Iri(stage)
    assert values(claims, node, PG.hyperparameter) == {"hyperparameters.lr: 0.1"}
    assert values(claims, node, PG.trainingCode) == {"https://github.com/acme/train"}
    assert values(claims, node, PG.codeRevision) == {"f" * 40}
    assert values(claims, node, PROV.endedAtTime) == {"2026-05-02"}
    assert len(values(claims, node, PROV.used)) == 3
    assert values(claims, CHAT, PG.trainedOn) == {iris.dataset("acme/logs")}
    assert values(claims, CHAT, PG.testedOn) == {iris.dataset("acme/held-out")}
    assert values(claims, CHAT, PROV.wasDerivedFrom) == {BASE}
    stated = values(claims, node, PG.otherStatement)
    assert {"ref: main", "builder: https://acme.example/runner"} <= stated
    assert f"input: s3://acme/more.jsonl sha256:{'3' * 64}" in stated


def test_a_conversion_is_a_derivation_and_no_stage_of_training() -> None:
    predicate = {
        "builder": {"id": "https://acme.example/b"},
        "buildType": "https://acme.example/convert",
        "invocation": {
            "parameters": {"type": "q4_0"},
            "configSource": {"uri": "git+https://github.com/acme/c", "digest": {"sha1": "a" * 40}},
        },
        "metadata": {"buildStartedOn": "2025-01-01T00:00:00Z"},
        "materials": [{"uri": f"pkg:huggingface/acme/oak-base@{COMMIT}"}],
    }
    claims, _ = reading("modelsigning", statement("acme/oak-chat", predicate, "v0.2"))
    assert not [c for c in claims if c.value == PG.TrainingStage]
    assert values(claims, CHAT, PROV.wasDerivedFrom) == {BASE}
    stated = values(claims, CHAT, PG.otherStatement)
    assert {"type: q4_0", f"code: https://github.com/acme/c {'a' * 40}"} <= stated


def test_a_statement_about_software_is_about_no_model() -> None:
    for name in ("pkg:npm/sigstore@2.1.0", "tool-1.0-py3-none-any.whl"):
        claims, problems = reading("modelsigning", statement(name, built()))
        assert not [c for c in claims if c.predicate == RDF.type]
        assert [p.kind for p in problems] == ["empty"]


def spdx(**build: Any) -> dict[str, Any]:
    elements = [
        {"type": "SpdxDocument", "spdxId": "urn:x:doc", "rootElement": ["urn:x:m"]},
        {"type": "ai_AIPackage", "spdxId": "urn:x:m", "name": "Mole"},
        {"type": "dataset_DatasetPackage", "spdxId": "urn:x:d", "name": "Burrows"},
        {"type": "build_Build", "spdxId": "urn:x:b", "build_buildId": "77", **build},
    ]
    ties = [("urn:x:b", "hasOutput", "urn:x:m"), ("urn:x:b", "hasInput", "urn:x:d")]
    elements += [
        {
            "type": "Relationship",
            "spdxId": f"urn:x:r{n}",
            "from": a,
            "relationshipType": kind,
            "to": [b],
        }
        for n, (a, kind, b) in enumerate(ties)
    ]
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": elements}


def test_an_spdx_build_of_a_model_from_data_is_a_stage_at_its_times() -> None:
    entry = {"type": "DictionaryEntry", "key": "CUDA", "value": "12.4"}
    started = "2025-12-01T00:00:00Z"
    claims, _ = reading("spdx3", spdx(build_buildStartTime=started, build_environment=[entry]))
    model = iris.entity("spdx3", "model", "mole")
    (stage,) = values(claims, model, PG.trainingStage)
    assert values(claims, Iri(stage), PROV.startedAtTime) == {"2025-12-01"}
    assert values(claims, Iri(stage), PROV.used) == {iris.entity("spdx3", "dataset", "burrows")}
    assert "build_environment: CUDA: 12.4" in values(claims, Iri(stage), PG.otherStatement)


def test_a_count_with_a_unit_is_not_also_a_text_that_was_not_understood() -> None:
    count = Claim(CHAT, PG.parameterCount, literals.integer(13_200_000_000))
    assert ClaimedTexts([count]).has("13.2B")
    assert not ClaimedTexts([count]).has("14.2B")


def test_a_workflow_of_which_no_model_comes_is_told_at_its_place() -> None:
    idle = {
        "bom-ref": "w",
        "uid": "w",
        "taskTypes": ["build"],
        "properties": [{"name": "a", "value": "b"}],
    }
    _, problems = reading("cyclonedx", bom(idle))
    assert [p.where for p in problems if p.kind == "missing"] == ["/formulation/0/workflows/0"]
