"""Exports that can be made again, RDF 1.2, SPDX 3.1, and MLDCAT-AP before its own shapes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import audit_store
import pyshacl
import pytest
import rdflib
import yaml
from exports_back import read_back
from shared import SHARED, needs_shared

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Literal, Precision, Record, Stance
from provenance_graph.core.iris import Iri, dataset, model
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.exchange.graphs import records as excerpts
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.model.bundles.results import Bundle
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import open_store

MODEL, PARENT, DATA = audit_store.MODEL, model("org/parent"), dataset("org/data")
OWN = Iri("https://w3id.org/provenance-graph/id/licence/llama-3.1")
NAMED = (
    Claim(MODEL, RDF.type, PG.Model),
    Claim(MODEL, SCHEMA.name, literals.text("M")),
)


@pytest.fixture(scope="module")
def whole() -> Iterator[Bundle]:
    """A quantised model with a parent, data, a licence of its own and a file."""
    file = Iri("https://w3id.org/provenance-graph/id/in/t/artifact/m")
    claims = [
        *NAMED,
        Claim(MODEL, DCTERMS.creator, audit_store.ORG),
        Claim(MODEL, DCTERMS.license, OWN),
        Claim(MODEL, PG.quantizedFrom, PARENT),
        Claim(MODEL, PG.parameterCount, literals.integer(7)),
        Claim(MODEL, PG.pretrainedOn, DATA),
        Claim(MODEL, PG.trainedOn, DATA),
        Claim(PARENT, RDF.type, PG.Model),
        Claim(PARENT, SCHEMA.name, literals.text("P")),
        Claim(DATA, RDF.type, PG.Dataset),
        Claim(DATA, SCHEMA.name, literals.text("D")),
        Claim(DATA, PG.byteSize, literals.integer(1000)),
        Claim(file, RDF.type, PG.Artifact),
        Claim(file, PG.artifactOf, MODEL),
        Claim(file, PG.fileName, literals.text("m.safetensors")),
        Claim(file, SCHEMA.url, Iri("https://example.org/m.safetensors")),
        Claim(file, PG.digest, literals.text("sha256:" + "ab" * 32)),
    ]
    card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, *claims)
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        yield bundle(AcceptedSnapshot(store), [MODEL])


PINNED = "8f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b"
CARD = b"""---
base_model: org/parent
base_model_relation: adapter
base_model_revision: 8f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b
license: other
license_name: oak-licence-1
license_link: https://example.org/oak
---
# child
"""


@pytest.fixture(scope="module")
def child() -> Iterator[Bundle]:
    """A model as its card describes it."""
    address = Iri("https://huggingface.co/org/child/raw/main/README.md")
    document = Document(address, CARD, "2026-01-31", "README.md")
    records = [r for r in records_of(readers()["huggingface"], document) if isinstance(r, Record)]
    with MemoryStore(compile_quads(audit_store.reference(), records, [])) as store:
        yield bundle(AcceptedSnapshot(store), [model("org/child")])


@pytest.mark.parametrize("format", sorted({*exporters()} - {"croissant"}))
def test_what_a_card_states_of_parent_and_licence_survives(format: str, child: Bundle) -> None:
    claims = read_back(format, export(child, format), "org--child")
    results = {(c.predicate, c.value) for c in claims}
    assert {(PG.adapterOf, PARENT), (SCHEMA.version, literals.text(PINNED))} <= results
    licences = [f"{c.as_stated} {c.value}" for c in claims if c.predicate == DCTERMS.license]
    assert any("oak-licence-1" in stated for stated in licences)


@pytest.mark.parametrize("format", sorted({*exporters()} - {"croissant"}))
def test_a_model_of_which_nothing_is_known_is_exported(format: str) -> None:
    bare = Bundle((MODEL,), (MODEL,), (), {}, {}, {}, {}, (), "1970-01-01")
    made = export(bare, format)
    assert audit_store.MODEL.rpartition("/")[2].casefold() in made.text.casefold()
    if format not in ("hf-card", "turtle", "jsonld", "trig", "trig12"):
        assert read_back(format, made, "org--m")


@pytest.mark.parametrize("format", sorted({*exporters()} - {"croissant"}))
def test_an_export_says_what_makes_it_again(format: str, whole: Bundle) -> None:
    text = export(whole, format).text
    said = text.replace('\\"', '"')
    assert whole.origin.store in said
    assert f"policy {whole.origin.reference}" in said
    assert "provenance-graph 0." in said
    command = shlex.join(["provenance-graph", "export", "org/m", "--as", format])
    assert command in said


def test_the_command_names_the_day_and_what_was_left_out() -> None:
    with audit_store.store() as store:
        snapshot = AcceptedSnapshot(store, "2025-06-30")
        made = bundle(snapshot, [MODEL], ancestors=False)
    command = made.origin.command(["org/m"], "turtle")
    assert command.endswith("--as turtle --as-of 2025-06-30 --no-ancestors")


def test_reifiers_give_back_every_claim(whole: Bundle) -> None:
    text = export(whole, "trig12").text
    assert "rdf:reifies <<(" in text
    document = Document(Iri("https://example.org/x"), text.encode(), "2026-01-01", "x.trig")
    read = [r for r in records_of(readers()["rdf"], document) if isinstance(r, Record)]
    wanted = {r.header.record: set(r.claims) for r in excerpts(whole)}
    assert {r.header.record: set(r.claims) for r in read} == wanted


def relations(text: str) -> set[str]:
    return {
        e["relationshipType"] for e in json.loads(text)["@graph"] if e["type"] == "Relationship"
    }


def test_spdx_3_1_tells_stages_apart_and_drops_the_size_of_data(whole: Bundle) -> None:
    old, new = export(whole, "spdx3").text, export(whole, "spdx3.1").text
    assert "pretrainedOn" not in relations(old)
    assert "pretrainedOn" in relations(new)
    assert "dataset_datasetSize" in old
    assert "dataset_datasetSize" not in new
    (info,) = [e for e in json.loads(new)["@graph"] if e["type"] == "CreationInfo"]
    assert info["specVersion"] == "3.1"


def test_a_licence_that_spdx_does_not_list_is_an_expression_too(whole: Bundle) -> None:
    graph = json.loads(export(whole, "spdx3").text)["@graph"]
    (expression,) = [e for e in graph if e["type"] == "simplelicensing_LicenseExpression"]
    (entry,) = expression["simplelicensing_customIdToUri"]
    assert entry["key"] == expression["simplelicensing_licenseExpression"]
    assert entry["value"] in {e.get("spdxId") for e in graph}


def test_mldcat_ap_names_the_version_where_sources_name_just_one() -> None:
    def exported(*versions: str) -> str:
        claims = [Claim(MODEL, RDF.type, PG.Model), Claim(MODEL, SCHEMA.name, literals.text("M"))]
        for name in versions:
            node = Iri(f"https://w3id.org/provenance-graph/id/in/t/version/{name}")
            claims += [
                Claim(node, RDF.type, PG.ModelVersion),
                Claim(node, PROV.specializationOf, MODEL),
                Claim(node, SCHEMA.version, literals.text(name)),
            ]
        card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, *claims)
        with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
            return export(bundle(AcceptedSnapshot(store), [MODEL]), "mldcat-ap").text

    assert 'dcat:version "20250301"' in exported("20250301")
    assert "dcat:version" not in exported("20250301", "20250901")  # which of them nobody says


def test_a_version_that_stands_at_the_model_comes_back_as_that_versions() -> None:
    node = Iri("https://w3id.org/provenance-graph/id/in/t/version/20250301")
    claims = [
        *NAMED,
        Claim(node, RDF.type, PG.ModelVersion),
        Claim(node, PROV.specializationOf, MODEL),
        Claim(node, SCHEMA.version, literals.text("20250301")),
    ]
    card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, *claims)
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        for name in ("mldcat-ap", "cyclonedx", "spdx3"):
            text = export(bundle(AcceptedSnapshot(store), [MODEL]), name).text
            assert "20250301" in text
            document = Document(Iri("urn:file:m"), text.encode(), "2031-01-31", "m")
            edited = Document(
                Iri("urn:file:e"), text.replace("20250301", "20990101").encode(), "2031-01-31", "e"
            )
            results = [
                import_documents(
                    None, [one], readers(), Options(), lambda _, p: None, against=store
                ).records
                for one in (document, edited)
            ]
            assert results == [0, 1], name


@pytest.mark.parametrize("format", ["turtle", "jsonld", "prov", "mldcat-ap", "spdx3", "cyclonedx"])
def test_a_stated_licence_without_an_address_comes_back_by_its_name(format: str) -> None:
    claims = [
        *NAMED,
        Claim(MODEL, DCTERMS.license, None, as_stated="OpenRAIL", unusable="names a family"),
    ]
    card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, *claims)
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        made = export(bundle(AcceptedSnapshot(store), [MODEL]), format)
        back = Document(Iri("urn:file:m"), made.text.encode(), "2031-01-31", "m")
        report = import_documents(
            None, [back], readers(), Options(), lambda _, p: None, against=store
        )
    licences = [c for c in read_back(format, made, "m") if c.predicate == DCTERMS.license]
    assert {(c.as_stated, c.value) for c in licences} == {("OpenRAIL", None)}
    assert (report.own_exports, report.records) == (1, 0)


@pytest.mark.parametrize("format", ["turtle", "mldcat-ap", "spdx3", "cyclonedx"])
def test_a_stated_licence_of_several_names_is_exported_whole(format: str) -> None:
    stated = "Academic Research Purposes Only; OpenAI"
    claims = [
        *NAMED,
        Claim(MODEL, DCTERMS.license, None, as_stated=stated, unusable="unrecognised licence"),
    ]
    card = audit_store.record("card", "2025-05-01", Basis.DEVELOPER, *claims)
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        made = export(bundle(AcceptedSnapshot(store), [MODEL]), format)
        back = Document(Iri("urn:file:m"), made.text.encode(), "2031-01-31", "m")
        report = import_documents(
            None, [back], readers(), Options(), lambda _, p: None, against=store
        )
    assert stated in made.text
    assert (report.own_exports, report.records) == (1, 0)


@needs_shared
def test_mldcat_ap_breaks_its_shapes_only_where_nobody_states_what_they_want(
    whole: Bundle,
) -> None:
    assert SHARED is not None
    shapes = rdflib.Graph().parse(SHARED / "vocabularies/mldcat-ap/mldcat-ap-SHACL.ttl")
    data = rdflib.Graph().parse(data=export(whole, "mldcat-ap").text, format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    found = {
        (
            str(report.value(r, rdflib.SH.sourceConstraintComponent)).rpartition("#")[2],
            str(report.value(r, rdflib.SH.resultPath)).replace("#", "/").rpartition("/")[2],
        )
        for r in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)
    }
    nobody = {"version", "created", "hasFile", "trainedOn", "description", "collectionDate"}
    assert {component for component, _ in found} <= {"MinCountConstraintComponent"}
    assert {path for _, path in found} <= nobody


def test_records_that_only_name_the_maker_too_are_not_behind_an_export() -> None:
    other = audit_store.record(
        "other", "2025-05-02", Basis.THIRD_PARTY, Claim(audit_store.ORG, RDF.type, PG.Organization)
    )
    card = audit_store.record(
        "card",
        "2025-05-01",
        Basis.DEVELOPER,
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, DCTERMS.creator, audit_store.ORG),
    )
    with MemoryStore(compile_quads(audit_store.reference(), [card, other], [])) as store:
        assert bundle(AcceptedSnapshot(store), [MODEL]).records == (card.header.record,)


def test_a_bill_of_materials_says_no_more_than_its_sources() -> None:
    month = Claim(
        MODEL, PG.knowledgeCutoff, Literal("2023-12-31", XSD.date), precision=Precision.MONTH
    )
    card = audit_store.record(
        "card",
        "2025-05-01",
        Basis.DEVELOPER,
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, DCTERMS.creator, audit_store.ORG),
        Claim(MODEL, PG.trainingTokenCount, literals.integer(15)),
        Claim(MODEL, PG.paper, Iri("https://arxiv.org/abs/2601.00001")),
        Claim(MODEL, PROV.wasDerivedFrom, None, Stance.DECLARED_EMPTY, as_stated="from scratch"),
        month,
    )
    card = replace(card, header=replace(card.header, publisher=audit_store.ORG))
    with MemoryStore(compile_quads(audit_store.reference(), [card], [])) as store:
        made = bundle(AcceptedSnapshot(store), [MODEL])
    bom = json.loads(export(made, "cyclonedx").text)
    named = {p["name"]: p["value"] for p in bom["metadata"]["component"]["properties"]}
    assert named["provenance-graph:knowledgeCutoff"] == "2023-12"
    assert [c["aggregate"] for c in bom["compositions"]] == ["unknown"]  # its data are not told
    assert [a["thirdParty"] for a in bom["declarations"]["assessors"]] == [False]
    (model_,) = [
        e for e in json.loads(export(made, "spdx3").text)["@graph"] if e["type"] == "ai_AIPackage"
    ]
    assert model_["ai_informationAboutTraining"] == "tokens: 15; knowledge until: 2023-12"
    assert ("documentation", ["https://arxiv.org/abs/2601.00001"]) in [
        (r["externalRefType"], r["locator"]) for r in model_["externalRef"]
    ]


def _uncited(document: dict[str, Any]) -> list[str]:
    """The leaves of a document's components to which no citation points."""
    cited = {pointer for each in document["citations"] for pointer in each["pointers"]}

    def leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
        if at in cited:
            return
        if isinstance(value, dict | list) and value:
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, inner in pairs:
                yield from leaves(inner, f"{at}/{key}")
        else:
            yield at, value

    parts = {"/metadata/component": document["metadata"]["component"]}
    parts |= {f"/components/{n}": c for n, c in enumerate(document.get("components", ()))}
    return [
        at
        for place, part in parts.items()
        for at, value in leaves(part, place)
        if at.rpartition("/")[2] not in ("type", "bom-ref")  # what the writer says itself
        and not str(value).startswith(("provenance-graph:id", "https://w3id.org/provenance-graph"))
    ]


@pytest.mark.parametrize(
    "name",
    [
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",  # scores, statuses, ancestors, data
        "bartowski/Falcon3-1B-Instruct-GGUF",  # a licence that nobody knows
        "epoch/model/deepseek-coder-v2-236b",  # a parent that is a text
        "TheBloke/zephyr-7B-beta-GGUF",  # files with digests
    ],
)
def test_every_field_of_a_bill_of_materials_is_cited(shipped: Path, name: str) -> None:
    with open_store(str(shipped)) as store:
        snapshot = AcceptedSnapshot(store)
        one = bundle(snapshot, [resolve(snapshot, name)])
        document = json.loads(export(one, "cyclonedx").text)
    named = {e.iri for e in one.described() if e.texts(SCHEMA.name)}
    unnamed = {"/metadata/component/name"} if one.subjects[0] not in named else set()
    assert set(_uncited(document)) <= unnamed


def test_what_a_card_lists_beside_languages_comes_back_in_a_card() -> None:
    front = b"---\nlanguage: [en, code]\n---\n"
    address = Iri("https://huggingface.co/org/child/raw/main/README.md")
    document = Document(address, front, "2026-01-31", "README.md")
    records = [r for r in records_of(readers()["huggingface"], document) if isinstance(r, Record)]
    with MemoryStore(compile_quads(audit_store.reference(), records, [])) as store:
        made = export(bundle(AcceptedSnapshot(store), [model("org/child")]), "hf-card")
    assert yaml.safe_load(made.text.split("---\n")[1])["language"] == ["en", "code"]
    assert PG.otherStatement not in {loss.property for loss in made.losses}
