"""Explain a syntax error in one sentence: line, column, the token there, and a correction.

The engine's parser states how far it read and lists every token that could have followed, including
character classes; for an error inside a group it states only the group's end. So common errors are
searched first: an unclosed string or bracket, a pattern that is not a triple, an unknown form.
Places are counted in the text as it was sent, without the declarations added before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from provenance_graph.store.sparql.tokens import PROLOGUE, QUERY_FORMS, UPDATE_FORMS, tokens

_POSITION: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_ADDED: Final = re.compile(r"(?:(?:PREFIX [\w.-]*:|BASE) <[^<>]*>\t)+")
_USEFUL: Final = re.compile(r'BY|"[^"\\\w]{1,2}"')
_PAIRS: Final = {")": "(", "]": "[", "}": "{", ">>": "<<"}
_TERMS: Final = frozenset({"variable", "iri", "name", "string", "number"})
_COMPARISONS: Final = frozenset({"<", ">", "<=", ">=", "=", "!=", "&&", "||"})
_WORDS: Final = """
    a abs add adjust all as asc ask avg base bind bnode bound by ceil clear coalesce concat
    construct contains copy count create data datatype day default delete desc describe
    distinct drop encode_for_uri exists false filter floor from graph group group_concat
    haslang haslangdir having hours if in insert into iri isblank isiri isliteral isnumeric
    istriple isuri lang langdir langmatches lateral lcase limit load max md5 min minus
    minutes month move named not now object offset optional order predicate prefix rand
    reduced regex replace round sameterm sample seconds select separator service sha1 sha256
    sha384 sha512 silent str strafter strbefore strdt strends strlang strlangdir strlen
    strstarts struuid subject substr sum timezone to triple true tz ucase undef union unit
    uri using uuid values version where with year
"""
_KEYWORDS: Final = frozenset(_WORDS.split())
MAX_EXPECTED = 4
"""Maximum number of alternatives that are listed in a message."""

Fault = tuple[int, str]
"""The offset of an error in the text, and a description."""


def syntax_error(message: str, text: str) -> str:
    """The parser's message about a text, as one sentence with line and column.

    >>> syntax_error("error at 1:14: expected [_]", "ASK { ?s ?p }")
    "line 1, column 7: '?s ?p' is not a pattern: it takes subject, predicate and object"
    """
    fault = _changes(message, text) or next(_faults(text), None) or _as_parsed(message, text)
    if fault is None:
        return " ".join(message.split())[:300]
    start, what = fault
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    added = _ADDED.match(text) if line == 1 else None
    return f"line {line}, column {max(column - (added.end() if added else 0), 1)}: {what}"


def _faults(text: str) -> Iterator[Fault]:
    """Yield errors that the tokens alone show, the surest first."""
    listed = list(tokens(text))
    for kind, piece, start in listed:
        if kind == "unclosed" or (kind == "other" and piece in "\"'"):
            yield start, f"the string that begins with {piece} is not closed"
    yield from _form(listed)
    yield from _brackets(listed)
    yield from _words(listed)
    yield from _patterns(listed)


def _changes(message: str, text: str) -> Fault | None:
    """The error of an update sent as a query: the parser still expected a query form."""
    if "CONSTRUCT" not in message:
        return None
    for kind, piece, start in tokens(text):
        if kind == "word" and piece.lower() in UPDATE_FORMS:
            return start, f"{piece} changes data; a query is SELECT, ASK, CONSTRUCT or DESCRIBE"
        if kind == "word" and piece.lower() in QUERY_FORMS:
            return None
    return None


def _form(listed: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Yield the error of a text that begins with no form of query or update."""
    in_prologue = False
    for kind, piece, start in listed:
        if kind == "word" and piece.lower() in PROLOGUE:
            in_prologue = True
        elif in_prologue and kind in ("name", "iri", "string"):
            in_prologue = kind == "name"
        else:
            if piece.lower() not in QUERY_FORMS | UPDATE_FORMS:
                yield start, f"{piece[:40]!r} is none of SELECT, ASK, CONSTRUCT and DESCRIBE"
            return


def _brackets(listed: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Yield the error of a bracket that is not closed, or was never opened."""
    opened: list[tuple[str, int]] = []
    for kind, piece, start in listed:
        if kind == "open":
            opened.append((piece, start))
        elif kind == "close":
            if not opened:
                yield start, f"{piece!r} closes nothing"
                return
            if opened[-1][0] != _PAIRS[piece]:
                yield start, f"{piece!r} occurs where {opened[-1][0]!r} is still open"
                return
            opened.pop()
    if opened:
        yield opened[-1][1], f"this {opened[-1][0]!r} is not closed"


def _patterns(listed: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Yield errors of patterns with fewer or more than three terms."""
    pieces: list[str] = []
    begin, least, in_values = 0, 0, False
    for kind, piece, start in listed:
        if kind in _TERMS or (kind == "word" and piece == "a"):
            begin = begin if pieces else start
            pieces.append(piece)
            continue
        if least and pieces and piece in ("}", ".", ";"):
            text = " ".join(pieces)[:60]
            if len(pieces) < least:
                parts = "predicate and object" if least == 2 else "subject, predicate and object"
                yield begin, f"{text!r} is not a pattern: it takes {parts}"
            elif len(pieces) > least:
                yield begin, f"{text!r} is more than one pattern: expected a dot between them"
        opens_values = in_values and piece == "{"
        in_values = piece.lower() == "values" or (in_values and not opens_values)
        least = 0 if opens_values else {"{": 3, ".": 3, "}": 3, ";": 2}.get(piece, 0)
        pieces = []


def _words(listed: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Yield words that are not SPARQL keywords, and comparisons without a right side."""
    before = ""
    for kind, piece, start in listed:
        if kind == "word" and piece.lower() not in _KEYWORDS:
            hint = "a variable begins with ?, a name has a prefix"
            yield start, f"{piece[:40]!r} is not a keyword of SPARQL; {hint}"
        if kind == "close" and before in _COMPARISONS:
            yield start, f"{piece!r} is not allowed here: something is missing after {before}"
        before = piece if kind == "operator" else ""


def _as_parsed(message: str, text: str) -> Fault | None:
    """The error at the engine's own place: the token there and, if few, the expected ones."""
    match = _POSITION.match(message)
    if match is None:
        return None
    lines = text.split("\n")
    line, column = int(match[1]), int(match[2])
    start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    rest = text[start:].lstrip()
    if not rest:
        return start, "the query cannot be read to its end; a part of it is wrong or missing"
    piece = next((one for _, one, _ in tokens(rest)), rest[:1])
    if "Prefix not found" in match[3] and ":" in piece:
        return start, f"the prefix {piece.partition(':')[0]}: is not declared"
    options = [part.strip() for part in match[3].split(", ")]
    useful = [one for one in options if _USEFUL.fullmatch(one)]
    what = f"{piece[:40]!r} is not allowed here"
    if "['0'..='9']" in options and len(options) <= MAX_EXPECTED + 2:
        return start, f"{what}: expected a number"
    few = useful and len(options) <= MAX_EXPECTED
    return start, what + (f"; expected {' or '.join(useful)}" if few else "")
