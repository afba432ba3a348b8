"""What names of models tell: sizes, placeholders, and whether a stated parent is the model itself."""

from __future__ import annotations

import re

from provenance_graph.formats.statements import letters

SIZE_WORD = re.compile(r"(?<![a-z0-9.])(?:\d+x)?\d+(?:\.\d+)?[bm](?![a-z0-9])", re.IGNORECASE)


def size_words(name: str) -> frozenset[str]:
    """The sizes that stand in a model's name, in lower case.

    >>> sorted(size_words("Mixtral-8x7B-Instruct-v0.1")), sorted(size_words("GPT-3"))
    (['8x7b'], [])
    """
    return frozenset(result.casefold() for result in SIZE_WORD.findall(name.replace("_", "-")))


_PLACEHOLDER = re.compile(
    r"\W*(?:unknown|untitled|unnamed|no[ _-]?name|none|null|nan|n/?a|tbd|todo|placeholder)?\W*",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether a label stands for a name that the source does not have.

    >>> is_placeholder("<UNKNOWN>"), is_placeholder("n/a"), is_placeholder("Unknown-7B")
    (True, True, False)
    """
    return bool(_PLACEHOLDER.fullmatch(text))


def is_itself(stated: str, *names: str) -> bool:
    """Whether a stated parent is the model itself or the family that its own name begins with.

    A family has no weights of its own: ``Falcon`` is no parent of Falcon-40B.

    >>> is_itself("Falcon", "Falcon-40B"), is_itself("Falcon 40B", "falcon-40b")
    (True, True)
    >>> is_itself("Falcon-40B", "Falcon-40B-Instruct"), is_itself("Phi 3", "Phi 3 Instruct")
    (False, False)
    """
    parent = letters(stated)
    for name in names:
        child = letters(name)
        if parent == child:
            return True
        if child.startswith(parent) and size_words(name) and not size_words(stated):
            return True
    return False
