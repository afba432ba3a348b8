"""Names in a sentence: the search result where no entity's name contains all words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection

from provenance_graph.model.naming.folded import fold

MAX_NAMED = 400
"""The most entities of exactly one name that are read."""
LONGEST_NAME = 8
"""The most words of a name in a sentence."""
SENTENCE_WORD = re.compile(r"[\w.+/:-]*\w[\w+]*")
_NO_NAMES = frozenset(
    """
    and any are can commercial context data dataset datasets does for from has have how into
    its large larger legal licence licences license made many may model models not open out
    output parameters release released size small than that the this trained training use
    used was what when where which who why with you
    """.split()
)
"""Words of questions, which are not read as names though some entities have them."""
_CALLED = (
    "SELECT c.number, t.kind FROM called c JOIN thing t ON t.number = c.number"
    " WHERE c.folded = ? ORDER BY c.number LIMIT ?"
)


def named_in(
    database: sqlite3.Connection, text: str
) -> tuple[tuple[str, ...], list[tuple[int, str]]]:
    """The names in a sentence, the longest at each position, and the entities of these names.

    Entities are given by number and kind. Both are empty for a text of one or two words.
    """
    words = [(m.start(), m.end()) for m in SENTENCE_WORD.finditer(text)]
    named: list[str] = []
    matches: dict[int, str] = {}
    position = 0
    while len(words) > 2 and position < len(words):
        for length in range(min(LONGEST_NAME, len(words) - position), 0, -1):
            display_text = text[words[position][0] : words[position + length - 1][1]]
            folded = fold(display_text)
            if len(folded) < 3 or (length == 1 and display_text.casefold() in _NO_NAMES):
                continue
            rows = database.execute(_CALLED, (folded, MAX_NAMED)).fetchall()
            if rows:
                named.append(display_text)
                matches |= {number: kind for number, kind in rows if number not in matches}
                position += length - 1
                break
        position += 1
    return tuple(named), list(matches.items())


def is_sentence(text: str, named: Collection[str]) -> bool:
    """Whether a text has words of a question besides the names, so that it is no misspelt name."""
    rest = text.casefold()
    for name in named:
        rest = rest.replace(name.casefold(), " ")
    return not _NO_NAMES.isdisjoint(SENTENCE_WORD.findall(rest))
