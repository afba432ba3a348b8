"""Licences whose names are like one that no list holds."""

from __future__ import annotations

from functools import cache

from rapidfuzz import fuzz, process

from provenance_graph.formats.licences.names import known_names
from provenance_graph.model.naming import fold

NEAR = 80.0
"""How alike, of 100, a licence's name must be to be offered."""


def near_licences(stated: str, most: int = 3) -> list[str]:
    """Licences whose names are like a text, best first; SPDX ids where SPDX has them.

    >>> near_licences("aapache-2.0"), near_licences("gpl")[0]
    (['Apache-2.0'], 'GPL-3.0-only')
    >>> near_licences("wholly our own terms of 2024")
    []
    """
    asked = fold(stated)
    if len(asked) < 2:
        return []
    known = _known()
    within = [name for name in known if len(asked) > 2 and name.startswith(asked)]
    if within:  # newest first, and the plain form before "or later"
        within.sort(key=lambda name: name.endswith("later"))
        within.sort(key=figures, reverse=True)
        return [known[name] for name in within][:most]
    extract = process.extract(asked, known.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=most)
    best = extract[0][1] if extract else 0.0
    return [known[name] for name, score, _ in extract if score > best - 5]


@cache
def _known() -> dict[str, str]:
    """Folded names of licences to what a card may write."""
    return {fold(name): name for name in sorted(known_names(), reverse=True)}


def figures(name: str) -> str:
    """The digits of a name: Llama 3.1 8B is no slip for Llama 3.2 8B."""
    return "".join(c for c in name if c.isdigit())
