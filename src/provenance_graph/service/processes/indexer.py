"""The indexer: a process that makes indexes of each version, so that no request waits for one.

It looks for a new version, keeps its indexes in the store's folder ``derived``, and then
looks again: versions that come faster than they can be indexed are passed over. Until an
index is there, the serving processes answer from the version before.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kept import FORMAT
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.api.indexes import make_all
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder

_LOOK: Final = 0.05
_AGAIN: Final = 2.0


def run_indexer(root: Path) -> None:
    """Index every version of a store until the process is ended."""
    folder = derived_folder(str(root))
    if folder is None:
        return
    before, stamp = last_indexed(folder), (0, 0)
    while True:
        now = _stamp(root)
        if now == stamp:
            time.sleep(_LOOK)
            continue
        try:
            before = index_once(root, folder, before)
            stamp = now
        except (ProvenanceError, OSError):
            time.sleep(_AGAIN)  # damaged, full or just replaced: whoever serves it says so


def index_once(root: Path, folder: Path, before: str = "") -> str:
    """Keep the indexes of the newest version; gives that version."""
    with EmbeddedStore.open(root) as store:
        make_all(folder, AcceptedSnapshot(store, folder=folder), before)
        return store.version


def last_indexed(folder: Path) -> str:
    """The version that was indexed last, or nothing."""
    head = f"conflicts-{FORMAT}-"
    files = sorted(folder.glob(f"{head}*.sqlite"), key=lambda file: file.stat().st_mtime)
    return files[-1].stem.removeprefix(head) if files else ""


def _stamp(root: Path) -> tuple[int, int]:
    try:
        current = (root / "CURRENT").stat()
    except OSError:
        return 0, 0
    return current.st_ino, current.st_mtime_ns
