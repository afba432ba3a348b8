"""Import documents into the store of a graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError

if TYPE_CHECKING:
    from provenance_graph.ingest.run import ImportReport


def imported(path: Path | None, paths: tuple[str, ...], **options: Any) -> ImportReport:
    """Import documents as the command does; raises UsageError for a remote store or bad options."""
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.iris import iri
    from provenance_graph.formats.registry import readers
    from provenance_graph.formats.walk import discover
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import import_documents
    from provenance_graph.store.opening import open_writer

    if path is None:
        raise UsageError("import_ needs a store in a folder; open one with Graph.open(folder)")
    known = {"format", "publisher", "retrieved", "url"}
    if unknown := set(options) - known:
        raise UsageError(f"import_ takes no {min(unknown)!r}; it takes {', '.join(sorted(known))}")
    publisher = options.get("publisher")
    chosen = Options(
        str(options.get("format", "")),
        iri(str(publisher)) if publisher else None,
        str(options.get("retrieved", "")),
    )
    today = chosen.retrieved or clock.today()
    documents = discover(paths, retrieved=today, url=str(options.get("url", "")))
    with open_writer(path) as store:
        return import_documents(
            store, documents, readers(), chosen, lambda *_: None, EvidenceLevels()
        )
