from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core.errors import QueryRefused
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql import guard
from provenance_graph.store.sparql.tokens import TOKEN

URL = "<http://127.0.0.1/>"


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?service { ?service <urn:service> "LOAD SERVICE" } # SERVICE <x> {}',
        "PREFIX service: <urn:x> SELECT * { ?s service:load ?o ; service:service ?p }",
        "PREFIX service: <urn:x> SELECT * { GRAPH service:g { ?s ?p ?o } }",
        "SELECT * { ?s ex:my.service ?o . ?s ex:load ?load . $load a ex:SERVICE }",
        "SELECT * { ?s <http://service/SERVICE> 'SERVICE'@service, '''SERVICE <x> {''' }",
        'SELECT * { _:service ?p "a\\"SERVICE <x> {" }',
        "SELECT * { ?s ex:a\\#SERVICE ?o }",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
        "SELECT * { ?s <http://en.wikipedia.org/wiki/X_(y)>/<urn:p>* ?o } LIMIT 5",
        "SELECT * { ?s ?p '" + "{" * 500 + "' } # " + "(" * 500,
        "SELECT * { VALUES ?x { " + "<https://example.org/a-b/c-d/e> " * 2000 + "} }",
        "SELECT * { VALUES ?x { " + "-1 " * 1500 + "} }",
        "SELECT * { VALUES (?x ?y) { " + "(1.5 <urn:x>) " * 3000 + "} ?x ?p ?o }",
        "SELECT * { ?x ?p ?o FILTER(?o IN (" + "1, " * 3000 + "1)) }",
        "SELECT * { ?s ?p 1.5e-3, .5, true . }",
        'SELECT ("x\\u0041" AS ?a) {}',
        "",
        "\ufeffnot a query at all",
    ],
)
def test_a_harmless_text_passes(query):
    guard.check_query(query)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ SERVICE {URL} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE{URL}{{?s ?p ?o}} }}",
        f"SELECT * {{ service silent {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ser\\u0076ice {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ \\U00000053ERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ SERVICE # <\n {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ # '\nSERVICE {URL} {{?s ?p ?o}} # '\n }}",
        "PREFIX x: <http://127.0.0.1/> SELECT * { SERVICE x:d {?s ?p ?o} }",
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:d {?s ?p ?o} }",
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE :d {?s ?p ?o} }",
        f"SELECT * {{ VALUES ?u {{{URL}}} SERVICE SILENT ?u {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p ?o.SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p true.SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p 1SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p 1e5SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p 'x'SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p 'a\\'SERVICE {URL} {{?s ?p ?o}} }}",
        f'SELECT * {{ ?s ?p """a""SERVICE {URL} {{?s ?p ?o}} }}',
        f"SELECT * {{ ?s ex:a\\u0020SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p 'x\\u0027 SERVICE {URL} {{?s ?p ?o}} }}",
        f"SELECT * {{ ?s ?p ?o FILTER(?o<?s) SERVICE {URL} {{?s ?p ?o}} }}",
        "LOAD <http://127.0.0.1/x>",
    ],
)
def test_a_service_is_refused_however_it_is_written(query):
    with pytest.raises(QueryRefused):
        guard.check_query(query)


@pytest.mark.parametrize(
    "update",
    [
        f"LOAD {URL}",
        f"load silent {URL} INTO GRAPH <urn:g>",
        "PREFIX : <http://127.0.0.1/> LOAD:x",
        "PREFIX : <http://127.0.0.1/> INSERT DATA { :a :b :c }; LOAD:x INTO GRAPH :g",
        f"L\\u004fAD {URL}",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE {URL} {{ ?s ?p ?o }} }}",
        f"INSERT DATA {{}};LOAD{URL}",
    ],
)
def test_an_update_does_not_reach_the_network(update):
    with pytest.raises(QueryRefused, match="network"):
        guard.check_update(update)


@pytest.mark.parametrize(
    "update",
    [
        "PREFIX load: <urn:x> INSERT DATA { load:a load:b load:c ; load:d 'LOAD <x>' }",
        "INSERT DATA { " + "<urn:s> <urn:p> 1 , 2 ; <urn:q> 3 . " * 2000 + "}",
        "PREFIX load: <urn:x> DROP GRAPH load:g ; COPY load:a TO load:b",
        "PREFIX load: <urn:x> WITH load:g DELETE { ?s ?p ?o } USING load:h WHERE { ?s ?p ?o }",
    ],
)
def test_a_harmless_update_passes(update):
    guard.check_update(update)


def test_service_passes_where_somebody_else_executes_it():
    guard.check_query(f"SELECT * {{ SERVICE {URL} {{ ?s ?p ?o }} }}", service="allow")
    with pytest.raises(QueryRefused, match="LOAD"):
        guard.check_query(f"LOAD {URL}", service="allow")


N = 3000
NESTED = {
    "groups": "SELECT * " + "{" * N + "}" * N,
    "brackets": "SELECT * { FILTER " + "(" * N + "1" + ")" * N + "}",
    "blank nodes": "SELECT * { ?s ?p " + "[ ?p " * N + "1" + "]" * N + "}",
    "collections": "SELECT * { ?s ?p " + "(" * N + "1" + ")" * N + "}",
    "not exists": "SELECT * {" + "FILTER NOT EXISTS {" * N + "}" * N + "}",
    "optionals": "SELECT * {" + "OPTIONAL {" * N + "}" * N + "}",
    "optional chain": "SELECT * {" + "OPTIONAL {?s ?p ?o}" * N + "}",
    "unions": "SELECT * { {}" + "UNION{}" * N + "}",
    "binds": "SELECT * {" + "".join(f"BIND(1 AS ?v{i})" for i in range(N)) + "}",
    "plus": "SELECT * { FILTER(1" + "+1" * N + ") }",
    "or": "SELECT * { FILTER(?a" + "||?a" * N + ") }",
    "not": "SELECT * { FILTER(" + "!" * N + "?a) }",
    "minus signs": "SELECT * { FILTER(" + "- " * N + "?a) }",
    "path": "SELECT * { ?s <p>" + "/<p>" * N + " ?o }",
    "inverse": "SELECT * { ?s " + "^" * N + "<p> ?o }",
    "triple terms": "SELECT * { " + "<<(" * N + "?s ?p ?o" + ")>>" * N + " ?p ?o }",
    "calls": "SELECT * { FILTER(" + "STR(" * N + "1" + ")" * N + ") }",
    "hidden in less-than": "SELECT * { FILTER(?a<" + "(" * N + "?b" + ")" * N + ">1) }",
    "spread over less-than": "SELECT * { FILTER(" + "?a<(((((?b>1," * N + ") }",
    "chained in less-than": "SELECT * { FILTER(?a<?b" + "/?b" * N + ">1) }",
    "escaped": "SELECT * " + "\\u007b" * N + "}" * N,
    "booleans": "SELECT * { FILTER(true" + "-true" * N + ") }",
    "triples": "SELECT * { " + "?s ?p ?o . " * N + "}",
    "objects": "SELECT * { ?s ?p 1" + ", 1" * N + "}",
    "properties": "SELECT * { ?s ?p 1" + "; ?p 1" * N + "}",
    "members": "SELECT * { ?s ?p (" + "1 " * N + ") }",
    "triples after values": "SELECT * { VALUES ?x { 1 } " + "?s ?p ?o . " * N + "}",
    "closed elsewhere": "SELECT * { FILTER(" + "(<urn:)>+" * N + "1) }",
}


@pytest.mark.parametrize("name", NESTED)
def test_every_kind_of_nesting_is_refused_with_its_limit_and_place(name):
    with pytest.raises(QueryRefused, match=r"^line 1, column \d+: (nested deeper|more) than \d+"):
        guard.check_query(NESTED[name])


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(QueryRefused, match="longer than 10 bytes"):
        guard.check_query("é" * 6, Limits(text_bytes=10))


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(QueryRefused, match="line 2, column 3"):
        guard.check_query("ASK\n{ \ud800 }")


def test_a_refusal_names_the_place():
    with pytest.raises(QueryRefused, match="line 2, column 3: SERVICE"):
        guard.check_query("ASK {\n  SERVICE ?x {} }")


PIECES = [
    '"', "'", '"""', "'''", "\\", '\\"', "<", ">", "{", "}", "(", ")", "#", "\n", "a.", "a-", "a:",
    ".", ":", "?a", "@a-", "1e", "1.", "%41", "\\u0041", "SERVICE", "é", "\u2028", "<<", "|", "^",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
def test_junk_of_full_length_takes_linear_time(pieces):
    unit = "".join(pieces)
    text = (unit * (99_000 // len(unit.encode()) + 1))[:50_000]
    started = time.process_time()
    with suppress(QueryRefused):
        guard.check_query(text)
    assert time.process_time() - started < 20  # what backtracks needs hours


@settings(max_examples=100, deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_but_a_refusal_is_ever_raised(text):
    for check in (guard.check_query, guard.check_update):
        with suppress(QueryRefused):
            check(text)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_the_tokens_are_the_whole_text(text):
    assert "".join(result[0] for result in TOKEN.finditer(text)) == text
