"""SPARQL 1.1 Graph Store HTTP Protocol, clause by clause."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from provenance_graph.core.errors import RequestRefused
from provenance_graph.service.http.body import MEMBERS, gunzip

TURTLE = {"content-type": "text/turtle; charset=utf-8"}
G = {"graph": "http://example.org/g"}
BODY = '<http://example.org/a> <http://example.org/b> "c" .'


def triples(client: TestClient, **where: str) -> list[str]:
    reply = client.get("/data", params=where, headers={"accept": "application/n-triples"})
    assert reply.status_code == 200
    return sorted(reply.text.splitlines())


def test_put_makes_a_graph_and_says_created(client: TestClient) -> None:
    assert client.put("/data", params=G, content=BODY, headers=TURTLE).status_code == 201
    assert triples(client, **G) == [BODY]


def test_put_replaces_a_graph_and_says_no_content(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    other = '<http://example.org/x> <http://example.org/b> "d" .'
    assert client.put("/data", params=G, content=other, headers=TURTLE).status_code == 204
    assert triples(client, **G) == [other]


def test_post_merges_into_a_graph(client: TestClient) -> None:
    other = '<http://example.org/x> <http://example.org/b> "d" .'
    assert client.post("/data", params=G, content=BODY, headers=TURTLE).status_code == 201
    assert client.post("/data", params=G, content=other, headers=TURTLE).status_code == 204
    assert triples(client, **G) == [BODY, other]


def test_the_default_graph_is_named_by_default(client: TestClient) -> None:
    url = "/data?default"
    assert client.put(url, content=BODY, headers=TURTLE).status_code == 204
    reply = client.get(url, headers={"accept": "application/n-triples"})
    assert reply.text.splitlines() == [BODY]
    assert client.delete(url).status_code == 204
    assert client.get(url, headers={"accept": "application/n-triples"}).text == ""


def test_delete_removes_a_graph(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    assert client.delete("/data", params=G).status_code == 204
    assert client.get("/data", params=G).status_code == 404
    assert client.delete("/data", params=G).status_code == 404


def test_a_graph_that_is_not_there_is_404(client: TestClient) -> None:
    assert client.get("/data", params=G).status_code == 404
    assert client.head("/data", params=G).status_code == 404


def test_an_empty_graph_exists(client: TestClient) -> None:
    assert client.put("/data", params=G, content="", headers=TURTLE).status_code == 201
    assert client.get("/data", params=G).status_code == 200


def test_head_tells_what_get_would(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    got, head = client.get("/data", params=G), client.head("/data", params=G)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag"):
        assert head.headers[name] == got.headers[name]


def test_a_graph_may_be_the_url_itself(client: TestClient) -> None:
    assert client.put("/data/person/1.ttl", content=BODY, headers=TURTLE).status_code == 201
    assert triples(client, graph="http://testserver/data/person/1.ttl") == [BODY]
    assert client.get("/data/person/1.ttl").status_code == 200
    assert client.delete("/data/person/1.ttl").status_code == 204


def test_relative_iris_in_a_body_are_resolved_against_the_graph(client: TestClient) -> None:
    client.put("/data/dir/doc", content="<x> <y> <> .", headers=TURTLE)
    result = triples(client, graph="http://testserver/data/dir/doc")
    base = "http://testserver/data/dir"
    assert result == [f"<{base}/x> <{base}/y> <{base}/doc> ."]


def test_post_to_the_store_itself_makes_a_graph_and_says_where(client: TestClient) -> None:
    reply = client.post("/data", content=BODY, headers=TURTLE)
    assert reply.status_code == 201
    place = reply.headers["location"]
    assert client.get(place, headers={"accept": "text/turtle"}).status_code == 200
    assert triples(client, graph=place) == [BODY]


def test_multipart_adds_each_part(client: TestClient) -> None:
    parts = [
        ("one.ttl", ("one.ttl", BODY, "text/turtle")),
        ("two.nt", ("two.nt", BODY.replace('"c"', '"d"'), "application/n-triples")),
    ]
    assert client.post("/data", params=G, files=parts).status_code == 201
    assert len(triples(client, **G)) == 2


def test_blank_nodes_of_two_documents_stay_apart(client: TestClient) -> None:
    for _ in range(2):
        client.post("/data", params=G, content="_:x <urn:b> 1 .", headers=TURTLE)
    assert len(triples(client, **G)) == 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/n-triples", BODY),
        ("application/ld+json", '{"@id": "http://example.org/a", "http://example.org/b": "c"}'),
        (
            "application/rdf+xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:e="http://example.org/"><r:Description r:about="http://example.org/a">'
            "<e:b>c</e:b></r:Description></r:RDF>",
        ),
    ],
)
def test_every_rdf_format_is_read(client: TestClient, kind: str, body: str) -> None:
    reply = client.put("/data", params=G, content=body, headers={"content-type": kind})
    assert reply.status_code == 201
    assert triples(client, **G) == [BODY]


@pytest.mark.parametrize("kind", ["text/plain", "application/trig", "image/png", ""])
def test_other_media_types_are_415(client: TestClient, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    assert client.put("/data", params=G, content=BODY.encode(), headers=headers).status_code == 415


def test_a_malformed_document_is_400_and_changes_nothing(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    reply = client.put("/data", params=G, content=f"{BODY} <a> <b>", headers=TURTLE)
    assert reply.status_code == 400
    assert triples(client, **G) == [BODY]


def test_a_remote_json_ld_context_is_not_fetched(client: TestClient) -> None:
    body = '{"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "b": 1}'
    headers = {"content-type": "application/ld+json"}
    assert client.put("/data", params=G, content=body, headers=headers).status_code == 400


def test_a_document_type_definition_is_refused(client: TestClient) -> None:
    body = '<!DOCTYPE r [<!ENTITY a "aaaa">]><r:RDF xmlns:r="urn:x#">&a;</r:RDF>'
    headers = {"content-type": "application/rdf+xml"}
    assert client.put("/data", params=G, content=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "query",
    ["graph=urn:a&graph=urn:b", "graph=urn:a&default", "default&default", "graph=relative"],
)
def test_a_request_names_one_graph_by_an_absolute_iri(client: TestClient, query: str) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        reply = client.request(method, f"/data?{query}", content=b"", headers=TURTLE)
        assert reply.status_code == 400


def test_a_percent_encoded_graph_name_is_decoded_once(client: TestClient) -> None:
    name = "http://example.org/a%20b"
    client.put("/data", params={"graph": name}, content=BODY, headers=TURTLE)
    asked = {"query": "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"}
    rows = client.get("/sparql", params=asked).json()["results"]["bindings"]
    assert rows[0]["g"]["value"] == name


def test_ranges_of_a_graph_are_refused(client: TestClient) -> None:
    headers = {**TURTLE, "content-range": "bytes 0-1/2"}
    assert client.put("/data", params=G, content=BODY, headers=headers).status_code == 400


def test_patch_applies_an_update_to_that_graph_alone(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    headers = {"content-type": "application/sparql-update"}
    text = 'DELETE DATA { <http://example.org/a> <http://example.org/b> "c" } ; INSERT DATA { <http://example.org/a> <http://example.org/b> "d" }'
    assert client.patch("/data", params=G, content=text, headers=headers).status_code == 204
    assert triples(client, **G) == [BODY.replace('"c"', '"d"')]
    outside = "INSERT DATA { GRAPH <urn:other> { <urn:a> <urn:b> 1 } }"
    assert client.patch("/data", params=G, content=outside, headers=headers).status_code == 400


def test_patch_with_another_media_type_is_415(client: TestClient) -> None:
    assert client.patch("/data", params=G, content=BODY, headers=TURTLE).status_code == 415


def test_an_unknown_method_is_405(client: TestClient) -> None:
    reply = client.request("REPORT", "/data", params=G)
    assert reply.status_code == 405
    assert "PUT" in reply.headers["allow"]


def test_a_graph_is_negotiated(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    for kind in ("text/turtle", "application/rdf+xml", "application/ld+json"):
        reply = client.get("/data", params=G, headers={"accept": kind})
        assert reply.headers["content-type"].startswith(kind)
    assert client.get("/data", params=G, headers={"accept": "text/csv"}).status_code == 406


def test_a_graph_that_a_client_has_is_304(client: TestClient) -> None:
    client.put("/data", params=G, content=BODY, headers=TURTLE)
    tag = client.get("/data", params=G).headers["etag"]
    reply = client.get("/data", params=G, headers={"if-none-match": tag})
    assert (reply.status_code, reply.content) == (304, b"")


def test_writes_need_the_token_and_reads_do_not(
    guarded: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples("GRAPH <http://example.org/g> { <urn:a> <urn:b> 1 }")
    assert guarded.get("/data", params=G).status_code == 200
    assert guarded.put("/data", params=G, content=BODY, headers=TURTLE).status_code == 401
    assert guarded.delete("/data", params=G).status_code == 401


def test_a_gzip_body_of_several_members_is_read_whole(client: TestClient) -> None:
    lines = [f'<urn:a> <urn:b> "{n}" .\n'.encode() for n in range(3)]
    body = b"".join(gzip.compress(line) for line in lines)
    headers = {**TURTLE, "content-encoding": "gzip"}
    assert client.put("/data", params=G, content=body, headers=headers).is_success
    assert len(triples(client, **G)) == 3
    assert client.put("/data", params=G, content=body + b"x", headers=headers).status_code == 400
    for cut in (body[:-3], b""):
        assert client.put("/data", params=G, content=cut, headers=headers).status_code == 400
    assert len(triples(client, **G)) == 3


def test_a_gzip_body_of_thousands_of_members_is_refused(client: TestClient) -> None:
    headers = {**TURTLE, "content-encoding": "gzip"}
    body = gzip.compress(b"") * (MEMBERS + 1)
    reply = client.put("/data", params=G, content=body, headers=headers)
    assert reply.status_code == 400
    assert str(MEMBERS) in reply.json()["detail"]
    assert client.put("/data", params=G, content=body[:-20], headers=headers).is_success


@pytest.mark.parametrize("size", [0, 1, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 5_000_003])
def test_what_a_few_bytes_become_comes_out_whole_and_in_pieces(size: int) -> None:
    body = gzip.compress(b" " * size)
    assert gunzip(body * 2, 2 * size + 1) == b" " * (2 * size)
    with pytest.raises(RequestRefused):
        gunzip(body + body[:-1], 2 * size + 1)


def test_a_gzip_body_larger_than_its_pieces_is_read_whole(client: TestClient) -> None:
    lines = b"".join(
        f'<urn:{n}> <urn:b> "{os.urandom(30).hex()}" .\n'.encode() for n in range(4_000)
    )
    body = gzip.compress(lines[:200_010]) + gzip.compress(lines[200_010:])
    assert gunzip(body, len(lines)) == lines
    with pytest.raises(RequestRefused):
        gunzip(body, len(lines) - 1)
