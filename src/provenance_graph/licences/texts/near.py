"""Licences whose names are similar to a text that no list holds."""

from __future__ import annotations

import re
from functools import cache

from provenance_graph.core.iris import Iri
from provenance_graph.formats.licences.lists import known_names
from provenance_graph.formats.licences.names import normalise
from provenance_graph.formats.licences.tables import names
from provenance_graph.model.naming.folded import fold

_WORDS = re.compile(r"(?i)\b(?:licen[cs]e|agreement|version)\b")

NEAR = 80.0
"""How alike, of 100, a licence's name must be to be offered."""


def near_licences(stated: str, limit: int = 3) -> list[str]:
    """Licences whose names are similar to a text, best first; SPDX ids where SPDX has them.

    >>> near_licences("aapache-2.0"), near_licences("gpl")[0]
    (['Apache-2.0'], 'GPL-3.0-only')
    >>> near_licences("mitt"), near_licences("apachee-2.0")
    (['MIT'], ['Apache-2.0'])
    >>> near_licences("wholly our own terms of 2024"), near_licences("jamba")
    ([], ['jamba-open-model'])
    """
    wanted = fold(stated)
    if len(wanted) < 2:
        return []
    known = _known()
    bare = fold(_WORDS.sub("", stated))
    starts = [one for one in (wanted, bare) if len(one) > 2 or (one and one != wanted)]
    shorter = {wanted[:n] + wanted[n + 1 :] for n in range(len(wanted)) if wanted[n].isalpha()}
    slips = [known[name] for name in sorted(shorter) if len(name) > 2 and name in known]
    if slips:  # one letter too many: ``mitt`` is MIT rather than MIT-testregex
        return list(dict.fromkeys(slips))[:limit]
    within = [name for name in known if any(map(name.startswith, starts))]
    if within:  # newest first, and the plain form before longer ones and "or later"
        within.sort(key=len)
        within.sort(key=lambda name: name.endswith("later"))
        within.sort(key=figures, reverse=True)
        return list(dict.fromkeys(known[name] for name in within))[:limit]
    from rapidfuzz import fuzz, process  # loading it takes a moment

    extract = process.extract(
        wanted, known.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=limit
    )
    best = extract[0][1] if extract else 0.0
    return [known[name] for name, score, _ in extract if score > best - 5]


@cache
def _known() -> dict[str, str]:
    """Display names of licences by folded name; for a longer name, the licence's id."""
    labels = {fold(label): known for label, known in names().labels.items()}
    return labels | {fold(name): name for name in sorted(known_names(), reverse=True)}


def parts_of_expression(text: str) -> tuple[list[Iri], list[str]]:
    """The licences that parts of an expression name, and the parts that name none.

    Both are empty where every part names one, or the text is no expression.

    >>> parts_of_expression("MIT OR Foobar-9.9")[1], parts_of_expression("MIT OR Apache-2.0")[1]
    (['Foobar-9.9'], [])
    """
    parts = [
        part for part in re.split(r"[()]|\s+(?:and|or|with)\s+", text, flags=re.I) if part.strip()
    ]
    if len(parts) < 2:
        return [], []
    values = {part.strip(): normalise(part.strip()).value for part in parts}
    unknown = [part for part, value in values.items() if value is None]
    known = [value for value in values.values() if value is not None]
    return (known, unknown) if unknown else ([], [])


def figures(name: str) -> str:
    """The digits of a name, by which versions differ: Llama 3.1 8B is not Llama 3.2 8B."""
    return "".join(c for c in name if c.isdigit())
