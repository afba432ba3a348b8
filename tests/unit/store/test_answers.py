"""Answers are whole or refused, and their rows are counted as they are."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenance_graph.core.errors import QueryError, QueryTooLarge
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import (
    _COUNTERS,
    GRAPH_FORMATS,
    SOLUTION_FORMATS,
    Request,
    _Bounded,
    write_answer,
)
from provenance_graph.store.sparql.tokens import query_form

NASTY = ["}},{", '"}},{"', '\\"}},{"', "{},{}", ",{},{", ":", '":"}},{"', "\\", "\\\\", "a\r\nb", '"',
         "</result>", "]}}", "\t", "", "é\u2028", '"value":"}},{"', "}}}},{", "x" * 9000]  # fmt: skip
JSON, CSV = "application/sparql-results+json", "text/csv"
XML, TSV = "application/sparql-results+xml", "text/tab-separated-values"


def _json(body):
    return len(json.loads(body)["results"]["bindings"])


def _csv(body):
    return len(list(csv.reader(io.StringIO(body.decode(), newline="")))) - 1


def _tsv(body):
    assert body.endswith(b"\n")
    return body.count(b"\n") - 1


def _xml(body):
    return len(ElementTree.fromstring(body).findall(".//{*}result"))


COUNT = {JSON: _json, CSV: _csv, TSV: _tsv, XML: _xml}


def ask(values, media_type, **limits):
    rows = "".join(f"({ox.Literal(v)} {n})" if v is not None else f"(UNDEF {n})" for n, v in values)
    # No column but ?v, so that an unbound value makes a row of nothing.
    query = f"SELECT ?v {{ VALUES (?v ?n) {{ {rows} }} }}"
    parts: list[bytes] = []
    end = write_answer(ox.Store(), Request(query, media_type), Limits(**limits), parts.append)
    return b"".join(parts), end


@pytest.mark.parametrize("media_type", COUNT)
@settings(max_examples=200, deadline=None)
@given(values=st.lists(st.sampled_from([*NASTY, None]), max_size=12))
@example(values=[None, None, None, "v"])
def test_rows_are_counted_as_they_are(media_type, values):
    body, end = ask(list(enumerate(values)), media_type)
    assert end.rows == COUNT[media_type](body) == len(values)


@pytest.mark.parametrize("media_type", COUNT)
@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.sampled_from([*NASTY, None]), max_size=12), size=st.integers(1, 40))
def test_rows_are_counted_however_the_answer_is_cut_into_pieces(media_type, values, size):
    body, _ = ask(list(enumerate(values)), media_type)
    counter = _COUNTERS[SOLUTION_FORMATS[media_type]](_Bounded(bytes, 1 << 20), 100)
    for at in range(0, len(body), size):
        counter.write(body[at : at + size])
    assert counter.rows == len(values)


@pytest.mark.parametrize("media_type", COUNT)
@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.sampled_from([*NASTY, None]), max_size=12),
    rows=st.integers(1, 14),
    answer_bytes=st.sampled_from([10, 100, 300, 10_000, 1 << 20]),
)
def test_an_answer_is_whole_or_refused(media_type, values, rows, answer_bytes):
    numbered = list(enumerate(values))
    whole, _ = ask(numbered, media_type)
    if len(values) > rows or len(whole) > answer_bytes:
        with pytest.raises(QueryTooLarge, match="not cut short"):
            ask(numbered, media_type, rows=rows, answer_bytes=answer_bytes)
    else:
        assert ask(numbered, media_type, rows=rows, answer_bytes=answer_bytes)[0] == whole


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_a_graph_is_whole_or_refused(media_type):
    store = ox.Store()
    store.update("INSERT DATA {" + "".join(f"<urn:s> <urn:p> 'v{n}' ." for n in range(50)) + "}")
    parts: list[bytes] = []
    request = Request("CONSTRUCT WHERE { ?s ?p ?o }", media_type)
    assert write_answer(store, request, Limits(rows=50), parts.append).rows == 50
    assert len(list(ox.parse(b"".join(parts), format=GRAPH_FORMATS[media_type]))) == 50
    for limits in (Limits(rows=49), Limits(answer_bytes=100)):
        with pytest.raises(QueryTooLarge):
            write_answer(store, request, limits, bytes)


def test_an_answer_of_many_pieces_counts_its_rows():
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(f"{{}} \\ value {n}"))
        for n in range(5000)
    )
    for media_type, count in COUNT.items():
        parts: list[bytes] = []
        request = Request("SELECT ?s ?o { ?s ?p ?o }", media_type)
        end = write_answer(store, request, Limits(rows=5000), parts.append)
        assert end.rows == count(b"".join(parts)) == 5000
        with pytest.raises(QueryTooLarge):
            write_answer(store, request, Limits(rows=4999), bytes)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("PREFIX ask: <urn:select> SELECT * {}", "select"),
        ("# ASK\nBASE <urn:describe> DESCRIBE <urn:x>", "describe"),
        ("prefix select: <x> construct { ?select ?p ?o } where {}", "construct"),
        ("INSERT DATA {}", ""),
        ("", ""),
    ],
)
def test_the_form_of_a_query_is_known_before_it_runs(query, form):
    assert query_form(query) == form


def test_a_type_that_cannot_hold_the_answer_is_refused():
    with pytest.raises(QueryError, match="text/turtle cannot hold the answer of ASK"):
        write_answer(ox.Store(), Request("ASK {}", "text/turtle"), Limits(), bytes)
