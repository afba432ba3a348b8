"""Exports before the standards' own checkers, and the mark by which they are known again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exports_back import READERS, read_back

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Problem, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, RDFS, SCHEMA
from provenance_graph.exchange.ledger import Exported
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.document import Document
from provenance_graph.formats.fields import own_export
from provenance_graph.formats.identity import exported_from
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.bundles.gather import bundle, subject_named
from provenance_graph.model.bundles.results import Bundle, BundleEntity, StatedLicence
from provenance_graph.store.base import Store
from provenance_graph.store.opening import open_store

DISTILLED = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
MIX = "allenai/olmo-mix-1124"


@pytest.fixture(scope="module")
def store(shipped: Path) -> Iterator[Store]:
    with open_store(str(shipped)) as opened:
        yield opened


@pytest.fixture(scope="module")
def one(store: Store) -> Bundle:
    snapshot = AcceptedSnapshot(store)
    return bundle(snapshot, [subject_named(snapshot, DISTILLED)])


@pytest.fixture(scope="module")
def data(store: Store) -> Bundle:
    snapshot = AcceptedSnapshot(store)
    return bundle(snapshot, [subject_named(snapshot, MIX)])


@pytest.mark.parametrize("format", sorted(exporters()))
def test_every_export_carries_the_records_it_rests_on(
    format: str, one: Bundle, data: Bundle
) -> None:
    wanted = data if format == "croissant" else one
    text = export(wanted, format).text
    assert own_export.is_export(text)
    document = Document(Iri("urn:file:export"), text.encode(), "2031-01-31", "export")
    assert exported_from(document) == tuple(map(str, wanted.records))
    assert wanted.records


@pytest.mark.parametrize("format", sorted(exporters()))
def test_an_export_that_comes_back_adds_nothing(
    format: str, one: Bundle, data: Bundle, store: Store
) -> None:
    wanted = data if format == "croissant" else one
    text = export(wanted, format).text
    name = f"back.{exporters()[format].suffix}"
    document = Document(Iri(f"urn:file:{name}"), text.encode(), "2031-01-31", name)
    problems: list[Problem] = []
    options = Options(READERS[format] if format == "hf-card" else "")
    report = import_documents(
        None, [document], readers(), options, lambda _, p: problems.append(p), against=store
    )
    assert (report.records, report.claims, report.failed) == (0, 0, 0)
    assert report.own_exports >= 1
    assert problems == []


def test_minimum_elements_lack_only_what_nobody_states(one: Bundle, tmp_path: Path) -> None:
    from ntia_conformance_checker import SbomChecker

    path = tmp_path / "model.spdx.json"
    path.write_text(export(one, "spdx3").text)
    sbom_checker = SbomChecker(str(path), sbom_spec="spdx3", compliance="ntia")
    assert sbom_checker.parsing_errors == []
    assert sbom_checker.dependency_relationships
    assert sbom_checker.components_without_names == []
    assert sbom_checker.components_without_identifiers == []
    (dataset,) = [d for d in one.datasets if not one.entity(d).iris(DCTERMS.creator)]
    assert [name for name, _ in sbom_checker.components_without_suppliers] == [one.name(dataset)]


def test_an_spdx_document_is_one_of_the_published_model(one: Bundle, tmp_path: Path) -> None:
    from spdx_python_model.bindings import v3_0_1 as spdx3

    path = tmp_path / "model.spdx.json"
    path.write_text(export(one, "spdx3").text)
    objects = spdx3.SHACLObjectSet()
    with path.open("rb") as file:
        spdx3.JSONLDDeserializer().read(file, objects)
    (document,) = objects.foreach_type(spdx3.SpdxDocument)
    (root,) = document.rootElement
    assert isinstance(root, spdx3.software_Sbom)
    assert [package.name for package in root.rootElement] == [one.name(one.subjects[0])]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mlcroissant's own use of rdflib
def test_croissant_metadata_have_no_error(data: Bundle, tmp_path: Path) -> None:
    import mlcroissant

    path = tmp_path / "data.croissant.json"
    path.write_text(export(data, "croissant").text)
    assert not mlcroissant.Dataset(str(path)).metadata.ctx.issues.errors


def test_every_citation_points_to_a_field_and_names_a_source(one: Bundle) -> None:
    whole = json.loads(export(one, "cyclonedx").text)
    sources = {entry["bom-ref"] for entry in whole["declarations"]["assessors"]}
    assert whole["citations"]
    for citation in whole["citations"]:
        assert citation["attributedTo"] in sources
        for pointer in citation["pointers"]:
            assert _at(whole, pointer)
    cited = {pointer for citation in whole["citations"] for pointer in citation["pointers"]}
    assert {"/metadata/component/name", "/metadata/component/licenses/0"} <= cited


def _at(whole: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        whole = whole[int(step)] if isinstance(whole, list) else whole[step]
    return whole


CHILD, PARENT = iris.model("org/child"), iris.model("org/parent")
PINNED = "8f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b"
SMALL = Bundle(
    subjects=(CHILD,),
    models=(CHILD, PARENT),
    datasets=(),
    entities={
        CHILD: BundleEntity(
            CHILD,
            {
                RDF.type: (PG.Model,),
                SCHEMA.name: (literals.text("child"),),
                PG.adapterOf: (PARENT,),
                PROV.wasDerivedFrom: (PARENT,),
            },
            "org/child",
            stated_licences=(StatedLicence("oak-licence-1", "https://example.org/oak"),),
            revisions={PARENT: PINNED},
        ),
        PARENT: BundleEntity(
            PARENT,
            {RDF.type: (PG.Model,), SCHEMA.name: (literals.text("parent"),)},
            "org/parent",
        ),
    },
    labels={},
    licences={},
    nodes={},
    claims=(),
    stamp="2026-01-31",
)


def said(format: str) -> list[Claim]:
    return read_back(format, export(SMALL, format), "org--child")


@pytest.mark.parametrize("format", ["cyclonedx", "cyclonedx-1.6", "spdx3", "fair4ml", "hf-card"])
def test_base_model_and_relation_survive(format: str) -> None:
    results = {(c.subject, c.predicate, c.value) for c in said(format)}
    assert (CHILD, PG.adapterOf, PARENT) in results
    assert not any(c.predicate == PG.fineTunedFrom for c in said(format))


@pytest.mark.parametrize("format", ["cyclonedx", "cyclonedx-1.6", "spdx3", "fair4ml"])
def test_the_pinned_revision_of_a_parent_survives(format: str) -> None:
    result = said(format)
    (version,) = [c.value for c in result if c.predicate == PG.derivedFromVersion]
    assert [
        str(c.value) for c in result if (c.subject, c.predicate) == (version, SCHEMA.version)
    ] == [PINNED]


@pytest.mark.parametrize("format", ["cyclonedx", "spdx3", "fair4ml", "hf-card"])
def test_a_stated_licence_that_nobody_knows_survives(format: str) -> None:
    stated = [c for c in said(format) if (c.subject, c.predicate) == (CHILD, DCTERMS.license)]
    assert any("oak-licence-1" in f"{c.as_stated} {c.value}" for c in stated)
    assert not any(str(c.value).startswith("http://spdx.org/") for c in stated)
    assert "NoAssertionLicense" not in json.dumps(
        [
            e
            for e in json.loads(export(SMALL, "spdx3").text)["@graph"]
            if e.get("relationshipType") == "hasDeclaredLicense" and e["from"].endswith("model-1")
        ]
    )


def test_what_checkers_look_for_is_there_where_it_is_known() -> None:
    maker = iris.organization("org")
    facts = {
        **SMALL.entities[CHILD].facts,
        DCTERMS.creator: (maker,),
        PG.codeRepository: (Iri("https://github.com/org/code"),),
    }
    known = {
        **SMALL.entities,
        CHILD: replace(SMALL.entities[CHILD], facts=facts),
        maker: BundleEntity(maker, {RDF.type: (PG.Organization,)}, "org"),
    }
    graph = json.loads(export(replace(SMALL, entities=known), "spdx3").text)["@graph"]
    (child,) = [e for e in graph if e["type"] == "ai_AIPackage" and e["name"] == "child"]
    assert {"packageUrl", "other"} == {
        one["externalIdentifierType"] for one in child["externalIdentifier"]
    }
    assert {
        "type": "ExternalRef",
        "externalRefType": "vcs",
        "locator": ["https://github.com/org/code"],
    } in child["externalRef"]
    (origin,) = [e for e in graph if e.get("spdxId") in child["originatedBy"]]
    assert origin["externalIdentifier"][0]["identifier"] == "https://huggingface.co/org"
    concluded = [
        e
        for e in graph
        if e.get("relationshipType") == "hasConcludedLicense" and e["from"] == child["spdxId"]
    ]
    (expression,) = [e for e in graph if e.get("spdxId") in concluded[0]["to"]]
    assert expression["simplelicensing_licenseExpression"] == "LicenseRef-oak-licence-1"


MAKER, CODE = iris.organization("org"), Iri("https://github.com/org/code")


def known_to_bsi(maker: dict[Iri, tuple[Value, ...]]) -> Bundle:
    """The small bundle with a maker, code and a file of the model."""
    weights = iris.entity("test", "artifact", "child-weights")
    child = SMALL.entities[CHILD]
    known = {
        **SMALL.entities,
        CHILD: replace(
            child, facts={**child.facts, DCTERMS.creator: (MAKER,), PG.codeRepository: (CODE,)}
        ),
        MAKER: BundleEntity(MAKER, {RDF.type: (PG.Organization,), **maker}),
        weights: BundleEntity(
            weights,
            {
                PG.artifactOf: (CHILD,),
                PG.fileName: (literals.text("child.gguf"),),
                PG.digest: (literals.text(f"sha512:{'ab' * 64}"),),
            },
        ),
    }
    nodes = {CHILD: ((PG.artifactOf, weights),)}
    return replace(SMALL, entities=known, nodes=nodes)


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ({PG.homepage: (Iri("https://org.example/"),)}, "https://org.example/"),
        ({RDFS.seeAlso: (Iri("https://docs.org.example/"),)}, "https://docs.org.example/"),
        ({}, "https://huggingface.co/org/child"),  # of the project, where the maker has none
    ],
)
def test_bsi_finds_maker_code_and_file_where_they_are_known(
    stated: dict[Iri, tuple[Value, ...]], address: str, tmp_path: Path
) -> None:
    text = export(known_to_bsi(stated), "spdx3").text
    path = tmp_path / "bom.spdx.json"
    path.write_text(text)
    from ntia_conformance_checker.bsi_checker import BSIChecker  # seconds, for one test

    done = BSIChecker(str(path), compliance="bsi", sbom_spec="spdx3")
    lacking = {
        name: [one for one, _ in getattr(done, f"components_without_{name}")]
        for name in (
            "creators",
            "source_code_uris",
            "deployable_uris",
            "sha512_hashes",
            "filenames",
            "original_licenses",
        )
    }
    assert not any("child" in names for names in lacking.values()), lacking
    (maker,) = [e for e in json.loads(text)["@graph"] if e.get("name") == "org"]
    assert [one["identifier"] for one in maker["externalIdentifier"]] == [address]


def test_code_that_generates_a_model_is_read_of_other_tools_too() -> None:
    whole = json.loads(export(known_to_bsi({}), "spdx3").text)
    for element in whole["@graph"]:
        if element["type"] == "ai_AIPackage":
            element["externalRef"] = []
        element.pop("comment", None)
    claims = read_back("spdx3", Exported(json.dumps(whole), ()), "org--child")
    assert [c.value for c in claims if c.predicate == PG.codeRepository] == [CODE]
    page = "https://huggingface.co/org/child/resolve/main/child.gguf"
    assert Iri(page) in [c.value for c in claims if c.predicate == SCHEMA.url]


def test_a_bill_of_materials_says_where_the_maker_is() -> None:
    made = known_to_bsi({PG.homepage: (Iri("https://org.example/"),)})
    part = json.loads(export(made, "cyclonedx").text)["metadata"]["component"]
    assert part["manufacturer"] == {"name": "org", "url": ["https://org.example/"]}


def test_a_model_without_a_stated_repository_gets_no_hub_id() -> None:
    alone = {iri: replace(entity, repository="") for iri, entity in SMALL.entities.items()}
    other = replace(SMALL, entities=alone)
    assert "pkg:huggingface" not in export(other, "cyclonedx").text
    assert "pkg:huggingface" not in export(other, "spdx3").text
    assert "base_model" not in export(other, "hf-card").text.split("---\n")[1]


def test_the_readers_of_the_exports_are_known() -> None:
    assert set(READERS) == set(exporters())
