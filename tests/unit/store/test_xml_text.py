"""Answers in XML are read back as they were, or they are refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_graph.core.errors import QueryError
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import Request, write_answer
from provenance_graph.store.sparql.xml_text import Unwritable, XmlText

RESULTS, GRAPH = "application/sparql-results+xml", "application/rdf+xml"


def answer(store: ox.Store, query: str, media_type: str) -> bytes:
    parts: list[bytes] = []
    write_answer(store, Request(query, media_type), Limits(), parts.append)
    return b"".join(parts)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_text_comes_back_as_it_was_or_is_refused(text: str) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal(text)))
    writable = not any((c < " " and c not in "\t\n\r") or c in "\ufffe\uffff" for c in text)
    for query, media_type, tag in (
        ("SELECT ?o { ?s ?p ?o }", RESULTS, "{http://www.w3.org/2005/sparql-results#}literal"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", GRAPH, "{urn:}b"),
    ):
        if not writable:
            with pytest.raises(QueryError, match="cannot hold the character U"):
                answer(store, query, media_type)
            continue
        body = answer(store, query, media_type)
        read = next(ElementTree.fromstring(body).iter(tag))
        assert (read.text or "") == text


@pytest.mark.parametrize("text", ["\0", "a\x0bb", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_has_no_way_to_write_is_refused_by_name(text: str) -> None:
    escaped = f"\\u{ord(text.strip('ab')):04X}"
    with pytest.raises(QueryError, match=f"U.{escaped[2:]}"):
        answer(ox.Store(), f'SELECT ("a{escaped}" AS ?x) {{}}', RESULTS)


def test_a_predicate_without_a_name_is_refused_in_rdf_xml_alone() -> None:
    query = "CONSTRUCT { <urn:a> <http://example.org/> 1 } {}"
    with pytest.raises(QueryError, match="does not end in a name"):
        answer(ox.Store(), query, GRAPH)
    assert b"<http://example.org/>" in answer(ox.Store(), query, "text/turtle")


class Nowhere:
    """Takes everything."""

    def write(self, chunk: bytes) -> int:
        return len(chunk)

    def flush(self) -> None:
        pass


def written(text: bytes, size: int) -> None:
    """Write a text in pieces of a size."""
    out = XmlText(Nowhere())
    for at in range(0, len(text), size):
        out.write(text[at : at + size])


@given(st.integers(1, 40))
def test_a_character_that_xml_forbids_is_seen_wherever_a_piece_ends(size: int) -> None:
    for text in ("<a>long enough \ufffe</a>".encode(), b'<a>text</a><oxprefix: xmlns="u"/>'):
        with pytest.raises(Unwritable):
            written(text, size)
