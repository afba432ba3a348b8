"""A linear scan of query text from outside, before an engine reads it.

The scan refuses text that would overflow the engine's stack (nesting, long chains of operators) or
contact the network (SERVICE, LOAD). An ambiguous text is read in the more dangerous way. What the
scan misses is still evaluated by a worker without sockets, which may be killed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from provenance_graph.core.errors import QueryRefused
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.tokens import ESCAPE, tokens

MAX_OPERATORS = 2000
"""Operators in one text; an engine evaluates a chain of them recursively."""

MAX_CLAUSES = 500
"""UNION, OPTIONAL, FILTER and similar clauses in one text."""

MAX_PATTERNS = 2000
"""Triple patterns in one text, except lists of plain values; an engine nests their joins."""

_DEFAULT = Limits()
_TERMS = frozenset({"iri", "name", "variable", "string", "number", "word"})
_CLAUSE = re.compile(
    "UNION|OPTIONAL|BIND|MINUS|SELECT|GRAPH|FILTER|EXISTS|VALUES|LATERAL|HAVING", re.IGNORECASE
)
_SERVICE, _LOAD = re.compile("SERVICE", re.IGNORECASE), re.compile("LOAD", re.IGNORECASE)
_REAL_ESCAPE = re.compile(r"(\\\\)|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NAMES_A_GRAPH = frozenset(
    [
        "PREFIX",
        "GRAPH",
        "WITH",
        "USING",
        "NAMED",
        "INTO",
        "TO",
        "COPY",
        "MOVE",
        "ADD",
        "SILENT",
        "DROP",
        "CLEAR",
        "CREATE",
    ]
)


def check_query(text: str, limits: Limits = _DEFAULT, *, service: str = "refuse") -> None:
    """Raise QueryRefused, with line and column, for a query too long, too deep or with network use.

    ``service="allow"`` accepts SERVICE, for a caller that evaluates it itself.

    >>> check_query("SELECT ?service { ?service ex:load 'LOAD SERVICE' }")
    >>> check_query("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    provenance_graph.core.errors.QueryRefused: line 1, column 12: SERVICE is not allowed here: ...
    """
    if len(text) <= 2000:
        refusal = _remembered(text, limits, False, service == "allow")
    else:
        refusal = _refusal(text, limits, False, service == "allow")
    if refusal:
        raise QueryRefused(refusal)


def check_update(text: str, limits: Limits = _DEFAULT, *, terms: int = 0) -> None:
    """Raise QueryRefused, with line and column, for an update too long, deep or with network use.

    ``terms`` is the maximum number of IRIs, names, literals and variables; 0 means no maximum.
    """
    if refusal := _refusal(text, limits, True, False, terms):
        raise QueryRefused(refusal)


def check_length(text: str, limits: Limits = _DEFAULT) -> None:
    """Raise QueryRefused for a text that is too long; must precede anything that reads the text."""
    if refusal := _length(text, limits):
        raise QueryRefused(refusal)


def _length(text: str, limits: Limits) -> str:
    size = len(text)
    if size <= limits.text_bytes:
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            return (
                f"{_line_and_column(text, error.start)}: half a surrogate pair is not a character"
            )
    if size > limits.text_bytes:
        return f"the text is longer than {limits.text_bytes} bytes"
    return ""


def _refusal(text: str, limits: Limits, update: bool, service: bool, terms: int = 0) -> str:
    if refusal := _length(text, limits):
        return refusal
    readings = {text}
    if "\\u" in text or "\\U" in text:  # escapes may be decoded before parsing or in it: check both
        readings |= {ESCAPE.sub(_decode, text), _REAL_ESCAPE.sub(_decode_real, text)}
    for reading in sorted(readings):
        if refusal := _Scan(reading, limits, update, service, terms).run():
            return refusal
    return ""


_remembered = lru_cache(maxsize=1024)(_refusal)


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 else match[0]


def _decode_real(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    code = int(match[2] or match[3], 16)
    return chr(code) if code < 0x110000 else match[0]


def _line_and_column(text: str, offset: int) -> str:
    line = text.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - text.rfind(chr(10), 0, offset)}"


class _Scan:
    """One pass over a text, or over the text with its escapes decoded."""

    def __init__(self, text: str, limits: Limits, update: bool, service: bool, terms: int) -> None:
        self.text, self.limits, self.update, self.service = text, limits, update, service
        self.terms, self.max_terms = 0, terms
        self.depth = self.braces = self.operators = self.clauses = self.patterns = 0
        self.opened: list[str] = []  # open brackets; "values" for a block of plain data
        self.plain = ""  # VALUES or DATA, if the next block holds plain data

    def run(self) -> str:
        """The reason to refuse the text, with line and column; empty where it is accepted."""
        before = last = maybe = ""  # the last token, its kind, and a name that may be SERVICE:name
        for kind, piece, start in tokens(self.text):
            why = ""
            if kind in ("open", "close"):
                if piece == "{" and maybe:
                    why = self._no_network("SERVICE")
                why = why or self._nest(kind, piece)
            elif kind == "iri":
                why = self._iri(piece)
            elif kind == "operator":
                self.operators += len(piece)
            elif kind == "unclosed":
                why = "this long string does not end"
            elif kind == "word":
                why = self._check_keyword(piece)
            maybe = ""
            if kind == "name":
                maybe, why = self._name(piece, before)
            self.terms += kind in _TERMS
            self._pattern(kind, piece, last)
            if why or (why := self._too_many()):
                return f"{_line_and_column(self.text, start)}: {why}"
            before, last = piece, kind
        return ""

    def _nest(self, kind: str, piece: str) -> str:
        step = 1 if kind == "open" else -1
        self.depth = max(0, self.depth + step)
        if piece in "{}":
            self.braces = max(0, self.braces + step)
        if kind == "open":
            self.opened.append("values" if piece == "{" and self.plain else piece)
            self.plain = self.plain if piece == "(" else ""
        elif self.opened:
            self.opened.pop()
        return self._too_deep(self.depth)

    def _pattern(self, kind: str, piece: str, last: str) -> None:
        """Count tokens that join triples, and the members of collections."""
        if kind == "word":
            word = piece.upper()
            self.plain = word if word == "VALUES" or (word == "DATA" and self.update) else ""
        elif "values" in self.opened:
            return
        innermost = self.opened[-1] if self.opened else ""
        if innermost == "(":
            self.patterns += kind in _TERMS and last in _TERMS
        elif piece in (".", ";", ","):
            self.patterns += 1

    def _too_deep(self, depth: int) -> str:
        if depth <= self.limits.depth:
            return ""
        return f"nested deeper than {self.limits.depth}; split the query or flatten it"

    def _too_many(self) -> str:
        if 0 < self.max_terms < self.terms:
            return f"more than {self.max_terms} terms in one update; send it in parts"
        if self.operators > MAX_OPERATORS:
            return f"more than {MAX_OPERATORS} operators; use VALUES for long lists"
        if self.clauses > MAX_CLAUSES:
            return f"more than {MAX_CLAUSES} clauses; use VALUES for long lists"
        if self.patterns > MAX_PATTERNS:
            return f"more than {MAX_PATTERNS} triple patterns; use VALUES for long lists"
        return ""

    def _no_network(self, word: str) -> str:
        if word == "SERVICE" and self.service:
            return ""
        return f"{word} is not allowed here: no query reaches the network"

    def _iri(self, piece: str) -> str:
        """Check an IRI token, which may be a "less than" and an expression without spaces."""
        opened = piece.count("(") + piece.count("[")
        chained = sum(map(piece.count, "/+-*!"))
        self.operators += max(0, chained - 40)
        why = self._too_deep(self.depth + opened)
        self.depth += max(0, opened - piece.count(")") - piece.count("]"))
        return why

    def _check_keyword(self, piece: str) -> str:
        # Engines need no separator before a keyword: "true.SERVICE<x>" is one word here.
        self.operators += piece.count("-")
        self.clauses += len(_CLAUSE.findall(piece))
        for word, result in (("SERVICE", _SERVICE.search(piece)), ("LOAD", _LOAD.search(piece))):
            if result and (why := self._no_network(word)):
                return why
        return ""

    def _name(self, piece: str, before: str) -> tuple[str, str]:
        prefix = piece.partition(":")[0]
        operation = self.update and not self.braces and before.upper() not in _NAMES_A_GRAPH
        if operation and _LOAD.search(prefix):
            return "", self._no_network("LOAD")
        if _SERVICE.search(prefix) and before.upper() != "GRAPH":
            return piece, ""
        return "", ""
