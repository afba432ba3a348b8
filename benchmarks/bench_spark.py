"""A build on Spark compared with one on this machine: equality of the stores, and costs.

    python benchmarks/bench_spark.py 10000 --work /tmp/spark-10000 [--engine spark:local[2]]

Prints one line of JSON: seconds of wall and processor time of each build (Spark's with its JVM and
workers), and whether every quad is the same. Ends with 1 where one is not. Needs PySpark and Java.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, not as a module

DAY = "2026-06-01"


def processor() -> float:
    """Processor seconds of this process and of the children that it waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def built(data: Path, where: Path, engine: str) -> dict[str, object]:
    """Build a store; return its costs, and a digest of its sorted quads."""
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.ingest.build import build
    from provenance_graph.ingest.bulk.spark import SparkEngine
    from provenance_graph.store.embedded import EmbeddedStore
    from provenance_graph.store.processes import LocalEngine

    before, began = processor(), time.perf_counter()
    running = LocalEngine() if engine == "local" else SparkEngine(engine)
    done = build(data, where, derive=EvidenceLevels(), day=DAY, fresh=True, engine=running)
    figures = {"wall": time.perf_counter() - began, "cpu": processor() - before}
    whole = hashlib.sha256()
    with EmbeddedStore.open(where) as store:
        for line in sorted(store.dump().splitlines()):
            whole.update(line + b"\n")
    shown = {key: round(value, 1) for key, value in figures.items()}
    return shown | {"quads": done.quads, "digest": whole.hexdigest()}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=int)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--engine", default="spark:local[2]")
    asked = parser.parse_args()
    from benchmarks.hub.structure import Hub
    from benchmarks.hub_generate import generate

    shutil.rmtree(asked.work, ignore_errors=True)
    generate(Hub(asked.models, 1), asked.work / "hub", "trig")
    data = asked.work / "hub" / "data"
    runs = {"local": built(data, asked.work / "local", "local")}
    runs["spark"] = built(data, asked.work / "spark", asked.engine)
    same = runs["local"]["digest"] == runs["spark"]["digest"]
    print(json.dumps({"models": asked.models, "engine": asked.engine, "same": same, **runs}))
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
