"""What CycloneDX puts one into another: components, pedigrees, documents about applications."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import read, values_of

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats.cyclonedx import reader as cyclonedx
from provenance_graph.formats.fields.measures import benchmark_of

MODEL = iris.model("o/m")
TYPE = {"type": "machine-learning-model"}


def made(model: dict[str, Any], **more: Any) -> tuple[list[Claim], list[Problem]]:
    component = {**TYPE, "name": "m", "purl": "pkg:huggingface/o/m", **model}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    return read(cyclonedx.READER, json.dumps({**head, "components": [component], **more}), "b.json")


def test_the_ancestors_of_an_ancestor_are_its_own() -> None:
    grand = {**TYPE, "name": "g", "purl": "pkg:huggingface/o/g", "description": "the first"}
    parent = {
        **TYPE,
        "name": "p",
        "purl": "pkg:huggingface/o/p",
        "pedigree": {"ancestors": [grand]},
    }
    claims, problems = made({"pedigree": {"ancestors": [parent]}})
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == [iris.model("o/p")]
    assert values_of(claims, iris.model("o/p"), PROV.wasDerivedFrom) == [iris.model("o/g")]
    assert values_of(claims, iris.model("o/p"), PG.otherStatement) == []
    assert problems == []


def test_data_inside_a_model_are_a_dataset_and_no_file_of_it() -> None:
    inner = {"type": "data", "name": "ward-audio", "data": [{"type": "dataset"}]}
    claims, _ = made({"components": [inner, {"type": "file", "name": "w.bin"}]})
    assert [str(c.value) for c in claims if c.predicate == PG.fileName] == ["w.bin"]
    assert iris.dataset("ward-audio") in {claim.subject for claim in claims}


@pytest.mark.parametrize("name", ["train", "./data/train.csv", "validation set"])
def test_data_described_in_place_by_what_they_are_for_are_the_document_s_own(name: str) -> None:
    data = [{"type": "dataset", "name": name}, {"type": "dataset", "name": "LJSpeech"}]
    claims, _ = made({"modelCard": {"modelParameters": {"datasets": data}}})
    used = set(values_of(claims, MODEL, PG.trainedOn))
    own = used - {iris.dataset("LJSpeech")}
    assert len(used) == 2
    assert all("/in/cyclonedx/dataset/" in dataset for dataset in own)


def test_properties_of_a_document_about_an_application_are_not_a_model_s() -> None:
    stated = [{"name": "internal:ticket", "value": "K-1"}]
    app = {"type": "application", "name": "desk"}
    claims, problems = made({}, metadata={"component": app, "properties": stated})
    assert values_of(claims, MODEL, PG.otherStatement) == []
    assert [problem.kind for problem in problems] == ["key"]
    for name in ("m", "o/m"):  # an application that is called as the model is
        metadata = {"component": {"type": "application", "name": name}, "properties": stated}
        claims, problems = made({}, metadata=metadata)
        assert values_of(claims, MODEL, PG.otherStatement) == ["internal:ticket: K-1"]
        assert problems == []


def test_a_publisher_beside_a_manufacturer_is_no_author() -> None:
    claims, _ = made({"manufacturer": {"name": "A"}, "publisher": "B", "author": "C"})
    assert values_of(claims, MODEL, PG.otherStatement) == ["authors: C", "publisher: B"]


def test_a_concluded_licence_is_an_inference_beside_the_declared_one() -> None:
    concluded = {"license": {"id": "CC-BY-NC-4.0", "acknowledgement": "concluded"}}
    claims, _ = made({"licenses": [{"license": {"id": "MIT"}}, concluded]})
    results = {
        str(c.value)[-4:]: (c.stance, c.basis) for c in claims if c.predicate == DCTERMS.license
    }
    assert results == {
        "/MIT": (Stance.STATED, None),
        "-4.0": (Stance.STATED, Basis.INFERENCE),
    }


def test_a_service_may_be_depended_on() -> None:
    service = {"bom-ref": "svc", "name": "api"}
    needs = [{"ref": "pkg:huggingface/o/m", "dependsOn": ["svc", "gone"]}]
    _, problems = made({}, services=[service], dependencies=needs)
    assert [problem.where for problem in problems] == ["/dependencies/0/dependsOn/1"]


@pytest.mark.parametrize(
    "measure",
    ["RTF", "MAPE", "ECE", "quadratic weighted kappa", "latency p95", "bits per byte", "FVD"],
)
def test_a_measure_s_name_is_no_benchmark(measure: str) -> None:
    assert benchmark_of(measure) == ""
