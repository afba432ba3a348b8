"""A hostile query meets its limit and costs one worker at most."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from worker_queries import (
    JSON,
    SLOW,
    check_next,
    linux,
)

from provenance_graph.core.errors import (
    QueryCrashed,
    QueryError,
    QueryRefused,
    QueryTimeout,
    QueryTooLarge,
)
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql import guard
from provenance_graph.store.values import SparqlQuery

HOSTILE = {
    "cross product": (SLOW, QueryTimeout),
    "endless path": (
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b . ?c (!<urn:y>)* ?d . ?e (!<urn:z>)* ?f }",
        QueryTimeout,
    ),
    "doubling": (
        'SELECT (STRLEN(?v40) AS ?n) { BIND("aaaaaaaaaaaaaaaaaaaa" AS ?v0) '
        + "".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1}) " for n in range(40))
        + "}",
        QueryTooLarge,
    ),
    "sorting a cross product": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a",
        QueryTooLarge,
    ),
    "distinct": ("SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", QueryError),
}


@linux
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_meets_its_limit_and_the_next_is_answered(pool, name):
    query, kind = HOSTILE[name]
    limits = Limits(seconds=0.5 if kind is QueryTimeout else 120, memory_bytes=256 << 20)
    if kind is QueryError:  # cut by bytes, if memory does not end it before
        with suppress(QueryTooLarge):
            assert pool.serialize(
                SparqlQuery(query, limits=Limits(seconds=120, rows=1000)), JSON
            ).truncated
    else:
        with pytest.raises(kind):
            pool.serialize(SparqlQuery(query, limits=limits), JSON)
    check_next(pool)


@linux
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 20_000 + "}" * 20_000,
        "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
        "SELECT * { {}" + "UNION{}" * 12_000 + "}",
    ],
)
def test_what_the_guard_would_miss_costs_one_worker(pool, query, monkeypatch):
    monkeypatch.setattr(guard, "check_query", lambda *_: None)
    with pytest.raises(QueryCrashed):
        pool.serialize(SparqlQuery(query), JSON)
    monkeypatch.undo()
    check_next(pool)


@linux
def test_no_query_reaches_the_network_even_past_the_guard(pool, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.3)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"
        with pytest.raises(QueryRefused):
            pool.serialize(SparqlQuery(query), JSON)
        monkeypatch.setattr(guard, "check_query", lambda *_: None)
        with pytest.raises(QueryError):
            pool.serialize(SparqlQuery(query), JSON)
        with pytest.raises(TimeoutError):
            canary.accept()


def flat(unit, size=99_000, start="SELECT * { ", end=" }"):
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


@pytest.mark.parametrize(
    "query",
    [
        flat("?s?p?o."),
        flat("?o,", start="SELECT*{?s ?p ", end="?o}"),
        flat("?p?o;", start="SELECT*{?s ", end="?p ?o}"),
        flat("1 ", start="SELECT*{VALUES ?x {", end="}}"),
        flat("1,", start="SELECT*{FILTER(?x IN(", end="1))}"),
        flat("?x ", start="SELECT ", end="{}"),
        flat("1,", start="SELECT*{FILTER(<urn:f>(", end="1))}"),
        flat("?x,", start="SELECT*{FILTER(COALESCE(", end="1)=1)}"),
        flat("[]?p?o.[]?p?o."),
        flat("FROM<urn:x>", start="SELECT * ", end="{}"),
        flat("PREFIX a:<urn:x>", start="", end="SELECT*{}"),
        flat("(1 AS?x)", start="SELECT ", end="{}"),
        flat("ASC(?x)", start="SELECT*{}ORDER BY ", end="?x"),
        flat("?x", start="SELECT*{}GROUP BY ", end=""),
        flat("(?x=1)", start="SELECT*{}HAVING ", end=""),
        flat("{}", start="SELECT*{", end="}"),
        flat("(1)", start="SELECT*{VALUES(?x){", end="}}"),
        flat("<a>|", start="SELECT*{?s !(", end="<a>)?o}"),
        flat("?s?p", start="SELECT*{", end=""),
        flat('"a"', start="SELECT*{?s ?p ", end="}"),
    ],
    ids=lambda query: query[:24],
)
def test_a_long_flat_query_never_crashes_a_worker(pool, query):
    try:
        pool.serialize(SparqlQuery(query, limits=Limits(seconds=2)), JSON)
    except QueryCrashed:
        pytest.fail("a worker crashed")
    except QueryError:
        pass
    check_next(pool)
