"""Proposals of links from services and dumps that behave as Wikidata's and ROR's do."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import read_sssom, write_sssom
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import FetchError, Unreadable
from provenance_graph.core.iris import Iri, model, organization
from provenance_graph.core.terms import PG, RDF, SCHEMA, SKOS
from provenance_graph.formats.fetch.fetcher import Fetcher
from provenance_graph.linking import (
    HEADER,
    DumpLookup,
    ReconciliationLookup,
    RorLookup,
    proposals,
)
from provenance_graph.linking.lookup import LinkCandidate
from provenance_graph.linking.propose import evidence
from provenance_graph.store.memory import MemoryStore

OPENAI, GPT4 = organization("openai"), model("openai/gpt-4")
TODAY = "2026-11-29"


@pytest.fixture(scope="module")
def snapshot() -> AcceptedSnapshot:
    quads = [
        (OPENAI, RDF.type, PG.Organization, None),
        (OPENAI, SCHEMA.name, Literal("OpenAI"), None),
        (OPENAI, PG.homepage, Iri("https://www.openai.com/"), None),
        (GPT4, RDF.type, PG.Model, None),
        (GPT4, SCHEMA.name, Literal("GPT-4"), None),
    ]
    return AcceptedSnapshot(MemoryStore(quads))


def fetcher(handler: Callable[[httpx2.Request], httpx2.Response]) -> Fetcher:
    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    return Fetcher(
        client, now=lambda: 0.0, pause=lambda _: None, resolve=lambda *_: ["93.184.216.34"]
    )


def wikidata(request: httpx2.Request) -> httpx2.Response:
    """A reconciliation service: manifest, and batches in the query string."""
    query = parse_qs(urlsplit(str(request.url)).query)
    if "queries" not in query:
        space = "http://www.wikidata.org/entity/"
        return httpx2.Response(200, json={"name": "Wikidata", "identifierSpace": space})
    known = {
        "OpenAI": [
            {
                "id": "Q21708200",
                "name": "OpenAI",
                "score": 100,
                "description": "American artificial intelligence company",
            }
        ],
        "GPT-4": [
            {"id": "Q1", "name": "GPT-4", "score": 98, "description": "large language model"},
            {"id": "Q2", "name": "GPT-4", "score": 97, "description": "translation service"},
            {"id": "Q3", "name": "GPT-4 Turbo", "score": 80, "description": "language model"},
            {"id": 4, "name": None},
            "odd",
        ],
    }
    asked = json.loads(query["queries"][0])
    return httpx2.Response(
        200, json={key: {"result": known.get(one["query"], [])} for key, one in asked.items()}
    )


def test_a_service_gives_proposals_with_score_evidence_and_justification(snapshot) -> None:
    lookup = ReconciliationLookup(fetcher(wikidata), "https://recon.example/en/api")
    rows = proposals(snapshot, [OPENAI, GPT4], lookup, TODAY)
    found = {(row.subject, row.object.rpartition("/")[2]): row for row in rows}
    assert set(found) == {(OPENAI, "Q21708200"), (GPT4, "Q1"), (GPT4, "Q2")}
    best, other = found[GPT4, "Q1"], found[GPT4, "Q2"]
    assert float(best.confidence) > float(other.confidence)
    assert best.predicate == SKOS.closeMatch
    assert "2 candidates have the name" in best.comment
    assert "described as" in best.comment
    assert "recon.example" in best.comment
    assert all(row.justification.startswith("semapv:") and not row.author for row in rows)
    assert read_sssom(write_sssom(rows, HEADER))


def ror(request: httpx2.Request) -> httpx2.Response:
    assert "query=OpenAI" in str(request.url)
    items = [
        {
            "id": "https://ror.org/05wx9n238",
            "names": [
                {"value": "OpenAI (United States)", "types": ["ror_display"]},
                {"value": "OpenAI", "types": ["label"]},
            ],
            "links": [{"type": "website", "value": "https://openai.com"}],
            "types": ["company"],
        },
        {"id": "no address", "names": []},
        7,
    ]
    return httpx2.Response(200, json={"items": items})


def test_the_same_web_site_makes_a_proposal_surer(snapshot) -> None:
    (row,) = proposals(snapshot, [OPENAI], RorLookup(fetcher(ror)), TODAY)
    assert row.object == "https://ror.org/05wx9n238"
    assert row.predicate == SKOS.exactMatch
    assert row.justification == "semapv:CompositeMatching"
    assert "both are at openai.com" in row.comment
    assert float(row.confidence) >= 0.9
    assert "ror:05wx9n238" in write_sssom([row], HEADER)


def dump(path: Path, *lines: str) -> Path:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
    return path


ENTITY = json.dumps(
    {
        "id": "Q21708200",
        "labels": {"en": {"language": "en", "value": "OpenAI"}},
        "descriptions": {"en": {"value": "AI research organization"}},
        "aliases": {"en": [{"value": "OpenAI, Inc."}]},
        "claims": {"P856": [{"mainsnak": {"datavalue": {"value": "https://openai.com/"}}}]},
    }
)


@pytest.mark.parametrize("name", ["dump.json", "dump.json.gz"])
def test_a_local_dump_is_read_line_by_line(snapshot, tmp_path, name) -> None:
    path = dump(tmp_path / name, ENTITY, "{broken", '{"id": 3}', '{"id": "Q5", "labels": []}')
    (row,) = proposals(snapshot, [OPENAI, GPT4], DumpLookup(path), TODAY)
    assert row.object == "http://www.wikidata.org/entity/Q21708200"
    assert row.predicate == SKOS.exactMatch


def test_a_dump_that_is_cut_is_told(snapshot, tmp_path) -> None:
    whole = dump(tmp_path / "whole.json.gz", *[ENTITY] * 500).read_bytes()
    (tmp_path / "cut.json.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unreadable, match=r"cut\.json\.gz"):
        proposals(snapshot, [OPENAI], DumpLookup(tmp_path / "cut.json.gz"), TODAY)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_none_is_told(snapshot, body) -> None:
    lookup = RorLookup(fetcher(lambda _: httpx2.Response(200, content=body)))
    with pytest.raises(FetchError, match="answer"):
        proposals(snapshot, [OPENAI], lookup, TODAY)


def test_the_confidence_of_a_candidate_with_every_kind_of_evidence_stays_below_one() -> None:
    tiny, paper = model("acme/tiny"), Iri("https://doi.org/10.1234/tiny")
    quads = [
        (tiny, RDF.type, PG.Model, None),
        (tiny, SCHEMA.name, Literal("Tiny"), None),
        (tiny, PG.homepage, Iri("https://tiny.example"), None),
        (tiny, PG.paper, paper, None),
    ]
    one = LinkCandidate(
        paper, "Tiny", ("acme/tiny",), ("https://tiny.example/",), "a language model"
    )
    weighed = evidence(AcceptedSnapshot(MemoryStore(quads)), tiny, ["Tiny"], one)
    assert len(weighed.lines) >= 4
    assert 0.9 < weighed.score < 1
