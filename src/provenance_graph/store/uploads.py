"""Parse uploaded RDF documents, in a confined process that the document may crash.

Only this module parses uploads; the worker pool calls it.
"""

from __future__ import annotations

import json
from typing import Final
from xml.parsers import expat

import pyoxigraph as ox

from provenance_graph.core.errors import QueryRefused, Unreadable
from provenance_graph.core.jsonld import check_contexts
from provenance_graph.store.sparql.answers import GRAPH_FORMATS

JSON_LD: Final = "application/ld+json"

MAX_DEPTH: Final = 1_000
"""Maximum nesting of elements in RDF/XML; the parser's cost grows with the square of the depth."""

MAX_ATTRIBUTES: Final = 1_000
"""Maximum number of attributes of one element, including namespace declarations, for the same
reason."""


def pack(body: bytes, media_type: str, base: str) -> bytes:
    """A document with its media type and base, as one byte string."""
    return json.dumps([media_type, base]).encode() + b"\n" + body


def to_ntriples(packed: bytes) -> bytes:
    r"""The triples of a document as N-Triples, one a line, blank nodes renamed.

    Raises Unreadable for bad syntax, QueryRefused for a document beyond the bounds.

    >>> to_ntriples(pack(b"<a> <b> 'c' .", "text/turtle", "http://x/"))
    b'<http://x/a> <http://x/b> "c" .\n'
    """
    head, _, body = packed.partition(b"\n")
    media_type, base = json.loads(head)
    if media_type == "application/rdf+xml":
        _check_xml(body)
    lines: list[str] = []
    try:
        if media_type == JSON_LD:
            check_contexts(body)
        for quad in ox.parse(
            body,
            GRAPH_FORMATS[media_type],
            base_iri=base,
            without_named_graphs=True,
            rename_blank_nodes=True,
        ):
            if isinstance(quad.object, ox.Triple):
                raise QueryRefused("triple terms of RDF 1.2 are not supported here")
            lines.append(f"{quad.subject} {quad.predicate} {quad.object} .\n")
    except SyntaxError as error:
        location = f"line {error.lineno}: " if error.lineno else ""
        raise Unreadable("the document", f"{location}{error.msg}") from None
    except ValueError as error:
        raise Unreadable("the document", str(error)) from error
    return "".join(lines).encode()


def _check_xml(body: bytes) -> None:
    """Raise Unreadable for malformed XML, QueryRefused for a document type or excessive size."""
    depth = 0

    def opened(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise QueryRefused(f"elements are nested more than {MAX_DEPTH} deep")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise QueryRefused(
                f"line {parser.CurrentLineNumber}: {name[:60]} has {len(attributes) // 2} attributes; "
                f"at most {MAX_ATTRIBUTES} of one element are read"
            )

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    def document_type(*_: object) -> None:
        raise QueryRefused("a document type definition is not read; write the names out")

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = document_type
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise Unreadable("the document", f"line {error.lineno}: {what}") from None
    except (ValueError, LookupError) as error:  # of an encoding that it names
        raise Unreadable("the document", f"{error}; send UTF-8") from None
