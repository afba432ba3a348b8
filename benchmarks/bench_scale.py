"""The cost of a generated hub of a given size: every figure of ``docs/performance.md``.

    python benchmarks/bench_scale.py 10000 --work /tmp/scale-10000

Each stage (``hub.stages``) runs in a process of its own, within ``--seconds`` of wall time, and
adds one line of JSON to the results: seconds of *processor* time, which a loaded machine does not
stretch, wall time, and the peak memory of its largest process. A stage that fails or takes too long
says so in its line; stages that need it are skipped. ``--from STAGE`` continues from existing
results, ``--only`` runs some stages.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, not as a module

NEEDED = frozenset({"generate", "build"})
"""Stages that all other stages need."""


def alone(stage: str, folder: Path, models: int, seed: int) -> None:
    """Run a stage in this process; print its line."""
    from benchmarks.hub.stages import STAGES, Work  # loads all analysis

    before, began = _processor(), time.perf_counter()
    figures = STAGES[stage](Work(folder, models, seed))
    line = {
        "cpu": round(_processor() - before, 3),
        "wall": round(time.perf_counter() - began, 2),
        "peak MB": max(_peak(resource.RUSAGE_SELF), _peak(resource.RUSAGE_CHILDREN)),
    }
    sys.stdout.write(json.dumps(line | figures) + "\n")


def _processor() -> float:
    """Processor seconds of this process and of the children that it waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss >> 10


def run(stage: str, folder: Path, models: int, seed: int, seconds: float) -> dict[str, object]:
    """Run a stage in a process of its own; return its figures, or its failure."""
    words = [sys.executable, __file__, str(models), "--work", str(folder), "--seed", str(seed)]
    process = subprocess.Popen(
        [*words, "--alone", stage],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"stopped after": seconds}
    if process.returncode:
        return {"failed": (err.strip().splitlines() or [f"exit {process.returncode}"])[-1][:300]}
    figures: dict[str, object] = json.loads(out.splitlines()[-1])
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=int)
    parser.add_argument("--work", type=Path, required=True, help="folder for the hub and the store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=3600.0, help="wall time of a stage at most"
    )
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/scale.jsonl"))
    parser.add_argument("--from", dest="first", default="", help="the stage to begin with")
    parser.add_argument("--only", default="", help="stages, by comma")
    parser.add_argument("--alone", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    if asked.alone:
        alone(asked.alone, asked.work, asked.models, asked.seed)
        return 0
    from benchmarks.hub.stages import STAGES

    names = list(STAGES)
    if asked.first and asked.first not in names:
        parser.error(f"no stage {asked.first!r}; there are {', '.join(names)}")
    names = names[names.index(asked.first) if asked.first else 0 :]
    if asked.only:
        names = [name for name in names if name in asked.only.split(",")]
    if "generate" in names:
        for part in ("hub", "store"):
            shutil.rmtree(asked.work / part, ignore_errors=True)
    machine = f"{platform.python_version()}, pyoxigraph {ox.__version__}"
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    whole = 0
    for stage in names:
        figures = run(stage, asked.work, asked.models, asked.seed, asked.seconds)
        line = {"models": asked.models, "stage": stage, "machine": machine, **figures}
        with asked.results.open("a") as results:
            results.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
        if "cpu" not in figures:
            whole = 1
            if stage in NEEDED:
                break
    return whole


if __name__ == "__main__":
    raise SystemExit(main())
