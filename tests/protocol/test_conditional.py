"""Entity tags by store version: a client that has an answer costs no evaluation."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

ASKED = {"query": "SELECT * { ?s ?p ?o }"}


def test_the_same_data_gives_the_same_tag(client: TestClient) -> None:
    first, second = (client.get("/sparql", params=ASKED) for _ in range(2))
    assert first.headers["etag"] == second.headers["etag"]


def test_a_client_that_has_the_answer_gets_304_before_the_engine_is_asked(
    client: TestClient, engine: object
) -> None:
    tag = client.get("/sparql", params=ASKED).headers["etag"]
    before = engine.asked  # type: ignore[attr-defined]
    reply = client.get("/sparql", params=ASKED, headers={"if-none-match": tag})
    assert (reply.status_code, reply.content) == (304, b"")
    assert reply.headers["etag"] == tag
    assert engine.asked == before  # type: ignore[attr-defined]


def test_a_write_changes_the_tag(client: TestClient, load_triples: Callable[[str], None]) -> None:
    tag = client.get("/sparql", params=ASKED).headers["etag"]
    load_triples("<urn:a> <urn:b> 1")
    reply = client.get("/sparql", params=ASKED, headers={"if-none-match": tag})
    assert reply.status_code == 200
    assert len(reply.json()["results"]["bindings"]) == 1


def test_another_format_has_another_tag(client: TestClient) -> None:
    tags = {
        client.get("/sparql", params=ASKED, headers={"accept": accept}).headers["etag"]
        for accept in ("text/csv", "application/json")
    }
    assert len(tags) == 2


def test_a_post_has_no_304(client: TestClient) -> None:
    tag = client.get("/sparql", params=ASKED).headers["etag"]
    assert client.post("/sparql", data=ASKED, headers={"if-none-match": tag}).status_code == 200


def test_a_query_that_changes_by_itself_has_no_tag(client: TestClient, engine: object) -> None:
    for word in ("NOW()", "RAND()", "UUID()", "STRUUID()", "\\u004eOW()"):
        asked = {"query": f"SELECT ({word} AS ?x) {{}}"}
        before = engine.asked  # type: ignore[attr-defined]
        for _ in range(2):
            assert "etag" not in client.get("/sparql", params=asked).headers
        assert engine.asked == before + 2  # type: ignore[attr-defined]


def test_the_same_question_again_is_answered_from_memory(
    client: TestClient, engine: object
) -> None:
    first = client.post("/sparql", data=ASKED)
    before = engine.asked  # type: ignore[attr-defined]
    assert client.post("/sparql", data=ASKED).content == first.content
    assert engine.asked == before  # type: ignore[attr-defined]


def test_an_answer_from_memory_is_of_the_dataset_asked_for(
    client: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 }")
    assert not client.get("/sparql", params=ASKED).json()["results"]["bindings"]
    asked = {**ASKED, "default-graph-uri": "urn:g"}
    assert client.get("/sparql", params=asked).json()["results"]["bindings"]
