"""Cost of the service over a store: its start, its first answers and its memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType


def service(store: Path) -> dict[str, object]:
    """Start the service over the store and its indexes; return its first answers and memory."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "provenance_graph", "--store", str(store)),
            *("serve", "--port", "0", "--access-log", ""),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        place = next(line for line in process.stderr if "serving" in line).split()[-1].rstrip("/")
        figures: dict[str, object] = {}
        for name, path in SERVED.items():
            asked = time.perf_counter()
            with urllib.request.urlopen(place + path, timeout=600) as reply:
                reply.read()
            figures[f"{name}, wall ms"] = round((time.perf_counter() - asked) * 1000, 1)
            if name == "first answer":
                figures["service start, wall s"] = round(time.perf_counter() - began, 2)
                figures["service start, processor s"] = _below(process.pid, _processor)
        figures["memory serving MB"] = int(_below(process.pid, _own_memory))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return figures


SERVED: Mapping[str, str] = MappingProxyType(
    {
        "first answer": "/sparql?query=ASK%7B%7D",
        "start page, counts": "/api/v1/stats",
        "start page, conflicts": "/api/v1/conflicts?limit=20",
        "first search": "/api/v1/search?q=model",
        "first list": "/api/v1/models?limit=50",
    }
)


def _below(pid: int, of: Callable[[int], float]) -> float:
    """The sum of a figure over a process and its descendants."""
    total, todo = 0.0, [pid]
    while todo:
        each = todo.pop()
        with suppress(OSError):  # a worker that has just ended is counted by its parent
            total += of(each)
            for task in Path(f"/proc/{each}/task").glob("*/children"):
                todo += map(int, task.read_text().split())
    return round(total, 2)


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _own_memory(pid: int) -> float:
    """Anonymous resident memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
