"""FAIR4ML metadata of models."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from reading import document, read, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats.fair4ml import reader as fair4ml

MODEL = iris.entity("fair4ml", "model", "x")
CONTEXT = {"schema": "http://schema.org/", "fair4ml": "https://w3id.org/fair4ml#"}


def model(**more: Any) -> str:
    return json.dumps({"@context": CONTEXT, "@type": "fair4ml:MLModel", "schema:name": "x", **more})


def wrapped(key: str, data: object, **note: object) -> str:
    note = {"extraction_method": "Parsed_from_HF_dataset", "confidence": 1.0, **note}
    name = [{"data": "x", "extraction_method": "a", "confidence": 1}]
    return json.dumps([{"schema.org:name": name, key: [{"data": data, **note}]}])


@pytest.mark.parametrize("kind", ["fair4ml:MLModel", "https://w3id.org/fair4ml/MLModel", "MLModel"])
def test_a_model_is_recognised_by_its_type(kind: str) -> None:
    it = document(model(**{"@type": [kind]}), "x.json")
    assert fair4ml.READER.recognises(it.features)


def test_a_wrapped_value_brings_its_confidence_to_the_claim() -> None:
    text = wrapped("fair4ml:mlTask", ["fill-mask"], confidence=0.75)
    claims, _ = read(fair4ml.READER, text, "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.task]
    assert (str(claim.value), claim.confidence, claim.basis) == (
        "fill-mask",
        Decimal("0.75"),
        None,
    )


def test_a_value_that_was_inferred_is_an_inference() -> None:
    text = wrapped("fair4ml:mlTask", "fill-mask", extraction_method="Inferred_from_card")
    claims, _ = read(fair4ml.READER, text, "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.task]
    assert claim.basis is Basis.INFERENCE


@pytest.mark.parametrize("confidence", ["high", 2, -1, [1]])
def test_a_confidence_outside_its_range_is_a_problem(confidence: object) -> None:
    text = wrapped("fair4ml:mlTask", "fill-mask", confidence=confidence)
    claims, problems = read(fair4ml.READER, text, "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.task]
    assert claim.confidence is None
    assert [problem.where for problem in problems] == ["/0/fair4ml:mlTask/0/confidence"]


def test_what_was_not_found_is_not_claimed() -> None:
    text = wrapped("fair4ml:trainedOn", "Information not found")
    claims, _ = read(fair4ml.READER, text, "x.json")
    assert values_of(claims, MODEL, PG.trainedOn) == []


def test_a_parent_that_is_only_a_text_stays_unresolved() -> None:
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:fineTunedFrom": "some BERT"}), "x.json")
    parent = iris.entity("fair4ml", "unresolved", "some-bert")
    assert values_of(claims, MODEL, PG.fineTunedFrom) == [parent]


@pytest.mark.parametrize("text", ["GLUE score", "Top-1 Accuracy", "COCO dataset", "Adam optimizer"])
def test_what_is_measured_or_trained_on_is_no_parent(text: str) -> None:
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:fineTunedFrom": text}), "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.fineTunedFrom]
    assert (claim.value, claim.as_stated, claim.unusable) == (None, text, "names no model")


@pytest.mark.parametrize(
    ("stated", "tonnes"), [("12 kg", "0.012"), ("0.5 tCO2e", "0.5"), ("1,500 kg CO2eq", "1.5")]
)
def test_emissions_are_converted_and_kept_as_stated(stated: str, tonnes: str) -> None:
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:hasCO2eEmissions": stated}), "x.json")
    [claim] = [claim for claim in claims if claim.predicate == PG.trainingCO2eTonnes]
    assert (str(claim.value), claim.as_stated) == (tonnes, stated)


@needs_shared
def test_the_vocabulary_itself_is_no_model() -> None:
    assert SHARED is not None
    path = SHARED / "sources" / "fair4ml" / "fair4ml.jsonld"
    assert not fair4ml.READER.recognises(document(path.read_bytes(), path.name).features)


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], [[]], {"a": None}, [{"@id": []}]])
@pytest.mark.parametrize(
    "key",
    [
        "schema:name",
        "schema:author",
        "schema:license",
        "schema:url",
        "fair4ml:trainedOn",
        "fair4ml:fineTunedFrom",
        "fair4ml:hasEvaluation",
        "fair4ml:hasCO2eEmissions",
        "schema:datePublished",
        "schema:citation",
        "schema:memoryRequirements",
        "extraction_metadata",
        "@id",
    ],
)
def test_a_field_of_any_shape_makes_problems_not_crashes(key: str, value: object) -> None:
    for text in (model(**{key: value}), wrapped(key, value)):
        claims, _ = read(fair4ml.READER, text, "x.json")
        assert all(isinstance(claim, Claim) for claim in claims)
        fair4ml.READER.origin(document(text, "x.json"))


@pytest.mark.parametrize(
    ("text", "confidence"), [("[CLS]", 0.9), ("accuracy", 0.9), ("org/base-7b", 0.0002)]
)
def test_what_a_program_guessed_out_of_a_text_is_no_parent(text: str, confidence: float) -> None:
    wrapped = [{"data": text, "extraction_method": "deepset/roberta QA", "confidence": confidence}]
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:fineTunedFrom": wrapped}), "x.json")
    (claim,) = [c for c in claims if c.predicate == PG.fineTunedFrom]
    assert (claim.value, claim.as_stated) == (None, text)
    assert claim.unusable
    assert not [c for c in claims if c.value == PG.UnresolvedReference]


def test_software_memory_and_bare_arxiv_ids_are_read() -> None:
    claims, _ = read(
        fair4ml.READER,
        model(
            softwareRequirements=["torch==2.5, numpy"],
            memoryRequirements={"@type": "QuantitativeValue", "value": 16, "unitText": "GB"},
            citation="arXiv:2401.00001",
        ),
        "x.json",
    )
    assert values_of(claims, MODEL, PG.softwareDependency) == ["numpy", "torch==2.5"]
    assert values_of(claims, MODEL, PG.framework) == ["torch"]
    assert values_of(claims, MODEL, PG.minimumMemoryGB) == ["16"]
    assert values_of(claims, MODEL, PG.paper) == ["https://arxiv.org/abs/2401.00001"]


def test_a_file_has_its_size_in_bytes_where_a_unit_stands_behind() -> None:
    file = {"@type": "FileObject", "name": "oak.bin", "contentSize": "440 MB"}
    claims, problems = read(fair4ml.READER, model(distribution=file), "x.json")
    assert [str(c.value) for c in claims if c.predicate == PG.byteSize] == ["440000000"]
    assert not problems


def test_a_person_has_the_name_that_stands_in_its_parts() -> None:
    ada = {"@type": "Person", "givenName": "Ada", "familyName": "Lovelace"}
    claims, _ = read(fair4ml.READER, model(author=ada), "x.json")
    assert any(c.as_stated == "Ada Lovelace" or str(c.value) == "Ada Lovelace" for c in claims)


def test_what_a_dataset_s_node_says_is_said_of_the_dataset() -> None:
    data = {
        "@type": "Dataset",
        "schema:name": "ETIS",
        "schema:url": "https://etis.example/",
        "schema:license": "CC-BY-4.0",
    }
    claims, problems = read(fair4ml.READER, model(**{"fair4ml:testedOn": data}), "x.json")
    dataset = iris.dataset("ETIS")
    assert values_of(claims, dataset, SCHEMA.url) == ["https://etis.example/"]
    assert values_of(claims, dataset, DCTERMS.license) == ["http://spdx.org/licenses/CC-BY-4.0"]
    assert [problem for problem in problems if problem.kind == "key"] == []


def test_a_node_that_is_pointed_to_is_what_the_model_names() -> None:
    graph = [
        {
            "@id": "#m",
            "@type": "MLModel",
            "name": "reef",
            "fineTunedFrom": [{"@id": "#sam"}, {"@id": "#own"}],
            "trainedOn": [{"@id": "#d"}, {"@id": "#gone"}],
            "author": {"@id": "#ada"},
        },
        {"@id": "#sam", "@type": "MLModel", "name": "SAM", "url": "https://huggingface.co/f/sam"},
        {"@id": "#own", "@type": "MLModel", "name": "coral"},
        {"@id": "#d", "@type": "Dataset", "name": "CoralNet", "license": "cc-by-4.0"},
        {"@id": "#ada", "@type": "Person", "name": "Ada Lovelace"},
    ]
    claims, problems = read(fair4ml.READER, json.dumps({"@graph": graph}), "x.json")
    reef, coral = (iris.entity("fair4ml", "model", name) for name in ("reef", "coral"))
    assert values_of(claims, reef, PG.fineTunedFrom) == sorted([coral, iris.model("f/sam")])
    assert values_of(claims, reef, PG.trainedOn) == [iris.dataset("CoralNet")]
    assert values_of(claims, reef, DCTERMS.creator) == [iris.organization("Ada Lovelace")]
    licence = "http://spdx.org/licenses/CC-BY-4.0"
    assert values_of(claims, iris.dataset("CoralNet"), DCTERMS.license) == [licence]
    assert [p.where for p in problems if p.kind == "reference"] == ["/@graph/0/trainedOn/1"]
    assert not [c for c in claims if iris.local_name(c.subject) in ("gone", "d")]


def test_a_model_and_its_data_are_the_repositories_that_their_addresses_lead_to() -> None:
    more = {
        "sc:sameAs": "https://huggingface.co/o/x",
        "fair4ml:trainedOn": {"sc:name": "Corpus", "sc:url": "https://huggingface.co/datasets/o/d"},
        "sc:distribution": {"sc:contentUrl": "https://w.example/w.bin", "sc:contentSize": "4 MB"},
    }
    claims, problems = read(fair4ml.READER, model(**more), "x.json")
    assert values_of(claims, iris.model("o/x"), PG.trainedOn) == [iris.dataset("o/d")]
    assert "4000000" in [str(claim.value) for claim in claims if claim.predicate == PG.byteSize]
    assert problems == []


def test_a_dataset_by_its_address_alone_has_the_repository_s_name() -> None:
    address = "https://huggingface.co/datasets/o/d"
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:trainedOn": address}), "x.json")
    assert values_of(claims, iris.dataset("o/d"), SCHEMA.name) == ["o/d"]


@pytest.mark.parametrize(
    "stated",
    [
        {"fair4ml:evaluationMetrics": ["Dice"], "fair4ml:evaluationResults": ["0.91"]},
        {"fair4ml:evaluationMetrics": [{"measurementTechnique": "Dice", "value": 0.91}]},
        {"fair4ml:evaluationResults": "Dice: 0.91"},
    ],
)
def test_a_metric_and_its_value_are_a_result_however_they_are_written(stated: dict) -> None:
    evaluation = {**stated, "fair4ml:evaluationDataset": "ETIS"}
    claims, _ = read(fair4ml.READER, model(**{"fair4ml:hasEvaluation": evaluation}), "x.json")
    result = {c.predicate: str(c.value) for c in claims if "/evaluation/" in c.subject}
    assert (result[PG.metric], result[PG.score]) == ("Dice", "0.91")


def test_a_licence_that_nobody_lists_is_one_by_its_name_and_address() -> None:
    node = {"schema:name": "House Terms 2", "schema:url": "https://o.example/terms"}
    claims, _ = read(fair4ml.READER, model(**{"schema:license": node}), "x.json")
    [licence] = values_of(claims, MODEL, DCTERMS.license)
    assert values_of(claims, Iri(licence), SCHEMA.url) == ["https://o.example/terms"]
