"""Bounded parsing of untrusted RDF: TriG and similar, and JSON-LD with an inline context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from provenance_graph.core.errors import Unreadable
from provenance_graph.core.jsonld import BadContexts, check_contexts
from provenance_graph.formats.document import Document
from provenance_graph.formats.parsing import MAX_DEPTH

_TOKENS = re.compile(
    r"""\\.|"{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3}|\Z)|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?"""
    r"""|<[^<>\s"]*+>|#[^\n]*+|<<|>>|[\[\](){}]""",
    re.DOTALL,
)
"""What may hold a bracket or is one. A string that is not closed is one to its line's or the text's end:
looking for its end again from each quote in it would take the square of its length."""


def parsed(document: Document) -> Iterator[ox.Quad]:
    """Yield quads one by one; raises Unreadable with the line of a syntax error."""
    text = document.text
    if document.features.syntax == "json":
        _local_contexts(document.json, document.url)
        guard_contexts(text, document.url)
        format_ = ox.RdfFormat.JSON_LD
    else:
        guard_depth(text, document.url)
        format_ = ox.RdfFormat.TRIG
    base = document.url if document.url.startswith(("http://", "https://")) else None
    try:
        yield from ox.parse(text, format=format_, base_iri=base)
    except SyntaxError as error:
        line = f"line {error.lineno}: " if error.lineno else ""
        raise Unreadable(document.url, f"{line}{error.msg}") from error
    except (ValueError, OSError) as error:
        raise Unreadable(document.url, str(error)) from error


def guard_contexts(text: str, url: str) -> None:
    """Raise Unreadable where the contexts of JSON-LD exceed the limits."""
    try:
        check_contexts(text.encode())
    except BadContexts as error:
        raise Unreadable(url, str(error)) from error


def guard_depth(text: str, url: str) -> None:
    """Raise Unreadable where brackets nest deeper than MAX_DEPTH: the engine's parser recurses."""
    depth = 0
    for token in _TOKENS.finditer(text):
        if token[0] in ("[", "(", "{", "<<"):
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, token.start()) + 1
                raise Unreadable(url, f"line {line}: nested deeper than {MAX_DEPTH}")
        elif token[0] in ("]", ")", "}", ">>"):
            depth = max(0, depth - 1)


def _local_contexts(value: Any, url: str) -> None:
    """Raise Unreadable for a context given by address: nothing is fetched to read a file."""
    waiting = [value]
    while waiting:
        result = waiting.pop()
        if isinstance(result, list):
            waiting.extend(result)
        elif isinstance(result, dict):
            contexts = result.get("@context")
            for context in contexts if isinstance(contexts, list) else [contexts]:
                remote = context if isinstance(context, str) else None
                if isinstance(context, dict) and "@import" in context:
                    remote = str(context["@import"])
                if remote is not None:
                    raise Unreadable(
                        url,
                        f"its @context is at {remote[:200]!r}; put the context into the document",
                    )
            waiting.extend(result.values())
