"""Open a store at a location: a folder, or the address of a SPARQL service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provenance_graph.core import graph_names
from provenance_graph.core.errors import StoreError, StoreFormat
from provenance_graph.store.base import Store
from provenance_graph.store.values import QuadSource

if TYPE_CHECKING:
    from provenance_graph.store.embedded import EmbeddedWriter
    from provenance_graph.store.remote.writing import RemoteWriter


def open_store(location: str) -> Store:
    """Open a folder or a remote service for reading.

    An address without a path means its ``/sparql``, where this project's own service answers.
    Raises StoreMissing, StoreFormat or StoreError.
    """
    if location.startswith(("http://", "https://")):
        from provenance_graph.store.remote.ahead import AheadStore

        return AheadStore.open(address_of(location))
    from provenance_graph.store.embedded import EmbeddedStore

    store = EmbeddedStore.open(Path(location))
    try:
        require_current(store, location)
    except StoreFormat:
        store.close()
        raise
    return store


def is_earlier(store: QuadSource) -> bool:
    """Whether a store was built by a version that did not record the day of the accepted view."""
    built = any(True for _ in store.quads(graph=graph_names.SHIPPED))
    return built and not any(True for _ in store.quads(graph=graph_names.VIEW))


def require_current(store: QuadSource, location: object) -> None:
    """Raise StoreFormat for a store of an earlier version, naming the command that migrates it."""
    if is_earlier(store):
        raise StoreFormat(
            f"{location} was built by an earlier version, whose records say neither collection nor "
            "custody: run `provenance-graph build`, which rebuilds it and retains what was imported"
        )


def address_of(location: str) -> str:
    """The query address of a service; an address without a path gets ``/sparql``.

    Raises StoreError for an address without a host.

    >>> address_of("http://127.0.0.1:7878/"), address_of("https://example.org/query")
    ('http://127.0.0.1:7878/sparql', 'https://example.org/query')
    """
    if not urlsplit(location).netloc:
        raise StoreError(f"{location} names no host, as in http://127.0.0.1:8000/")
    return location if urlsplit(location).path.strip("/") else location.rstrip("/") + "/sparql"


def open_writer(location: Path | str) -> EmbeddedWriter | RemoteWriter:
    """Open a folder or a remote service for writing; raises StoreBusy for a folder in use."""
    if str(location).startswith(("http://", "https://")):
        from provenance_graph.store.remote.writing import RemoteWriter

        return RemoteWriter.open(address_of(str(location)))
    from provenance_graph.store.embedded import EmbeddedStore

    return EmbeddedStore.open_writer(location)


def derived_folder(location: str) -> Path | None:
    """The folder for indexes of the store at ``location``, inside the store's folder.

    None for a remote store, and for a folder that cannot be written: then an index is made for each
    use.

    >>> derived_folder("https://example.org/sparql") is None
    True
    """
    if location.startswith(("http://", "https://")):
        return None
    return Path(location) / "derived" if os.access(location, os.W_OK) else None
