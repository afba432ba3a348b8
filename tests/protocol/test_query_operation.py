"""SPARQL 1.1 Protocol §2.1: the query operation, clause by clause."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from provenance_graph.core.errors import QueryCrashed, QueryTimeout, QueryTooLarge, StoreError
from provenance_graph.core.resources import folder
from provenance_graph.store.sparql.vocabulary import check_terms

FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}
Load = Callable[[str], None]
Serve = Callable[..., TestClient]


def test_query_by_get(client: TestClient) -> None:
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_query_by_url_encoded_post(client: TestClient) -> None:
    assert client.post("/sparql", data={"query": "ASK {}"}).json()["boolean"] is True


def test_query_by_direct_post(client: TestClient) -> None:
    assert client.post("/sparql", content="ASK {}", headers=DIRECT).json()["boolean"] is True


def test_the_endpoint_answers_with_a_slash_too(client: TestClient) -> None:
    assert client.get("/sparql/", params={"query": "ASK {}"}).status_code == 200


def test_post_form_decodes_the_query_once(client: TestClient) -> None:
    reply = client.post("/sparql", data={"query": 'SELECT ("100%25" AS ?x) {}'})
    assert reply.json()["results"]["bindings"][0]["x"]["value"] == "100%25"


def test_a_plus_in_a_form_is_a_space(client: TestClient) -> None:
    reply = client.post("/sparql", content="query=ASK+%7B%7D", headers=FORM)
    assert reply.json()["boolean"] is True


def test_a_charset_of_utf_8_is_taken(client: TestClient) -> None:
    headers = {"content-type": "application/sparql-query; charset=UTF-8"}
    assert client.post("/sparql", content="ASK {}", headers=headers).status_code == 200


def test_head_answers_like_get_without_a_body(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": "ASK {}"})
    reply = client.head("/sparql", params={"query": "ASK {}"})
    assert reply.status_code == 200
    assert reply.content == b""
    assert reply.headers["content-length"] == got.headers["content-length"]


def test_head_of_a_bad_query_has_no_body_either(client: TestClient) -> None:
    reply = client.head("/sparql", params={"query": "SELECT"})
    assert (reply.status_code, reply.content) == (400, b"")


def test_a_parameter_chooses_the_default_graph(client: TestClient, load_triples: Load) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 }")
    asked = {"query": "ASK { <urn:a> ?p ?o }"}
    assert client.get("/sparql", params=asked).json()["boolean"] is False
    asked["default-graph-uri"] = "urn:g"
    assert client.get("/sparql", params=asked).json()["boolean"] is True


def test_several_default_graphs_are_merged(client: TestClient, load_triples: Load) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 } GRAPH <urn:h> { <urn:a> <urn:b> 2 }")
    asked = {"query": "SELECT ?o { <urn:a> ?p ?o }", "default-graph-uri": ["urn:g", "urn:h"]}
    assert len(client.get("/sparql", params=asked).json()["results"]["bindings"]) == 2


def test_a_parameter_chooses_the_named_graphs(client: TestClient, load_triples: Load) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 } GRAPH <urn:h> { <urn:a> <urn:b> 2 }")
    asked = {"query": "SELECT ?g { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": "urn:h"}
    rows = client.get("/sparql", params=asked).json()["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == ["urn:h"]


def test_named_graphs_alone_leave_the_default_graph_empty(
    client: TestClient, load_triples: Load
) -> None:
    load_triples("<urn:a> <urn:b> 1 . GRAPH <urn:g> { <urn:a> <urn:b> 1 }")
    asked = {"query": "ASK { ?s ?p ?o }", "named-graph-uri": "urn:g"}
    assert client.get("/sparql", params=asked).json()["boolean"] is False


def test_the_protocols_dataset_wins_over_from(client: TestClient, load_triples: Load) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 } GRAPH <urn:h> { <urn:c> <urn:b> 2 }")
    asked = {"query": "SELECT ?s FROM <urn:g> { ?s ?p ?o }", "default-graph-uri": "urn:h"}
    rows = client.get("/sparql", params=asked).json()["results"]["bindings"]
    assert [row["s"]["value"] for row in rows] == ["urn:c"]


def test_dataset_parameters_may_stand_beside_a_direct_post(
    client: TestClient, load_triples: Load
) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 }")
    where = {"default-graph-uri": "urn:g"}
    reply = client.post("/sparql", params=where, content="ASK { ?s ?p ?o }", headers=DIRECT)
    assert reply.json()["boolean"] is True


def test_relative_iris_are_resolved_against_the_service(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "SELECT (<x> AS ?y) {}"})
    value = reply.json()["results"]["bindings"][0]["y"]["value"]
    assert value == "http://testserver/x"


def test_a_version_of_sparql_may_be_declared(client: TestClient) -> None:
    for text in ('VERSION "1.2" ASK {}', 'version "1.1"\nPREFIX e: <urn:e:> ASK {}'):
        assert client.get("/sparql", params={"query": text}).json()["boolean"] is True


def test_a_term_that_the_ontology_has_not_is_told_with_near_ones(serve: Serve) -> None:
    client = serve(raw=False)
    asked = "SELECT ?m {\n ?m pg:contextLenght ?n }"
    reply = client.get("/sparql", params={"query": asked})
    assert reply.status_code == 400
    assert "line 2" in reply.json()["detail"]
    assert "pg:contextLength" in reply.json()["detail"]
    whole = "ASK { ?m <https://w3id.org/provenance-graph/ns#contextLenght> ?n }"
    assert client.get("/sparql", params={"query": whole}).status_code == 200


def test_every_term_of_the_stored_questions_is_in_the_ontology() -> None:
    for file in folder("queries").rglob("*.rq"):
        check_terms(file.read_text("utf-8"))


@pytest.mark.parametrize("query", ["SELECT", "", "SELECT * { ?s ?p }", "nonsense", "ASK {} }"])
def test_a_malformed_query_is_400_with_an_explanation(client: TestClient, query: str) -> None:
    reply = client.get("/sparql", params={"query": query})
    assert reply.status_code == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert len(reply.json()["detail"]) > 10
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_and_say_which_work(client: TestClient, method: str) -> None:
    reply = client.request(method, "/sparql", params={"query": "ASK {}"})
    assert reply.status_code == 405
    assert "POST" in reply.headers["allow"]


def test_two_queries_in_one_get_are_400(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": ["ASK {}", "SELECT * {}"]})
    assert reply.status_code == 400


def test_two_queries_in_one_form_are_400(client: TestClient) -> None:
    reply = client.post("/sparql", content="query=ASK%7B%7D&query=ASK%7B%7D", headers=FORM)
    assert reply.status_code == 400


def test_a_query_in_url_and_body_is_400(client: TestClient) -> None:
    asked = {"query": "ASK {}"}
    assert client.post("/sparql", params=asked, content="ASK {}", headers=DIRECT).status_code == 400
    assert client.post("/sparql", params=asked, data=asked).status_code == 400


@pytest.mark.parametrize(
    "content_type", ["text/plain", "", "application/json", "application/sparql-update"]
)
def test_other_media_types_are_415(client: TestClient, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    reply = client.post("/sparql", content=b"ASK {}", headers=headers)
    assert reply.status_code == 415
    assert "application/sparql-query" in reply.json()["detail"]


def test_a_form_body_needs_its_media_type(client: TestClient) -> None:
    assert client.post("/sparql", content=b"query=ASK%20%7B%7D").status_code == 415


def test_a_charset_other_than_utf_8_is_refused(client: TestClient) -> None:
    headers = {"content-type": "application/sparql-query; charset=UTF-16"}
    body = "ASK {}".encode("utf-16")
    assert client.post("/sparql", content=body, headers=headers).status_code == 415


@pytest.mark.parametrize("body", [b"\xff\xfeA\x00", b"ASK { ?s ?p '\xc3' }"])
def test_bytes_that_are_not_utf_8_are_400(client: TestClient, body: bytes) -> None:
    assert client.post("/sparql", content=body, headers=DIRECT).status_code == 400


def test_percent_encoded_bytes_that_are_not_utf_8_are_400(client: TestClient) -> None:
    assert client.get("/sparql?query=ASK%20%7B%7D%20%23%ff").status_code == 400


def test_an_update_sent_as_a_query_is_400_and_says_where_it_belongs(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "INSERT DATA { <urn:a> <urn:b> 1 }"})
    assert reply.status_code == 400
    assert "/update" in reply.json()["detail"]


def test_an_update_hidden_by_escapes_is_still_an_update(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "\\u0043LEAR ALL"})
    assert reply.status_code == 400
    assert "/update" in reply.json()["detail"]


def test_an_update_parameter_in_a_get_is_400(client: TestClient) -> None:
    assert client.get("/sparql", params={"update": "CLEAR ALL"}).status_code == 400


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["relative", "", "urn:a b", "urn:<x>"])
def test_a_graph_that_is_no_iri_is_400(client: TestClient, name: str, value: str) -> None:
    reply = client.get("/sparql", params={"query": "ASK {}", name: value})
    assert reply.status_code == 400


def test_a_thousand_parameters_are_enough(client: TestClient) -> None:
    many = "&".join(f"x{n}=1" for n in range(2000))
    assert client.get(f"/sparql?query=ASK%7B%7D&{many}").status_code == 400


def test_a_bare_get_gives_the_service_description(client: TestClient) -> None:
    reply = client.get("/sparql", headers={"accept": "text/turtle"})
    assert reply.status_code == 200
    assert "http://testserver/sparql" in reply.text
    assert "SPARQL11Query" in reply.text


def test_the_service_description_lists_the_named_graphs(
    client: TestClient, load_triples: Load
) -> None:
    load_triples("GRAPH <urn:g> { <urn:a> <urn:b> 1 }")
    assert "<urn:g>" in client.get("/sparql?format=turtle").text


@pytest.mark.parametrize("accept", ["application/rdf+xml", "application/ld+json", "text/turtle"])
def test_the_service_description_is_negotiated(client: TestClient, accept: str) -> None:
    reply = client.get("/sparql", headers={"accept": accept})
    assert reply.headers["content-type"].startswith(accept)


def test_a_browser_gets_the_workbench(client: TestClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = client.get("/sparql", headers={"accept": accept})
    assert reply.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in reply.headers["content-security-policy"]


def test_a_preflight_is_answered(client: TestClient) -> None:
    headers = {"origin": "http://example.org", "access-control-request-method": "POST"}
    reply = client.options("/sparql", headers=headers)
    assert reply.status_code == 204
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_every_answer_may_be_read_by_other_origins(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "ASK {}"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (QueryTimeout("stopped after 10 s"), 504),
        (QueryTooLarge("too large"), 422),
        (QueryCrashed("died"), 422),
        (StoreError("/srv/secrets/graph: no disk"), 503),
        (RuntimeError("a bug with secrets"), 500),
    ],
)
def test_what_fails_is_an_error_status_and_never_part_of_an_answer(
    client: TestClient, engine: object, failure: Exception, status: int
) -> None:
    engine.failure = failure  # type: ignore[attr-defined]
    reply = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert "secrets" not in reply.text


def test_an_answer_over_the_row_limit_is_refused_not_cut(serve: Callable[..., TestClient]) -> None:
    client = serve(rows=2)
    assert (
        client.get("/sparql", params={"query": "SELECT * { VALUES ?x {1 2} }"}).status_code == 200
    )
    for accept in ("text/csv", "application/sparql-results+json", "application/xml"):
        asked = {"query": "SELECT * { VALUES ?x {1 2 3} }"}
        reply = client.get("/sparql", params=asked, headers={"accept": accept})
        assert reply.status_code == 422
        assert "LIMIT" in reply.json()["detail"]


def test_a_timeout_above_the_usual_needs_a_token(guarded: TestClient) -> None:
    asked = {"query": "ASK {}", "timeout": "5"}
    assert guarded.get("/sparql", params=asked).status_code == 200
    asked["timeout"] = "60"
    assert guarded.get("/sparql", params=asked).status_code == 401
    headers = {"authorization": "Bearer a-token-long-enough-for-tests"}
    assert guarded.get("/sparql", params=asked, headers=headers).status_code == 200
    asked["timeout"] = "9999"
    assert guarded.get("/sparql", params=asked, headers=headers).status_code == 400


@pytest.mark.parametrize("timeout", ["0", "-1", "soon", "nan", "inf"])
def test_a_timeout_that_is_no_time_is_400(client: TestClient, timeout: str) -> None:
    assert client.get("/sparql", params={"query": "ASK {}", "timeout": timeout}).status_code == 400


def test_a_query_has_no_day_and_says_where_one_is_answered(client: TestClient) -> None:
    result = client.get("/sparql", params={"query": "ASK {}", "asOf": "2025-01-01"})
    assert result.status_code == 400
    assert "/api/v1/questions/" in result.json()["detail"]
    posted = client.post("/sparql?asOf=2025-01-01", content="ASK {}", headers=DIRECT)
    assert posted.status_code == 400
    form = client.post("/sparql", data={"query": "ASK {}", "asOf": "2025-01-01"})
    assert form.status_code == 400


def test_the_projects_prefixes_need_no_declaration(serve: Callable[..., TestClient]) -> None:
    client = serve(raw=False)
    asked = {"query": "ASK { ?s pg:contextLength ?o ; dcterms:title ?t }"}
    assert client.get("/sparql", params=asked).status_code == 200
    own = {"query": "PREFIX pg: <urn:mine:> SELECT * { BIND(pg:x AS ?v) }"}
    assert "urn:mine:x" in client.get("/sparql", params=own).text


def test_an_unknown_prefix_is_told_with_its_place_and_what_is_near(
    serve: Callable[..., TestClient],
) -> None:
    reply = serve(raw=False).get("/sparql", params={"query": "ASK {\n ?s dctrms:title ?o }"})
    assert reply.status_code == 400
    detail = reply.json()["detail"]
    assert "line 2" in detail
    assert "dcterms:" in detail
    assert len(detail) < 300


@pytest.mark.parametrize("path", ["/sparql", "/update", "/data"])
def test_the_openapi_document_describes_the_protocols(client: TestClient, path: str) -> None:
    described = client.get("/openapi.json").json()["paths"][path]
    for operation in described.values():
        assert operation["summary"]
        assert "503" in operation["responses"]
    assert ("get" in described) == (path != "/update")
