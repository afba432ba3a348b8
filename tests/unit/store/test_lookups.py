"""Look-ups in the serving process: only what is proven small, with the engine's own answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyoxigraph as ox
import pytest
from waiting import PATIENCE

from provenance_graph.store import embedded, lookups
from provenance_graph.store.lookups import Lookups
from provenance_graph.store.pool.published import PublishedState
from provenance_graph.store.sparql.lookup import lookup

JSON = "application/sparql-results+json"
SMALL = [
    "SELECT ?p ?o { <urn:a> ?p ?o }",
    "SELECT * WHERE { <urn:a> <urn:p0> ?o . }",
    "ASK { <urn:a> <urn:p0> 'x' }".replace("'", '"'),
    "PREFIX e: <urn:> SELECT ?x ?y { e:a e:p0 ?x ; e:p1 ?y }",
    "SELECT ?s { ?s <urn:p0> ?o } LIMIT 5",
    "SELECT ?o {\n  <urn:a> a ?o\n}",
]
OTHERS = [
    "SELECT ?x { ?x ?p ?x }",
    "SELECT ?x { ?x <urn:p> ?y . ?y <urn:p> ?z }",
    "SELECT DISTINCT ?p { ?s ?p ?o }",
    "SELECT ?o { <urn:a> <urn:p>* ?o }",
    "SELECT ?o { <urn:a> <urn:p> ?o FILTER(?o > 1) }",
    "SELECT (COUNT(*) AS ?n) { <urn:a> ?p ?o }",
    "SELECT ?o { GRAPH <urn:g> { <urn:a> ?p ?o } }",
    "SELECT ?o FROM <urn:g> { <urn:a> ?p ?o }",
    "SELECT ?nothing { <urn:a> ?p ?o }",
    "SELECT ?o { <a> ?p ?o }",
    "SELECT ?o { <dir/x:y> ?p ?o }",
    "BASE <urn:b> SELECT ?o { <urn:a> ?p ?o }",
    "SELECT ?o { x:a ?p ?o }",
    "SELECT ?o { <urn:a> ?p ?o } LIMIT 5 OFFSET 100000",
    "SELECT ?o { <urn:a> ?p ?o } ORDER BY ?o",
    "SELECT ?o { SERVICE <urn:a> { <urn:a> ?p ?o } }",
    "SELECT ?o { _:a ?p ?o }",
    "DESCRIBE <urn:a>",
    "SELECT ?o { <urn:a> ?p ?o } # " + "x" * 2000,
    "SELECT ?o { <urn:\\u0061> ?p ?o }",
]


@pytest.mark.parametrize("text", SMALL)
def test_a_point_look_up_is_known_by_its_text(text: str) -> None:
    assert lookup(text) is not None


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_left_to_a_worker(text: str) -> None:
    assert lookup(text) is None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lines = [f"<urn:a> <urn:p{n % 5}> {n} .".encode() for n in range(30)]
    lines += [f"<urn:many> <urn:p0> {n} .".encode() for n in range(5_000)]
    lines += [f"<urn:many> <urn:p1> {n} .".encode() for n in range(5_000)]
    lines.append(b'<urn:big> <urn:p0> "' + b"x" * 100_000 + b'" .')
    text = b"\n".join(lines).replace(b" 0 .", b' "x" .')
    embedded.build(tmp_path / "store", text, form=ox.RdfFormat.TURTLE)
    return tmp_path / "store"


async def _opened(root: Path) -> Lookups:
    opened = Lookups(PublishedState(root))
    text = SMALL[0]
    found = lookup(text)
    assert found is not None
    async with asyncio.timeout(PATIENCE):  # its look-ups begin once the state is open
        while opened.answer(text, found, JSON) is None:
            await asyncio.sleep(0.01)
    return opened


@pytest.mark.parametrize("text", SMALL)
def test_the_answer_is_the_engines(root: Path, text: str) -> None:
    async def main() -> None:
        opened, found = await _opened(root), lookup(text)
        assert found is not None
        answer = opened.answer(text, found, JSON)
        assert answer is not None
        folder = PublishedState(root)()[0]
        whole = ox.Store.read_only(folder).query(text).serialize(format=ox.QueryResultsFormat.JSON)
        assert answer.body == whole
        opened.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?o { <urn:many> <urn:p0> ?o }",
        "SELECT * { ?s ?p ?o }",
        "SELECT ?x ?y { <urn:many> <urn:p0> ?x ; <urn:p1> ?y }",
        "SELECT ?o { <urn:big> ?p ?o }",
    ],
)
def test_what_turns_out_large_is_left_to_a_worker(root: Path, text: str) -> None:
    async def main() -> None:
        opened, found = await _opened(root), lookup(text)
        assert found is not None
        assert opened.answer(text, found, JSON) is None
        opened.close()

    asyncio.run(main())


def test_a_new_state_is_never_answered_from_the_old_one(root: Path) -> None:
    async def main() -> None:
        opened = await _opened(root)
        text = "SELECT ?o { <urn:new> <urn:p> ?o }"
        embedded.build(root, b'<urn:new> <urn:p> "now" .', form=ox.RdfFormat.TURTLE)
        found = lookup(text)
        assert found is not None
        async with asyncio.timeout(PATIENCE):
            while (answer := opened.answer(text, found, JSON)) is None:
                await asyncio.sleep(0.01)
        assert b"now" in answer.body
        opened.close()

    asyncio.run(main())


def test_several_patterns_are_joined_only_where_they_have_few_combinations() -> None:
    engine = ox.Store()
    engine.update("INSERT DATA { <urn:a> <urn:p> 1, 2, 3 ; <urn:q> 1, 2 }")
    found = lookup("SELECT * { <urn:a> <urn:p> ?x ; <urn:q> ?y }")
    assert found is not None
    assert lookups._small(engine, found.patterns)
