"""The sort orders of lists of models.

For each order by a model's own facts the beginning of the whole list is stored, so that the first
page reads as many rows as it shows. A filtered list is sorted when it is read.
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
"""The sort orders with their SQL columns; ``-`` before a name reverses the order."""
STORED_SORTS: Final = tuple(name for name in SORTS if name != "conflicts")
"""The sort orders by a model's own facts; conflicts are counted elsewhere."""
MAX_SORTED: Final = 2_000
"""Models of each order that are stored: as many as the largest page."""


def order_by(sort: str) -> str:
    """The ORDER BY clause of a sort, unknown values last; raises UsageError for an unknown sort.

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
