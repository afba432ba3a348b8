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
from provenance_graph.service.api.common.indexes import make_all
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.states import public_root

_LOOK: Final = 0.05
_AGAIN: Final = 2.0


def run_indexer(root: Path) -> None:
    """Index every version of a store until the process is ended."""
    seen: dict[Path, tuple[int, int]] = {}
    before: dict[Path, str] = {}
    while True:
        moved = False
        for state in dict.fromkeys((root, public_root(root))):
            folder, stamp = derived_folder(str(state)), _stamp(state)
            if folder is None or stamp == seen.get(state):
                continue
            moved = True
            try:
                known = before.get(state) or last_indexed(folder)
                before[state] = index_once(state, folder, known)
                seen[state] = stamp
            except (ProvenanceError, OSError):
                time.sleep(_AGAIN)  # damaged, full or just replaced: whoever serves it says so
        if not moved:
            time.sleep(_LOOK)


def index_all(root: Path) -> None:
    """Keep the indexes of a store's newest version, and of its public state where it has one."""
    for state in dict.fromkeys((root, public_root(root))):
        folder = derived_folder(str(state))
        if folder is not None:
            index_once(state, folder, last_indexed(folder))


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
