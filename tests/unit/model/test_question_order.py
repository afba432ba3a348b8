"""An answer that is put in order here is in the order of the engine."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import term
from provenance_graph.core.terms import RDF, XSD
from provenance_graph.model.questions import order, stored
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import Rows

NAMES = ("a", "b", "c")
LETTERS = st.text("aAbZé€😀 -/:1", max_size=4)
IRIS = LETTERS.map(lambda t: Iri(f"urn:x:{t.replace(' ', '')}"))
NUMBERS = st.one_of(
    st.integers(-30, 30).map(lambda n: Literal(str(n), XSD.integer)),
    st.decimals(-3, 3, places=2).map(lambda n: Literal(f"{n:f}", XSD.decimal)),
)
DOUBLES = st.floats(-1e9, 1e9, allow_nan=False).map(lambda n: Literal(repr(n), XSD.double))
DAYS = st.dates().map(lambda d: Literal(d.isoformat(), XSD.date))
TEXTS = LETTERS.map(Literal)
COLUMNS = [IRIS, NUMBERS, DOUBLES, DAYS, TEXTS, st.one_of(IRIS, TEXTS), st.one_of(IRIS, NUMBERS)]
ANSWERS = st.tuples(*[st.sampled_from(COLUMNS) for _ in NAMES]).flatmap(
    lambda columns: st.lists(st.tuples(*[st.none() | column for column in columns]), max_size=12)
)
DOWN = st.tuples(*[st.booleans() for _ in NAMES])


def by_engine(rows: list[tuple[Value | None, ...]], ends: str) -> list[tuple[Value | None, ...]]:
    """The rows as the engine orders them."""
    shown = " ".join(
        f"({' '.join('UNDEF' if v is None else str(term(v)) for v in row)})" for row in rows
    )
    query = f"SELECT ?a ?b ?c {{ VALUES (?a ?b ?c) {{ {shown} }} }} ORDER BY {ends}"
    with MemoryStore([]) as store:
        return list(store.select(query).rows)


@given(rows=ANSWERS, down=DOWN)
def test_the_order_is_that_of_the_engine(rows, down) -> None:
    ends = " ".join(
        f"DESC(?{name})" if descends else f"?{name}"
        for name, descends in zip(NAMES, down, strict=True)
    )
    text, conditions = order.split(f"SELECT ?a ?b ?c {{ }} ORDER BY {ends}\n")
    assert (text, conditions) == ("SELECT ?a ?b ?c { } ", tuple(zip(NAMES, down, strict=True)))
    result = order.ordered(Rows(NAMES, rows), conditions)
    assert result is not None
    wanted = by_engine(rows, ends)
    equal = [(_value(one), _value(other)) for one, other in zip(result.rows, wanted, strict=True)]
    assert all(one == other for one, other in equal)


def _value(row: tuple[Value | None, ...]) -> list[object]:
    """A row with equal numbers in one writing: which of them comes first nobody says."""
    return [
        float(v.lexical)
        if isinstance(v, Literal) and v.datatype in (XSD.integer, XSD.decimal, XSD.double)
        else v
        for v in row
    ]


@pytest.mark.parametrize(
    "values",
    [
        [Literal("1", XSD.integer), Literal("1e0", XSD.double)],
        [Literal("1", XSD.integer), Literal("x")],
        [Literal("x", RDF.langString, "en")],
        [Literal("NaN", XSD.double)],
        [Literal("2020-01-01Z", XSD.date)],
        [Iri("_:b")],
    ],
)
def test_kinds_whose_order_is_not_stated_are_left_to_the_engine(values) -> None:
    assert order.ordered(Rows(("a",), [(v,) for v in values]), (("a", False),)) is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a { ?a ?b ?c }",
        "SELECT ?a { ?a ?b ?c } ORDER BY ?b",
        "SELECT ?a { ?a ?b ?c } ORDER BY STR(?a)",
        "SELECT ?a { ?a ?b ?c } ORDER BY ?a LIMIT 3",
        "SELECT ?a { { SELECT ?a { ?a ?b ?c } ORDER BY ?a LIMIT 3 } }",
        "SELECT * { ?a ?b ?c } ORDER BY ?a",
    ],
)
def test_another_order_stays_in_the_text(text: str) -> None:
    assert order.split(text) == (text, ()) or not order.split(text)[1]


@pytest.mark.parametrize("question", stored.questions().values(), ids=lambda q: q.name)
def test_a_question_without_its_order_is_one_that_the_engine_reads(question) -> None:
    if question.unordered:
        ox.Store().query(question.unordered)
        assert "ORDER BY" not in question.unordered
        assert question.text.startswith(question.unordered)
