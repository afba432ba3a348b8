"""Recognise, from the text alone, queries that are cheap in any store.

A look-up is a SELECT or ASK of at most four triple patterns over the accepted view, without any
other clause. Nothing is evaluated here: the number of rows is counted before the engine evaluates
it (``store.lookups``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_TEXT: Final = 1_500
MAX_PATTERNS: Final = 4
MAX_LIMIT: Final = 1_000

_IRI: Final = r"<[^<>\"{}|^`\\\x00-\x20]*+>"
_NAME: Final = r"(?:[A-Za-z][A-Za-z0-9_-]*+)?+:[A-Za-z0-9_][A-Za-z0-9_-]*+"
_VARIABLE: Final = r"\?[A-Za-z][A-Za-z0-9_]*+"
_SPACE: Final = r"[ \t\r\n]"
_TEXT: Final = re.compile(
    rf"""{_SPACE}*+
    (?P<prologue>(?>(?:(?i:PREFIX){_SPACE}++(?:[A-Za-z][A-Za-z0-9_-]*+)?+:{_SPACE}*+{_IRI}{_SPACE}*+){{0,12}}))
    (?:(?P<select>(?i:SELECT)){_SPACE}++(?P<names>\*|{_VARIABLE}(?>(?:{_SPACE}++{_VARIABLE}){{0,11}}))
       {_SPACE}*+(?>(?:(?i:WHERE){_SPACE}*+)?)
      |(?i:ASK){_SPACE}*+(?>(?:(?i:WHERE){_SPACE}*+)?))
    \{{(?P<patterns>[^{{}}]{{1,1200}}+)\}}{_SPACE}*+
    (?>(?:(?i:LIMIT){_SPACE}++(?P<limit>[0-9]{{1,4}}+){_SPACE}*+)?)""",
    re.VERBOSE,
)
_TERM: Final = re.compile(
    rf"(?P<iri>{_IRI})|(?P<variable>{_VARIABLE})|(?P<name>{_NAME})|(?P<a>a)(?![\w:])"
    r'|(?P<string>"[^"\\\r\n]{0,200}+")(?![\^@"])|(?P<stop>[.;,])|(?P<space>[ \t\r\n]++)'
)
_PREFIX: Final = re.compile(rf"(?i:PREFIX){_SPACE}++([A-Za-z0-9_-]*+):{_SPACE}*+<([^>]*+)>")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True, slots=True)
class LookupTerm:
    """A term of a pattern: an IRI, a plain string, or a variable by its name."""

    kind: str
    text: str


Pattern = tuple[LookupTerm, LookupTerm, LookupTerm]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A query that consists of patterns only; ``limit`` is -1 where it has none."""

    ask: bool
    patterns: tuple[Pattern, ...]
    limit: int = -1


def lookup(text: str) -> Lookup | None:
    """The look-up that a text states, or None for any other text.

    >>> lookup("SELECT ?p ?o { <urn:a> ?p ?o }").patterns
    ((LookupTerm(kind='iri', text='urn:a'), LookupTerm(kind='variable', text='p'), LookupTerm(kind='variable', text='o')),)
    >>> lookup("SELECT ?o { <urn:a> <urn:p>+ ?o }") is None
    True
    """
    if len(text) > MAX_TEXT:
        return None
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    prefixes = dict(_PREFIX.findall(match["prologue"])) if match["prologue"] else {}
    patterns = _patterns(match["patterns"], prefixes)
    limit = int(match["limit"]) if match["limit"] else -1
    if patterns is None or limit > MAX_LIMIT or not _shows(match["names"], patterns):
        return None
    if len(patterns) > 1 and any(subject.kind == "variable" for subject, _, _ in patterns):
        return None
    if any(_repeats(pattern) for pattern in patterns):
        return None
    return Lookup(match["select"] is None, patterns, limit)


def _shows(names: str | None, patterns: tuple[Pattern, ...]) -> bool:
    """Whether every row has a bound value, so that a limit on bytes limits the rows too."""
    if names is None:
        return True
    bound = {f"?{term.text}" for pattern in patterns for term in pattern if term.kind == "variable"}
    return bool(bound) if names == "*" else not bound.isdisjoint(names.split())


def _repeats(pattern: Pattern) -> bool:
    """Whether a variable occurs twice, so that the engine would read many quads for few rows."""
    names = [term.text for term in pattern if term.kind == "variable"]
    return len(set(names)) < len(names)


def _patterns(text: str, prefixes: dict[str, str]) -> tuple[Pattern, ...] | None:
    """The triple patterns of a group; None where it contains anything else."""
    made: list[Pattern] = []
    waiting: list[LookupTerm] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            return None
        at = match.end()
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        if kind == "stop":
            if len(waiting) == 3:
                made.append((waiting[0], waiting[1], waiting[2]))
            elif waiting or match[0] != "." or not made:
                return None
            waiting = waiting[: {".": 0, ";": 1, ",": 2}[match[0]]]
            continue
        term = _term(kind, match[0], prefixes, len(waiting))
        if term is None or len(waiting) == 3:
            return None
        waiting.append(term)
    if len(waiting) == 3:
        made.append((waiting[0], waiting[1], waiting[2]))
    elif waiting:
        return None
    return tuple(made) if 1 <= len(made) <= MAX_PATTERNS else None


def _term(kind: str, text: str, prefixes: dict[str, str], position: int) -> LookupTerm | None:
    """The term of a token; None for a relative IRI, an unknown prefix or a wrong position."""
    if kind == "iri":
        return LookupTerm("iri", text[1:-1]) if _ABSOLUTE.match(text, 1) else None
    if kind == "variable":
        return LookupTerm("variable", text[1:])
    if kind == "a":
        return LookupTerm("iri", _TYPE) if position == 1 else None
    if kind == "string":
        return LookupTerm("string", text[1:-1]) if position == 2 else None
    prefix, _, local = text.partition(":")
    space = prefixes.get(prefix)
    return LookupTerm("iri", space + local) if space and _ABSOLUTE.match(space) else None
