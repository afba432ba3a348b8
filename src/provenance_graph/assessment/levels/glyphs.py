"""The glyph of each evidence level; levels that equal a state of a field share its glyph.

``tools.openapi`` writes them to ``web/src/levels.json`` for the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from provenance_graph.model.disclosure.states import STATES

GLYPHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "verified": "◉",
        "disclosed": STATES["disclosed"].glyph,
        "partial": STATES["partlyDisclosed"].glyph,
        "estimate": "~",
        "undisclosed": STATES["undisclosed"].glyph,
        "contradicted": STATES["contradicted"].glyph,
        "unmet": "□",
        "not assessed": STATES["notRecorded"].glyph,
        "not applicable": STATES["notApplicable"].glyph,
    }
)
"""Glyphs by the name of the level in answers."""
