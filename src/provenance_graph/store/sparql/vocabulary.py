"""Check the ontology's terms in a query: an unknown ``pg:`` name would silently match nothing.

Only names with the prefix ``pg:`` are checked; a term written as a full IRI is not.
"""

from __future__ import annotations

import re
from typing import Final

from provenance_graph.core.errors import QuerySyntax
from provenance_graph.core.iris import NS
from provenance_graph.core.vocabulary import near, terms
from provenance_graph.store.sparql.tokens import tokens

_PREFIX: Final = "pg:"
_OTHER: Final = re.compile(rf"(?i:prefix)[ \t\r\n]+pg:[ \t\r\n]*<(?!{re.escape(NS)}>)")
"""Matches a declaration of the prefix for another namespace."""


def check_terms(text: str) -> str:
    """The text unchanged; raises QuerySyntax, with line and similar names, for an unknown term."""
    if _PREFIX not in text or _OTHER.search(text):
        return text
    known = terms()
    for kind, piece, start in tokens(text):
        local = piece.removeprefix(_PREFIX)
        if kind == "name" and local != piece and local and local not in known:
            line = text.count("\n", 0, start) + 1
            similar = near(local)
            hint = f"near: {similar}; " if similar else ""
            raise QuerySyntax(
                f"line {line}: {piece[:80]} is not a term of the ontology, so nothing matches it; "
                f"{hint}/ns lists them, and an IRI written out as <…> is taken as it is"
            )
    return text
