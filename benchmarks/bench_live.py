"""A writable service over a store of records: start, writes by several clients, first answers.

    python benchmarks/bench_live.py STORE [--writers 8] [--seconds 10] [--out FILE]

STORE is copied first. Every figure is of one run on a machine whose load is printed beside it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from provenance_graph.service.namespaces import namespace

SECRET = "a-token-long-enough-for-a-bench"
MODEL = "openai/gpt-oss-20b"
ROUTES = {
    "search": "/api/v1/search?q=llama",
    "conflicts": "/api/v1/conflicts",
    "stats": "/api/v1/stats",
    "models": "/api/v1/models?limit=50",
    "model": f"/api/v1/models/{MODEL}",
    "lineage": f"/api/v1/models/{MODEL}/lineage",
    "licences": f"/api/v1/models/{MODEL}/licences",
    "disclosure": "/api/v1/disclosure?limit=60",
    "compare": f"/api/v1/compare?model={MODEL}&model=openai/gpt-oss-120b",
}


class Service:
    """One running service, with a client for it."""

    def __init__(self, root: Path, *flags: str) -> None:
        environment = {**os.environ, "PROVENANCE_GRAPH_TOKEN": SECRET}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as when installed: bytecode is compiled
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provenance_graph", "--store", str(root), "serve",
             "--port", "0", "--writable", "--access-log", "", *flags],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment,
        )  # fmt: skip
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if "serving" in line:
                self.port = int(line.rpartition(":")[2].strip().strip("/"))
                break
        else:
            raise RuntimeError("the service did not start")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def request(
        self, method: str, path: str, body: bytes = b"", kind: str = "", wait: float = 90.0
    ) -> tuple[int, bytes]:
        """Send one request on a connection of its own; return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        headers = {"authorization": f"Bearer {SECRET}"} if method != "GET" else {}
        if kind:
            headers["content-type"] = kind
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def put(self, name: str, number: int) -> int:
        """Put a small record with one claim about a model of its own; return the status."""
        graph = quote(namespace("operator") + name, safe="")
        text = (
            f"<https://w3id.org/provenance-graph/id/model/bench/{name}> "
            f'<http://purl.org/dc/terms/title> "{name} {number}" ; a '
            "<https://w3id.org/provenance-graph/ns#Model> ."
        )
        return self.request("PUT", f"/data?graph={graph}", text.encode(), "text/turtle")[0]

    def stop(self) -> None:
        """Stop the service."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@contextmanager
def serving(store: Path, *flags: str) -> Iterator[Service]:
    """Context with a service over a copy of a store."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        shutil.copytree(store, root)
        service = Service(root, *flags)
        try:
            yield service
        finally:
            service.stop()


def processor(pid: int) -> float:
    """Processor seconds that a process and its descendants have used.

    Other load on the machine changes wall time, but hardly processor time.
    """
    ticks, todo = 0, [pid]
    while todo:
        each = todo.pop()
        with suppress(OSError):  # a worker that has just ended is counted by its parent
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
            for task in Path(f"/proc/{each}/task").glob("*/children"):
                todo += map(int, task.read_text().split())
    return ticks / os.sysconf("SC_CLK_TCK")


def timed(call: Callable[[], object]) -> float:
    """Milliseconds that a call takes."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def first_answers(service: Service) -> dict[str, float]:
    """Milliseconds of each route's first answer, in order."""
    return {name: timed(lambda p=path: service.request("GET", p)) for name, path in ROUTES.items()}


def repeated(service: Service, times: int = 40) -> dict[str, tuple[float, float]]:
    """Median and 99th percentile of the routes with changing arguments, in milliseconds."""
    listed = json.loads(service.request("GET", "/api/v1/models?limit=200&sort=-sources")[1])
    names = [item["id"] for item in listed["items"]]
    found = {}
    for name, path in (
        ("model", "/api/v1/models/{a}"),
        ("disclosure", "/api/v1/disclosure?limit=60&cursor="),
        ("compare", "/api/v1/compare?model={a}&model={b}"),
        ("lineage", "/api/v1/models/{a}/lineage"),
        ("licences", "/api/v1/models/{a}/licences"),
    ):
        spent = []
        for n in range(times):
            a, b = quote(names[n * 3 % len(names)]), quote(names[(n * 7 + 1) % len(names)])
            target = path.format(a=a, b=b)
            if name == "disclosure":
                target = f"/api/v1/disclosure?limit=60&parametersMin={n}"
            spent.append(timed(lambda t=target: service.request("GET", t)))
        spent.sort()
        found[name] = (statistics.median(spent), spent[int(len(spent) * 0.99)])
    return found


def writes(service: Service, writers: int, seconds: float) -> dict[str, float]:
    """Acknowledged small PUTs per second, and the time of one."""
    spent: list[float] = []
    refused: list[int] = []
    until = time.perf_counter() + seconds

    def write(writer: int) -> None:
        number = 0
        while time.perf_counter() < until:
            start = time.perf_counter()
            status = service.put(f"w{writer}-{number % 40}", number)
            (spent if status in (201, 204) else refused).append(
                time.perf_counter() - start if status in (201, 204) else status
            )  # type: ignore[arg-type]
            number += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - start
    spent.sort()
    return {
        "a second": len(spent) / whole,
        "median ms": spent[len(spent) // 2] * 1000 if spent else 0.0,
        "p99 ms": spent[int(len(spent) * 0.99)] * 1000 if spent else 0.0,
        "refused": float(len(refused)),
    }


def main() -> int:
    """Measure and print, and write JSON where requested."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("store", type=Path)
    arguments.add_argument("--writers", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=10.0)
    arguments.add_argument("--out", type=Path)
    given = arguments.parse_args()
    told: dict[str, object] = {"load": os.getloadavg()}
    with serving(given.store) as service:
        status, _ = service.request("GET", f"/sparql?query={quote('ASK {}')}")
        told["start to first answer s"] = time.perf_counter() - service.started
        told["processor until then s"] = processor(service.process.pid)
        assert status == 200
        told["first after start ms"] = first_answers(service)
        told["again ms"] = first_answers(service)
        told["other arguments, median and p99 ms"] = repeated(service)
        told["first write ms"] = timed(lambda: service.put("first", 1))
        told["first after a write ms"] = first_answers(service)
        told["second write ms"] = timed(lambda: service.put("second", 1))
        told["first after a second write ms"] = first_answers(service)
        before = processor(service.process.pid)
        told["writes"] = done = writes(service, given.writers, given.seconds)
        used = processor(service.process.pid) - before
        told["processor of a write ms"] = used * 1000 / (done["a second"] * given.seconds or 1)
    text = json.dumps(told, indent=1)
    sys.stdout.write(text + "\n")
    if given.out:
        given.out.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
