"""Links to outside data: from statements alone, as SSSOM, kept without repeats."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping, curie, read_sssom, write_sssom
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.core.errors import RecordError, UsageError
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.matching import links
from provenance_graph.store.base import Store
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import open_store

MODEL = iris.model("org/m")
HEADER = Header(
    record=iris.record("test", "m", "2026-01-31"),
    document=Iri("https://example.org/m"),
    publisher=iris.organization("Tester"),
    retrieved="2026-01-31",
    reader="test",
)


@pytest.fixture(scope="module")
def reference() -> tuple[Quad, ...]:
    return reference_data.reference()


def proposed(
    reference: tuple[Quad, ...], *claims: Claim, header: Header = HEADER, to: str = ""
) -> set[tuple[str, str]]:
    record = Record(header, (Claim(MODEL, RDF.type, PG.Model), *claims))
    quads = compile_quads(reference, [record], [])
    with MemoryStore(quads) as store:
        result = links.links(AcceptedSnapshot(store), [MODEL], [to] if to else [])
    return {(shorten(link.predicate), curie(link.object)) for link in result}


def said(predicate: Iri, value: str, **more: object) -> Claim:
    return Claim(MODEL, predicate, Iri(value), **more)  # type: ignore[arg-type]


def test_the_repository_that_a_source_names_is_the_model(reference: tuple[Quad, ...]) -> None:
    page = said(PG.hubRepository, "https://huggingface.co/org/m/tree/main")
    assert proposed(reference, page) == {("skos:exactMatch", "hf:org/m")}


def test_a_name_alone_is_no_repository(reference: tuple[Quad, ...]) -> None:
    assert proposed(reference) == set()


def test_a_record_read_in_the_repository_is_a_link(reference: tuple[Quad, ...]) -> None:
    there = replace(HEADER, document=Iri("https://huggingface.co/org/m/raw/main/README.md"))
    assert proposed(reference, header=there) == {("skos:exactMatch", "hf:org/m")}
    elsewhere = replace(HEADER, document=Iri("https://huggingface.co/org/other"))
    assert proposed(reference, header=elsewhere) == set()


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://arxiv.org/abs/2501.00656", "doi:10.48550/arXiv.2501.00656"),
        ("https://arxiv.org/pdf/2501.00656v2.pdf", "doi:10.48550/arXiv.2501.00656"),
        ("https://doi.org/10.1234/abc", "doi:10.1234/abc"),
    ],
)
def test_a_paper_is_related_and_not_the_model(
    reference: tuple[Quad, ...], address: str, doi: str
) -> None:
    assert proposed(reference, said(PG.paper, address)) == {("skos:relatedMatch", doi)}


def test_a_doi_given_as_the_same_is_the_things_own(reference: tuple[Quad, ...]) -> None:
    same = said(SCHEMA.sameAs, "https://doi.org/10.57967/hf/1")
    assert proposed(reference, same) == {("skos:exactMatch", "doi:10.57967/hf/1")}


def test_an_item_of_wikidata_must_be_stated(reference: tuple[Quad, ...]) -> None:
    item = said(SCHEMA.sameAs, "https://www.wikidata.org/wiki/Q116709136")
    assert proposed(reference, item) == {("skos:exactMatch", "wikidata:Q116709136")}
    assert (
        proposed(reference, said(SCHEMA.sameAs, "https://www.wikidata.org/wiki/Property:P1"))
        == set()
    )


def test_a_licence_on_spdxs_list_is_linked_and_ours_is_not(reference: tuple[Quad, ...]) -> None:
    mit = said(DCTERMS.license, "http://spdx.org/licenses/MIT")
    assert proposed(reference, mit) == {("skos:exactMatch", "spdx3:MIT")}
    assert proposed(reference, said(DCTERMS.license, iris.mint("licence", "gemma"))) == set()


def test_estimates_and_denials_found_no_link(reference: tuple[Quad, ...]) -> None:
    page = said(PG.hubRepository, "https://huggingface.co/org/m")
    assert proposed(reference, replace(page, basis=Basis.ESTIMATE)) == set()
    assert proposed(reference, replace(page, stance=Stance.DENIES)) == set()


def test_only_the_targets_asked_for(reference: tuple[Quad, ...]) -> None:
    page = said(PG.hubRepository, "https://huggingface.co/org/m")
    paper = said(PG.paper, "https://doi.org/10.1234/abc")
    assert proposed(reference, page, paper, to="doi") == {("skos:relatedMatch", "doi:10.1234/abc")}
    with pytest.raises(UsageError, match="doi, hub, ror, spdx, wikidata"):
        proposed(reference, page, to="nowhere")


def test_the_table_is_sssom_that_we_read_ourselves() -> None:
    row = Mapping(
        MODEL,
        links.EXACT,
        Iri("https://huggingface.co/org/m"),
        comment='a "b"\tc\nd',
        confidence="0.9",
    )
    (read,) = read_sssom(write_sssom([row], links.HEADER))
    assert (read.subject, read.object) == (row.subject, row.object)
    assert Decimal(read.confidence) == Decimal("0.9")


def test_keeping_twice_adds_nothing_and_leaves_rows_alone() -> None:
    row = Mapping(MODEL, links.EXACT, Iri("https://huggingface.co/org/m"), confidence="1.0")
    other = replace(row, object=Iri("https://doi.org/10.1/x"), predicate=links.RELATED)
    first, added = links.merged("", [row], "x")
    assert added == 1
    by_hand = first.replace("\t1.0\t", "\t0.4\t")
    second, added = links.merged(by_hand, [row, other], "x")
    assert added == 1
    assert by_hand.splitlines()[-1] in second.splitlines()
    assert links.merged(second, [row, other], "x") == (second, 0)


def test_what_is_no_table_of_links_is_refused_whole() -> None:
    row = Mapping(MODEL, links.EXACT, Iri("https://huggingface.co/org/m"))
    with pytest.raises(RecordError):
        links.merged("a letter\nto nobody\n", [row], "x")
    columns = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tmood\n"
    with pytest.raises(UsageError, match="a file of their own"):
        links.merged(columns, [row], "x")


@pytest.fixture(scope="module")
def store(shipped: Path) -> Iterator[Store]:
    with open_store(str(shipped)) as opened:
        yield opened


def test_every_link_of_the_shipped_data_names_its_record(store: Store) -> None:
    result = links.links(AcceptedSnapshot(store), links.everything(AcceptedSnapshot(store))[::5])
    assert len(result) > 20
    for link in result:
        assert link.source.startswith((f"{iris.ID}record/", "https://"))
        assert ":" in curie(link.object)
    assert len(read_sssom(write_sssom(result, links.HEADER))) == len(result)


def test_links_read_in_public_documents_name_them(store: Store) -> None:
    snapshot = AcceptedSnapshot(store)
    decided = [row for row in links.starter() if row.author]
    assert {row.object.rsplit("/", 1)[-1] for row in decided} >= {"Q108943604", "2493"}
    for row in links.starter():
        assert row.source.startswith("https://")
        assert row.comment.startswith("two " if row.author else "proposal: ")
        assert not row.author or row.comment.count(" and ") == 1, "it names both documents"
        assert Decimal(row.confidence) > Decimal("0.9") or not row.author
        assert snapshot.knows(snapshot.canonical(row.subject))
    face = snapshot.canonical(iris.organization("huggingface"))
    given = links.links(snapshot, [face], ["wikidata", "ror"])
    assert {curie(one.object) for one in given} == {"wikidata:Q108943604", "ror:02grspc61"}
    assert links.links(snapshot, [face], ["doi"]) == []


def test_the_command_prints_the_table_and_keeps_it(shipped: Path, tmp_path: Path) -> None:
    retained = tmp_path / "mine.tsv"
    line = [sys.executable, "-m", "provenance_graph", "--store", str(shipped), "link",
            "allenai/OLMo-2-1124-7B", "--to", "hub", "--to", "spdx", "--keep", str(retained)]  # fmt: skip
    for count in ("2 new of 2", "0 new of 2"):
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0
        assert count in done.stderr
    assert "hf:allenai/OLMo-2-1124-7B" in done.stdout
    assert retained.read_text() == done.stdout


def test_the_export_command_writes_a_file_and_tells_the_losses(
    shipped: Path, tmp_path: Path
) -> None:
    made = tmp_path / "x.json"
    line = [
        sys.executable,
        "-m",
        "provenance_graph",
        "--store",
        str(shipped),
        "export",
        "anthropic/claude-haiku-4-5",
        "--as",
        "spdx3",
        "-o",
        str(made),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")
    assert "not in spdx3: pg:rankOf: SPDX 3.0 has no term for a place in a ranking" in done.stderr
    assert json.loads(made.read_text())["@graph"]
