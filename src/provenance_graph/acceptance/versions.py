"""Which records of a document count: its latest retrieval, now or as of a day."""

from __future__ import annotations

from typing import Protocol

from provenance_graph.core.claims import Header
from provenance_graph.core.iris import Iri


class Counting(Protocol):
    """Tells which records are known and which of them count."""

    def known(self, header: Header) -> bool:
        """Whether a record had been retrieved by the day."""

    def counts(self, header: Header) -> bool:
        """Whether a record is the latest retrieval of its document."""


class Headers(Protocol):
    """Access to the headers of records by document."""

    def headers(self, document: Iri) -> list[Header]:
        """The headers of all retrievals of one document."""


class CurrentVersions:
    """Tells which records count: of each document and collection the latest, as of a day."""

    def __init__(self, statements: Headers, as_of: str = "") -> None:
        self._statements, self._as_of = statements, as_of
        self._newest: dict[tuple[Iri, Iri], Iri | None] = {}
        self._counted: dict[Iri, bool] = {}

    def known(self, header: Header) -> bool:
        """Whether a record had been retrieved by the day; always so without a day."""
        return not self._as_of or header.retrieved[: len(self._as_of)] <= self._as_of

    def counts(self, header: Header) -> bool:
        """Whether a record is the latest retrieval of its document."""
        known = self._counted.get(header.record)
        if known is None:
            known = self._counted[header.record] = self._is_latest(header)
        return known

    def _is_latest(self, header: Header) -> bool:
        """Whether a record is the latest of its document and collection.

        Two collections never replace each other, whatever document they name.
        """
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
