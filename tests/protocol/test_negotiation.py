"""Which representation a client gets (RFC 9110 §12 and §15.5.7)."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from provenance_graph.service.http.compression import coding
from provenance_graph.service.http.negotiate import (
    GRAPH_OFFERS,
    SELECT_OFFERS,
    choose,
    prefers_html,
)

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
SELECT, CONSTRUCT = "SELECT * { VALUES ?x { 1 } }", "CONSTRUCT { <urn:a> <urn:b> 1 } {}"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        (f"{XML};q=0.1, {JSON};q=0.9", JSON),
        (f"{JSON};q=0.1, {XML};q=0.9", XML),
        (f"{JSON};q=0.1,{XML};q=0.9", XML),
        ("text/csv;q=0.5, */*;q=0.1", CSV),
        ("*/*, application/sparql-results+json;q=0", XML),
        ("text/*;q=1, text/csv;q=0", TSV),
        ("text/csv; charset=utf-8", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;q=1.000", CSV),
        ("text/csv;q=2, text/tab-separated-values;q=0.1", TSV),  # q above 1 is no q
        ("text/csv;q=, text/tab-separated-values", TSV),
        ('text/csv;profile="a,b";q=0.1, text/tab-separated-values;q=0.2', TSV),
        ("application/json", "application/json"),
        ("text/turtle, application/sparql-results+json;q=0.5", JSON),
        ("garbage", JSON),
        ("garbage, text/csv", CSV),
        ("*/csv, text/tab-separated-values", TSV),
    ],
)
def test_the_most_specific_range_gives_an_offer_its_quality(
    accept: str | None, expected: str
) -> None:
    chosen = choose(accept, SELECT_OFFERS)
    assert chosen is not None
    assert chosen.media_type == expected


@pytest.mark.parametrize(
    "accept",
    ["image/png", "text/turtle", "*/*;q=0", "application/json;level=1", "text/csv;charset=latin1"],
)
def test_what_no_range_accepts_is_not_chosen(accept: str) -> None:
    assert choose(accept, SELECT_OFFERS) is None


def test_a_browser_names_html_first() -> None:
    assert prefers_html("text/html,application/xhtml+xml,*/*;q=0.8", GRAPH_OFFERS)
    assert not prefers_html("text/turtle, text/html;q=0.5", GRAPH_OFFERS)
    assert not prefers_html("*/*", GRAPH_OFFERS)
    assert not prefers_html(None, GRAPH_OFFERS)


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", "gzip"),
        ("*", "br"),
        ("gzip;q=0, *", "br"),
        ("br;q=0, *", "gzip"),
        ("br", "br"),
        ("identity", ""),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("gzip;q=2", ""),
        ("x-gzip", "gzip"),
        ("gzip;q=0, br;q=0", ""),
    ],
)
def test_an_answer_is_coded_as_the_client_likes_best(header: str, takes: str) -> None:
    assert coding(header) == takes


@pytest.mark.parametrize("media_type", [JSON, XML, CSV, TSV])
def test_select_answers_in_each_results_format(client: TestClient, media_type: str) -> None:
    reply = client.get("/sparql", params={"query": SELECT}, headers={"accept": media_type})
    assert reply.status_code == 200
    assert reply.headers["content-type"].split(";")[0] == media_type


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
        "application/n-quads",
    ],
)
def test_construct_answers_in_each_rdf_format(client: TestClient, media_type: str) -> None:
    reply = client.get("/sparql", params={"query": CONSTRUCT}, headers={"accept": media_type})
    assert reply.status_code == 200
    assert reply.headers["content-type"].split(";")[0] == media_type
    assert b"urn:a" in reply.content


def test_an_accept_header_that_cannot_be_met_is_406_and_names_what_can(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": SELECT}, headers={"accept": "image/png"})
    assert reply.status_code == 406
    assert reply.headers["content-type"] == "application/problem+json"
    assert "text/csv" in reply.json()["detail"]


def test_ask_has_no_csv(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": "ASK {}"}, headers={"accept": CSV})
    assert reply.status_code == 406


def test_a_format_parameter_wins_over_accept(client: TestClient) -> None:
    asked = {"query": SELECT, "format": "csv"}
    reply = client.get("/sparql", params=asked, headers={"accept": JSON})
    assert reply.headers["content-type"].startswith("text/csv")


def test_an_unknown_format_parameter_is_406(client: TestClient) -> None:
    assert client.get("/sparql", params={"query": SELECT, "format": "doc"}).status_code == 406


def test_answers_say_that_they_vary_by_accept(client: TestClient) -> None:
    assert "Accept" in client.get("/sparql", params={"query": SELECT}).headers["vary"]


def test_csv_lines_end_as_rfc_4180_says(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": SELECT}, headers={"accept": CSV})
    assert reply.content == b"x\r\n1\r\n"


def test_a_large_answer_is_compressed_on_request(client: TestClient) -> None:
    rows = " ".join(str(n) for n in range(1000))
    asked = {"query": f"SELECT * {{ VALUES ?x {{ {rows} }} }}"}
    reply = client.get("/sparql", params=asked, headers={"accept-encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in reply.headers["vary"]
    assert len(reply.json()["results"]["bindings"]) == 1000
    plain = client.get("/sparql", params=asked, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == reply.json()


OF_EVERY_KIND = (
    "/ns",
    "/doc/model/x/y",
    "/.well-known/void",
    "/data?graph=urn:g",
    "/sparql?query=ASK%7B%7D",
    "/sparql",
)
"""A path of each kind that takes no day and whose formats are fixed."""


@pytest.mark.parametrize(
    ("query", "formats", "expected"),
    [
        ("SELECT * {}", ["tsv", "text/tab-separated-values"], "text/tab-separated-values"),
        ("SELECT * {}", ["text/csv", "CSV"], "text/csv"),
        ("SELECT * {}", ["json", "application/sparql-results+json"], "application/sparql-results+json"),
        ("CONSTRUCT WHERE {}", ["json-ld", "application/ld+json,application/x-json+ld"],
         "application/ld+json"),
        ("CONSTRUCT WHERE {}", ["rdf+xml", "application/rdf+xml"], "application/rdf+xml"),
        ("CONSTRUCT WHERE {}", ["ttl", "turtle"], "text/turtle"),
    ],
)  # fmt: skip
def test_one_format_may_be_named_twice_as_clients_do(
    client: TestClient, query: str, formats: list[str], expected: str
) -> None:
    asked = {"query": query, "format": formats, "output": formats, "results": formats}
    reply = client.get("/sparql", params=asked)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].split(";")[0] == expected


@pytest.mark.parametrize("path", OF_EVERY_KIND)
def test_a_format_that_does_not_exist_is_refused_everywhere(client: TestClient, path: str) -> None:
    join = "&" if "?" in path else "?"
    for wanted in ("zzz", "*/*", "ttl;q"):
        reply = client.get(f"{path}{join}format={wanted}")
        assert reply.status_code == 406, wanted
    reply = client.get(f"{path}{join}format=ttl&format=nt")
    assert reply.status_code == 400
    assert "format is given with 2 different values" in reply.json()["detail"]


@pytest.mark.parametrize("path", OF_EVERY_KIND)
def test_a_day_is_never_passed_over(client: TestClient, path: str) -> None:
    join = "&" if "?" in path else "?"
    reply = client.get(f"{path}{join}asOf=2024-01-01", headers={"accept": "*/*"})
    assert reply.status_code == 400
    assert "no asOf here" in reply.json()["detail"]
