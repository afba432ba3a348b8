"""Entity tags by store version: a client that has an answer costs no evaluation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from provenance_graph.service.http.static import Pages

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


def test_what_is_read_under_if_match_is_the_very_thing_or_412(client: TestClient) -> None:
    client.put(
        "/data?graph=urn:g", content="<urn:a> <urn:b> 1 .", headers={"content-type": "text/turtle"}
    )
    tag = client.get("/data?graph=urn:g").headers["etag"]
    for path, match, status in (
        ("/data?graph=urn:g", tag, 200),
        ("/data?graph=urn:g", f'"x", {tag}', 200),
        ("/data?graph=urn:g", "*", 200),
        ("/data?graph=urn:g", '"other"', 412),
        ("/data?graph=urn:none", "*", 404),
        ("/sparql?query=ASK%7B%7D", 'W/"weak"', 412),
        ("/sparql?query=ASK%7B%7D", "*", 200),
        ("/health", '"x"', 412),
    ):
        for method in ("GET", "HEAD"):
            reply = client.request(method, path, headers={"if-match": match})
            assert reply.status_code == status, (method, path, match)
        assert (status == 412) == (
            reply.headers.get("content-type") == "application/problem+json"
            and reply.status_code == 412
        )


def test_an_update_has_no_tag_to_match(client: TestClient) -> None:
    reply = client.post(
        "/update",
        content="INSERT DATA { <urn:a> <urn:b> 1 }",
        headers={"content-type": "application/sparql-update", "if-match": '"x"'},
    )
    assert reply.status_code == 412
    assert "PATCH" in reply.json()["detail"]
    asked = client.get("/sparql", params={"query": "ASK { <urn:a> <urn:b> 1 }"})
    assert asked.json()["boolean"] is False


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


G = {"graph": "urn:g"}
TURTLE = {"content-type": "text/turtle"}
ONE, TWO = "<urn:a> <urn:b> 1 .", "<urn:a> <urn:b> 2 ."


def put(client: TestClient, body: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.put("/data", params=G, content=body, headers={**TURTLE, **named}).status_code


def test_a_write_on_an_older_state_is_412(client: TestClient) -> None:
    assert put(client, ONE) == 201
    seen = client.get("/data", params=G).headers["etag"]
    assert not seen.startswith("W/")
    assert put(client, TWO, if_match=seen) == 204
    assert put(client, ONE, if_match=seen) == 412
    assert (
        put(client, ONE, if_match='"other", ' + client.get("/data", params=G).headers["etag"])
        == 204
    )
    for method in ("DELETE", "PATCH", "POST"):
        headers = {"if-match": seen, "content-type": "text/turtle"}
        if method == "PATCH":
            headers["content-type"] = "application/sparql-update"
        body = "INSERT DATA { <urn:x> <urn:y> 1 }" if method == "PATCH" else ONE
        reply = client.request(method, "/data", params=G, content=body, headers=headers)
        assert reply.status_code == 412
    assert "1" in client.get("/data", params=G).text


def test_a_star_asks_whether_the_graph_exists(client: TestClient) -> None:
    assert put(client, ONE, if_match="*") == 412
    assert put(client, ONE, if_none_match="*") == 201
    assert put(client, TWO, if_none_match="*") == 412
    assert put(client, TWO, if_match="*") == 204


def test_a_star_never_makes_304_of_what_is_not_there(client: TestClient) -> None:
    star = {"if-none-match": "*"}
    assert client.get("/data", params={"graph": "urn:none"}, headers=star).status_code == 404
    assert client.get("/doc/model/no/such", headers=star).status_code == 404
    assert client.get("/sparql", params={"query": "ASK {"}, headers=star).status_code == 400
    assert client.get("/sparql", params={"query": "ASK {}"}, headers=star).status_code == 304


def test_a_compressed_graph_has_a_tag_of_its_own_that_matches_too(client: TestClient) -> None:
    many = "".join(f"<urn:a> <urn:b> {n} ." for n in range(200))
    put(client, many)
    plain = client.get("/data", params=G, headers={"accept-encoding": "identity"}).headers["etag"]
    coded = client.get("/data", params=G, headers={"accept-encoding": "gzip"}).headers["etag"]
    assert plain != coded
    for tag in (plain, coded):
        reply = client.get("/data", params=G, headers={"if-none-match": tag})
        assert reply.status_code == 304
    assert put(client, many, if_match=coded) == 204


def test_several_lines_of_tags_are_one_list(client: TestClient) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/openapi.json", "/ns?format=ttl"):
        tag = client.get(path).headers["etag"]
        lines = [("if-none-match", '"other"'), ("if-none-match", tag)]
        assert client.get(path, headers=lines).status_code == 304, path


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Fri, 01 Jan 99999999999999999999 00:00:00 GMT"}, 200),
        ({"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT", "if-none-match": '"other"'}, 200),
    ],
)
def test_a_file_has_a_time_which_counts_where_no_tag_is_sent(
    tmp_path: Path, sent: dict[str, str], status: int
) -> None:
    (tmp_path / "a.js").write_text("1", "utf-8")
    pages = Pages(tmp_path)
    app = Starlette(routes=[Route("/{path:path}", pages.answer)])
    with TestClient(app) as files:
        assert "last-modified" in files.get("/a.js").headers
        assert files.get("/a.js", headers=sent).status_code == status
