"""Opening a store by the place that a user names."""

from __future__ import annotations

import os
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


def derived_folder(place: str) -> Path | None:
    """Where indexes made from a store at ``place`` are kept: beside it.

    None for a remote store, and for one in a folder that may not be written to: then an
    index is made for the occasion.

    >>> derived_folder("https://example.org/sparql") is None
    True
    """
    if place.startswith(("http://", "https://")):
        return None
    return Path(place) / "derived" if os.access(place, os.W_OK) else None
