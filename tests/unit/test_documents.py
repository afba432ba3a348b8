"""Imported documents: by what they are known, what they replace, whose word they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.commands.models import show
from provenance_graph.core import iris, literals, rdf
from provenance_graph.core.claims import Claim, Custody, Header, Problem, Quad, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import walk
from provenance_graph.ingest.build import compile_quads, reference_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import ImportReport, import_documents
from provenance_graph.ingest.update import update
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.naming.entities import FoundEntity
from provenance_graph.model.pages.entity import entity_page
from provenance_graph.model.profile import profile
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

CARD = "---\nlicense: {licence}\n---\n# {name}\nA model.\n"
HEADER = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
ROW = "{name},{owner},1,1,text-generation,transformers,2024-01-01,2024-01-02,license:{licence}"


@cache
def reference() -> list[Quad]:
    files = [path for path in ontology_files() if not path.stem.startswith(("spdx", "licence"))]
    return list(reference_quads(files))


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with MemoryStore(compile_quads(reference(), [], [], day="2026-06-01")) as made:
        yield made


Take = Callable[..., tuple[ImportReport, list[str]]]


@pytest.fixture
def take(store: MemoryStore) -> Take:
    def run(*paths: Path, day: str = "2026-06-01", **how: object) -> tuple[ImportReport, list[str]]:
        reported: list[str] = []

        def tell(name: str, problem: Problem) -> None:
            reported.append(f"{name}: {problem.what}")

        fetched = how.pop("fetched", False)
        url = str(how.pop("address", ""))
        result = walk([str(path) for path in paths], retrieved=day, url=url)
        documents = (
            Document(d.url, d.data, d.retrieved, d.name, d.files, fetched=True) if fetched else d
            for d in result
        )
        how.setdefault("now", f"{day}T12:00:00Z")
        dry = how.pop("dry", False)
        options = Options(**how)  # type: ignore[arg-type]
        target, against = (None, store) if dry else (store, None)
        return import_documents(
            target, documents, readers(), options, tell, against=against
        ), reported

    return run


def headers(store: MemoryStore) -> list[Header]:
    names = sorted({s for s, _, _, g in store.quads(predicate=PG.reader, graph=ANY) if s == g})
    return [rdf.from_quads(store.quads(graph=name)).header for name in names]


def models(store: MemoryStore) -> set[str]:
    return {iris.short_id(s) for s, *_ in store.quads(predicate=RDF.type, object=PG.Model)}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def bom(path: Path, name: str, serial: str = "", version: int = 1) -> Path:
    number = f'"serialNumber": "urn:uuid:{serial}", ' if serial else ""
    return write(
        path,
        '{"bomFormat": "CycloneDX", "specVersion": "1.6", '
        f'{number}"version": {version}, "components": [{{"type": "machine-learning-model", '
        f'"name": "{name}", "bom-ref": "m", "licenses": [{{"license": {{"id": "MIT"}}}}]}}]}}',
    )


def table(path: Path, *rows: tuple[str, str]) -> Path:
    lines = [ROW.format(name=n, owner=n.partition("/")[0], licence=licence) for n, licence in rows]
    return write(path, "\n".join([HEADER, *lines, ""]))


# ---- identity ------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [("2026-06-01", "2026-06-01"), ("2026-06-01", "2026-06-02")])
def test_two_files_of_one_name_are_two_documents(
    store: MemoryStore, take: Take, tmp_path: Path, days: tuple[str, str]
) -> None:
    for service, day in zip("ab", days, strict=True):
        report, reported = take(bom(tmp_path / f"service-{service}" / "bom.json", service), day=day)
        assert (report.records, report.replaced, reported) == (1, [], [])
    assert [h.collection.rpartition("/")[2] for h in headers(store)] == ["service-a", "service-b"]
    retained = {str(o) for _, _, o, _ in store.quads(predicate=PG.describedAs)}
    assert len(models(store)) == 2, retained


def test_equal_bytes_at_two_places_are_two_documents(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    for place in ("one/acme--alpha", "two/acme--gamma"):
        take(
            write(tmp_path / place / "README.md", CARD.format(licence="mit", name="Model")).parents[
                1
            ]
        )
    assert len(headers(store)) == 2
    assert models(store) == {"acme/alpha", "acme/gamma"}


def test_cards_in_folders_are_known_by_their_path(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    for place in ("org-a/m1", "org-b/m2"):
        write(tmp_path / "models" / place / "README.md", CARD.format(licence="mit", name="Model"))
    report, reported = take(tmp_path / "models")
    assert (report.records, reported) == (2, [])
    assert [h.record.rpartition("record/")[2] for h in headers(store)] == [
        "models/org-a/m1/README.md/2026-06-01",
        "models/org-b/m2/README.md/2026-06-01",
    ]


def test_a_partial_catalogue_hides_nothing_of_the_publishers(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    whole = table(tmp_path / "all" / "top_models.csv", ("a/x", "mit"), ("a/y", "mit"))
    take(whole, format="osaimap", collection="osaimap")
    before = set(store.quads())
    part = table(tmp_path / "mine" / "top_models.csv", ("acme/toy", "mit"))
    report, reported = take(part, format="osaimap")
    assert (report.records, report.replaced, reported) == (1, [], [])
    assert before <= set(store.quads())
    assert models(store) == {"a/x", "a/y", "acme/toy"}


def test_a_folder_called_like_a_published_source_does_not_join_it(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    take(table(tmp_path / "osaimap" / "top_models.csv", ("acme/toy", "mit")), format="osaimap")
    (header,) = headers(store)
    assert header.collection == iris.mint("collection", "local-osaimap")
    address = "https://github.com/currentai-org/os-ai-map/blob/1/huggingface/top_models.csv"
    take(
        table(tmp_path / "x" / "top_models.csv", ("a/x", "mit")), format="osaimap", address=address
    )
    assert iris.mint("collection", "osaimap") in {h.collection for h in headers(store)}


def test_a_folders_name_that_another_folder_used_is_refused(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    take(bom(tmp_path / "one" / "cards" / "bom.json", "a").parent)
    report, reported = take(bom(tmp_path / "two" / "cards" / "bom.json", "b").parent)
    assert report.refused == 1
    assert reported == [
        "bom.json: another folder named 'cards' was imported under that name: "
        "it holds id:record/cards/bom.json/2026-06-01"
    ]
    assert take(tmp_path / "two" / "cards", collection="others")[1] == []
    assert take(tmp_path / "one" / "cards")[0].unchanged == 1
    assert len(headers(store)) == 2


SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"


def test_a_bill_of_materials_is_known_by_its_serial_number(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    take(bom(tmp_path / "in" / "old.json", "m", SERIAL), collection="boms")
    report, reported = take(
        bom(tmp_path / "in" / "new.json", "m", SERIAL, 2), collection="boms", day="2026-06-02"
    )
    assert (len(report.replaced), reported) == (1, [])
    assert {h.of_document for h in headers(store)} == {iris.mint("record", "boms", SERIAL)}
    report, reported = take(
        bom(tmp_path / "in" / "third.json", "other", SERIAL), collection="boms", day="2026-06-03"
    )
    assert report.refused == 1
    assert reported == ["third.json: the store holds its version 2, this is 1"]


def test_two_contents_of_one_identity_in_one_import_are_refused(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    bom(tmp_path / "in" / "a.json", "m", SERIAL)
    bom(tmp_path / "in" / "b.json", "n", SERIAL)
    report, reported = take(tmp_path / "in")
    assert (report.records, report.refused) == (1, 1)
    assert reported == ["b.json: in/a.json is the same document with another content"]
    assert len(headers(store)) == 1
    assert take(tmp_path / "in", replace=True, day="2026-06-02")[1] == []


# ---- replacing -----------------------------------------------------------------------------


def licence_of(store: MemoryStore, model: str) -> list[str]:
    return [iris.shorten(str(o)) for _, _, o, _ in store.quads(iris.model(model), DCTERMS.license)]


def test_a_newer_reading_is_told_and_taken_also_on_the_same_day(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "in" / "top_models.csv"
    take(table(path, ("acme/toy", "mit")), format="osaimap")
    report, reported = take(table(path, ("acme/toy", "apache-2.0")), format="osaimap")
    assert ([iris.short_id(r) for r in report.replaced], reported) == (
        ["id:record/in/top_models.csv/2026-06-01"],
        [],
    )
    assert licence_of(store, "acme/toy") == ["licence:Apache-2.0"]
    assert {h.retrieved for h in headers(store)} == {"2026-06-01", "2026-06-01T12:00:00Z"}


def test_a_reading_that_takes_the_last_source_of_a_model_is_refused(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "in" / "top_models.csv"
    take(table(path, ("a/x", "mit"), ("a/y", "mit")), format="osaimap")
    shorter = table(path, ("a/x", "mit"))
    for dry in (True, False):
        report, reported = take(shorter, format="osaimap", day="2026-06-02", dry=dry)
        assert (report.records, report.refused) == (0, 1)
        assert reported == ["top_models.csv: 1 entity would lose their only source: a/y"]
        assert models(store) == {"a/x", "a/y"}
    take(shorter, format="osaimap", day="2026-06-02", replace=True)
    assert models(store) == {"a/x"}


def test_a_model_that_moves_to_another_document_of_the_import_is_not_lost(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    table(tmp_path / "in" / "one.csv", ("a/x", "mit"), ("a/y", "mit"))
    table(tmp_path / "in" / "two.csv", ("a/z", "mit"))
    take(tmp_path / "in", format="osaimap")
    table(tmp_path / "in" / "one.csv", ("a/x", "mit"))
    table(tmp_path / "in" / "two.csv", ("a/y", "mit"), ("a/z", "mit"))
    report, reported = take(tmp_path / "in", format="osaimap", day="2026-06-02")
    assert (report.records, len(report.replaced), reported) == (2, 2, [])
    assert models(store) == {"a/x", "a/y", "a/z"}


def test_an_older_reading_is_refused_and_kept_as_history_when_asked(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / "in" / "top_models.csv"
    take(table(path, ("acme/toy", "mit")), format="osaimap")
    older = table(path, ("acme/toy", "apache-2.0"))
    report, reported = take(older, format="osaimap", day="2025-01-01", retrieved="2025-01-01")
    assert (report.records, report.refused) == (0, 1)
    assert reported == ["top_models.csv: the store holds a newer reading of it, of 2026-06-01"]
    take(older, format="osaimap", day="2025-01-01", retrieved="2025-01-01", replace=True)
    assert len(headers(store)) == 2
    assert licence_of(store, "acme/toy") == ["licence:MIT"]


def test_a_reader_of_another_version_reads_an_unchanged_document_again(
    store: MemoryStore, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bom(tmp_path / "in" / "bom.json", "m")
    take(path)
    assert take(path)[0].unchanged == 1
    known = {
        name: replace(reader, version="99") if name == "cyclonedx" else reader
        for name, reader in readers().items()
    }
    monkeypatch.setattr(f"{__name__}.readers", lambda: known)
    report, reported = take(path)
    assert (report.unchanged, report.records, reported) == (0, 1, [])
    assert [h.reader_version for h in headers(store)] == ["99"]


# ---- custody -------------------------------------------------------------------------------


def card(tmp_path: Path, name: str = "deepseek-ai--DeepSeek-V3.md") -> Path:
    return write(tmp_path / "in" / name, CARD.format(licence="apache-2.0", name="Model"))


@pytest.mark.parametrize(
    ("how", "custody", "disclosed"),
    [
        ({}, Custody.ASSUMED, False),
        ({"namespace": "deepseek-ai"}, Custody.ASSERTED, True),
        ({"publisher": iris.organization("deepseek-ai")}, Custody.ASSERTED, True),
        ({"publisher": iris.organization("somebody")}, Custody.ASSERTED, False),
        (
            {
                "address": "https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/README.md",
                "fetched": True,
            },
            Custody.VERIFIED,
            True,
        ),
    ],
)
def test_a_files_name_makes_nobody_the_author(
    store: MemoryStore,
    take: Take,
    tmp_path: Path,
    how: dict[str, object],
    custody: Custody,
    disclosed: bool,
) -> None:
    take(card(tmp_path), **how)
    (header,) = headers(store)
    assert header.custody is custody
    model = iris.model("deepseek-ai/DeepSeek-V3")
    assert ((model, PG.disclosed, DCTERMS.license, None) in set(store.quads(model))) is disclosed


def test_a_record_that_came_with_a_header_is_no_better_known_than_its_importer_says(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    text = (
        "@prefix pg: <https://w3id.org/provenance-graph/ns#> . @prefix schema: <https://schema.org/> ."
        "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix pav: <http://purl.org/pav/> ."
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
        "<urn:r> { <urn:r> a pg:SourceRecord ; schema:url <https://example.org/> ; "
        "prov:wasAttributedTo <https://w3id.org/provenance-graph/id/organization/acme> ; "
        'pav:retrievedOn "2026-05-01"^^xsd:date ; pg:custody pg:Verified ; '
        "pg:inCollection <https://w3id.org/provenance-graph/id/collection/osaimap> ; "
        "pg:defaultBasis pg:DeveloperStatement . "
        "<https://w3id.org/provenance-graph/id/model/acme/m> pg:layerCount 3 }"
    )
    take(write(tmp_path / "in" / "r.trig", text))
    (header,) = headers(store)
    assert header.custody is Custody.ASSUMED
    assert header.collection == iris.mint("collection", "in")


def test_a_document_that_the_store_has_under_an_earlier_name_is_told(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    path = bom(tmp_path / "in" / "bom.json", "m", serial="3e671687-395b-41f5-a30f-a58921a69b79")
    take(path)
    (header,) = headers(store)
    record = rdf.from_quads(store.quads(graph=header.record))
    earlier = iris.mint("record", "in", "bom.json")  # as a version named it that knew no serials
    was = replace(
        header, record=Iri(f"{earlier}/2026-06-01"), of_document=earlier, reader_version="0"
    )
    update(store, [replace(record, header=was)], drop=[header.record])
    report, reported = take(path)
    assert report.records == 1
    (sentence,) = reported
    assert "under an earlier name, id:record/in/bom.json: both count now" in sentence
    again, nothing = take(path)
    assert (again.unchanged, nothing) == (1, [])


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
    web = entity_page(snapshot, FoundEntity(iris.dataset("acme/web"), "dataset")).to_json()
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
    component = {"type": "machine-learning-model", "name": "M", "purl": "pkg:huggingface/acme/m",
                 "licenses": [{"license": {"id": "nobody-knows-1.0"}}]}  # fmt: skip
    bom_ = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}
    (tmp_path / "bom.json").write_text(json.dumps(bom_))
    take(tmp_path)
    sections = profile(AcceptedSnapshot(store), iris.model("acme/m")).to_json()["sections"]
    (licence,) = [f for s in sections for f in s["fields"] if f["property"] == "license"]
    assert licence["knowledge"] == "notUnderstood"
    assert [rival["asStated"] for rival in licence["rivals"]] == ["nobody-knows-1.0"]
    (line,) = show._fields([licence])
    assert "reported, not accepted: nobody-knows-1.0" in line
