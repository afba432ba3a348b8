"""Kill -9 of every process in turn while clients write and read; then count what is left."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from hostile_service import Running
from waiting import PATIENCE, wait_until

LOST = (OSError, http.client.HTTPException)


@dataclass
class Outcome:
    """What a soak found; every list but ``back`` should be empty.

    ``late`` counts reads that were stopped at their time limit, none on a quiet machine.
    """

    acknowledged: int = 0
    reads: int = 0
    late: int = 0
    back: list[float] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    halves: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=dict)


def kind_of(service: Running, pid: int) -> str:
    """Which of the service's processes this is, by its place in the tree."""
    assert service.process is not None
    if pid == service.process.pid:
        return "supervisor"
    with contextlib.suppress(OSError):
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        line = Path(f"/proc/{pid}/cmdline").read_text()
        if parent == service.process.pid:
            return "writer or HTTP"
        return "fork server or worker" if "fork_server" in line else "other"
    return "gone"


class Load:
    """One writer and some readers that go on whatever happens."""

    def __init__(self, service: Running, outcome: Outcome) -> None:
        self._service, self._outcome = service, outcome
        self._stop = threading.Event()
        self.acknowledged: set[int] = set()
        self.sent = 0
        self._threads = [threading.Thread(target=self._write)]
        self._threads += [threading.Thread(target=self._read) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def _write(self) -> None:
        while not self._stop.is_set():
            number = self.sent
            self.sent += 1
            text = (
                f"INSERT DATA {{ <urn:n{number}> <urn:first> {number} ; <urn:second> {number} "
                f". GRAPH <urn:g{number}> {{ <urn:n{number}> <urn:third> {number} }} }}"
            )
            with contextlib.suppress(*LOST):
                status = self._service.update(text)
                if status == 204:
                    self.acknowledged.add(number)
                elif status < 500 and status != 422:
                    self._outcome.wrong.append(f"update: {status}")

    def _read(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(*LOST):
                status, body = self._service.ask(
                    "SELECT (COUNT(*) AS ?n) { ?s <urn:first> ?o } # " + str(random.random())
                )
                self._outcome.reads += 1
                if status == 200 and b'"n"' not in body:
                    self._outcome.wrong.append(f"an answer that is none: {body[:80]!r}")
                elif status == 504:  # stopped at its time limit, as it says
                    self._outcome.late += 1
                elif status not in (200, 503):
                    self._outcome.wrong.append(f"query: {status} {body[:200]!r}")

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def soak(service: Running, kills: int, seed: int = 1, supervisor_too: bool = True) -> Outcome:
    """Kill processes one after another, each time waiting until all is well again."""
    chance = random.Random(seed)
    outcome = Outcome()
    load = Load(service, outcome)
    try:
        for turn in range(kills):
            pids = sorted(service.pids())
            assert service.process is not None
            if not supervisor_too:
                pids.remove(service.process.pid)
            victim = pids[turn % len(pids)]
            kind = kind_of(service, victim)
            at = len(load.acknowledged)  # each kill hits a service that is writing
            wait_until(lambda at=at: len(load.acknowledged) > at, "a write between two kills")
            time.sleep(chance.random() * 0.15)
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                outcome.killed[kind] = outcome.killed.get(kind, 0) + 1
            start = time.monotonic()
            if kind == "supervisor":  # what a service manager does
                service.process.wait()
                service.start()
            outcome.back.append(_back(service, start, turn))
    finally:
        load.stop()
    outcome.acknowledged = len(load.acknowledged)
    _count(service, load, outcome)
    return outcome


def _back(service: Running, start: float, turn: int) -> float:
    """Seconds until a write and a read that sees it have both been answered."""
    while time.monotonic() - start < PATIENCE:
        with contextlib.suppress(*LOST):
            if service.update(f"INSERT DATA {{ <urn:turn> <urn:p> {turn} }}", timeout=30) == 204:
                status, body = service.ask(f"ASK {{ <urn:turn> <urn:p> {turn} }}", timeout=30)
                if status == 200 and b"true" in body:
                    return time.monotonic() - start
        time.sleep(0.01)
    raise AssertionError(f"not back after {PATIENCE:g} s:\n{service.output()[-2000:]}")


def _count(service: Running, load: Load, outcome: Outcome) -> None:
    stored: dict[str, set[int]] = {}
    for name, pattern in (
        ("first", "?s <urn:first> ?o"),
        ("second", "?s <urn:second> ?o"),
        ("third", "GRAPH ?g { ?s <urn:third> ?o }"),
    ):
        status, body = service.ask(f"SELECT ?o {{ {pattern} }}")
        assert status == 200
        stored[name] = {int(n) for n in re.findall(rb'"value":"(\d+)"', body)}
    every = stored["first"] | stored["second"] | stored["third"]
    outcome.halves = sorted(every - (stored["first"] & stored["second"] & stored["third"]))
    outcome.lost = sorted(load.acknowledged - every)
