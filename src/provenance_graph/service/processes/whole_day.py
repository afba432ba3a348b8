"""Program that makes the dataset of a past day and its indexes, in a process with limits.

``python -m provenance_graph.service.processes.whole_day STORE DAY MEMORY``: MEMORY is in bytes. On
failure it exits with 1 and writes the reason as JSON. SQLITE_TMPDIR in its environment must name a
folder below STORE, since it may not write elsewhere.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.service.api.common.days import make
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.pool.sandbox import confine_writer


def main(location: str, day: str, memory: str) -> int:
    """Make the dataset of a day in this process, with ``memory`` bytes; returns the exit code."""
    root = Path(location).resolve()
    try:
        with EmbeddedStore.open(root) as store:
            snapshot = AcceptedSnapshot(store, day, folder=derived_folder(str(root)))
            _start_threads()
            confine_writer(int(memory), [root])
            make(snapshot)
    except ProvenanceError as error:
        sys.stdout.write(json.dumps([type(error).__name__, str(error)]))
        return 1
    return 0


def _start_threads() -> None:
    """Let Polars start its threads, which it cannot do once the process is confined."""
    one = pl.DataFrame({"n": [1]})
    one.join(one, on="n").group_by("n").len()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
