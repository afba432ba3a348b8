"""RDF documents from outside, read in a process that may die of them.

Called by ``workers`` in a confined process; nothing else parses an upload.
"""

from __future__ import annotations

import json
import re

import pyoxigraph as ox

from provenance_graph.core.errors import QueryRefused, Unreadable
from provenance_graph.store.sparql.answers import GRAPH_FORMATS

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def pack(body: bytes, media_type: str, base: str) -> bytes:
    """A document with what is needed to read it, as one byte string."""
    return json.dumps([media_type, base]).encode() + b"\n" + body


def to_ntriples(packed: bytes) -> bytes:
    r"""The triples of a document as N-Triples, one a line, blank nodes renamed.

    >>> to_ntriples(pack(b"<a> <b> 'c' .", "text/turtle", "http://x/"))
    b'<http://x/a> <http://x/b> "c" .\n'
    """
    head, _, body = packed.partition(b"\n")
    media_type, base = json.loads(head)
    if media_type == "application/rdf+xml" and _DOCTYPE.search(body):
        raise QueryRefused("a document type definition is not read; write the names out")
    lines: list[str] = []
    try:
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
        place = f"line {error.lineno}: " if error.lineno else ""
        raise Unreadable("the document", f"{place}{error.msg}") from None
    except ValueError as error:
        raise Unreadable("the document", str(error)) from error
    return "".join(lines).encode()
