"""Imported documents: by what they are known, what they replace, whose word they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Custody
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.update import update
from provenance_graph.store.memory import MemoryStore
from tests import importing
from tests.importing import CARD, Take, bom, headers, models, table, write

store, take = importing.store, importing.take  # fixtures

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
    monkeypatch.setattr("tests.importing.readers", lambda: known)
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
    assert "under an earlier name, id:record/in/bom.json: both now count" in sentence
    again, nothing = take(path)
    assert (again.unchanged, nothing) == (1, [])


def test_a_third_content_of_one_day_replaces_the_second_and_the_first_may_come_back(
    tmp_path: Path, store: MemoryStore, take: Take
) -> None:
    """Readings of one day carry a time from the second on, whichever content comes."""
    file, day = tmp_path / "acme--x.md", "2026-06-01"
    for hour, licence in enumerate(("mit", "apache-2.0", "bsd-3-clause", "mit"), 10):
        file.write_text(CARD.format(licence=licence, name="x"))
        report, reported = take(file, day=day, now=f"{day}T{hour}:00:00Z")
        assert not reported
        assert report.unchanged == 0, licence
        again, _ = take(file, day=day, now=f"{day}T{hour}:30:00Z")
        assert again.unchanged == 1
    assert len(headers(store)) == 4
    accepted = [o for *_, o, _ in store.quads(iris.model("acme/x"), DCTERMS.license)]
    assert accepted == [Iri("http://spdx.org/licenses/MIT")]
