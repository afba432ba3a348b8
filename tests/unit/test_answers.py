"""Answers are cut between rows, say so, and stay well-formed."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core.errors import QueryError
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import GRAPH_FORMATS, Request, query_form, write_answer

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
@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.sampled_from([*NASTY, None]), max_size=12),
    rows=st.integers(1, 14),
    answer_bytes=st.sampled_from([10, 100, 300, 10_000, 1 << 20]),
)
def test_a_cut_answer_is_whole_rows_and_says_that_it_is_cut(media_type, values, rows, answer_bytes):
    numbered = list(enumerate(values))
    body, end = ask(numbered, media_type, rows=rows, answer_bytes=answer_bytes)
    whole, _ = ask(numbered, media_type)
    if answer_bytes == 1 << 20:
        assert end.rows == min(rows, len(values))
        assert end.truncated == (len(values) > rows)
    if not end.truncated:
        assert body == whole
        assert end.rows == len(values)
    if media_type not in (CSV, TSV) or body:
        assert COUNT[media_type](body) == end.rows
    if media_type in (CSV, TSV):
        assert whole.startswith(body)


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_a_cut_graph_is_well_formed_and_says_that_it_is_cut(media_type):
    store = ox.Store()
    store.update("INSERT DATA {" + "".join(f"<urn:s> <urn:p> 'v{n}' ." for n in range(50)) + "}")
    for limits, cut in ((Limits(rows=10), True), (Limits(rows=50), False)):
        parts: list[bytes] = []
        request = Request("CONSTRUCT WHERE { ?s ?p ?o }", media_type)
        end = write_answer(store, request, limits, parts.append)
        assert (end.rows, end.truncated) == (limits.rows, cut)
        found = list(ox.parse(b"".join(parts), format=GRAPH_FORMATS[media_type]))
        assert len(found) == limits.rows


def test_an_answer_of_many_pieces_counts_its_rows():
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(f"{{}} value {n}"))
        for n in range(5000)
    )
    for media_type, count in COUNT.items():
        for rows in (4321, 5000, 6000):
            parts: list[bytes] = []
            request = Request("SELECT ?s ?o { ?s ?p ?o }", media_type)
            end = write_answer(store, request, Limits(rows=rows), parts.append)
            assert end.rows == count(b"".join(parts)) == min(rows, 5000)
            assert end.truncated == (rows < 5000)


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
