"""Writes the imported records of a store to files, so that a new build can carry them over."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import is_record
from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad, Record
from provenance_graph.core.errors import StoreMissing
from provenance_graph.core.graph_names import COLLECTIONS
from provenance_graph.core.iris import mint
from provenance_graph.store.base import Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import is_earlier

IMPORTED_RECORDS = 2_000
"""The number of records of the old store written to one file."""


def write_imported(where: Path, without: Collection[str], folder: Path) -> list[tuple[Path, str]]:
    """Write the imported records of a store, except those named in ``without``, to files.

    Each path comes with its name in messages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[tuple[Path, str]] = []
    waiting: list[Record] = []

    def write() -> None:
        path = folder / f"{len(files):05d}.trig"
        path.write_bytes(rdf.write_trig(waiting))
        files.append((path, "the records imported before"))
        waiting.clear()

    for record in imported_records(where):
        if record.header.record not in without:
            waiting.append(record)
            if len(waiting) == IMPORTED_RECORDS:
                write()
    if waiting:
        write()
    return files


def imported_records(where: Path) -> Iterator[Record]:
    """Yield the records of a store that no build shipped; none if there is no store.

    Records of a store of an earlier version get a collection of their own, so that none of them
    replaces a record that is shipped now.
    """
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return
    with store:
        earlier = is_earlier(store)
        built = {name for name, *_ in store.quads(graph=identity.SHIPPED)}
        for graph in store.graphs():
            if graph in built or not is_record(graph):
                continue
            if any(True for _ in store.quads(graph, graph=graph)):
                record = rdf.from_quads(store.quads(graph=graph))
                yield _migrated(record) if earlier else record


MIGRATED = mint("collection", "imported-before-0.2")
"""The collection of records that were imported before records had collections."""


def _migrated(record: Record) -> Record:
    return replace(record, header=replace(record.header, collection=MIGRATED))


def collection_notes(where: Path) -> list[Quad]:
    """The quads of a store that tell from which folders collections took their names."""
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    with store:
        return list(store.quads(graph=COLLECTIONS))
