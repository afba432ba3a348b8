"""Opening a store by the place that a user names."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.store.base import Store


def open_store(place: str) -> Store:
    """Open a folder or a remote service for reading."""
    if place.startswith(("http://", "https://")):
        from provenance_graph.store.remote import RemoteStore

        return RemoteStore(place)
    from provenance_graph.store.embedded import EmbeddedStore

    return EmbeddedStore.open(Path(place))
