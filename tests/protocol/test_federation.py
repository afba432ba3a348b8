"""SERVICE (SPARQL 1.1 Federated Query), carried out by us under an operator's list."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest
from starlette.requests import Request

from provenance_graph.core.errors import FetchError, QueryRefused
from provenance_graph.service.http.calls import Call
from provenance_graph.service.http.limits import Client, Fairness
from provenance_graph.service.settings import Settings
from provenance_graph.service.sparql.federation import Federation, as_values, public_address
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.guard import check_query

ENDPOINT = "https://query.example.org/sparql"
ANSWER = {
    "head": {"vars": ["x", "y"]},
    "results": {
        "bindings": [
            {"x": {"type": "uri", "value": "urn:a"}, "y": {"type": "literal", "value": 'q"\n'}},
            {"y": {"type": "literal", "value": "chat", "xml:lang": "fr"}},
        ]
    },
}


def resolve(
    text: str,
    reply: httpx2.Response | None = None,
    addresses: tuple[str, ...] = ("93.184.216.34",),
    seen: list[httpx2.Request] | None = None,
    allowed: str = ENDPOINT,
) -> str:
    async def address(host: str, port: int) -> list[str]:
        return list(addresses)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if seen is not None:
            request.read()
            seen.append(request)
        return reply or httpx2.Response(200, json=ANSWER)

    call = Call("1", "c", "c", Client(Fairness(), 0.0))
    request = Request({"type": "http", "headers": [], "call": call})
    federation = Federation(Settings(federation=allowed), address, httpx2.MockTransport(answer))
    result, limits = asyncio.run(federation.resolve(text, request, Limits()))
    check_query(result, limits)
    return result


def test_a_clause_is_replaced_by_what_its_endpoint_answered() -> None:
    seen: list[httpx2.Request] = []
    text = f"PREFIX e: <urn:e:> SELECT * {{ ?a e:b ?x SERVICE <{ENDPOINT}> {{ ?x e:p ?y }} }}"
    result = resolve(text, seen=seen)
    assert result == (
        "PREFIX e: <urn:e:> SELECT * { ?a e:b ?x "
        'VALUES (?x ?y) { (<urn:a> "q\\"\\n") (UNDEF "chat"@fr) } }'
    )
    asked = httpx2.QueryParams(seen[0].content.decode())["query"]
    assert asked.startswith("PREFIX e: <urn:e:>  SELECT * WHERE { ?x e:p ?y } LIMIT")


def test_the_call_goes_to_the_address_that_was_checked() -> None:
    seen: list[httpx2.Request] = []
    resolve(f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}", seen=seen)
    assert seen[0].url.host == "93.184.216.34"
    assert seen[0].headers["host"] == "query.example.org"
    assert seen[0].extensions["sni_hostname"] == "query.example.org"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1",
     "0.0.0.0", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1", "2002:7f00:1::",
     "fec0::1", "3fff::1", "192.0.0.8", "64:ff9b::7f00:1", "::7f00:1"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_asked(address: str) -> None:
    seen: list[httpx2.Request] = []
    query = f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}"
    with pytest.raises(FetchError, match="public"):
        resolve(query, addresses=("93.184.216.34", address), seen=seen)
    assert not seen
    with pytest.raises(FetchError):
        public_address([address], "x")


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <https://other.example/> { ?s ?p ?o }",
        "SERVICE ?where { ?s ?p ?o }",
        "SERVICE e:x { ?s ?p ?o }",
        "SERVICE SILENT <https://other.example/> { ?s ?p ?o }",
        "s\\u0065rvice <https://other.example/> { ?s ?p ?o }",
        f"SERVICE <{ENDPOINT}> {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}",
        f"SERVICE <{ENDPOINT}> ?x",
    ],
)
def test_whatever_is_not_allowed_is_refused(clause: str) -> None:
    with pytest.raises(QueryRefused):
        resolve(f"SELECT * {{ {clause} }}")


def test_without_a_list_every_service_is_refused() -> None:
    with pytest.raises(QueryRefused, match="allowed no endpoint"):
        resolve(f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}", allowed="")


def test_the_word_in_other_places_is_no_clause() -> None:
    text = 'SELECT ?service { ?service <urn:service> "SERVICE" } # SERVICE <x> {}'
    assert resolve(text) == text


@pytest.mark.parametrize(
    "reply",
    [
        httpx2.Response(302, headers={"location": "http://127.0.0.1/"}),
        httpx2.Response(500),
        httpx2.Response(200, text="nonsense"),
        httpx2.Response(200, text="[" * 100_000),
        httpx2.Response(200, json={"head": {"vars": ["x y"]}, "results": {"bindings": []}}),
        httpx2.Response(200, content=b"x" * (9 << 20)),
    ],
)
def test_an_endpoint_that_fails_fails_the_query_unless_silent(reply: httpx2.Response) -> None:
    query = f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}"
    with pytest.raises(FetchError, match=r"query\.example\.org"):
        resolve(query, reply)


def test_a_silent_failure_is_one_empty_solution() -> None:
    query = f"SELECT * {{ SERVICE SILENT <{ENDPOINT}> {{ ?s ?p ?o }} }}"
    assert resolve(query, httpx2.Response(500)) == "SELECT * { { } }"


def test_terms_cannot_break_out_of_values() -> None:
    evil = {"type": "uri", "value": "urn:a> } DROP ALL #"}
    body = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": evil}]}}
    with pytest.raises(FetchError, match="not an IRI"):
        as_values(json.dumps(body).encode())


def test_no_rows_are_no_solutions() -> None:
    body = {"head": {"vars": []}, "results": {"bindings": []}}
    assert as_values(json.dumps(body).encode()) == "FILTER(false)"
    body = {"head": {"vars": ["x"]}, "results": {"bindings": []}}
    assert as_values(json.dumps(body).encode()) == "VALUES (?x) {  }"


def test_an_answer_of_ten_thousand_rows_passes_the_limit_on_a_querys_length() -> None:
    rows = [{"x": {"type": "uri", "value": f"urn:some:thing:{n}"}} for n in range(10_000)]
    answer = {"head": {"vars": ["x"]}, "results": {"bindings": rows}}
    query = f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?x ?p ?o }} }}"
    assert resolve(query, httpx2.Response(200, json=answer)).count("(<urn:some") == 10_000
    answer["results"]["bindings"].append(rows[0])
    with pytest.raises(FetchError, match="more than 10000 rows"):
        resolve(query, httpx2.Response(200, json=answer))
