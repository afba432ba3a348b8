"""Records that a store holds and no build put there: written to files, for the build that follows."""

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
"""Records of the old store that are written into one file."""


def write_imported(where: Path, without: Collection[str], folder: Path) -> list[tuple[Path, str]]:
    """The records of a store that no build put there, as files of records."""
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
    """The records of a store that no build put there.

    Those of a store that an earlier version built come under a collection of their own, so
    that none of them replaces a record that is shipped now.
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
"""The collection of what was imported before records had one."""


def _migrated(record: Record) -> Record:
    return replace(record, header=replace(record.header, collection=MIGRATED))


def collection_notes(where: Path) -> list[Quad]:
    """What a store keeps of the folders that collections took their names from."""
    try:
        store: Store = EmbeddedStore.open(where)
    except StoreMissing:
        return []
    with store:
        return list(store.quads(graph=COLLECTIONS))
