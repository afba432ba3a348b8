"""A tokenizer for SPARQL in linear time, sufficient to find braces, keywords and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

QUERY_FORMS: Final = frozenset({"select", "ask", "construct", "describe"})
UPDATE_FORMS: Final = frozenset(
    {"insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"}
)
PROLOGUE: Final = frozenset({"prefix", "base", "version"})
ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+
                 (?>(?:(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})[^<>"{}|^`\\\x00-\x20]*+)*)>)
      | (?P<string>\"\"\"(?>(?:[^"\\]|\\.|"(?!""))*)\"\"\"
                 | '''(?>(?:[^'\\]|\\.|'(?!''))*)'''
                 | (?!\"\"\")"(?>(?:[^"\\\r\n]|\\.)*)"
                 | (?!''')'(?>(?:[^'\\\r\n]|\\.)*)')
      | (?P<unclosed>\"\"\"|''')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]++(?>(?:-[A-Za-z0-9]++)*))
      | (?P<number>\d++(?>(?:\.\d++)?)(?>(?:[eE][+-]?\d++)?))
      | (?P<word>(?>(?:[^\W\d][\w\-]*+(?:\.+[\w\-]++)*)?)
          (?P<local>:(?>(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]
                       |\.++(?=[\w:\-%\\]))*))
        | [^\W\d][\w\-]*+(?>(?:\.+[\w\-]++)*))
      | (?P<open><<|[{(\[])
      | (?P<close>>>|[})\]])
      | (?P<operator>&&|\|\||\^\^|<=|>=|!=|[+*/|^!\-=<>])
      | (?P<other>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)
"""The tokens of SPARQL; every text is a sequence of these without remainder. A word extends over
dots and hyphens, since a prefix may contain them; with a colon it is a name. No alternative can
backtrack over what it matched, so the time is linear. Repeated groups are atomic rather than
possessive, since Python before 3.11.5 mishandles the latter."""


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield each token except space and comments: its kind, its text, and its offset.

    >>> [kind for kind, _, _ in tokens("ASK { ?s ex:p 'x' } # what?")]
    ['word', 'open', 'variable', 'name', 'string', 'close']
    """
    for result in TOKEN.finditer(text):
        kind = result.lastgroup
        if kind == "word" and result["local"] is not None:
            yield "name", result[0], result.start()
        elif kind != "space" and kind is not None:
            yield kind, result[0], result.start()


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is neither space nor comment, with its offsets and its nesting depth."""

    kind: str
    text: str
    start: int
    end: int
    depth: int

    @property
    def keyword(self) -> str:
        """The word in lower case; empty where the token is not a bare word."""
        return self.text.lower() if self.kind == "word" else ""


def nested(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, each with the number of brackets open around it.

    A bracket has the depth of its surroundings.
    """
    depth = 0
    for kind, piece, start in tokens(text):
        if kind == "close":
            depth -= 1
        yield Token(kind, piece, start, start + len(piece), depth)
        if kind == "open":
            depth += 1


def unescape(text: str) -> str:
    r"""Decode codepoint escapes, which SPARQL 1.1 (§19.2) decodes before all else.

    >>> unescape("s\\u0065lect")
    'select'
    """
    if "\\u" not in text and "\\U" not in text:
        return text
    return ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def form(text: str) -> str:
    r"""The first keyword after the prologue, in lower case; empty when there is none.

    It reads no further than that keyword.

    >>> form("# list\nPREFIX a: <urn:select> ASK {}")
    'ask'
    """
    for kind, piece, _ in tokens(unescape(text)):
        if kind == "word" and piece.lower() not in PROLOGUE:
            return piece.lower()
        if kind in ("open", "close", "variable"):
            return ""
    return ""


def query_form(text: str) -> str:
    """The form of a query: select, ask, construct or describe; empty for any other text.

    >>> query_form("PREFIX select: <urn:ask> Construct where {?s ?p ?o}")
    'construct'
    """
    result = form(text)
    return result if result in QUERY_FORMS else ""
