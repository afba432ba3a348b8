"""Names of the ontology in a query: one that does not exist matches nothing, which is reported.

A term written as a full IRI is taken as it is; only ``pg:`` names are held against the ontology.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import Final

from provenance_graph.core.errors import QuerySyntax
from provenance_graph.core.iris import NS
from provenance_graph.core.resources import folder
from provenance_graph.store.sparql.tokens import tokens

_TERM: Final = re.compile(r"^pg:([A-Za-z][\w-]*)", re.MULTILINE)
_PREFIX: Final = "pg:"
_OTHER: Final = re.compile(rf"(?i:prefix)[ \t\r\n]+pg:[ \t\r\n]*<(?!{re.escape(NS)}>)")
"""A declaration that gives the prefix another meaning."""


@cache
def terms() -> frozenset[str]:
    """The local names of all terms that the ontology defines."""
    files = folder("ontology").rglob("*.ttl")
    return frozenset(name for file in files for name in _TERM.findall(file.read_text("utf-8")))


def check_terms(text: str) -> str:
    """The text; raises QuerySyntax, with the place and near names, for a ``pg:`` name there is not."""
    if _PREFIX not in text or _OTHER.search(text):
        return text
    known = terms()
    for kind, piece, start in tokens(text):
        local = piece.removeprefix(_PREFIX)
        if kind == "name" and local != piece and local and local not in known:
            line = text.count("\n", 0, start) + 1
            near = get_close_matches(local[:60], known, 3, 0.5)
            hint = f"near: {', '.join(_PREFIX + name for name in near)}; " if near else ""
            raise QuerySyntax(
                f"line {line}: {piece[:80]} is not a term of the ontology, so nothing matches it; "
                f"{hint}/ns lists them, and an IRI written out as <…> is taken as it is"
            )
    return text
