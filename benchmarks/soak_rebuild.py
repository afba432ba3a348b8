"""Repeated kill -9 of builds, while a service serves the store that they rebuild.

python benchmarks/soak_rebuild.py [KILLS] [FILE]

Two generated hubs are built in turn into one store. Each build is killed at random moments, alone
or with its processes, started again, and in the end completed. After every kill the service must
answer from the whole previous state or from the whole next one, never from a mixture.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.extend([str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests/hostile")])
sys.path.append(str(Path(__file__).parents[1] / "tests"))
from hostile_service import Running

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate

Answers = tuple[tuple[int, bytes], ...]

QUESTIONS = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?g) AS ?records) { GRAPH ?g { ?s ?p ?o } }",
    "PREFIX pg: <https://w3id.org/provenance-graph/ns#>"
    " SELECT ?model ?n { ?model pg:parameterCount ?n } ORDER BY ?model ?n",
)
"""Queries that distinguish the two hubs: their facts, their records, and a value of each model."""
SEED = 1
KILLED_WHOLE = 0.5
"""The share of kills that include the processes of a build."""


def started(store: Path, data: Path) -> subprocess.Popen[bytes]:
    """Start a build of ``data`` into ``store``, without the records that the other hub left."""
    line = [sys.executable, "-m", "provenance_graph", "--store", str(store)]
    words = [*line, "build", "--fresh", "--data", str(data)]
    with log_of(store).open("wb") as log:
        return subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)


def log_of(store: Path) -> Path:
    """The path of the last build's log."""
    return store.with_name("build.log")


def answers(service: Running) -> Answers:
    return tuple(service.ask(question) for question in QUESTIONS)


def let_through(store: Path, data: Path) -> float:
    """Build to the end; return wall seconds."""
    began = time.monotonic()
    if code := started(store, data).wait():
        raise SystemExit(f"the build of {data} ended with {code}: {log_of(store).read_text()}")
    return time.monotonic() - began


def settled(service: Running, before: Answers) -> Answers:
    """The service's answers once it has taken over a finished build."""
    while (now := answers(service)) == before:
        time.sleep(0.05)
    return now


def soak(folder: Path, kills: int) -> dict[str, object]:
    """Kill builds; return the counts, the states served afterwards, and the faults."""
    chance, store = random.Random(SEED), folder / "store"
    hubs = []
    for seed, models in ((1, 800), (2, 1000)):
        generate(Hub(models, seed), folder / str(seed))
        hubs.append(folder / str(seed) / "data")
    seconds = let_through(store, hubs[0])
    service = Running(store, "--read-only", raw=False)
    served: Counter[str] = Counter()
    wrong, killed, whole = [], 0, 0
    try:
        truth = {hubs[0]: answers(service)}
        let_through(store, hubs[1])
        truth[hubs[1]] = settled(service, truth[hubs[0]])
        current = following = hubs[1]
        while killed < kills:
            following = hubs[0] if current == hubs[1] else hubs[1]
            building = started(store, following)
            try:
                if code := building.wait(chance.uniform(0.2, 1.3 * seconds)):
                    wrong.append(f"a build ended with {code}: {log_of(store).read_text()}")
            except subprocess.TimeoutExpired:
                with_children = chance.random() < KILLED_WHOLE
                (os.killpg if with_children else os.kill)(building.pid, signal.SIGKILL)
                building.wait()
                killed += 1
            else:
                settled(service, truth[current])
                whole += 1
            now = answers(service)
            if now == truth[following]:
                served["next"] += 1
                current = following
            elif now == truth[current]:
                served["before"] += 1
            else:
                wrong.append(f"after kill {killed}: {now[:2]}")
        let_through(store, following)
        if current != following and settled(service, truth[current]) != truth[following]:
            wrong.append("the last build is not served")
    finally:
        service.stop()
    return {"killed": killed, "let through": whole, "served after": dict(served), "wrong": wrong}


def main() -> int:
    """Run the soak test and print its results; exits 1 where anything was wrong."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        result = soak(Path(folder), kills) | {"load": os.getloadavg()}
    print(json.dumps(result, indent=1))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
