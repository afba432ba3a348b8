"""IRIs in the search index: an id, and the number of the beginning of the IRI.

The id of an entity is its IRI without the beginning that all of a kind share (``short_id``). A
table of both would hold most of the text twice, and a third time where the IRI is indexed. Here the
IRI is composed when it is read, and an entity is looked up by a checksum of its id.
"""

from __future__ import annotations

import zlib

from provenance_graph.core.iris import Iri, short_id

SCHEMA_SQL = (
    "CREATE TABLE head (number INTEGER PRIMARY KEY, text TEXT NOT NULL, skip INTEGER NOT NULL);"
)
"""``skip`` is the position in an id, from 1, at which the end of the IRI begins."""
_MAX_NUMBERS = 1_000
"""The most beginnings; rows with further ones store their whole IRI."""
_HALF = 1 << 31


def iri_sql(row: str) -> str:
    """The SQL expression of the IRI of a row with the columns ``id``, ``head`` and ``rest``.

    ``rest`` is the whole IRI where no head is its beginning.
    """
    return (
        f"coalesce({row}.rest, (SELECT h.text || substr({row}.id, h.skip) FROM head h"
        f" WHERE h.number = {row}.head))"
    )


def id_sum(name: str) -> int:
    """A checksum of four bytes by which an id is looked up, the same in any case.

    >>> id_sum("org/Model") == id_sum("org/model")
    True
    """
    return zlib.crc32(name.lower().encode()) - _HALF


def of_iri(iri: Iri | str) -> tuple[int, str, str]:
    """The look-up key of an IRI: the checksum of its id, the id, and the IRI."""
    text = short_id(iri)
    return id_sum(text), text, str(iri)


class Heads:
    """The beginnings of IRIs, numbered in the order in which they occur."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}

    def parted(self, iri: str, text: str) -> tuple[int | None, str | None]:
        """The number of an IRI's beginning before its id and None; or None and the whole IRI."""
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
        """The rows of the table ``head``: number, text, skip."""
        return [(number, text, skip) for (text, skip), number in self._numbers.items()]
