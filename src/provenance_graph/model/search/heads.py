"""IRIs in the index of search: beside an id, the number of what stands before it in the IRI.

The id of an entity is its IRI without what all of a kind share (``short_id``), so a table that holds
both holds most of the text twice, and a third time where the IRI is indexed. Here the IRI is put
together when it is read, and an entity is looked up by a sum of its id.
"""

from __future__ import annotations

import zlib

from provenance_graph.core.iris import Iri, short_id

SCHEMA_SQL = (
    "CREATE TABLE head (number INTEGER PRIMARY KEY, text TEXT NOT NULL, skip INTEGER NOT NULL);"
)
"""``skip`` is the place in an id, counted from 1, from which on it is the end of the IRI."""
_MAX_NUMBERS = 1_000
"""Different beginnings; what would need more keeps its IRI whole."""
_HALF = 1 << 31


def iri_sql(row: str) -> str:
    """The IRI of a row with ``id``, ``head`` and ``rest``, the whole IRI where no head is its beginning."""
    return (
        f"coalesce({row}.rest, (SELECT h.text || substr({row}.id, h.skip) FROM head h"
        f" WHERE h.number = {row}.head))"
    )


def id_sum(name: str) -> int:
    """A number of four bytes by which an id is looked up, whatever its case.

    >>> id_sum("org/Model") == id_sum("org/model")
    True
    """
    return zlib.crc32(name.lower().encode()) - _HALF


def of_iri(iri: Iri | str) -> tuple[int, str, str]:
    """What the row of an IRI is looked up by: the sum of its id, the id and the IRI itself."""
    text = short_id(iri)
    return id_sum(text), text, str(iri)


class Heads:
    """The beginnings of IRIs by their numbers, as they are met."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}

    def parted(self, iri: str, text: str) -> tuple[int | None, str | None]:
        """The number of the beginning of an IRI with that id, or None and the IRI whole."""
        for skip in (0, text.find(":") + 1):  # ``id:record/…`` is a prefix and the rest
            end = text[skip:]
            if iri.endswith(end):
                head = iri[: len(iri) - len(end)], skip + 1
                number = self._numbers.get(head)
                if number is None and len(self._numbers) < _MAX_NUMBERS:
                    number = self._numbers[head] = len(self._numbers)
                if number is not None:
                    return number, None
        return None, iri

    def rows(self) -> list[tuple[int, str, int]]:
        """The rows of the table."""
        return [(number, text, skip) for (text, skip), number in self._numbers.items()]
