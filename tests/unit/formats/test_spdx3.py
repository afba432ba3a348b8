"""SPDX 3 documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import document, read, recorded, values_of
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats.spdx3 import reader as spdx3

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
MODEL = iris.model("o/m")


def graph(*elements: dict[str, Any], **model: Any) -> str:
    whole = {
        "type": "ai_AIPackage",
        "spdxId": "urn:m",
        "name": "m",
        "software_downloadLocation": "https://huggingface.co/o/m",
        **model,
    }
    return json.dumps({"@context": CONTEXT, "@graph": [whole, *elements]})


def relation(kind: str, to: object, source: str = "urn:m") -> dict[str, Any]:
    return {"type": "Relationship", "relationshipType": kind, "from": source, "to": to}


def test_the_five_properties_that_the_ai_profile_requires_are_asked_for() -> None:
    _, problems = read(spdx3.READER, graph(software_downloadLocation=""), "x.json")
    missing = {problem.what for problem in problems if "AI profile" in problem.hint}
    assert missing == {
        "no suppliedBy",
        "no releaseTime",
        "no software_downloadLocation",
        "no software_packageVersion",
        "no software_primaryPurpose",
    }


def test_a_plain_string_names_a_dataset_and_is_a_problem() -> None:
    claims, problems = read(spdx3.READER, graph(relation("trainedOn", ["bookcorpus"])), "x.json")
    assert values_of(claims, MODEL, PG.trainedOn) == [iris.dataset("bookcorpus")]
    assert "/@graph/1/to/0" in {problem.where for problem in problems}


def test_a_dangling_relationship_is_a_problem_and_no_edge() -> None:
    text = graph(relation("descendantOf", ["urn:nowhere"]))
    claims, problems = read(spdx3.READER, text, "x.json")
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == []
    assert [p.where for p in problems if p.kind == "reference"] == ["/@graph/1/to/0"]


def test_ancestor_and_descendant_say_the_same_from_both_ends() -> None:
    base = {"type": "ai_AIPackage", "spdxId": "urn:b", "name": "b"}
    down, _ = read(spdx3.READER, graph(base, relation("descendantOf", ["urn:b"])), "x.json")
    up, _ = read(spdx3.READER, graph(base, relation("ancestorOf", ["urn:m"], "urn:b")), "x.json")
    for claims in (down, up):
        result = values_of(claims, MODEL, PROV.wasDerivedFrom)
        assert result == [iris.entity("spdx3", "model", "b")]


def test_the_licence_of_a_software_package_is_that_of_its_ai_package() -> None:
    twin = {
        "type": "software_Package",
        "spdxId": "urn:p",
        "name": "m",
        "software_downloadLocation": "https://huggingface.co/o/m",
    }
    text = graph(twin, relation("hasDeclaredLicense", ["MIT"], "urn:p"))
    claims, _ = read(spdx3.READER, text, "x.json")
    assert values_of(claims, MODEL, DCTERMS.license) == ["http://spdx.org/licenses/MIT"]


@needs_shared
def test_every_document_is_recognised_and_read() -> None:
    assert SHARED is not None
    models = 0
    for path in sorted((SHARED / "sources" / "documents" / "spdx3-ai").iterdir()):
        features = document(path.read_bytes(), path.name).features
        if path.name.endswith("sample-output.json"):  # a report of a tool, not SPDX
            assert not spdx3.READER.recognises(features)
            continue
        assert spdx3.READER.recognises(features), path.name
        [record], _ = recorded(spdx3.READER, path)
        models += any(claim.value == PG.Model for claim in record.claims)
    assert models >= 36


@pytest.mark.parametrize("value", [None, 3, "x", [], [None], [[]], {"a": None}, [{"key": []}]])
@pytest.mark.parametrize(
    "key",
    [
        "name",
        "suppliedBy",
        "creationInfo",
        "ai_metric",
        "ai_hyperparameter",
        "spdxId",
        "ai_energyConsumption",
        "verifiedUsing",
        "releaseTime",
        "externalIdentifier",
    ],
)
def test_a_field_of_any_shape_makes_problems_not_crashes(key: str, value: object) -> None:
    text = graph(relation("trainedOn", value), relation("dependsOn", [value]), **{key: value})
    claims, _ = read(spdx3.READER, text, "x.json")
    assert all(isinstance(claim, Claim) for claim in claims)
    spdx3.READER.origin(document(text, "x.json"))


def test_elements_without_an_id_are_reported_and_told_from_each_other() -> None:
    packages = [
        {"type": "ai_AIPackage", "name": name, "ai_limitation": f"{name} fails in the dark"}
        for name in ("Heron", "Skua")
    ]
    file = {"type": "software_File", "name": "data.csv", "contentType": "text/csv"}
    whole = json.dumps({"@context": CONTEXT, "@graph": [*packages, file]})
    claims, problems = read(spdx3.READER, whole, "x.json")
    limits = {c.subject: str(c.value) for c in claims if c.predicate == PG.knownLimitation}
    assert sorted(limits.values()) == ["Heron fails in the dark", "Skua fails in the dark"]
    assert [p.where for p in problems if p.what == "no spdxId"] == [
        "/@graph/0",
        "/@graph/1",
        "/@graph/2",
    ]
    treatments = {leaf.path for leaf in spdx3.READER.leaves(document(whole, "x.json"))}
    assert ("unconnected", "contentType") in treatments


def test_a_parent_s_package_says_from_which_revision_a_model_was_derived() -> None:
    base = {
        "type": "ai_AIPackage",
        "spdxId": "urn:b",
        "name": "b",
        "software_packageUrl": "pkg:huggingface/o/b@d04e592",
    }
    for text in (
        graph(base, relation("descendantOf", ["urn:b"])),
        graph(base, relation("ancestorOf", ["urn:m"], "urn:b")),
    ):
        claims, _ = read(spdx3.READER, text, "x.json")
        pinned = [claim for claim in claims if claim.predicate == PG.derivedFromVersion]
        assert [str(claim.value).rsplit("/", 1)[-1] for claim in pinned] == ["d04e592"]


@pytest.mark.parametrize(
    "stated",
    [
        {"externalIdentifier": [{"identifier": "pkg:huggingface/o/b@d04e592"}]},
        {"software_downloadLocation": "https://huggingface.co/o/b/tree/d04e592"},
    ],
)
def test_a_parent_is_pinned_wherever_its_package_states_the_revision(stated: dict) -> None:
    base = {"type": "ai_AIPackage", "spdxId": "urn:b", "name": "b", **stated}
    text = graph(base, relation("descendantOf", ["urn:b"]))
    claims, _ = read(spdx3.READER, text, "x.json")
    pinned = [claim for claim in claims if claim.predicate == PG.derivedFromVersion]
    assert [str(claim.value).rsplit("/", 1)[-1] for claim in pinned] == ["d04e592"]


@pytest.mark.parametrize("prefix", ["https://spdx.org/rdf/3.0.1/terms/Core/", "spdx:Core/", ""])
@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        ("trainedOn", PG.trainedOn),
        ("testedOn", PG.testedOn),
        ("descendantOf", PROV.wasDerivedFrom),
        ("hasDeclaredLicense", DCTERMS.license),
    ],
)
def test_a_relationship_to_nothing_is_a_stance_and_no_thing_of_that_name(
    prefix: str, kind: str, predicate: Iri
) -> None:
    for target, stance in (("NoneElement", "DeclaredEmpty"), ("NoAssertionElement", "NotStated")):
        text = graph(relation(kind, [prefix + target]))
        claims, problems = read(spdx3.READER, text, "x.json")
        [claim] = [claim for claim in claims if claim.predicate == predicate]
        assert (claim.value, claim.stance.label) == (None, stance)
        assert not [claim for claim in claims if "element" in claim.subject.casefold()]
        assert [problem for problem in problems if problem.kind == "reference"] == []


@pytest.mark.parametrize(
    ("hint", "revision"),
    [("https://huggingface.co/o/b", ""), ("https://huggingface.co/o/b/tree/d04e592", "d04e592")],
)
@pytest.mark.parametrize("kind", ["descendantOf", "ancestorOf"])
def test_a_parent_that_another_document_describes_is_found_by_its_address(
    hint: str, revision: str, kind: str
) -> None:
    imported = {"externalSpdxId": "urn:ext", "locationHint": hint}
    doc = {"type": "SpdxDocument", "spdxId": "urn:doc", "import": [imported]}
    up = kind == "descendantOf"
    edge = relation(kind, ["urn:ext"]) if up else relation(kind, ["urn:m"], "urn:ext")
    claims, problems = read(spdx3.READER, graph(doc, edge), "x.json")
    assert values_of(claims, MODEL, PROV.wasDerivedFrom) == [iris.model("o/b")]
    pinned = [
        str(c.value).rpartition("/")[2] for c in claims if c.predicate == PG.derivedFromVersion
    ]
    assert pinned == [revision] * bool(revision)
    assert [problem for problem in problems if problem.kind == "reference"] == []


@pytest.mark.parametrize(
    ("target", "stance"),
    [
        ("https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion", "NotStated"),
        ("https://spdx.org/rdf/3.0.1/terms/Licensing/None", "DeclaredEmpty"),
        ("expandedlicensing_NoneLicense", "DeclaredEmpty"),
    ],
)
def test_a_licence_that_is_none_or_not_asserted_is_a_stance(target: str, stance: str) -> None:
    text = graph(relation("hasDeclaredLicense", [target]))
    claims, _ = read(spdx3.READER, text, "x.json")
    [claim] = [claim for claim in claims if claim.predicate == DCTERMS.license]
    assert (claim.value, claim.stance.label) == (None, stance)


def test_the_licences_of_one_s_own_in_an_expression_keep_their_names_and_texts() -> None:
    expression = {
        "type": "simplelicensing_LicenseExpression",
        "spdxId": "urn:e",
        "simplelicensing_licenseExpression": "LicenseRef-Own AND MIT",
        "simplelicensing_customIdToUri": [{"key": "LicenseRef-Own", "value": "urn:own"}],
    }
    own = {
        "type": "simplelicensing_SimpleLicensingText",
        "spdxId": "urn:own",
        "name": "Own Community Licence",
        "simplelicensing_licenseText": "You may.",
    }
    text = graph(expression, own, relation("hasDeclaredLicense", ["urn:e"]))
    claims, _ = read(spdx3.READER, text, "x.json")
    kept = values_of(claims, MODEL, PG.otherStatement)
    assert "licence LicenseRef-Own: Own Community Licence" in kept
    assert "licence LicenseRef-Own: You may." in kept


@pytest.mark.parametrize(
    ("comment", "predicate"),
    [("Dataset role: finetunedOn", PG.finetunedOn), ("validatedOn (3.1)", PG.validatedOn)],
)
def test_a_relation_that_a_tool_wrote_as_other_is_that_of_its_comment(
    comment: str, predicate: Iri
) -> None:
    data = {"type": "dataset_DatasetPackage", "spdxId": "urn:d", "name": "pairs"}
    stated = {**relation("other", ["urn:d"]), "comment": comment}
    claims, _ = read(spdx3.READER, graph(data, stated), "x.json")
    assert values_of(claims, MODEL, predicate) == [iris.entity("spdx3", "dataset", "pairs")]


@pytest.mark.parametrize("comment", ["", "neither trainedOn nor testedOn", "untrainedOnly"])
def test_a_comment_that_names_no_one_relation_leaves_other_as_it_is(comment: str) -> None:
    data = {"type": "dataset_DatasetPackage", "spdxId": "urn:d", "name": "pairs"}
    stated = {**relation("other", ["urn:d"]), "comment": comment}
    claims, _ = read(spdx3.READER, graph(data, stated), "x.json")
    assert values_of(claims, MODEL, PG.trainedOn) == values_of(claims, MODEL, PG.testedOn) == []
    assert "relationship other: pairs" in values_of(claims, MODEL, PG.otherStatement)


def test_a_build_s_configuration_names_the_code_and_its_commit() -> None:
    build = {
        "type": "build_Build",
        "spdxId": "urn:build",
        "build_buildType": "https://example.org/train",
        "build_buildId": "7",
        "build_configSourceUri": ["git+https://github.com/o/train.git@abc123#run.py"],
    }
    text = graph(build, relation("hasOutput", ["urn:m"], "urn:build"))
    claims, _ = read(spdx3.READER, text, "x.json")
    code = {claim.predicate: str(claim.value) for claim in claims if "/run/" in claim.subject}
    assert code[PG.trainingCode] == "https://github.com/o/train"
    assert code[PG.codeRevision] == "abc123"


@pytest.mark.parametrize(
    ("supplier", "where", "makes"),
    [
        ("Meta Platforms, Inc.", "https://huggingface.co/meta-llama/m", True),
        ("Quark Inc", "https://huggingface.co/meta-llama/m", False),  # it only passes it on
        ("Quark Inc", "https://quark.example/m.bin", True),
    ],
)
def test_who_supplies_a_model_of_another_s_repository_did_not_make_it(
    supplier: str, where: str, makes: bool
) -> None:
    text = graph(
        software_downloadLocation=where, suppliedBy={"type": "Organization", "name": supplier}
    )
    claims, _ = read(spdx3.READER, text, "x.json")
    stated = {c.predicate for c in claims if c.value == iris.organization(supplier)}
    assert (DCTERMS.creator in stated) is makes
    assert PG.suppliedBy in stated
