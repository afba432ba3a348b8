"""Search over the names of everything: any kind, any word order, typing errors, totals, cursors."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from reference_data import reference

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.cli import app
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Quad, Record
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, model, organization, record
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.table import SCHEMA_SQL, StoredNames
from provenance_graph.model.search import common, heads, name_rows, names
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.model.search.manual import entries
from provenance_graph.store.memory import MemoryStore

DOCS = Path(__file__).parents[3] / "docs"
BASE = iris.model("black-forest-labs/FLUX.1-dev")


def quads() -> list[Quad]:
    result: list[Quad] = []

    def thing(subject: Iri, kind: Iri, name: str, *more: tuple[Iri, Iri]) -> None:
        result.append((subject, RDF.type, kind, None))
        result.append((subject, SCHEMA.name, Literal(name), None))
        result.extend((subject, predicate, value, None) for predicate, value in more)

    qwen, meta = iris.organization("qwen"), iris.organization("meta")
    thing(qwen, PG.Organization, "Qwen")
    thing(meta, PG.Organization, "Meta")
    for name in ("Qwen2.5-7B", "Qwen2.5-7B-Instruct", "Qwen3-8B", "QwQ-32B"):
        thing(iris.model(f"Qwen/{name}"), PG.Model, name, (DCTERMS.creator, qwen))
    thing(
        iris.model("stable-diffusion-v1-5/stable-diffusion-v1-5"), PG.Model, "Stable Diffusion v1.5"
    )
    thing(iris.model("deepseek-ai/DeepSeek-R1"), PG.Model, "DeepSeek-R1")
    thing(iris.model("openai/gpt-5"), PG.OfferedModel, "GPT-5")
    thing(iris.dataset("laion-5b"), PG.Dataset, "LAION-5B")
    thing(iris.mint("family", "meta", "llama-3"), PG.ModelFamily, "Llama 3")
    thing(iris.mint("licence", "llama-3"), PG.Licence, "Llama 3 Community Licence")
    thing(iris.model("x/tuned"), PG.Model, "Tuned", (PG.fineTunedFrom, BASE))
    return result


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    with MemoryStore(quads()) as store:
        return SearchIndex.open(AcceptedSnapshot(store))


def ids(index: SearchIndex, text: str, *kinds: str) -> list[str]:
    return [item["id"] for item in index.search(text, kinds=kinds).items]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("qwen 2.5 7b", "Qwen/Qwen2.5-7B"),
        ("7b qwen 2.5", "Qwen/Qwen2.5-7B"),
        ("qwen2.5-7b-instruct", "Qwen/Qwen2.5-7B-Instruct"),
        ("stable diffusion 1.5", "stable-diffusion-v1-5/stable-diffusion-v1-5"),
        ("deepsek", "deepseek-ai/DeepSeek-R1"),
        ("depseek r1", "deepseek-ai/DeepSeek-R1"),
        ("GPT-5", "openai/gpt-5"),
        ("openai/gpt-5", "openai/gpt-5"),
        ("laion", "laion-5b"),
        ("FLUX.1-dev", "black-forest-labs/FLUX.1-dev"),
        (str(BASE), "black-forest-labs/FLUX.1-dev"),
        ("qw", "qwen"),
    ],
)
def test_a_name_is_found_however_it_is_typed(index: SearchIndex, text: str, first: str) -> None:
    assert ids(index, text)[0] == first


def test_kinds_narrow_and_every_answer_says_what_it_is(index: SearchIndex) -> None:
    result = index.search("llama 3").items
    assert {item["kind"] for item in result} == {"family", "licence"}
    assert ids(index, "llama 3", "licence") == ["id:licence/llama-3"]
    assert ids(index, "qw", "model") == [
        "Qwen/QwQ-32B",
        "Qwen/Qwen3-8B",
        "Qwen/Qwen2.5-7B",
        "Qwen/Qwen2.5-7B-Instruct",
    ]
    with pytest.raises(UsageError, match="no kind 'planet'"):
        index.search("x", kinds=["planet"])


def test_totals_are_right_and_cursors_lead_through_all(index: SearchIndex) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        part = index.search("qwen", limit=2, cursor=cursor)
        assert part.total == 5
        seen += [item["id"] for item in part.items]
        cursor = part.cursor
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(UsageError, match="is not a cursor"):
        index.search("qwen", cursor="²")


@pytest.mark.parametrize("text", ["", "   ", '"', "(*)", "NEAR(zqx", "zzzzqqqq", "'; DROP TABLE x"])
def test_what_names_nothing_finds_nothing(index: SearchIndex, text: str) -> None:
    assert index.search(text).items == []


def test_near_names_are_told_as_such(index: SearchIndex) -> None:
    assert index.search("deepsek").approximate
    assert not index.search("deepseek").approximate


@pytest.mark.parametrize(
    ("text", "named", "first"),
    [
        ("which licence does Qwen2.5-7B have?", ("Qwen2.5-7B",), "Qwen/Qwen2.5-7B"),
        ("may I use qwen 2.5 7b commercially", ("qwen 2.5 7b",), "Qwen/Qwen2.5-7B"),
    ],
)
def test_names_in_a_sentence_are_found(
    index: SearchIndex, text: str, named: tuple[str, ...], first: str
) -> None:
    hits = index.search(text)
    assert (hits.named, hits.items[0]["id"]) == (named, first)
    assert not hits.approximate
    assert hits.to_json()["named"] == list(named)


def test_a_name_with_a_typing_error_is_no_sentence(index: SearchIndex) -> None:
    hits = index.search("Qwen2.5 7B Instrct")
    assert hits.approximate
    assert not hits.named
    assert hits.items


def test_the_command_prints_json_with_total(shipped: object) -> None:
    run = CliRunner().invoke(
        app, ["--store", str(shipped), "search", "qwen", "2.5", "7b", "--format", "json"]
    )
    assert run.exit_code == 0, run.output
    result = json.loads(run.stdout)
    assert result["items"][0]["id"] == "Qwen/Qwen2.5-7B"
    assert result["total"] >= result["shown"] > 1


def test_what_a_text_finds_is_counted_by_kind_whichever_kind_is_asked_for(
    index: SearchIndex,
) -> None:
    every = index.search("llama 3")
    assert every.kinds == {"family": 1, "licence": 1}
    only = index.search("llama 3", kinds=["licence"])
    assert (only.total, only.kinds) == (1, every.kinds)
    assert index.search("q").kinds == {"model": 4, "organization": 1}
    assert sum(index.search("deepsek").kinds.values()) == index.search("deepsek").total


def test_a_model_says_how_many_of_its_fields_are_known() -> None:
    with MemoryStore(quads()) as store:
        (row,) = SearchIndex.open(AcceptedSnapshot(store)).models(text="QwQ").items
    assert (row["known"], row["fields"]) == (0, 0)  # without the ontology there are no fields


def test_every_page_of_the_manual_that_search_leads_to_is_there() -> None:
    pages = [entry.id.removeprefix("manual/") for entry in entries() if "/manual/" in entry.iri]
    assert len(pages) > 20
    assert [page for page in pages if not (DOCS / f"{page}.md").is_file()] == []


def test_a_record_is_found_and_named_by_the_title_of_what_was_read() -> None:
    header = Header(
        record("cards", "acme/one", "2026-01-02"),
        Iri("https://example.org/one"),
        organization("acme"),
        "2026-01-02",
        "test",
        Basis.THIRD_PARTY,
        title="Card of the Owl model",
    )
    one = Record(header, (Claim(model("acme/one"), RDF.type, PG.Model),))
    with MemoryStore(compile_quads(reference(), [one], [])) as store:
        (hit,) = SearchIndex.open(AcceptedSnapshot(store)).search("card of the owl model").items
    assert (hit["kind"], hit["name"]) == ("record", "Card of the Owl model (2026-01-02)")


def test_questions_and_views_are_found_after_what_the_graph_holds(index: SearchIndex) -> None:
    found = index.search("who says what", 5)
    assert (found.items[0]["kind"], found.items[0]["id"]) == ("question", "who-says-what")
    assert ("help", "check") in {(i["kind"], i["id"]) for i in index.search("g7 sbom").items}
    assert index.search("who builds on whom").items[0]["id"] == "explore"
    receipts = index.search("receipts", kinds=["help"]).items[0]
    assert receipts["iri"].endswith("help/manual/receipts.html")
    kinds = [i["kind"] for i in index.search("licence", 100).items]
    assert kinds == sorted(kinds, key=lambda kind: kind in ("question", "help"))
    assert index.search("a", kinds=("help",)).items == []  # one letter names entities only


def test_names_near_to_one_come_in_one_order_whatever_the_process() -> None:
    names = [f"xx{first}abcd{last}yy" for first in "hgfed" for last in "cba"]
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT, folded TEXT);"
        "CREATE VIRTUAL TABLE spelling USING fts5(folded, content='', tokenize='trigram');"
        + SCHEMA_SQL
    )
    for number, name in enumerate(names):
        row = number, model(f"org/{name}"), name
        database.execute("INSERT INTO thing VALUES (?,?,?)", row)
        database.execute("INSERT INTO spelling(rowid, folded) VALUES (?,?)", (number, name))
        database.execute("INSERT INTO called VALUES (?,?,1,1)", (name, number))
    near = StoredNames(database, ["model"]).near("abcd", 20)
    inside = [name for name in near if "abcd" in name]
    assert inside == sorted(near)
    assert len(inside) == len(names)


@pytest.fixture(scope="module")
def crowd() -> sqlite3.Connection:
    """More entities of one word than are ordered by how well their names fit."""
    database = sqlite3.connect(":memory:")
    database.executescript(name_rows.SCHEMA_SQL + heads.SCHEMA_SQL)
    rows, known = [], heads.Heads()
    for number in range(1, names.MAX_ORDERED + 502):
        kind = "record" if number % 10 == 0 else "dataset" if number % 3 == 0 else "model"
        name = "llama" if number in (701, 20_401) else f"llama{number}"
        place = heads.id_sum(f"o/{number}"), *known.parted(f"urn:o/{number}", f"o/{number}")
        rows.append((number, *place, f"o/{number}", name, kind, 0, None, name))
    database.executemany("INSERT INTO entity VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    database.executemany("INSERT INTO head VALUES (?,?,?)", known.rows())
    database.executemany("INSERT INTO kind_of VALUES (?,?)", [(row[0], row[6]) for row in rows])
    database.executemany(
        "INSERT INTO spelling(rowid, folded) VALUES (?,?)", [(row[0], row[-1]) for row in rows]
    )
    database.executemany("INSERT INTO called VALUES (?,?,1,?)", [(r[5], r[0], r[5]) for r in rows])
    return database


def test_of_very_many_hits_those_of_the_name_come_first_then_the_richest(
    crowd: sqlite3.Connection,
) -> None:
    total = names.MAX_ORDERED + 501
    first = names.search(crowd, "llama", limit=5)
    assert first.total == total
    assert [item["id"] for item in first.items] == ["o/701", "o/20401", "o/1", "o/2", "o/3"]
    assert sum(first.kinds.values()) == total
    only = names.search(crowd, "llama", ["dataset"], limit=3)
    assert [item["kind"] for item in only.items] == ["dataset"] * 3
    assert only.total == first.kinds["dataset"]


def test_pages_of_very_many_hits_hold_each_once(crowd: sqlite3.Connection) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = names.search(crowd, "llama", limit=4_000, cursor=cursor)
        seen += [item["id"] for item in page.items]
        if page.cursor is None:
            break
        cursor = page.cursor
    assert len(seen) == len(set(seen)) == page.total
    kinds = {f"o/{n}": kind for n, kind in crowd.execute("SELECT number, kind FROM thing")}
    records = [place for place, each in enumerate(seen) if kinds[each] == "record"]
    assert records == list(range(len(seen) - len(records), len(seen))), "records come last"
    assert names.search(crowd, "llama", limit=5, cursor=str(page.total)).items == []


def test_what_many_names_hold_is_counted_beforehand_as_it_is_when_asked(
    crowd: sqlite3.Connection,
) -> None:
    parts = [word[:end] for word in ("llama", "llama1", "llama20") for end in range(3, len(word))]
    asked = [*parts, "lama", "llama2", "llama20401", "llama 1"]
    live = [names.search(crowd, text, limit=5) for text in asked]
    common.fill_common(crowd, {"lla": names.MAX_ORDERED + 501, "rar": 2})
    try:
        stored = {word for (word,) in crowd.execute("SELECT DISTINCT word FROM common")}
        assert stored == {"lla", "llam", "llama"}
        assert [names.search(crowd, text, limit=5) for text in asked] == live
        crowd.execute("UPDATE common SET total = 1 + total WHERE kind = 'model'")
        assert names.search(crowd, "llam").total == live[1].total + 1, "they are what is read"
    finally:
        crowd.execute("DELETE FROM common")


@pytest.mark.parametrize(
    ("exact", "edition", "meant"),
    [
        ("lab/webcrawl", "lab/webcrawl-2", "lab/webcrawl"),
        ("fan/webcrawl", "lab/webcrawl-2", "lab/webcrawl-2"),  # a conversion of a third party
    ],
)
def test_a_better_known_edition_is_meant_unless_the_maker_has_one_of_exactly_the_name(
    exact: str, edition: str, meant: str
) -> None:
    kinds = [(iris.dataset(name), RDF.type, PG.Dataset, None) for name in (exact, edition)]
    languages = [
        (iris.dataset(edition), DCTERMS.language, Literal(str(n)), None) for n in range(40)
    ]
    snapshot = AcceptedSnapshot(MemoryStore([*kinds, *languages]))
    assert find_entity(snapshot, "webcrawl").iri == iris.dataset(meant)
