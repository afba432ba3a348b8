"""Codes of languages: which two-letter ones ISO 639-1 has, and which a document may not mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|code|multilingual")


def _codes(second: Mapping[str, str]) -> frozenset[str]:
    """Two-letter codes from their second letters by the first."""
    return frozenset(first + letter for first, letters in second.items() for letter in letters)


ISO_639_1 = _codes(
    {
        "a": "abefkmnrsvyz",
        "b": "aeghimnors",
        "c": "aehorsuvy",
        "d": "aevz",
        "e": "elnostu",
        "f": "afijory",
        "g": "adlnuv",
        "h": "aeiortuyz",
        "i": "adegikostu",
        "j": "av",
        "k": "agijklmnorsuvwy",
        "l": "abginotuv",
        "m": "ghiklnrsty",
        "n": "abdeglnorvy",
        "o": "cjmrs",
        "p": "ailst",
        "q": "u",
        "r": "mnouw",
        "s": "acdegiklmnoqrstuvw",
        "t": "aeghiklnorstwy",
        "u": "gkrz",
        "v": "eio",
        "w": "ao",
        "x": "h",
        "y": "io",
        "z": "ahu",
    }
)
"""The two-letter codes, of the list of iso-codes; ``bh`` and ``sh`` among them were withdrawn."""
RARE = _codes(
    {
        "a": "abeknsvy",
        "b": "ahimor",
        "c": "ehoruv",
        "d": "vz",
        "e": "e",
        "f": "fjoy",
        "g": "dnv",
        "h": "aotz",
        "i": "aegikou",
        "j": "v",
        "k": "gijlrsuvw",
        "l": "ginu",
        "m": "hi",
        "n": "abdgnrvy",
        "o": "cjmrs",
        "p": "i",
        "q": "u",
        "r": "mnw",
        "s": "acegmnst",
        "t": "iknostwy",
        "u": "g",
        "v": "eo",
        "w": "ao",
        "z": "a",
    }
)
"""Codes that are other words as often, so that they mean no language where they stand alone."""
TAGS = ISO_639_1 - RARE
"""Codes that mean a language where they stand alone, as tags."""
_WITHDRAWN = frozenset({"in", "iw", "ji", "jw", "mo", "sh"})


def is_language(code: str) -> bool:
    """Whether a text is a language tag whose two-letter language exists; longer ones are not looked up.

    >>> [is_language(code) for code in ("en", "pt-BR", "zz", "yue", "English", "code")]
    [True, True, False, True, False, True]
    """
    if not _TAG.fullmatch(code):
        return False
    first = re.split(r"[-_]", code.casefold(), maxsplit=1)[0]
    return len(first) != 2 or first in ISO_639_1 or first in _WITHDRAWN
