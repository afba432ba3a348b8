"""A small store in memory, for tests and notebooks, and for data fetched from a remote store."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pyoxigraph as ox

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import StoreError
from provenance_graph.core.rdf import engine_quad
from provenance_graph.store.base import Change
from provenance_graph.store.engine import EngineReads, SnapshotLease, update_text


class MemoryStore(EngineReads):
    """A store in memory, which is not kept after its object.

    >>> from provenance_graph.core.iris import Iri
    >>> a = Iri("https://example.org/a")
    >>> store = MemoryStore([(a, a, a, None)])
    >>> store.size()
    1
    """

    def __init__(self, quads: Iterable[Quad] = ()) -> None:
        self._engine = ox.Store()
        self._closed = False
        try:
            self._engine.extend(map(engine_quad, quads))
        except ValueError as error:
            raise StoreError(f"nothing was stored: {error}") from error
        self._sequence = 1 if len(self._engine) else 0
        self._version = f"{self._sequence}-{os.urandom(6).hex()}"

    @property
    def version(self) -> str:
        """The version of the data, which changes with every commit."""
        return self._version

    def _lease(self) -> SnapshotLease:
        if self._closed:
            raise StoreError("this store is closed")
        return SnapshotLease(self._engine)

    def next_version(self, digest: str) -> str:
        """The version that the next commit with this digest will have."""
        return f"{self._sequence + 1}-{digest[:12]}"

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change atomically; returns the new version.

        Raises StoreError for a term that cannot be stored.
        """
        lease = self._lease()
        text = update_text(change)
        try:
            lease.engine.update(text)
        except (SyntaxError, OSError, ValueError, RuntimeError) as error:
            raise StoreError(f"nothing was changed: {error}") from error
        self._sequence += 1
        self._version = f"{self._sequence}-{(digest or os.urandom(6).hex())[:12]}"
        return self._version

    def close(self) -> None:
        """Refuse further reads and commits."""
        self._closed = True
