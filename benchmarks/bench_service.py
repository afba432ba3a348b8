"""The HTTP service against a bare endpoint and other servers, on the same data in one run.

    python benchmarks/bench_service.py [--models 50000] [--seconds 3] [--oxigraph PATH] [--wrk PATH]

A bare endpoint is FastAPI with the engine in the same process and nothing else. Compare the ratios
within one run. `wrk` makes the load.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from provenance_graph.store import embedded

BASE = "https://example.org/"
DERIVED = "http://www.w3.org/ns/prov#wasDerivedFrom"
BARE = """
import pyoxigraph as ox
from fastapi import FastAPI, Response
store = ox.Store.read_only({folder!r})
app = FastAPI()
@app.get("/sparql")
async def sparql(query: str):
    body = store.query(query).serialize(format=ox.QueryResultsFormat.JSON)
    return Response(body, media_type="application/sparql-results+json")
"""
LUA = """
local names = {}
for line in io.lines(%r) do names[#names + 1] = line end
local i = %d
request = function()
  i = i %% #names + 1
  return wrk.format("GET", names[i], %s)
end
"""


def triples(models: int) -> Iterator[bytes]:
    """Yield twenty facts a model; two thirds have a base, in chains up to some depth."""
    for n in range(models):
        name = f"<{BASE}model/{n}>"
        for k in range(19):
            yield f'{name} <{BASE}p{k}> "{n * k % 1009}" .\n'.encode()
        if n % 3 and n:
            yield f"{name} <{DERIVED}> <{BASE}model/{n * 2 // 3}> .\n".encode()


def free_port() -> int:
    """A free TCP port."""
    with socket.create_server(("127.0.0.1", 0)) as result:
        return int(result.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str, cwd: Path | None = None) -> Iterator[int]:
    """Context with a running server; gives its process id."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd
    )
    url = f"http://127.0.0.1:{port}{path}?query={quote('ASK {}')}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(url, timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"{command[0]} did not answer")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


ReaderOutput = tuple[float, float, float, float]


def measure(
    wrk: str, port: int, pid: int, paths: Path, clients: int, seconds: float, headers: str = "{}"
) -> ReaderOutput:
    """Requests per second, median and 99th percentile in ms, processor time per request in µs.

    Other load on the machine slows a request down; its processor time is unaffected.
    """
    before = processor(pid)
    script = paths.with_suffix(".lua")
    script.write_text(LUA % (str(paths), os.getpid() * 7919 % 5000, headers))
    done = subprocess.run(
        [wrk, "-t1", f"-c{clients}", f"-d{seconds:g}s", "--latency", "-s", str(script),
         f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", done)
    if rate is None or ("Non-2xx" in done and "304" not in headers):
        raise RuntimeError(done)
    requests = re.search(r"(\d+) requests in", done)
    assert requests is not None
    used = (processor(pid) - before) / max(1, int(requests[1])) * 1e6
    return float(rate[1]), _time(done, "50%"), _time(done, "99%"), used


def _time(text: str, name: str) -> float:
    match = re.search(rf"{name}\s+([0-9.]+)(us|ms|s)", text)
    assert match is not None
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]


def tree(pid: int) -> list[int]:
    """The ids of a process and its descendants."""
    result, todo = [], [pid]
    while todo:
        each = todo.pop()
        result.append(each)
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            todo += map(int, task.read_text().split())
    return result


def memory(pid: int) -> str:
    """Resident memory of a process and its descendants, in MB each."""
    results = []
    for each in tree(pid):
        resident = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{each}/status").read_text())
        results.append(int(resident[1]) // 1024 if resident else 0)
    return " + ".join(map(str, results))


def processor(pid: int) -> float:
    """Processor seconds that a process and its descendants have used."""
    ticks = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def settle(pid: int, seconds: float = 60.0) -> None:
    """Wait until a server is idle: after a start it makes indexes in the background."""
    until, before = time.monotonic() + seconds, processor(pid)
    while time.monotonic() < until:
        time.sleep(1)
        now = processor(pid)
        if now - before < 0.05:
            return
        before = now


def paths_file(folder: Path, name: str, path: str, query: str, models: int) -> Path:
    """Write request targets, one a line, each for another model; return the file."""
    file = folder / f"{name}.txt"
    numbers = range(1, models, max(1, models // 20_000))
    targets = (f"{path}?query={quote(query.replace('#', str(n)))}" for n in numbers)
    file.write_text("\n".join(targets))
    return file


POINT = f"SELECT ?p ?o {{ <{BASE}model/#> ?p ?o }}"
LINEAGE = f"SELECT ?a {{ <{BASE}model/#> <{DERIVED}>+ ?a }}"


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    """Measure all servers under all loads."""
    root = folder / "store"
    embedded.build(root, b"".join(triples(arguments.models)), form=ox.RdfFormat.N_TRIPLES)
    checkpoint = str(next((root / "checkpoints").iterdir()))
    (folder / "bare.py").write_text(BARE.format(folder=checkpoint))
    python = sys.executable
    servers = {"bare FastAPI": (lambda port: [python, "-m", "uvicorn", "bare:app", "--port",
               str(port), "--log-level", "error", "--no-access-log"], "/sparql")}  # fmt: skip
    for processes in (1, 2):
        servers[f"this service, {processes}"] = (
            lambda port, n=processes: [
                *(python, "-m", "provenance_graph", "--store", str(root), "serve", "--raw"),
                *("--port", str(port), "--processes", str(n), "--access-log", ""),
                *("--cache-mb", "1", "--query-seconds", "60"),
            ],
            "/sparql",
        )
    if arguments.oxigraph:
        copy = folder / "oxigraph"
        ox.Store.read_only(checkpoint).backup(str(copy))
        servers["oxigraph serve"] = (
            lambda port: [
                arguments.oxigraph,
                "serve-read-only",
                "--location",
                str(copy),
                "--bind",
                f"127.0.0.1:{port}",
            ],
            "/query",
        )
    print(
        f"{'server':18} {'load':22} {'clients':>7} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'cpu µs':>7}"
    )
    for server, (command, path) in servers.items():
        port = free_port()
        with running(command(port), port, path, folder) as pid:
            settle(pid)
            for name, query in (("point", POINT), ("lineage", LINEAGE)):
                file = paths_file(folder, f"{name}-{port}", path, query, arguments.models)
                for clients in (1, 8, 32):
                    show(
                        server,
                        name,
                        clients,
                        measure(arguments.wrk, port, pid, file, clients, arguments.seconds),
                    )
            if server.startswith("this"):
                conditional(arguments, folder, server, port, pid)
                print(f"{server:18} memory, MB: {memory(pid)}")
            large(server, port, path)


def conditional(
    arguments: argparse.Namespace, folder: Path, server: str, port: int, pid: int
) -> None:
    """Measure one repeated question: from the cache, and with its entity tag."""
    file = folder / f"one-{port}.txt"
    target = f"/sparql?query={quote(POINT.replace('#', '7'))}"
    file.write_text(target)
    show(server, "the same again", 8, measure(arguments.wrk, port, pid, file, 8, arguments.seconds))
    reply = urllib.request.urlopen(f"http://127.0.0.1:{port}{target}")
    tag = reply.headers["ETag"].replace('"', '\\"')
    headers = f'{{["If-None-Match"] = "{tag}", ["X-Expects"] = "304"}}'
    show(server, "304", 8, measure(arguments.wrk, port, pid, file, 8, arguments.seconds, headers))


def large(server: str, port: int, path: str) -> None:
    """Print the time to the first byte and to the end of an answer of a million rows."""
    asked = f"{path}?query={quote('SELECT * { ?s ?p ?o } LIMIT 1000000')}"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{asked}", headers={"Accept": "application/sparql-results+json"}
    )
    start = time.perf_counter()
    size = 0
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            size += len(reply.read(1))
            first = time.perf_counter() - start
            while piece := reply.read(1 << 20):
                size += len(piece)
    except (OSError, http.client.HTTPException) as error:
        print(f"{server:18} a million rows: {error}")
        return
    whole = time.perf_counter() - start
    print(
        f"{server:18} a million rows: first byte {first:.2f} s, all {size >> 20} MB in {whole:.1f} s"
    )


def show(server: str, load: str, clients: int, result: ReaderOutput) -> None:
    """Print one line of the table."""
    rate, median, slow, used = result
    print(
        f"{server:18} {load:22} {clients:7} {rate:8.0f} {median:8.2f} {slow:8.2f} {used:7.0f}",
        flush=True,
    )


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--oxigraph", default=shutil.which("oxigraph") or "")
    parser.add_argument("--wrk", default=shutil.which("wrk") or "")
    arguments = parser.parse_args()
    if not arguments.wrk:
        parser.error("install wrk, or name it with --wrk")
    with tempfile.TemporaryDirectory() as folder:
        compare(arguments, Path(folder))


if __name__ == "__main__":
    main()
