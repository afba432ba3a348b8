"""SPARQL 1.1 Protocol §2.2: the update operation, clause by clause."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

DIRECT = {"content-type": "application/sparql-update"}
INSERT = "INSERT DATA { <urn:a> <urn:b> 1 }"
SECRET = "a-token-long-enough-for-tests"


def holds(client: TestClient, pattern: str) -> bool:
    reply = client.get("/sparql", params={"query": f"ASK {{ {pattern} }}"})
    return bool(reply.json()["boolean"])


def test_update_by_url_encoded_post(client: TestClient) -> None:
    assert client.post("/update", data={"update": INSERT}).status_code == 204
    assert holds(client, "<urn:a> <urn:b> 1")


def test_update_by_direct_post(client: TestClient) -> None:
    assert client.post("/update", content=INSERT, headers=DIRECT).status_code == 204
    assert holds(client, "<urn:a> <urn:b> 1")


def test_an_acknowledged_update_is_seen_by_the_next_query(client: TestClient) -> None:
    for number in range(20):
        text = f"INSERT DATA {{ <urn:a> <urn:b> {number} }}"
        version = client.post("/update", content=text, headers=DIRECT).headers["x-store-version"]
        assert version
        assert holds(client, f"<urn:a> <urn:b> {number}")


def test_an_update_is_never_run_by_get(client: TestClient) -> None:
    assert client.get("/update", params={"update": INSERT}).status_code == 405
    assert not holds(client, "?s ?p ?o")


def test_two_updates_in_one_request_are_400(client: TestClient) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = "update=CLEAR%20ALL&update=CLEAR%20ALL"
    assert client.post("/update", content=body, headers=headers).status_code == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/sparql-query"])
def test_other_media_types_are_415(client: TestClient, content_type: str) -> None:
    headers = {"content-type": content_type}
    assert client.post("/update", content=INSERT, headers=headers).status_code == 415


def test_a_query_sent_as_an_update_is_400_and_says_where_it_belongs(client: TestClient) -> None:
    reply = client.post("/update", content="SELECT * {}", headers=DIRECT)
    assert reply.status_code == 400
    assert "/sparql" in reply.json()["detail"]


def test_a_malformed_update_changes_nothing(client: TestClient) -> None:
    reply = client.post("/update", content=f"{INSERT} ; DELETE nonsense", headers=DIRECT)
    assert reply.status_code == 400
    assert not holds(client, "?s ?p ?o")


def test_an_update_that_is_not_utf_8_is_refused(client: TestClient) -> None:
    headers = {"content-type": "application/sparql-update; charset=UTF-16"}
    reply = client.post("/update", content=INSERT.encode("utf-16"), headers=headers)
    assert 400 <= reply.status_code < 500


def test_using_graph_uri_is_the_default_graph_of_the_where(
    client: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 } <urn:c> <urn:b> 2 .")
    text = "INSERT { GRAPH <urn:h> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    reply = client.post(
        "/update", params={"using-graph-uri": "urn:g"}, content=text, headers=DIRECT
    )
    assert reply.status_code == 204
    assert holds(client, "GRAPH <urn:h> { <urn:a> <urn:b> 1 }")
    assert not holds(client, "GRAPH <urn:h> { <urn:c> ?p ?o }")


def test_using_named_graph_uri_limits_the_named_graphs(
    client: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 } GRAPH <urn:h> { <urn:c> <urn:b> 2 }")
    text = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
    asked = {"using-named-graph-uri": "urn:g", "update": text}
    assert client.post("/update", data=asked).status_code == 204
    assert holds(client, "<urn:a> <urn:b> 1")
    assert not holds(client, "<urn:c> ?p ?o")


def test_using_graph_uri_reaches_delete_where(
    client: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples("<urn:a> <urn:b> 1 . GRAPH <urn:g> { <urn:c> <urn:b> 2 }")
    asked = {"using-graph-uri": "urn:g", "update": "DELETE WHERE { ?s ?p ?o }"}
    assert client.post("/update", data=asked).status_code == 204
    assert holds(client, "<urn:a> <urn:b> 1")  # it is not what the WHERE saw


@pytest.mark.parametrize(
    "text",
    [
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p 1 } \\u0055SING <urn:g> WHERE { ?s ?p ?o }",
    ],
)
def test_using_in_the_text_and_in_the_parameters_is_400(client: TestClient, text: str) -> None:
    asked = {"using-graph-uri": "urn:h", "update": text}
    assert client.post("/update", data=asked).status_code == 400


def test_relative_iris_of_one_request_are_the_same_in_another(client: TestClient) -> None:
    assert client.post("/update", content="INSERT DATA { <x> <y> <z> }", headers=DIRECT).is_success
    assert holds(client, "<http://testserver/x> ?p ?o")


def test_several_operations_are_all_or_nothing(client: TestClient) -> None:
    text = f"{INSERT} ; CREATE GRAPH <urn:g> ; CREATE GRAPH <urn:g>"
    assert client.post("/update", content=text, headers=DIRECT).status_code == 400
    assert not holds(client, "?s ?p ?o")


@pytest.mark.parametrize("text", ["LOAD <http://127.0.0.1:9/x>", "L\\u004fAD <urn:x>"])
def test_load_is_refused(client: TestClient, text: str) -> None:
    reply = client.post("/update", content=text, headers=DIRECT)
    assert reply.status_code == 400
    assert "network" in reply.json()["detail"]


def test_load_silent_succeeds_and_changes_nothing(client: TestClient) -> None:
    text = f"LOAD SILENT <http://127.0.0.1:9/x> INTO GRAPH <urn:g> ; {INSERT}"
    assert client.post("/update", content=text, headers=DIRECT).status_code == 204
    assert holds(client, "<urn:a> <urn:b> 1")


def test_updates_are_closed_without_writable(serve: Callable[..., TestClient]) -> None:
    reply = serve(writable=False).post("/update", content=INSERT, headers=DIRECT)
    assert reply.status_code == 403
    assert "--writable" in reply.json()["detail"]


def test_an_update_without_its_token_is_401_and_names_the_scheme(guarded: TestClient) -> None:
    reply = guarded.post("/update", content=INSERT, headers=DIRECT)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "value", ["Bearer wrong", "Bearer", "Basic YTpi", f"Bearer {SECRET} x", f"bearer {SECRET[:-1]}"]
)
def test_a_wrong_token_is_401(guarded: TestClient, value: str) -> None:
    headers = {**DIRECT, "authorization": value}
    assert guarded.post("/update", content=INSERT, headers=headers).status_code == 401


def test_the_right_token_writes(guarded: TestClient) -> None:
    headers = {**DIRECT, "authorization": f"Bearer {SECRET}"}
    assert guarded.post("/update", content=INSERT, headers=headers).status_code == 204


def test_guessing_tokens_ends_in_429_and_shuts_nobody_else_out(guarded: TestClient) -> None:
    statuses = [
        guarded.post(
            "/update", content=INSERT, headers={**DIRECT, "authorization": f"Bearer guess-{n}"}
        ).status_code
        for n in range(20)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    headers = {**DIRECT, "authorization": f"Bearer {SECRET}"}
    assert guarded.post("/update", content=INSERT, headers=headers).status_code == 204


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_without_tokens_a_web_page_of_another_origin_cannot_write(
    client: TestClient, headers: dict[str, str]
) -> None:
    reply = client.post("/update", data={"update": INSERT}, headers=headers)
    assert reply.status_code == 403
