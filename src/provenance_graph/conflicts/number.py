"""The number of conflicts of an entity, from the stored file of a version if there is one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.databases import connect
from provenance_graph.core.iris import Iri

FORMAT = "6"
"""The format of the file; to be changed with the default kinds, whose conflicts it counts."""


def path_of(folder: Path, version: str) -> Path:
    """The file of stored conflicts of a version."""
    return folder / f"conflicts-{FORMAT}-{version}.sqlite"


def number_of(snapshot: AcceptedSnapshot, entity: Iri) -> int:
    """The number of conflicts of the default kinds that an entity has."""
    folder = snapshot.folder
    file = path_of(folder, snapshot.version) if folder is not None else None
    if file is None or not file.exists():
        from provenance_graph.conflicts.detect import conflicts  # takes long to load
        from provenance_graph.conflicts.selection import counted

        return counted(conflicts(snapshot, [entity]))[entity]
    with closing(connect(file)) as database:
        query = "SELECT conflicts FROM counted WHERE iri = ?"
        row = database.execute(query, (entity,)).fetchone()
    return int(row[0]) if row else 0
