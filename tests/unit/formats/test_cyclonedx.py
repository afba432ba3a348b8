"""CycloneDX bills of materials."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats.cyclonedx import reader as cyclonedx
from provenance_graph.formats.cyclonedx import schema
from provenance_graph.formats.cyclonedx.bom import whole_of

MODEL = iris.model("o/m")


def bom(component: dict[str, Any] | None = None, **more: Any) -> str:
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    model = {"type": "machine-learning-model", "name": "m", "purl": "pkg:huggingface/o/m"}
    return json.dumps({**head, "components": [{**model, **(component or {})}], **more})


def test_a_package_url_of_the_hub_names_the_model_and_its_version() -> None:
    claims, problems = read(cyclonedx.READER, bom({"version": "1"}), "bom.json")
    assert problems == []
    assert (MODEL, PG.Model) in {(c.subject, c.value) for c in claims}
    version = next(c.subject for c in claims if c.predicate == SCHEMA.version)
    assert values_of(claims, version, PROV.specializationOf) == [MODEL]


def test_a_model_in_metadata_is_read_like_one_among_the_components() -> None:
    inner = json.loads(bom({"author": "A"}))
    there = {**inner, "components": [], "metadata": {"component": inner["components"][0]}}
    here, _ = read(cyclonedx.READER, json.dumps(inner), "bom.json")
    moved, _ = read(cyclonedx.READER, json.dumps(there), "bom.json")
    assert here == moved


def test_several_licences_are_each_only_a_part_of_the_statement() -> None:
    licences = [{"license": {"id": "MIT"}}, {"license": {"id": "Apache-2.0"}}]
    claims, _ = read(cyclonedx.READER, bom({"licenses": licences}), "bom.json")
    results = [claim for claim in claims if claim.predicate == DCTERMS.license]
    assert {claim.stance for claim in results} == {Stance.PARTLY_STATED}


def test_who_makes_both_model_and_bill_states_as_the_developer() -> None:
    maker = {"name": "Labs"}
    own = bom({"manufacturer": maker}, metadata={"manufacturer": maker, "component": {}})
    whole = json.loads(own)
    whole["metadata"]["component"] = whole["components"].pop()
    it = document(json.dumps(whole), "bom.json")
    assert cyclonedx.READER.origin(it).basis is Basis.DEVELOPER
    assert cyclonedx.READER.origin(document(bom(), "bom.json")).basis is Basis.THIRD_PARTY


def test_a_reference_into_nothing_is_a_problem() -> None:
    _, problems = read(
        cyclonedx.READER, bom(dependencies=[{"ref": "x", "dependsOn": ["y"]}]), "bom.json"
    )
    assert [problem.where for problem in problems] == [
        "/dependencies/0/ref",
        "/dependencies/0/dependsOn/0",
    ]


def test_a_component_nested_deeply_is_reported_and_does_not_stop_the_rest() -> None:
    part: dict[str, Any] = {"type": "machine-learning-model", "name": "inner"}
    for _ in range(40):
        part = {"type": "application", "name": "outer", "components": [part]}
    claims, _ = read(cyclonedx.READER, bom(part), "bom.json")
    assert iris.entity("cyclonedx", "model", "inner") in {claim.subject for claim in claims}


@needs_shared
def test_what_the_specification_calls_invalid_is_reported_and_what_it_calls_valid_is_not() -> None:
    assert SHARED is not None
    files = sorted((SHARED / "sources" / "documents" / "cyclonedx-mlbom").glob("*resources*.json"))
    for path in files:
        _, problems = recorded(cyclonedx.READER, path)
        invalid = [problem for problem in problems if problem.kind == "schema"]
        assert bool(invalid) == ("invalid-" in path.name), path.name
    assert len(files) >= 50


@needs_shared
def test_every_bill_of_materials_is_recognised_and_read() -> None:
    assert SHARED is not None
    models = 0
    for path in sorted((SHARED / "sources" / "documents" / "cyclonedx-mlbom").glob("*.json")):
        if "k8s-aibom" in path.name:  # an intermediate file of a tool, which says so nowhere
            assert not cyclonedx.READER.recognises(document(path.read_bytes(), path.name).features)
            continue
        assert cyclonedx.READER.recognises(document(path.read_bytes(), path.name).features), (
            path.name
        )
        [record], _ = recorded(cyclonedx.READER, path)
        models += any(claim.value == PG.Model for claim in record.claims)
    assert models >= 40


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], [[]], {"a": None}, [{"url": []}]])
@pytest.mark.parametrize(
    "key", ["licenses", "hashes", "externalReferences", "pedigree", "modelCard", "components",
            "name", "purl", "manufacturer", "authors", "data", "bom-ref", "version"],
)  # fmt: skip
def test_a_field_of_any_shape_makes_problems_not_crashes(key: str, value: object) -> None:
    claims, problems = read(cyclonedx.READER, bom({key: value}), "bom.json")
    assert all(isinstance(claim, Claim) for claim in claims)
    assert all(problem.where.startswith("/") for problem in problems)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE bom [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE bom SYSTEM "file:///etc/hostname">',
    ],
)
def test_xml_with_a_document_type_is_refused(head: str) -> None:
    text = f'{head}<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><serialNumber/></bom>'
    with pytest.raises(Unreadable, match="line 1: XML with a document type or entities"):
        list(cyclonedx.READER.read(document(text, "bom.xml")))


def test_xml_cut_short_is_refused_with_its_place() -> None:
    text = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>'
    with pytest.raises(Unreadable, match="line 1"):
        list(cyclonedx.READER.read(document(text, "bom.xml")))


def test_a_slice_is_no_benchmark_and_its_score_is_kept_as_stated() -> None:
    card = {
        "quantitativeAnalysis": {
            "performanceMetrics": [{"type": "AUC", "value": "0.87", "slice": "all"}]
        }
    }
    claims, problems = read(cyclonedx.READER, bom({"modelCard": card}), "bom.json")
    assert not [claim for claim in claims if claim.value == PG.Benchmark]
    assert [str(c.value) for c in claims if c.predicate == PG.otherStatement] == [
        "performanceMetrics: AUC = 0.87 (all)"
    ]
    assert any(problem.kind == "benchmark" for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        {"content": "Acme terms\nNo weapons."},
        {"content": "QWNtZSB0ZXJtcwpObyB3ZWFwb25zLg==", "encoding": "base64"},
    ],
)
def test_the_text_of_a_licence_is_kept(text: dict[str, str]) -> None:
    own = {"license": {"name": "Acme terms", "text": {"contentType": "text/plain", **text}}}
    claims, _ = read(cyclonedx.READER, bom({"licenses": [own]}), "bom.json")
    kept = "licenses.license.text: Acme terms\nNo weapons."
    assert kept in values_of(claims, MODEL, PG.otherStatement)


def test_a_licence_that_nobody_knows_keeps_its_name_and_address() -> None:
    own = {"license": {"name": "acme-open-1.0", "url": "https://acme.example/licence"}}
    claims, _ = read(cyclonedx.READER, bom({"licenses": [own]}), "bom.json")
    (licence,) = values_of(claims, MODEL, DCTERMS.license)
    assert licence == iris.mint("licence", "stated", "acme-open-1.0")
    unknown = {"license": {"id": "unknown", "url": "https://spdx.org/licenses/"}}
    claims, _ = read(cyclonedx.READER, bom({"licenses": [unknown]}), "bom.json")
    assert [c.value for c in claims if c.predicate == DCTERMS.license] in ([], [None])


def test_the_commit_of_a_package_url_and_the_version_are_both_versions() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    part = {"version": "1.2", "purl": f"pkg:huggingface/o/m@{commit}"}
    claims, _ = read(cyclonedx.READER, bom(part), "bom.json")
    versions = {c.subject for c in claims if c.predicate == PROV.specializationOf}
    assert {
        str(c.value) for c in claims if c.subject in versions and c.predicate == SCHEMA.version
    } == {
        commit,
        "1.2",
    }


@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("https://example.org/é", True),
        ("http://[::1]/a", True),
        ("docs/card.md#use", True),
        ("//example.org/a", True),
        ("", True),
        ("git@example.org:a/b.git", False),
        ("1:2", False),
        ("a b", False),
        ("http://a:port/", False),
    ],
)
def test_addresses_are_those_of_the_standard(url, valid):
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "externalReferences": [{"type": "website", "url": url}],
    }
    assert (list(schema.problems(bom)) == []) is valid


def test_what_xml_writes_otherwise_than_json_is_not_lost() -> None:
    text = """<bom xmlns="http://cyclonedx.org/schema/bom/1.7"><components>
    <component type="machine-learning-model" bom-ref="m"><name>m</name>
    <pedigree><notes>made from scratch</notes></pedigree>
    <properties><property>a value without a name</property></properties></component>
    <component type="data" bom-ref="d"><name>d</name></component></components>
    <compositions><composition><aggregate>incomplete</aggregate>
    <dependencies><dependency ref="m"/></dependencies></composition></compositions></bom>"""
    whole = whole_of(document(text, "bom.xml"))
    (model, _) = whole["components"]
    assert model["pedigree"] == {"notes": "made from scratch"}
    assert model["properties"] == [{"value": "a value without a name"}]
    assert whole["compositions"] == [{"aggregate": "incomplete", "dependencies": ["m"]}]
    claims, _ = read(cyclonedx.READER, text, "bom.xml")
    assert any("made from scratch" in str(c.value) for c in claims)
    assert Stance.PARTLY_STATED in {c.stance for c in claims if c.predicate == PROV.wasDerivedFrom}


def test_a_dependency_on_what_the_model_is_stated_to_be_made_from_is_not_listed_again() -> None:
    card = {"modelParameters": {"datasets": [{"ref": "d"}]}}
    parts = [
        {"type": "machine-learning-model", "name": "m", "bom-ref": "m", "modelCard": card},
        {"type": "data", "name": "d", "bom-ref": "d", "data": [{"type": "dataset", "name": "d"}]},
        {"type": "data", "name": "e", "bom-ref": "e", "data": [{"type": "dataset", "name": "e"}]},
    ]
    text = bom(components=parts, dependencies=[{"ref": "m", "dependsOn": ["d", "e"]}])
    claims, _ = read(cyclonedx.READER, text, "bom.json")
    assert [str(c.value) for c in claims if c.predicate == PG.trainedOn] == [str(iris.dataset("d"))]
    others = [str(c.value) for c in claims if c.predicate == PG.otherStatement]
    assert others == ["dependencies.dependsOn: e"]


def test_a_composition_of_the_whole_document_is_stated_of_what_it_is_about() -> None:
    claims, _ = read(cyclonedx.READER, bom(compositions=[{"aggregate": "incomplete"}]), "bom.json")
    assert "compositions: incomplete" in {
        str(c.value) for c in claims if (c.subject, c.predicate) == (MODEL, PG.otherStatement)
    }


def test_a_dataset_that_a_card_describes_in_place_is_found_by_its_reference() -> None:
    data = [{"type": "dataset", "bom-ref": "d", "name": "pairs"}]
    card = {"modelParameters": {"datasets": data}}
    text = bom({"bom-ref": "m", "modelCard": card}, dependencies=[{"ref": "m", "dependsOn": ["d"]}])
    claims, problems = read(cyclonedx.READER, text, "bom.json")
    assert [problem for problem in problems if problem.kind == "reference"] == []
    assert values_of(claims, MODEL, PG.trainedOn) == [iris.dataset("pairs")]
    assert values_of(claims, MODEL, PG.otherStatement) == []  # the relation is stated already


def _stage(words: str) -> dict[str, Any]:
    return {"properties": [{"name": "cdx:ai-ml:dataset:stage", "value": words}]}


@pytest.mark.parametrize(
    ("words", "trained", "also"),
    [
        ("evaluation", False, PG.testedOn),
        ("validation; test", False, PG.validatedOn),
        ("pre-training, evaluation", True, PG.testedOn),
        ("fine-tuning", True, PG.finetunedOn),
        ("a stage of its own", True, PG.trainedOn),
    ],
)
def test_a_dataset_of_another_stage_alone_is_not_one_that_the_model_was_trained_on(
    words: str, trained: bool, also: Iri
) -> None:
    data: dict[str, Any] = {"type": "data", "name": "d", "bom-ref": "d"}
    within = {"data": [{"type": "dataset", "contents": _stage(words)}]}
    inline = {"type": "dataset", "name": "d", "contents": _stage(words)}
    by_reference = {"modelParameters": {"datasets": [{"ref": "d"}]}}
    in_place = {"modelParameters": {"datasets": [inline]}}
    for card, more in (
        (by_reference, [{**data, **_stage(words)}]),
        (by_reference, [{**data, **within}]),
        (in_place, []),
    ):
        whole = json.loads(bom({"modelCard": card}))
        claims, _ = read(
            cyclonedx.READER,
            json.dumps({**whole, "components": [*whole["components"], *more]}),
            "bom.json",
        )
        assert values_of(claims, MODEL, PG.trainedOn) == [iris.dataset("d")] * trained
        assert values_of(claims, MODEL, also) == [iris.dataset("d")]


@pytest.mark.parametrize(
    ("stated", "kind"),
    [("image/png", PG.Image), ("text/plain; charset=utf-8", PG.Text), ("audio/wav", PG.Audio)],
)
def test_a_media_type_says_what_goes_in(stated: str, kind: str) -> None:
    card = {"modelParameters": {"inputs": [{"format": stated}], "outputs": [{"format": "a/b"}]}}
    claims, _ = read(cyclonedx.READER, bom({"modelCard": card}), "bom.json")
    assert values_of(claims, MODEL, PG.inputModality) == [kind]
    assert values_of(claims, MODEL, PG.outputModality) == [Stance.STATED.label]


@pytest.mark.parametrize(
    ("attributes", "inner", "where"),
    [
        ('version="one"', "<name>x</name>", ["/version"]),
        ('version="1"', "<version>2</version>", ["/components/0"]),
        ('version="1"', "<name>x</name><licenses><license><id>unknown</id></license></licenses>",
         ["/components/0/licenses/0/license/id"]),
        ('version="1"', "<name>x</name><scope>perhaps</scope>", ["/components/0/scope"]),
        ('version="1"', "<name>x</name><licenses><license><id>MIT</id></license></licenses>", []),
    ],
)  # fmt: skip
def test_what_xml_gets_wrong_by_its_standard_is_reported(
    attributes: str, inner: str, where: list[str]
) -> None:
    text = (
        f'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" {attributes}><components>'
        f'<component type="machine-learning-model">{inner}</component></components></bom>'
    )
    assert cyclonedx.READER.invalid is not None
    problems = list(cyclonedx.READER.invalid(document(text, "bom.xml")))
    assert [problem.where for problem in problems] == where
