"""Which readings of a document count: its latest, as far as it was read by a day."""

from __future__ import annotations

from typing import Protocol

from provenance_graph.core.claims import Header
from provenance_graph.core.iris import Iri


class Counting(Protocol):
    """Says which records count."""

    def known(self, header: Header) -> bool:
        """Whether the record had been retrieved by then."""

    def counts(self, header: Header) -> bool:
        """Whether it is the latest retrieval of its document."""


class Headers(Protocol):
    """The readings of documents."""

    def headers(self, document: Iri) -> list[Header]:
        """The records that are readings of a document."""


class CurrentVersions:
    """Which records count: of each document of a collection the latest reading, as of a day."""

    def __init__(self, statements: Headers, as_of: str = "") -> None:
        self._statements, self._as_of = statements, as_of
        self._newest: dict[tuple[Iri, Iri], Iri | None] = {}
        self._counted: dict[Iri, bool] = {}

    def known(self, header: Header) -> bool:
        """Whether the record had been retrieved by then."""
        return not self._as_of or header.retrieved[: len(self._as_of)] <= self._as_of

    def counts(self, header: Header) -> bool:
        """Whether it is the latest retrieval of its document."""
        known = self._counted.get(header.record)
        if known is None:
            known = self._counted[header.record] = self._is_latest(header)
        return known

    def _is_latest(self, header: Header) -> bool:
        """Two collections never replace each other, whatever document they name."""
        key = header.of_document, header.collection
        if key not in self._newest:
            headers = [
                h
                for h in self._statements.headers(header.of_document)
                if self.known(h) and h.collection == header.collection
            ]
            newest = max(headers, key=lambda h: h.order, default=None)
            self._newest[key] = newest.record if newest else None
        return self._newest[key] == header.record
