"""The orders in which models are listed.

The beginning of the whole list is stored for each order of a model's own facts, so that the page
that is asked for first reads as many rows as it shows. A narrowed list is put in order when asked for.
"""

from __future__ import annotations

from typing import Final

from provenance_graph.core.errors import UsageError

SORTS: Final = {
    "name": "name COLLATE NOCASE",
    "released": "released",
    "context": "context",
    "parameters": "parameters",
    "sources": "sources",
    "gaps": "gaps",
    "conflicts": "coalesce(k.conflicts, 0)",
    "descendants": "descendants",
}
"""What a list of models can be sorted by; ``-`` before it turns the order round."""
STORED_SORTS: Final = tuple(name for name in SORTS if name != "conflicts")
"""Those of a model's own facts; its conflicts are counted elsewhere."""
MAX_SORTED: Final = 2_000
"""Models of each order that are stored: as many as the largest page."""


def order_by(sort: str) -> str:
    """The order as SQL, unknown values last; raises UsageError for a sort there is not.

    >>> order_by("-released")
    'ORDER BY released IS NULL, released DESC, id'
    """
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise UsageError(
            f"no sort {sort!r}; there are {', '.join(SORTS)}, with - before for descending"
        )
    column, down = SORTS[name], "DESC" if sort.startswith("-") else "ASC"
    return f"ORDER BY {column} IS NULL, {column} {down}, id"
