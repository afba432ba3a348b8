"""What is wrong with a query is said in one sentence, at its place."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from provenance_graph.core.errors import QuerySyntax
from provenance_graph.core.iris import PREFIXES
from provenance_graph.model.questions import stored
from provenance_graph.store.sparql.rewrite import with_prefixes
from provenance_graph.store.sparql.syntax import syntax_error


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?a WHERE { ?a ?b }", "line 1, column 19: '?a ?b' is not a pattern"),
        (
            "SELECT ?m { ?m pg:layerCount }",
            "line 1, column 13: '?m pg:layerCount' is not a pattern",
        ),
        (
            "SELECT ?x { ?x a pg:Model ; pg:task }",
            "column 29: 'pg:task' is not a pattern: it takes",
        ),
        ("SELECT * { ?a ?b ?c ?d }", "'?a ?b ?c ?d' is more than one pattern"),
        ("SELECT nonsense", "column 8: 'nonsense' is not a keyword of SPARQL"),
        ("SELECT * { ?s ?p ?o } LIMT 5", "'LIMT' is not a keyword of SPARQL"),
        ("SELECT (COUNT(?a) as ?n { ?a ?b ?c }", "column 8: this '(' is not closed"),
        ("SELECT ?a\nWHERE {\n  ?a ?b ?c", "line 2, column 7: this '{' is not closed"),
        ("SELECT * { ?a ?b ?c } }", "column 23: '}' closes nothing"),
        ("SELECT * { ?a ?b 'x }", "column 18: the string that begins with ' is not closed"),
        ("SELECT * { ?a ?b ?c FILTER(?c > ) }", "something is missing after >"),
        ("DELETE WHERE { ?s ?p ?o }", "column 1: DELETE changes data; a query is SELECT"),
        ("clear all", "column 1: clear changes data"),
        ("SELEC * {}", "column 1: 'SELEC' is none of SELECT, ASK, CONSTRUCT and DESCRIBE"),
        ("SELECT * { ?a ?b ?c } LIMIT x", "'x' is not a keyword of SPARQL"),
        ("SELECT * { ?a ?b ?c } GROUP BY", "column 31: the query cannot be read to its end"),
    ],
)
def test_the_fault_is_named_at_its_place(query: str, told: str) -> None:
    text = with_prefixes(query, PREFIXES)
    with pytest.raises(SyntaxError) as wrong:
        ox.Store().query(text)
    sentence = syntax_error(str(wrong.value.msg), text)
    assert told in sentence
    assert "\\u{" not in sentence
    assert len(sentence) < 200


def test_no_stored_question_has_a_fault() -> None:
    from provenance_graph.store.sparql import syntax

    for name in stored.questions():
        assert not list(syntax._faults(stored.find(name).text)), name


def test_a_prefix_that_is_not_declared_is_answered_with_every_known_one() -> None:
    with pytest.raises(QuerySyntax, match=r"pgx: is not declared; did you mean pg:\? ") as near:
        with_prefixes("ASK { ?s pgx:task ?o }", PREFIXES)
    with pytest.raises(QuerySyntax, match=r"zqzq: is not declared\. Without ") as far:
        with_prefixes("ASK { ?s zqzq:task ?o }", PREFIXES)
    for raised in (near, far):
        assert all(f" {name}:" in str(raised.value) for name in PREFIXES)
