"""SPARQL text as tokens: enough to find braces, keywords and names, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"
                 | '''(?:[^'\\]|\\.|'(?!''))*+'''
                 | "(?:[^"\\\r\n]|\\.)*+"
                 | '(?:[^'\\\r\n]|\\.)*+')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>(?:[^\W\d](?:[\w.\-]*[\w\-])?)?:(?:(?:[\w:\-.]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.))?)
      | (?P<word>[^\W\d]\w*)
      | (?P<open><<|[{(\[])
      | (?P<close>>>|[})\]])
      | (?P<operator>&&|\|\||\^\^|<=|>=|!=|[+*/|^!\-=<>])
      | (?P<other>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)
"""The words of SPARQL; every text is a sequence of these and nothing is left over."""


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Each token but spaces and comments: its kind, its text, and where it starts."""
    for found in TOKEN.finditer(text):
        kind = found.lastgroup
        if kind != "space" and kind is not None:
            yield kind, found[0], found.start()
