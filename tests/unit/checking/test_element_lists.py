"""Lists of elements: read as the standards' own checker reads them, told element by element."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import audit_store
import pytest

from benchmarks.check_elements import CHECKERS, check
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking import WRITERS, Examined
from provenance_graph.checking.against import checker_named, of_model
from provenance_graph.checking.lists import ElementChecker, list_named, lists
from provenance_graph.checking.lists.checker import BLANK, CONTRADICTED, MET, NOBODY
from provenance_graph.checking.lists.cyclonedx import CycloneView
from provenance_graph.checking.lists.definition import read
from provenance_graph.checking.lists.spdx import SpdxView
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, expand
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.exchange.registry import export
from provenance_graph.formats.document import Document
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.shapes.findings import Severity
from provenance_graph.store.memory import MemoryStore

logging.getLogger().setLevel(logging.CRITICAL)
BASE = "https://example.org/doc#"
INFO = {
    "type": "CreationInfo",
    "@id": "_:info",
    "specVersion": "3.0.1",
    "created": "2026-01-01T00:00:00Z",
    "createdBy": [BASE + "org"],
}


def element(kind: str, local: str, **values: Any) -> dict[str, Any]:
    return {"type": kind, "spdxId": BASE + local, "creationInfo": "_:info", **values}


def relation(local: str, kind: str, source: str, *targets: str, **more: Any) -> dict[str, Any]:
    return element(
        "Relationship",
        local,
        relationshipType=kind,
        **{"from": BASE + source},
        to=[BASE + t for t in targets],
        **more,
    )


def whole() -> dict[str, Any]:
    """A document that has every element of the three lists."""
    contact = {
        "type": "ExternalIdentifier",
        "externalIdentifierType": "urlScheme",
        "identifier": "https://example.org/",
    }
    package = {
        "software_packageVersion": "1.0",
        "suppliedBy": BASE + "org",
        "originatedBy": [BASE + "org"],
        "software_copyrightText": "(c) Org",
    }
    return {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            INFO,
            element("Organization", "org", name="Org", externalIdentifier=[contact]),
            element("SpdxDocument", "doc", rootElement=[BASE + "sbom"], name="doc"),
            element("software_Sbom", "sbom", rootElement=[BASE + "m"], software_sbomType=["build"]),
            element("ai_AIPackage", "m", name="m", **package),
            element("dataset_DatasetPackage", "d", name="d", dataset_datasetType=["text"],
                    software_primaryPurpose="data", **package),
            element("software_File", "f", name="m.bin", software_additionalPurpose=["container"],
                    verifiedUsing=[{"type": "Hash", "algorithm": "sha512", "hashValue": "ab"}]),
            element("simplelicensing_LicenseExpression", "l",
                    simplelicensing_licenseExpression="MIT"),
            relation("r1", "dependsOn", "m", "d", completeness="complete"),
            relation("r2", "hasConcludedLicense", "m", "l"),
            relation("r3", "hasConcludedLicense", "d", "l"),
            relation("r4", "hasDistributionArtifact", "m", "f"),
            relation("r5", "hasDistributionArtifact", "d", "f"),
        ],
    }  # fmt: skip


def without(name: str, key: str, value: Any = None) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for one in document["@graph"]:
            if one.get("spdxId") == BASE + name or one.get("@id") == name:
                one.pop(key, None)
                if value is not None:
                    one[key] = value

    return change


def dropped(*names: str) -> Callable[[dict[str, Any]], None]:
    gone = {BASE + name for name in names}

    def change(document: dict[str, Any]) -> None:
        document["@graph"] = [e for e in document["@graph"] if e.get("spdxId") not in gone]

    return change


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "as it is": lambda _: None,
    "no name": without("m", "name"),
    "blank name": without("d", "name", " "),
    "no version": without("d", "software_packageVersion"),
    "no supplier": without("m", "suppliedBy"),
    "supplier without a name": without("org", "name", "NOASSERTION"),
    "no contact": without("org", "externalIdentifier"),
    "no creator": without("m", "originatedBy"),
    "no copyright": without("m", "software_copyrightText"),
    "copyright not asserted": without("d", "software_copyrightText", "NOASSERTION"),
    "no licence": dropped("r2"),
    "licence not asserted": without("l", "simplelicensing_licenseExpression", "NOASSERTION"),
    "no file": dropped("r4"),
    "no file name": without("f", "name"),
    "no digest": without("f", "verifiedUsing"),
    "not structured": without("f", "software_additionalPurpose"),
    "no type of document": without("sbom", "software_sbomType"),
    "floating dataset": dropped("r1"),
    "no root": without("doc", "rootElement"),
    "no document": dropped("doc"),
    "package at the root": without("doc", "rootElement", [BASE + "m"]),
}


@pytest.mark.parametrize("name", sorted(CHECKERS))
@pytest.mark.parametrize("change", CHANGES)
def test_spdx_is_read_as_the_conformance_checker_reads_it(
    name: str, change: str, tmp_path: Path
) -> None:
    document = copy.deepcopy(whole())
    CHANGES[change](document)
    path = tmp_path / "doc.json"
    path.write_text(json.dumps(document))
    elements = CHECKERS[name][2]
    theirs = [bool(met) for _, met in check(path, name).table_elements][: len(elements)]
    results = ElementChecker(list_named(name)).results(SpdxView(document), "spdx3", ())
    ours = {one.element.id: one.status == MET for one in results}
    assert [ours[element] for element in elements] == theirs


def test_a_whole_document_meets_the_three_lists() -> None:
    for name in CHECKERS:
        results = ElementChecker(list_named(name)).results(SpdxView(whole()), "spdx3", ())
        assert {one.status for one in results} == {MET}


@pytest.mark.parametrize("name", sorted(lists()))
def test_every_property_that_a_list_names_is_in_the_ontology(name: str) -> None:
    known = {s for s, *_ in audit_store.reference()}
    for one in lists()[name].elements:
        for text in one.properties:
            assert expand(text.rpartition("/")[2]) in known, text


def test_the_list_of_the_g7_has_its_fifty_elements() -> None:
    elements = list_named("g7-ai").elements
    assert len({one.id for one in elements}) == 50
    assert {one.group for one in elements} == {
        "Metadata",
        "System",
        "Models",
        "Datasets",
        "Infrastructure",
        "Security",
        "Performance",
    }


def bom(**more: Any) -> dict[str, Any]:
    model = {"type": "machine-learning-model", "bom-ref": "m", "name": "m", "version": "1",
             "purl": "pkg:huggingface/org/m", "supplier": {"name": "Org"}, **more}  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": "2026-01-01T00:00:00Z", "authors": [{"name": "A"}]},
        "components": [model],
        "dependencies": [{"ref": "m"}],
    }


def status(name: str, document: dict[str, Any], id: str) -> str:
    results = ElementChecker(list_named(name)).results(CycloneView(document), "cyclonedx", ())
    return next(one.status for one in results if one.element.id == id)


def test_cyclonedx_has_the_minimum_elements() -> None:
    results = ElementChecker(list_named("ntia")).results(CycloneView(bom()), "cyclonedx", ())
    assert {one.status for one in results} == {MET}


def test_what_is_there_and_says_nothing_is_stated_blank() -> None:
    assert status("ntia", bom(version=""), "version") == BLANK
    assert status("ntia", bom(version="NOASSERTION"), "version") == BLANK
    without_it = bom()
    del without_it["components"][0]["version"]
    assert status("ntia", without_it, "version") == NOBODY


def test_odd_json_is_bounded_and_never_raises() -> None:
    odd: list[Any] = [
        {
            "bomFormat": "CycloneDX",
            "components": [1, None, {"components": {"a": 1}}],
            "metadata": [],
        },
        {"bomFormat": "CycloneDX", "metadata": {"component": "x"}, "components": {"x": []}},
    ]
    for value in odd:
        for name in lists():
            ElementChecker(list_named(name)).results(CycloneView(value), "cyclonedx", ())
    circle = {
        "@graph": [
            {"type": "SpdxDocument", "spdxId": "a", "rootElement": ["a"]},
            7,
            {"type": "Relationship", "from": ["x"], "to": "a"},
        ]
    }
    for name in lists():
        ElementChecker(list_named(name)).results(SpdxView(circle), "spdx3", ())


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    card = audit_store.record(
        "card",
        "2025-05-01",
        Basis.DEVELOPER,
        Claim(audit_store.MODEL, RDF.type, PG.Model),
        Claim(audit_store.MODEL, PG.parameterCount, literals.integer(7)),
        Claim(audit_store.MODEL, PG.intendedUse, literals.text("to be read")),
        Claim(audit_store.MODEL, DCTERMS.license, Iri("http://spdx.org/licenses/Apache-2.0")),
    )
    return MemoryStore(compile_quads(audit_store.reference(), [card], []))


def test_the_store_says_what_a_better_source_has_and_what_contradicts(store: MemoryStore) -> None:
    snapshot = AcceptedSnapshot(store)
    said = audit_store.record(
        "bom",
        "2026-01-01",
        Basis.THIRD_PARTY,
        Claim(audit_store.MODEL, RDF.type, PG.Model),
        Claim(audit_store.MODEL, PG.parameterCount, literals.integer(9)),
    )
    checker = checker_named("eu-annex-xi", store, snapshot)
    assert not callable(checker)
    document = Document(Iri("urn:x"), b"{}", "2026-01-01", "x.json")
    found = {f.shape.rpartition("/")[2]: f for f in checker.of_document(document, "", [said])}
    use = next(f for key, f in found.items() if "1(a)" in f.message)
    assert "the store has to be read" in use.message
    value = bom()
    value["components"][0]["modelCard"] = {"modelParameters": {"architectureFamily": "x"}}
    elements = ElementChecker(list_named("g7-ai"), snapshot)
    results = elements.results(CycloneView(value), "cyclonedx", [said])
    (one,) = [r for r in results if r.element.id == "G7AI-MDL-09"]
    assert one.status == CONTRADICTED
    assert "the document states 9" in one.better


@pytest.mark.parametrize(("licence", "contradicted"), [("MIT", True), ("Apache-2.0", False)])
def test_another_licence_than_the_developers_is_contradicted(
    store: MemoryStore, licence: str, contradicted: bool
) -> None:
    value = bom()
    value["components"][0]["licenses"] = [{"license": {"id": licence}}]
    stated = audit_store.record(
        "bom",
        "2026-01-01",
        Basis.THIRD_PARTY,
        Claim(audit_store.MODEL, RDF.type, PG.Model),
        Claim(audit_store.MODEL, DCTERMS.license, Iri(f"http://spdx.org/licenses/{licence}")),
    )
    snapshot = AcceptedSnapshot(store)
    elements = ElementChecker(list_named("g7-ai"), snapshot)
    results = elements.results(CycloneView(value), "cyclonedx", [stated])
    (one,) = [r for r in results if r.element.id == "G7AI-MDL-12"]
    assert (one.status == CONTRADICTED) is contradicted
    checker = checker_named("eu-annex-xi", store, snapshot)
    assert not callable(checker)
    document = Document(Iri("urn:x"), b"{}", "2026-01-01", "x.json")
    findings = [f.message for f in checker.of_document(document, "", [stated])]
    assert any("icence" in f and ": contradicted" in f for f in findings) is contradicted


@pytest.mark.parametrize("name", ["g7-ai", "ntia", "eu-annex-xi", "eu-annex-iv", "owasp-aisvs"])
def test_a_model_of_the_store_is_checked_with_the_claims_behind(
    store: MemoryStore, name: str
) -> None:
    snapshot = AcceptedSnapshot(store)
    findings = of_model(snapshot, audit_store.MODEL, [checker_named(name, store, snapshot)])
    assert findings
    if name.startswith(("g7", "eu")):
        met = [f for f in findings if f.severity is Severity.INFO and "claim https://" in f.message]
        assert met


def test_an_unknown_list_names_those_there_are(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="g7-ai"):
        checker_named("g8", store, AcceptedSnapshot(store))


def test_the_page_takes_nothing_for_markup(store: MemoryStore) -> None:
    snapshot = AcceptedSnapshot(store)
    findings = of_model(snapshot, audit_store.MODEL, [checker_named("ntia", store, snapshot)])
    page = WRITERS["html"]([Examined("<b>&x.json", tuple(findings))])
    assert "&lt;b&gt;&amp;x.json" in page
    assert page.count("<table>") == 1


def test_our_own_exports_meet_what_the_facts_allow(store: MemoryStore) -> None:
    snapshot = AcceptedSnapshot(store)
    text = export(bundle(snapshot, [audit_store.MODEL]), "spdx3").text
    results = ElementChecker(list_named("ntia")).results(SpdxView(json.loads(text)), "spdx3", ())
    met = {one.element.id for one in results if one.status == MET}
    assert {"name", "identifier", "author", "timestamp"} <= met


def test_a_bad_list_is_said_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        'id="x"\ntitle="t"\nedition="e"\nsource="s"\nlicence="l"\n'
        '[[element]]\nid="1"\ntitle="t"\nspdx3=["moon:name"]'
    )
    with pytest.raises(UsageError, match="moon:name"):
        read(path)


def test_what_every_bill_of_materials_of_ours_has_answers_no_question_of_g7() -> None:
    """Who the sources are is no security control, and an identifier no statistics of data."""
    data = {
        "type": "data",
        "name": "d",
        "data": [{"type": "dataset", "contents": {"url": "https://example.org/d"}}],
        "properties": [{"name": "provenance-graph:id", "value": "https://example.org/d"}],
    }
    document = bom() | {"declarations": {"assessors": [{"bom-ref": "source-1"}]}}
    document["components"] = [*document.get("components", ()), data]
    for name in ("G7AI-SP-01", "G7AI-DP-03", "G7AI-DP-07"):
        assert status("g7-ai", document, name) != MET
    data["properties"] = [{"name": "provenance-graph:byteSize", "value": "1000"}]
    document["declarations"] = {"claims": [{"target": "m", "predicate": "logs are audited"}]}
    assert status("g7-ai", document, "G7AI-SP-01") == MET
    assert status("g7-ai", document, "G7AI-DP-07") == MET


@pytest.mark.parametrize("name", ["ntia", "fsct3", "g7-ai"])
@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([Claim(iris.model("a/m"), PG.fineTunedFrom, iris.model("a/base"))], MET),
        ([Claim(iris.model("a/m"), PROV.wasDerivedFrom, iris.model("a/base"))], MET),
        ([Claim(iris.model("a/m"), PG.trainedOn, iris.dataset("a/data"))], MET),
        ([Claim(iris.model("a/m"), PG.hiddenSize, literals.integer(8))], NOBODY),
    ],
)
def test_what_a_card_says_that_a_model_is_made_from_are_its_dependencies(
    name: str, claims: list[Claim], expected: str
) -> None:
    card = audit_store.record("card", "2025-01-01", Basis.DEVELOPER, *claims)
    results = ElementChecker(list_named(name)).results(None, "huggingface", [card])
    place = "document:@dependencies"
    dependencies = [one for one in results if place in one.element.cyclonedx]
    assert [one.status for one in dependencies] == [expected] * len(dependencies) != []
