"""Folding of names for comparison: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata

from provenance_graph.core.memo import remembered

_ASCII = {code: None for code in range(128) if not chr(code).isalnum()}
"""The characters that are removed from an ASCII name."""
_PLUS = re.compile(r"(?<=[^\W_])\++(?![^\W_])")
"""A plus sign that ends a word: it is part of the name, and ids write it as ``plus``."""


@remembered(32_768)
def fold(name: str) -> str:
    """A name without case, accents, punctuation and spaces, for comparison.

    >>> fold("Claude Haiku 4.5") == fold("claude-haiku-4-5")
    True
    >>> fold("CodeT5+") == fold("codet5-plus") != fold("CodeT5")
    True
    """
    if "+" in name:
        name = _PLUS.sub("plus", name)
    if name.isascii():
        return name.lower().translate(_ASCII)
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9\u0370-\uffff]+", "", plain)
