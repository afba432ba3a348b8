"""SPARQL text as tokens: enough to find braces, keywords and names, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
      | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\"
                 | '''(?:[^'\\]|\\.|'(?!''))*+'''
                 | (?!\"\"\")"(?:[^"\\\r\n]|\\.)*+"
                 | (?!''')'(?:[^'\\\r\n]|\\.)*+')
      | (?P<unclosed>\"\"\"|''')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
      | (?P<number>\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+)
      | (?P<word>(?:[^\W\d][\w\-]*+(?:\.+[\w\-]++)*+)?+
          (?P<local>:(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]
                       |\.++(?=[\w:\-%\\]))*+)
        | [^\W\d][\w\-]*+(?:\.+[\w\-]++)*+)
      | (?P<open><<|[{(\[])
      | (?P<close>>>|[})\]])
      | (?P<operator>&&|\|\||\^\^|<=|>=|!=|[+*/|^!\-=<>])
      | (?P<other>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)
"""The words of SPARQL; every text is a sequence of these and nothing is left over.

A word runs on over dots and hyphens, since a prefix may hold them; with a colon it is a
name. No alternative can backtrack over what it took, so the time is linear.
"""


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Each token but spaces and comments: its kind, its text, and where it starts.

    >>> [kind for kind, _, _ in tokens("ASK { ?s ex:p 'x' } # what?")]
    ['word', 'open', 'variable', 'name', 'string', 'close']
    """
    for found in TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "word" and found["local"] is not None:
            yield "name", found[0], found.start()
        elif kind != "space" and kind is not None:
            yield kind, found[0], found.start()
