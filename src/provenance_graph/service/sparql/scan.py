"""A lexical look at SPARQL text: its form, its clauses, where a SERVICE stands.

The serving process never parses a query. It only splits the text into tokens, in linear
time and without recursion; the evaluating process does the rest under limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_graph.core.iris import Iri
from provenance_graph.service.http.problems import bad_request

_TOKENS: Final = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
      |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$][^\W]\w*)
  | (?P<name>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<blank>_:[\w.\-]*)
  | (?P<tag>@[A-Za-z][A-Za-z0-9\-]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<open>[{(\[])
  | (?P<close>[})\]])
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_RELATIVE: Final = re.compile(r'<(?![A-Za-z][A-Za-z0-9+.\-]*:)[^<>"{}|^`\\\x00-\x20]*>')
_VOLATILE: Final = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID)\b|\\u|\bSERVICE\b", re.IGNORECASE)
_SILENT_LOAD: Final = re.compile(r"\bLOAD\s+SILENT\b", re.IGNORECASE)
QUERY_FORMS: Final = frozenset({"select", "ask", "construct", "describe"})
UPDATE_FORMS: Final = frozenset(
    {"insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text that is neither space nor comment."""

    kind: str
    text: str
    start: int
    end: int
    depth: int

    @property
    def keyword(self) -> str:
        """The word in lower case, or nothing when it is not a bare word."""
        return self.text.lower() if self.kind == "word" else ""


def unescape(text: str) -> str:
    r"""Decode codepoint escapes, which SPARQL 1.1 (§19.2) decodes before all else.

    >>> unescape("s\\u0065lect")
    'select'
    """
    if "\\u" not in text and "\\U" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "�"


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the text, with the depth of brackets that each stands in."""
    depth = 0
    for found in _TOKENS.finditer(text):
        kind = found.lastgroup or "other"
        if kind in ("space", "comment"):
            continue
        if kind == "close":
            depth -= 1
        yield Token(kind, found[0], found.start(), found.end(), depth)
        if kind == "open":
            depth += 1


def form(text: str) -> str:
    r"""The first keyword after the prologue, in lower case.

    >>> form("# list\nPREFIX a: <urn:select> ASK {}")
    'ask'
    """
    for token in tokens(unescape(text)):
        if token.kind == "word" and token.keyword not in ("prefix", "base", "version"):
            return token.keyword
        if token.kind in ("open", "close", "variable"):
            return ""
    return ""


def with_base(text: str, base: str) -> str:
    """The text with the service's own IRI as its base, where it has relative IRIs.

    The protocol lets a service define the base (§2.1.4 of the SPARQL 1.1 Protocol).
    """
    if _RELATIVE.search(text) is None:
        return text
    return f"BASE <{base}> {text}"


def volatile(text: str) -> bool:
    """Whether two evaluations over the same data may differ, so no answer is kept.

    >>> volatile("SELECT (now() AS ?t) {}"), volatile("ASK {}")
    (True, False)
    """
    return _VOLATILE.search(text) is not None


def mentions_dataset(text: str) -> bool:
    """Whether an update has USING or WITH of its own (§2.2.3: a conflict with parameters)."""
    return any(t.keyword in ("using", "with") for t in tokens(unescape(text)))


def with_using(text: str, default_graphs: Sequence[Iri], named_graphs: Sequence[Iri]) -> str:
    """Put the protocol's dataset into every operation of an update that has a WHERE.

    >>> with_using("DELETE WHERE { ?s ?p ?o }", [Iri("urn:g")], [])
    'DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }'
    """
    if mentions_dataset(text):
        raise bad_request(
            "the update has USING or WITH, so the request may not also have using-graph-uri "
            "or using-named-graph-uri",
            "dataset",
        )
    text = unescape(text)
    clause = "".join(f"USING <{g}> " for g in default_graphs)
    clause += "".join(f"USING NAMED <{g}> " for g in named_graphs)
    out: list[str] = []
    done = 0
    found = list(tokens(text))
    for at, token in enumerate(found):
        if token.keyword != "where" or token.depth != 0:
            continue
        out.append(text[done : token.start])
        if at and found[at - 1].keyword == "delete":
            out.append(_group(text, found, at + 1) + " ")
        out.append(clause)
        done = token.start
    return "".join([*out, text[done:]])


def _group(text: str, found: Sequence[Token], at: int) -> str:
    """The braced group that starts at a token."""
    if at >= len(found) or found[at].text != "{":
        raise bad_request("WHERE is not followed by {", "syntax")
    for token in found[at + 1 :]:
        if token.kind == "close" and token.depth == found[at].depth:
            return text[found[at].start : token.end]
    raise bad_request("a { is never closed", "syntax")


_WHOLE_STORE: Final = frozenset(
    {"graph", "using", "with", "load", "clear", "drop", "create", "add", "move", "copy", "into"}
)


def within_graph(text: str, graph: Iri) -> str:
    """An update that speaks of one graph, put into that graph (for PATCH).

    >>> within_graph("INSERT DATA { <urn:a> <urn:b> 1 }", Iri("urn:g"))
    'INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }'
    >>> within_graph("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", Iri("urn:g"))
    'WITH <urn:g> DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }'
    """
    text = unescape(text)
    found = list(tokens(text))
    out: list[str] = []
    done = 0
    fresh = True  # whether the next INSERT or DELETE starts an operation
    for at, token in enumerate(found):
        if token.keyword in _WHOLE_STORE:
            raise bad_request(f"{token.text}: the update may speak of this graph alone", "patch")
        if token.text == ";" and token.depth == 0:
            fresh = True
        if token.keyword not in ("insert", "delete") or token.depth or not fresh:
            continue
        fresh = False
        after = found[at + 1].keyword if at + 1 < len(found) else ""
        if after in ("data", "where"):
            group = _group(text, found, at + 2)
            start = found[at + 2].start
            out += [text[done:start], f"{{ GRAPH <{graph}> {group} }}"]
            done = start + len(group)
        else:
            out += [text[done : token.start], f"WITH <{graph}> "]
            done = token.start
    return "".join([*out, text[done:]])


def without_silent_loads(text: str) -> str:
    """An update whose ``LOAD SILENT`` operations do nothing.

    Loading always fails here, since no request reaches the network, and a failed
    ``LOAD SILENT`` is a success that changed nothing (SPARQL 1.1 Update §3.1.4).

    >>> without_silent_loads("LOAD SILENT <urn:x> INTO GRAPH <urn:g> ; CLEAR ALL")
    'INSERT DATA { } ; CLEAR ALL'
    """
    if _SILENT_LOAD.search(text) is None:
        return text
    found = list(tokens(text))
    out: list[str] = []
    done = 0
    for at, token in enumerate(found):
        following = found[at + 1].keyword if at + 1 < len(found) else ""
        if token.keyword != "load" or token.depth or following != "silent":
            continue
        rest = found[at + 2 :]
        words = [t.keyword for t in rest[1:3]]
        size = 4 if words == ["into", "graph"] else 1
        if len(rest) < size or any(rest[n].kind not in ("iri", "name") for n in {0, size - 1}):
            continue
        out += [text[done : token.start], "INSERT DATA { }"]
        done = rest[size - 1].end
    return "".join([*out, text[done:]])


_GRAPH_BEFORE: Final = frozenset({"graph", "with", "into", "to"})
_WHOLE: Final = frozenset({"all", "default", "named"})


def written_graphs(text: str) -> list[str]:
    """The graphs an update names, for a store where each must be known beforehand.

    Refuses what speaks of the default graph or of all graphs at once.

    >>> written_graphs("PREFIX e: <urn:x:> INSERT DATA { GRAPH e:g { <urn:a> <urn:b> 1 } }")
    ['urn:x:g']
    """
    text = unescape(text)
    found = list(tokens(text))
    prefixes = {
        found[at + 1].text: found[at + 2].text[1:-1]
        for at, token in enumerate(found[:-2])
        if token.keyword == "prefix" and found[at + 2].kind == "iri"
    }
    _refuse_default(found)
    names: list[str] = []
    for at, token in enumerate(found):
        before = found[at - 1].keyword if at else ""
        if before in ("clear", "drop", "silent") and token.keyword in _WHOLE:
            raise bad_request(f"name one graph, not {token.text}", "default-graph")
        moves = token.depth == 0 and before in ("add", "move", "copy", "silent", "create")
        if token.kind == "iri" and (before in _GRAPH_BEFORE or moves):
            names.append(token.text[1:-1])
        elif token.kind == "name" and (before in _GRAPH_BEFORE or moves):
            prefix, _, local = token.text.partition(":")
            names.append(prefixes.get(f"{prefix}:", "") + local)
    return list(dict.fromkeys(name for name in names if name))


def _refuse_default(found: Sequence[Token]) -> None:
    """Refuse triples of an INSERT or DELETE that stand in no GRAPH, without a WITH."""
    within = False
    for at, token in enumerate(found):
        if token.depth == 0 and (token.text == ";" or token.keyword == "with"):
            within = token.keyword == "with"
        if token.depth or within or token.keyword not in ("insert", "delete"):
            continue
        rest = found[at + 1 :]
        if rest and rest[0].keyword in ("data", "where"):
            rest = rest[1:]
        if not rest or rest[0].text != "{":
            continue
        before = ""
        for inner in rest[1:]:
            if inner.depth == 0:
                break
            fits = inner.depth > 1 or inner.text in ("{", "}", ".") or inner.keyword == "graph"
            if not fits and before != "graph":
                raise bad_request(
                    "triples outside GRAPH are of the default graph, the accepted view, which "
                    "follows from records: write into a named graph",
                    "default-graph",
                )
            before = inner.keyword
