"""The terms that the ontology defines, and those near to a name that it does not define."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import Final

from provenance_graph.core.resources import folder

_TERM: Final = re.compile(r"^pg:([A-Za-z][\w-]*)", re.MULTILINE)


@cache
def terms() -> frozenset[str]:
    """The local names of all terms that the ontology defines."""
    files = folder("ontology").rglob("*.ttl")
    return frozenset(name for file in files for name in _TERM.findall(file.read_text("utf-8")))


def near(local: str) -> str:
    """Up to three terms with similar names, such as `pg:fileFormat, pg:offerOf`; "" for none."""
    return ", ".join(f"pg:{name}" for name in get_close_matches(local[:60], terms(), 3, 0.5))
