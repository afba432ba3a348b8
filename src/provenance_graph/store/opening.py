"""Opening a store by the place that a user names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from provenance_graph.store.base import Store


def open_store(place: str) -> Store:
    """Open a folder or a remote service for reading.

    An address without a path means its ``/sparql``, where this project's own service answers.
    """
    if place.startswith(("http://", "https://")):
        from provenance_graph.store.remote import RemoteStore

        return RemoteStore(
            place if urlsplit(place).path.strip("/") else place.rstrip("/") + "/sparql"
        )
    from provenance_graph.store.embedded import EmbeddedStore

    return EmbeddedStore.open(Path(place))
