"""A build in a process of its own, killed at a moment of its progress, however fast the machine is."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import sys, time
from pathlib import Path
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.ingest.build import build
from provenance_graph.ingest.bulk import loading
if __name__ == "__main__":
    data, where, day, moment, levels, piece_quads = sys.argv[1:]
    if int(piece_quads):
        loading.PIECE_QUADS, loading.LEAST = int(piece_quads), 6
    def watch(what):
        def step(done, total):
            if moment in (what, f"{what} {done}"):
                print("there", flush=True)
                time.sleep(600)  # until it is killed
        return step
    derive = EvidenceLevels() if levels else None
    build(Path(data), Path(where), derive=derive, day=day, fresh=True, watch=watch)
"""


def kill_build(
    data: Path, where: Path, moment: str, *, day: str, levels: bool, piece_quads: int = 0
) -> None:
    """Build ``data`` into ``where`` and kill that at ``moment``.

    ``moment`` is a stage as progress names it, for its first step, or a stage and how much of it
    is done.
    """
    script = where.with_name(f"{where.name}-killed.py")  # its processes import it again
    script.write_text(_SCRIPT)
    words = [str(data), str(where), day, moment, "levels" if levels else "", str(piece_quads)]
    line = [sys.executable, str(script), *words]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as building:
        assert building.stdout is not None
        assert building.stdout.readline() == "there\n"
        building.kill()
    assert building.returncode == -signal.SIGKILL
