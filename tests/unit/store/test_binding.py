"""A bound variable means what one row of VALUES means, wherever a term stands in its place."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.store.sparql.binding import bind

DATA = """
PREFIX : <urn:>
:a :p :b , :c ; :q :a . :b :p :c ; :q :b . :c :q :a .
GRAPH :g { :a :p :d . :d :p :a }
"""
QUERIES = {
    "SELECT ?o { ?s :p ?o }": True,
    "SELECT * { ?s :p ?o }": True,
    "SELECT ?s ?o { GRAPH ?g { ?s :p ?o } }": True,
    "SELECT ?o { { ?s :p ?o } UNION { GRAPH ?g { ?s :p ?o } } }": True,
    "SELECT ?o { ?s :p ?o OPTIONAL { ?o :q ?s } FILTER(?o != ?s) }": True,
    "SELECT ?x ?n { ?x :p ?o BIND(STR(?s) AS ?n) FILTER EXISTS { ?s :p ?o } }": True,
    "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s": True,
    "SELECT ?o { ?s (:p|:q)+ ?o }": False,
    "SELECT ?o { { ?s (:p|:q)+ ?o } UNION { GRAPH ?g { ?s :p ?o } } }": True,
    "SELECT ?o { ?x :p ?o MINUS { ?s :q ?x } }": False,
    "SELECT ?n { ?s :p ?o { SELECT (COUNT(?s) AS ?n) { ?s :p ?x } } }": False,
    "SELECT ?o { ?x :p ?o OPTIONAL { ?o :q ?s FILTER(?s = :a) } }": False,
    "SELECT ?o { { ?s :p ?o FILTER(BOUND(?s)) } }": False,
    "SELECT ?o { VALUES ?s { :a :b } ?s :p ?o }": False,
}
"""Queries, and whether the constant may stand in their patterns."""


@pytest.mark.parametrize("query", QUERIES)
def test_a_bound_variable_means_one_row_of_values(query: str) -> None:
    store = ox.Store()
    store.load(DATA.replace("GRAPH :g", ":g").encode(), ox.RdfFormat.TRIG)
    text = "PREFIX : <urn:> " + query
    bound = bind(text, {"s": Iri("urn:a")})
    row = text.replace("{", "{ VALUES (?s) { (<urn:a>) }", 1)
    assert (bound.count("<urn:a>") > 1) is QUERIES[query]
    expected = sorted(map(str, store.query(row)))
    assert sorted(map(str, store.query(bound))) == expected
    assert expected


LITERALS = {
    "SELECT ?s { { ?s :p ?n } UNION { GRAPH ?g { ?s :q ?n ; :p ?o } } }": 2,
    "SELECT ?s { ?s :p ?n, :c ; :q ?o }": 1,
    "SELECT ?s { ?s :p :c FILTER EXISTS { ?s :p ?n } FILTER(?n != :a) }": 1,
    "SELECT ?s { ?s :p ?n . OPTIONAL { ?n :q ?s } }": 1,
    "SELECT ?s { ?s :p ?n FILTER(STRLEN(?n) = 1) }": 0,
    "SELECT ?s { { ?s :p ?n FILTER(STRLEN(?n) = 1) } }": 0,
    "SELECT ?s { ?s :p ?o MINUS { ?s :q ?n } }": 0,
}
"""Queries, and in how many of their patterns the literal stands: as the object before a stop."""


@pytest.mark.parametrize("query", LITERALS)
def test_a_bound_literal_stands_where_a_literal_may(query: str) -> None:
    store = ox.Store()
    data = DATA.replace("GRAPH :g", ":g") + ' :a :p "x" . :b :q "x" . :g { :a :q "x" ; :p :d }'
    store.load(data.encode(), ox.RdfFormat.TRIG)
    text = "PREFIX : <urn:> " + query
    bound = bind(text, {"n": Literal("x")})
    row = text.replace("{", '{ VALUES (?n) { ("x") }', 1)
    assert bound.count('"x"') == 1 + LITERALS[query]
    expected = sorted(map(str, store.query(row)))
    assert sorted(map(str, store.query(bound))) == expected
    assert expected
