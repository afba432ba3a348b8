"""Memory of a service over many mixed requests, and the effect of a hostile client on 49 others.

    python benchmarks/bench_memory.py STORE [--requests 20000] [--out FILE]

Requests are queries, look-ups, REST answers, graphs and errors in turn. Memory is the private
memory of every process of the service, every 2,000 requests. It is compared with that of the bare
engine over the same store and queries, alone in a process: the growth of its block cache, which the
service holds once for every worker and once for look-ups.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, unquote

from bench_live import ROUTES, Service, serving
from bench_service import tree

HOSTILE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
MODEL = "https://w3id.org/provenance-graph/id/model/"


def memory(pid: int) -> int:
    """Private memory of a service's processes, in MB."""
    total = 0
    for each in tree(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Private"))
    return total >> 10


def requests(seed: int) -> Iterator[tuple[str, str, bytes, str]]:
    """Yield mixed requests without end, the same ones for the same seed."""
    chance = random.Random(seed)
    for n in itertools.count():
        kind = chance.random()
        if kind < 0.35:
            text = f"SELECT ?p ?o {{ <{MODEL}x/{chance.randrange(5000)}> ?p ?o }}"
            yield "GET", f"/sparql?query={quote(text)}", b"", ""
        elif kind < 0.6:
            text = f"SELECT ?s ?o {{ ?s a ?o FILTER(?s != <urn:{n}>) }} LIMIT 20"
            yield "GET", f"/sparql?query={quote(text)}", b"", ""
        elif kind < 0.85:
            path = chance.choice(list(ROUTES.values()))
            yield "GET", path + ("&" if "?" in path else "?") + "asOf=", b"", ""
        elif kind < 0.9:
            yield "GET", f"/api/v1/models/nobody/model-{n}", b"", ""
        elif kind < 0.95:
            yield "POST", "/sparql", f"SELECT {{ {n}".encode(), "application/sparql-query"
        else:
            yield "GET", f"/doc/model/openai/gpt-oss-20b?format=nt&n={n}", b"", ""


def grown(service: Service, count: int) -> list[tuple[int, int]]:
    """Requests so far and memory in MB, every 2,000 requests."""
    found = [(0, memory(service.process.pid))]
    with ThreadPoolExecutor(8) as pool:
        given = requests(1)
        for done in range(2_000, count + 1, 2_000):
            part = itertools.islice(given, 2_000)
            list(pool.map(lambda asked: service.request(*asked), part))
            found.append((done, memory(service.process.pid)))
    return found


ENGINE = """
import json, sys
from pathlib import Path
import pyoxigraph as ox
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024
store, form = ox.Store.read_only(sys.argv[1]), ox.QueryResultsFormat.JSON
found = [(0, round(private(), 1))]
for number, query in enumerate(json.load(sys.stdin), 1):
    store.query(query).serialize(format=form)
    if number % 2000 == 0:
        found.append((number, round(private(), 1)))
print(json.dumps(found))
"""


def engine_alone(store: Path, count: int) -> list[list[float]]:
    """Queries so far and the engine's memory in MB, for the queries among the first requests."""
    checkpoint = max((store / "checkpoints").iterdir(), key=lambda folder: folder.stat().st_mtime)
    queries = [
        unquote(path.partition("query=")[2])
        for method, path, _, _ in itertools.islice(requests(1), count)
        if method == "GET" and path.startswith("/sparql?")
    ]
    done = subprocess.run(
        [sys.executable, "-c", ENGINE, str(checkpoint)],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[float]] = json.loads(done.stdout)
    return found


def slowest(service: Service, clients: int, seconds: float, *, hostile: bool) -> float:
    """The 99th percentile of normal clients' answers in ms, with or without a hostile client."""
    spent: list[float] = []
    until = time.perf_counter() + seconds
    text = quote("SELECT ?s { ?s a ?o } LIMIT 5")

    def normal(_: int) -> None:
        while time.perf_counter() < until:
            start = time.perf_counter()
            service.request("GET", f"/sparql?query={text}", kind="x")
            spent.append(time.perf_counter() - start)
            time.sleep(0.2)

    def attack(n: int) -> None:
        while time.perf_counter() < until:
            service.request("GET", f"/sparql?query={quote(HOSTILE + f' # {n}')}")

    with ThreadPoolExecutor(clients + 8) as pool:
        jobs = [pool.submit(normal, n) for n in range(clients)]
        jobs += [pool.submit(attack, n) for n in range(8)] if hostile else []
        for job in jobs:
            job.result()
    spent.sort()
    return spent[int(len(spent) * 0.99)] * 1000


def main() -> int:
    """Measure, print, and write JSON where requested."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with serving(given.store, "--client-errors", "1000000") as service:
        told: dict[str, object] = {"load": os.getloadavg()}
        told["requests and private MB"] = grown(service, given.requests)
        told["queries and MB of the engine alone"] = engine_alone(given.store, given.requests)
        told["p99 ms of 49 clients alone"] = slowest(service, 49, 10.0, hostile=False)
        told["p99 ms of 49 clients beside a hostile one"] = slowest(service, 49, 10.0, hostile=True)
    text = json.dumps(told, indent=1)
    sys.stdout.write(text + "\n")
    if given.out:
        given.out.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
