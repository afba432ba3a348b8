"""What stands around the protocol: health, metrics, pages, linked data, bounds, fairness."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from provenance_graph.core.errors import (
    QueryRefused,
    QueryTimeout,
    StoreBusy,
    StoreError,
    Unreadable,
    UsageError,
)
from provenance_graph.model.search.index import _offset as search_offset
from provenance_graph.service import settings as config
from provenance_graph.service.api.common.tables import offset
from provenance_graph.service.app import create_app
from provenance_graph.service.http.limits import Bucket, Clients, Fairness
from provenance_graph.service.http.problems import problem_of
from provenance_graph.service.http.static import Pages
from provenance_graph.store.uploads import pack, to_ntriples

DIRECT = {"content-type": "application/sparql-query"}
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
Load = Callable[[str], None]


def test_the_service_description_lists_named_graphs_page_by_page(
    client: TestClient, load_triples: Callable[[str], None]
) -> None:
    load_triples(" ".join(f"GRAPH <urn:g{n:04}> {{ <urn:a> <urn:b> {n} }}" for n in range(250)))
    pages = [client.get(f"/sparql?graphs={start}&format=nt").text for start in (0, 100, 200)]
    assert [page.count("service-description#NamedGraph") for page in pages] == [100, 100, 50]
    assert "100 of 250 named graphs" in pages[0]
    assert "?graphs=100>" in pages[0]
    assert "?graphs=" not in pages[2]
    assert client.get("/sparql?graphs=x").status_code == 400


def test_health_is_ready_and_tells_the_version(client: TestClient) -> None:
    reply = client.get("/health")
    assert reply.status_code == 200
    assert reply.json()["status"] == "ready"
    assert reply.json()["version"] == "v1"


def test_health_says_why_it_is_not_ready(client: TestClient, engine: object) -> None:
    engine.failure = QueryTimeout("nobody answers")  # type: ignore[attr-defined]
    reply = client.get("/health")
    assert reply.status_code == 503
    assert reply.json()["reason"] == "nobody answers"


def test_metrics_count_requests_by_route_and_status(client: TestClient) -> None:
    client.get("/sparql", params={"query": "ASK {}"})
    client.get("/sparql", params={"query": "nonsense"})
    text = client.get("/metrics").text
    start = 'provenance_graph_http_requests_total{method="GET",route="sparql",status='
    assert f'{start}"200"}} 1.0' in text
    assert f'{start}"400"}} 1.0' in text


def test_metrics_do_not_grow_with_what_clients_make_up(client: TestClient) -> None:
    for n in range(20):
        client.request(f"M{n}", f"/nowhere/{n}")
    assert client.get("/metrics").text.count('route="page"') < 20


def test_every_answer_has_an_id_that_its_problem_repeats(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "nonsense"})
    assert reply.json()["instance"] == f"urn:request:{reply.headers['x-request-id']}"


def test_the_access_log_is_one_json_object_a_line(
    serve: Callable[..., TestClient], tmp_path: Path
) -> None:
    log = tmp_path / "access.log"
    client = serve(access_log=str(log), slow_log_seconds=0.0)
    client.get("/sparql", params={"query": "ASK {}\n#x"}, headers={"user-agent": 'a"\nb'})
    client.get("/x%0a%22y")
    client.app.state.service.log.close()  # type: ignore[attr-defined]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["slow-query", "request", "request"]
    assert lines[0]["id"] == lines[1]["id"]
    assert lines[0]["query"] == "ASK {}\n#x"
    assert lines[1]["status"] == 200


def test_answers_cannot_be_taken_for_another_type(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "ASK {}"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_a_body_above_the_limit_is_413(serve: Callable[..., TestClient]) -> None:
    client = serve(body_mb=1, query_kb=10_000)
    reply = client.post("/sparql", content=b"#" * (1 << 20) + b"xx", headers=DIRECT)
    assert reply.status_code == 413


def test_a_body_is_bounded_after_decompression_too(serve: Callable[..., TestClient]) -> None:
    client = serve(body_mb=1)
    headers = {**DIRECT, "content-encoding": "gzip"}
    reply = client.post("/sparql", content=gzip.compress(b"ASK {}"), headers=headers)
    assert reply.json()["boolean"] is True
    bomb = gzip.compress(b"#" * (2 << 20))
    assert client.post("/sparql", content=bomb, headers=headers).status_code == 413
    headers["content-encoding"] = "br"
    assert client.post("/sparql", content=b"x", headers=headers).status_code == 415


def test_a_query_above_the_limit_of_text_is_refused(client: TestClient) -> None:
    reply = client.post("/sparql", content="ASK {} #" + "x" * 200_000, headers=DIRECT)
    assert reply.status_code == 400
    assert "longer" in reply.json()["detail"]


def test_too_many_refused_requests_are_429_with_the_time_to_wait(
    serve: Callable[..., TestClient],
) -> None:
    client = serve(client_errors=3)
    statuses = [client.get("/sparql", params={"query": f"bad {n}"}).status_code for n in range(6)]
    assert statuses[0] == 400
    assert statuses[-1] == 429
    reply = client.get("/sparql", params={"query": "ASK { ?new ?one ?here }"})
    assert int(reply.headers["retry-after"]) >= 1


def test_an_allowance_refills_within_a_minute() -> None:
    bucket = Bucket(60, now=0)
    bucket.take(90, now=0)
    assert bucket.wait(now=0) == 31
    assert bucket.wait(now=32) == 0


def test_clients_that_are_idle_are_forgotten() -> None:
    clients = Clients(Fairness(), lambda: 0.0)
    for n in range(10_050):
        clients.admit(str(n))
    assert len(clients._known) <= 10_000


def test_docs_come_from_here_alone(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert client.get("/docs/page.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_a_browser_gets_the_page_for_places_inside_it(client: TestClient) -> None:
    for path in ("/", "/models/org/name", "/compare"):
        reply = client.get(path, headers=BROWSER)
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_nobody_else_gets_a_page_for_what_is_not_there(client: TestClient) -> None:
    reply = client.get("/nowhere", headers={"accept": "application/json"})
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_files_of_the_page_are_kept_by_name_for_ever(tmp_path: Path, engine: object) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "a-1234.js").write_text("1")
    (tmp_path / ".hidden").write_text("x")
    settings = config.Settings(access_log="")
    app = create_app(engine, settings=settings, static=tmp_path)  # type: ignore[arg-type]
    client = TestClient(app)
    reply = client.get("/assets/a-1234.js")
    assert reply.headers["content-type"].startswith("text/javascript")
    assert "immutable" in reply.headers["cache-control"]
    tag = reply.headers["etag"]
    assert client.get("/assets/a-1234.js", headers={"if-none-match": tag}).status_code == 304
    for path in ("/.hidden", "/assets/../index.html/..", "/assets/%2e%2e/%2e%2e/etc/passwd"):
        assert client.get(path, headers={"accept": "*/*"}).status_code in (200, 404)
    page = client.get("/models/a/b", headers=BROWSER)
    held = {**BROWSER, "if-none-match": page.headers["etag"]}
    for path in ("/", "/models/a/b", "/sparql"):
        assert client.get(path, headers=held).status_code == 304
    without = Starlette(routes=[Route("/", Pages(None).answer)])
    assert TestClient(without).get("/").status_code == 200


def test_a_thing_leads_a_browser_to_the_page_and_others_to_rdf(client: TestClient) -> None:
    path = "/id/model/org/name-1.5"
    reply = client.get(path, headers=BROWSER)
    assert (reply.status_code, reply.headers["location"]) == (303, "/models/org/name-1.5")
    reply = client.get(path, headers={"accept": "text/turtle"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/doc/model/org/name-1.5")
    assert reply.headers["vary"] == "Accept"


def test_a_document_tells_what_is_known_and_who_says_so(
    client: TestClient, load_triples: Load
) -> None:
    entity = "https://w3id.org/provenance-graph/id/model/org/name"
    load_triples(
        f"<{entity}> <urn:p> 1 . <urn:child> <urn:from> <{entity}> . "
        f"GRAPH <urn:record> {{ <{entity}> <urn:p> 1 }}"
    )
    reply = client.get("/doc/model/org/name", headers={"accept": "application/n-triples"})
    assert reply.status_code == 200
    assert f"<{entity}> <urn:p>" in reply.text
    assert f"<urn:child> <urn:from> <{entity}>" in reply.text
    assert "<http://purl.org/dc/terms/source> <urn:record>" in reply.text
    assert 'rel="alternate"' in reply.headers["link"]


@pytest.mark.parametrize("kind", ["text/turtle", "application/ld+json", "application/rdf+xml"])
def test_a_document_is_negotiated(client: TestClient, load_triples: Load, kind: str) -> None:
    load_triples("<https://w3id.org/provenance-graph/id/x> <urn:p> 1")
    reply = client.get("/doc/x", headers={"accept": kind})
    assert reply.headers["content-type"].startswith(kind)


def test_a_thing_that_nobody_knows_is_404(client: TestClient) -> None:
    assert client.get("/doc/model/nobody/knows").status_code == 404


def test_a_name_cannot_break_out_of_its_iri(client: TestClient) -> None:
    for path in ("/doc/x%3E%20%3Fp%20%3Fo", "/doc/%0a", "/id/%7B%7D", "/doc/%ff"):
        assert client.get(path).status_code in (303, 400, 404)


def test_void_counts_what_is_there(client: TestClient, load_triples: Load) -> None:
    load_triples("<urn:a> a <urn:C> . <urn:b> a <urn:C> ")
    reply = client.get("/.well-known/void", headers={"accept": "application/n-triples"})
    assert reply.status_code == 200
    assert '<http://rdfs.org/ns/void#triples> "2"' in reply.text
    assert '<http://rdfs.org/ns/void#entities> "2"' in reply.text


def test_the_vocabulary_and_the_context_are_served(client: TestClient) -> None:
    assert client.get("/ns", headers={"accept": "text/turtle"}).status_code == 200
    reply = client.get("/ns", headers=BROWSER)
    assert reply.headers["content-type"].startswith("text/html")
    assert 'id="contextLength"' in reply.text
    assert (
        client.get("/ns?format=ttl", headers=BROWSER)
        .headers["content-type"]
        .startswith("text/turtle")
    )
    context = client.get("/context.jsonld")
    assert context.headers["content-type"] == "application/ld+json"
    assert context.json()["@context"]["pg"].endswith("/ns#")


def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy(
    serve: Callable[..., TestClient], tmp_path: Path
) -> None:
    for trusted, expected in (("", "testclient"), ("testclient", "9.9.9.9")):
        log = tmp_path / f"log-{trusted}"
        client = serve(access_log=str(log), trusted_proxies=trusted)
        client.get("/health", headers={"x-forwarded-for": "1.1.1.1, 9.9.9.9"})
        client.app.state.service.log.close()  # type: ignore[attr-defined]
        assert json.loads(log.read_text().splitlines()[0])["client"] == expected


def test_the_rest_api_is_fair_and_knows_head_and_preflight(
    serve: Callable[..., TestClient],
) -> None:
    client = serve(client_errors=5)
    assert client.options("/api/v1/models").status_code == 204
    got, head = client.get("/openapi.json"), client.head("/openapi.json")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    statuses = [client.get(f"/api/v1/none/{n}").status_code for n in range(9)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_the_address_that_the_last_trusted_proxy_saw_counts(
    serve: Callable[..., TestClient], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    client = serve(trusted_proxies="testclient,10.0.0.1", access_log=str(log))
    reported = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2, 10.0.0.1")]
    client.get("/health", headers=reported)
    client.app.state.service.log.close()  # type: ignore[attr-defined]
    assert json.loads(log.read_text().splitlines()[-1])["client"] == "2.2.2.2"


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ("203.0.113.7:4711", "203.0.113.7"),  # with the port of each connection
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("198.51.100.2, ::ffff:10.0.0.1", "198.51.100.2"),  # the trusted one, as IPv6
        ("198.51.100.2, 10.0.0.1:8080", "198.51.100.2"),
        ("198.51.100.2,,", "198.51.100.2"),
    ],
)
def test_an_address_counts_as_one_however_a_proxy_writes_it(
    serve: Callable[..., TestClient], tmp_path: Path, reported: str, expected: str
) -> None:
    log = tmp_path / "log"
    client = serve(trusted_proxies="testclient, 10.0.0.1", access_log=str(log))
    client.get("/health", headers={"x-forwarded-for": reported})
    client.app.state.service.log.close()  # type: ignore[attr-defined]
    assert json.loads(log.read_text().splitlines()[-1])["client"] == expected


def test_a_preflight_allows_what_clients_send(client: TestClient) -> None:
    asked = {
        "origin": "https://a.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-requested-with",
    }
    allowed = client.options("/sparql", headers=asked).headers["access-control-allow-headers"]
    for name in ("x-requested-with", "if-match", "prefer", "range", "authorization"):
        assert name in allowed.lower()


@pytest.mark.parametrize("cursor", ["²", "٣", "-1", "1e3", "9" * 30])
def test_a_cursor_that_is_no_number_is_400(cursor: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        offset(cursor)
    with pytest.raises(UsageError, match="cursor"):
        search_offset(cursor)


def test_a_document_type_is_refused_wherever_it_stands() -> None:
    late = b"<!--" + b"x" * 300_000 + b"--><!DOCTYPE r [<!ENTITY e 'x'>]><r/>"
    with pytest.raises(QueryRefused, match="document type"):
        to_ntriples(pack(late, "application/rdf+xml", "http://x/"))


@pytest.mark.parametrize(
    "attributes",
    [
        " ".join(f'xmlns:a{n}="urn:a"' for n in range(1_001)),
        " ".join(f'a:p{n}="1"' for n in range(1_001)),
    ],
)
def test_rdf_xml_with_very_many_attributes_of_one_element_is_refused(attributes: str) -> None:
    """The reader looks each of them up among all: 50,000 took it ten seconds."""
    head = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a">'
    document = f'{head}<rdf:Description rdf:about="urn:x" {attributes}/></rdf:RDF>'
    with pytest.raises(QueryRefused, match="at most 1000 of one element"):
        to_ntriples(pack(document.encode(), "application/rdf+xml", "http://x/"))


@pytest.mark.parametrize("encoding", ["UTF-7", "shift_jis", "nonsense"])
def test_rdf_xml_in_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?><a/>'
    with pytest.raises(Unreadable, match="send UTF-8"):
        to_ntriples(pack(document.encode(), "application/rdf+xml", "http://x/"))


@pytest.mark.parametrize("closed", [True, False])
def test_elements_that_are_nested_deep_cost_no_more_than_others(closed: bool) -> None:
    """The reader's time grows with the square of the depth: 200 kB of it took a second."""
    start = b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a:">'
    deep = start + b"<a:b><a:c>" * 600 + (b"</a:c></a:b>" * 600 + b"</r:RDF>" if closed else b"")
    with pytest.raises(QueryRefused, match="nested more than 1000 deep"):
        to_ntriples(pack(deep, "application/rdf+xml", "http://x/"))
    flat = start + b"<a:b r:about='urn:s'><a:c>v</a:c></a:b>" * 600 + b"</r:RDF>"
    assert to_ntriples(pack(flat, "application/rdf+xml", "http://x/")).count(b"\n") == 1200


def test_xml_that_is_not_well_formed_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 2: mismatched tag"):
        to_ntriples(pack(b"<r>\n<a></b></r>", "application/rdf+xml", "http://x/"))


def test_what_the_store_says_names_no_path_of_the_machine(client: TestClient, engine: Any) -> None:
    engine.failure = StoreError("/srv/secrets/graph/CURRENT is damaged; use restore")
    reported = client.get("/health")
    assert reported.status_code == 503
    assert "secrets" not in reported.text
    assert "restore" in reported.json()["reason"]
    busy = problem_of(StoreBusy("/srv/secrets/graph: process 1 is writing"))
    assert "secrets" not in busy.detail
