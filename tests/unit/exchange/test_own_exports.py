"""Exports that come back, edited or not, and what a document states on its page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.commands.models import show
from provenance_graph.core import iris, literals, rdf
from provenance_graph.core.claims import Claim, Custody, Header, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.ingest.update import update
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.model.naming.entities import EntityMatch
from provenance_graph.model.pages.entity import entity_page
from provenance_graph.model.profile import profile
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY
from tests import importing
from tests.importing import Take, headers, write

store, take = importing.store, importing.take  # fixtures

# ---- our own exports -----------------------------------------------------------------------


EXPORTED = "https://w3id.org/provenance-graph/id/record/osai/x/2026-01-01"


def exported(store: MemoryStore, name: str, licence: str = "mit", layers: int = 3) -> str:
    """An export of the record of a model M, which the store holds: MIT, three layers."""
    record = Record(
        Header(
            Iri(EXPORTED),
            Iri("https://example.org/x"),
            iris.organization("osai"),
            "2026-01-01",
            "osai",
        ),
        (
            Claim(Iri("urn:m"), PG.layerCount, literals.integer(3)),
            Claim(Iri("urn:m"), DCTERMS.license, Iri("http://spdx.org/licenses/MIT")),
        ),
    )
    update(store, [record])
    return {
        "card.md": f"---\nlicense: {licence}\npg:exportedFrom:\n- {EXPORTED}\n---\n# M\n",
        "bom.json": '{"bomFormat": "CycloneDX", "specVersion": "1.6", "properties": [{"name": '
        f'"pg:exportedFrom", "value": "{EXPORTED}"}}], "components": '
        '[{"type": "machine-learning-model", "name": "m"}]}',
        "facts.ttl": f"@prefix pg: <https://w3id.org/provenance-graph/ns#> .\n<urn:m> pg:layerCount {layers} ;"
        f" pg:exportedFrom <{EXPORTED}> .",
    }[name]


@pytest.mark.parametrize("name", ["card.md", "bom.json", "facts.ttl"])
def test_an_export_of_ours_adds_nothing(
    store: MemoryStore, take: Take, tmp_path: Path, name: str
) -> None:
    text = exported(store, name)
    before = set(store.quads(graph=ANY))
    report, reported = take(write(tmp_path / "in" / name, text))
    assert (report.own_exports, report.records, reported) == (1, 0, [])
    assert set(store.quads(graph=ANY)) == before


@pytest.mark.parametrize(
    ("name", "predicate", "shown"),
    [
        ("card.md", DCTERMS.license, "dcterms:license licence:Apache-2.0"),
        ("facts.ttl", PG.layerCount, "pg:layerCount 64"),
    ],
)
def test_an_edited_export_of_ours_is_a_report_of_what_was_edited(
    store: MemoryStore, take: Take, tmp_path: Path, name: str, predicate: Iri, shown: str
) -> None:
    text = exported(store, name, licence="apache-2.0", layers=64)
    report, reported = take(write(tmp_path / "in" / name, text))
    assert (report.own_exports, report.records) == (1, 1)
    (sentence,) = reported
    assert "edited" in sentence
    assert sentence.endswith(shown)
    (header,) = [h for h in headers(store) if h.record != EXPORTED]
    assert header.custody is Custody.ASSUMED
    record = rdf.from_quads(store.quads(graph=header.record))
    assert {c.predicate for c in record.claims} - {RDF.type, SCHEMA.name} == {predicate}


def test_an_edited_card_is_compared_with_the_model_that_it_was_written_from(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    """A table among its records says everything of some model or other."""
    exported(store, "card.md")
    other = Claim(Iri("urn:other"), DCTERMS.license, Iri("http://spdx.org/licenses/GPL-3.0-only"))
    record = rdf.from_quads(store.quads(graph=Iri(EXPORTED)))
    update(store, [replace(record, claims=(*record.claims, other))])
    model = iris.model("o/m")
    update(store, [_record_of(model)])
    for licence, records in (("mit", 0), ("gpl-3.0", 1)):
        text = f"---\nlicense: {licence}\n---\nWritten from {model} as known on 2026-01-01.\n"
        mark = (
            f"<!-- provenance-graph:exportedFrom {EXPORTED} {_record_of(model).header.record} -->"
        )
        report, _ = take(write(tmp_path / licence / "README.md", text + mark))
        assert (report.own_exports, report.records) == (1, records)


def _record_of(model: Iri) -> Record:
    name = Iri(f"{iris.ID}record/own/m/2026-01-01")
    header = Header(name, Iri("urn:x"), iris.organization("o"), "2026-01-01", "osai")
    licence = Claim(model, DCTERMS.license, Iri("http://spdx.org/licenses/MIT"))
    return Record(header, (Claim(model, RDF.type, PG.Model), licence))


def _of_repository(store: MemoryStore) -> AcceptedSnapshot:
    """A model whose maker is not its account, trained on data whose repository is another's."""
    model, data, maker = iris.model("acme/m"), iris.dataset("web"), iris.organization("lab")
    claims = [
        Claim(model, RDF.type, PG.Model),
        Claim(model, SCHEMA.name, literals.text("M")),
        Claim(model, PG.hubRepository, Iri("https://huggingface.co/acme/m")),
        Claim(model, DCTERMS.creator, maker),
        Claim(model, PG.trainedOn, data),
        Claim(maker, RDF.type, PG.Organization),
        Claim(maker, SCHEMA.name, literals.text("Lab")),
        Claim(data, RDF.type, PG.Dataset),
        Claim(data, SCHEMA.name, literals.text("Web")),
        Claim(data, PG.hubRepository, Iri("https://huggingface.co/datasets/copies/web_copy")),
    ]
    header = Header(Iri(EXPORTED), Iri("https://example.org/x"), maker, "2026-01-01", "osai")
    update(store, [Record(header, tuple(claims))])
    return AcceptedSnapshot(store)


@pytest.mark.parametrize("format", [f for f, e in exporters().items() if e.alone != "dataset"])
@pytest.mark.parametrize("stem", ["acme--m", "elsewhere--m-copy", "document"])
def test_what_names_of_repositories_say_is_no_edit(
    store: MemoryStore, take: Take, tmp_path: Path, format: str, stem: str
) -> None:
    text = export(bundle(_of_repository(store), [iris.model("acme/m")]), format).text
    before = set(store.quads(graph=ANY))
    path = write(tmp_path / "in" / f"{stem}.{exporters()[format].suffix}", text)
    report, reported = take(path)
    assert (report.own_exports, report.records, report.failed, reported) == (1, 0, 0, [])
    assert set(store.quads(graph=ANY)) == before


def test_another_maker_written_into_an_export_is_a_report(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    text = export(bundle(_of_repository(store), [iris.model("acme/m")]), "turtle").text
    path = write(tmp_path / "in" / "m.ttl", text.replace("/lab", "/acme"))
    report, reported = take(path)
    assert (report.own_exports, report.records) == (1, 1)
    assert "dcterms:creator acme" in "".join(reported)


def test_what_a_document_says_is_on_the_page_whether_a_field_or_not(
    tmp_path: Path, take: Take, store: MemoryStore
) -> None:
    commit = "7231864981174d9bee8c7687c24c8344414eae6b"
    folder = tmp_path / "acme" / "adapter"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("---\nbase_model: org/base\n---\n# An adapter\nText.\n")
    (folder / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": "org/base", "revision": commit})
    )
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "data", "name": "Web", "bom-ref": "d", "purl": "pkg:huggingface/acme/web",
             "externalReferences": [
                 {"type": "distribution", "url": "https://huggingface.co/datasets/acme/web"}],
             "properties": [{"name": "cdx:ai-ml:dataset:synthetic", "value": "no"}]},
            {"type": "machine-learning-model", "name": "M", "bom-ref": "m",
             "purl": "pkg:huggingface/acme/m",
             "modelCard": {"modelParameters": {"approach": {"type": "supervised"},
                                               "datasets": [{"ref": "d"}]}}}],
    }  # fmt: skip
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    take(tmp_path)
    snapshot = AcceptedSnapshot(store)
    adapter = profile(snapshot, iris.model("acme/adapter")).to_json()
    (pinned,) = [f for f in adapter["otherFacts"] if f["label"] == "parent's revision"]
    assert pinned["values"][0]["label"] == f"org/base at {commit}"
    (edge,) = LineageGraph(snapshot).of(iris.model("acme/adapter"), direction="up").edges
    assert edge.revision == commit
    model = profile(snapshot, iris.model("acme/m")).to_json()
    assert [f["values"][0]["label"] for f in model["otherFacts"] if "approach" in f["label"]] == [
        "supervised"
    ]
    web = entity_page(snapshot, EntityMatch(iris.dataset("acme/web"), "dataset")).to_json()
    assert [(f["property"], f["values"][0]["label"]) for f in web["denied"]] == [
        ("dataAcquisition", "synthetic data")
    ]


def test_the_importer_says_whose_a_nameless_file_is(
    tmp_path: Path, take: Take, store: MemoryStore
) -> None:
    (tmp_path / "helper").mkdir()
    (tmp_path / "helper" / "Modelfile").write_text("FROM llama3.2:1b\nPARAMETER num_ctx 8192\n")
    take(tmp_path / "helper", namespace="acme")
    model = iris.entity("ollama", "model", "acme-helper")
    ((_, _, name, _),) = AcceptedSnapshot(store).quads(model, SCHEMA.name)
    assert str(name) == "acme/helper"
    (record,) = {q[0] for q in store.quads(predicate=PG.ofDocument, graph=ANY)}
    publishers = store.quads(record, PROV.wasAttributedTo, graph=ANY)
    assert {o for _, _, o, _ in publishers} == {iris.organization("acme")}


def test_a_text_that_nobody_can_read_is_shown_as_stated(
    tmp_path: Path, take: Take, store: MemoryStore
) -> None:
    component = {
        "type": "machine-learning-model",
        "name": "M",
        "purl": "pkg:huggingface/acme/m",
        "licenses": [{"license": {"id": "nobody-knows-1.0"}}],
    }
    bom_ = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}
    (tmp_path / "bom.json").write_text(json.dumps(bom_))
    take(tmp_path)
    sections = profile(AcceptedSnapshot(store), iris.model("acme/m")).to_json()["sections"]
    (licence,) = [f for s in sections for f in s["fields"] if f["property"] == "license"]
    assert licence["knowledge"] == "notUnderstood"
    assert [rival["asStated"] for rival in licence["rivals"]] == ["nobody-knows-1.0"]
    (line,) = show._fields([licence], named=False)
    assert "reported, not accepted: nobody-knows-1.0" in line
    licence["contested"] = True  # two such texts disagree; nothing was accepted for a reason
    (line,) = show._fields([licence], named=False)
    assert "reported, not accepted: nobody-knows-1.0" in line
