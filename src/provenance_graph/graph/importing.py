"""Import documents into the store of a graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError

if TYPE_CHECKING:
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import ImportReport


def imported(path: Path | None, paths: tuple[str, ...], options: Options) -> ImportReport:
    """Import documents as the command does.

    Raises UsageError for a remote store (``path`` is None), StoreFormat for one of an earlier
    version and StoreBusy while another process writes.
    """
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.formats.registry import readers, require_format
    from provenance_graph.formats.walk import discover
    from provenance_graph.ingest.run import import_documents
    from provenance_graph.store.opening import open_writer, require_current

    if path is None:
        raise UsageError("import_ needs a store in a folder; open one with Graph.open(folder)")
    require_format(options.format)
    day = options.retrieved or clock.today()
    documents = discover(paths, retrieved=day, url=options.url)
    with open_writer(path) as store:
        require_current(store, path)
        return import_documents(
            store, documents, readers(), options, lambda *_: None, EvidenceLevels()
        )
