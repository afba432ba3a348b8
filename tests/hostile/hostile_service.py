"""A real service in processes of its own, and a listener that must hear nothing."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from waiting import PATIENCE, free_port

SECRET = "a-token-long-enough-for-tests"


class Canary:
    """Listens, and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.heard = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.heard += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)


class Running:
    """`provenance-graph serve` with some flags."""

    def __init__(self, store: Path, *flags: str, raw: bool = True, token: bool = True) -> None:
        self.port = free_port()
        self._log = (store.parent / f"serve-{self.port}.log").open("w+")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PROVENANCE_")}
        if token:
            environment["PROVENANCE_GRAPH_TOKEN"] = SECRET
        how = ["--raw"] if raw else []
        self._command = [
            *(sys.executable, "-m", "provenance_graph", "--store", str(store), "serve"),
            *("--writable", "--port", str(self.port), "--access-log", "", *how, *flags),
        ]
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, env=self._environment, stdout=self._log, stderr=self._log
        )
        self.wait()

    def wait(self, seconds: float = 120.0) -> float:
        """Wait until it answers; gives the time that took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                if self.ask("ASK {}", timeout=30)[0] == 200:
                    return time.monotonic() - start
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"no answer within {seconds} s:\n{self.output()}")

    def output(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8")

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout: float = PATIENCE,
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host=bool(headers and "host" in headers))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body or method in ("POST", "PUT"):
                connection.putheader("content-length", str(len(body)))
            connection.endheaders()
            connection.send(body)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def ask(self, query: str, timeout: float = PATIENCE) -> tuple[int, bytes]:
        headers = {"content-type": "application/sparql-query"}
        return self.request("POST", "/sparql", query.encode(), headers, timeout)

    def update(self, text: str, timeout: float = PATIENCE) -> int:
        headers = {
            "content-type": "application/sparql-update",
            "authorization": f"Bearer {SECRET}",
        }
        return self.request("POST", "/update", text.encode(), headers, timeout)[0]

    def send(self, raw: bytes, timeout: float = 15) -> bytes:
        """Bytes as they are; what comes back until the other side ends it or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            heard = b""
            try:
                connection.sendall(raw)
                connection.settimeout(1.0)
                while piece := connection.recv(65536):
                    heard += piece
            except OSError:
                pass
            return heard

    def pids(self) -> dict[int, str]:
        """Every process of the service with its command line, the first one included."""
        assert self.process is not None
        results = {self.process.pid: "supervisor"}
        todo = [self.process.pid]
        while todo:
            pid = todo.pop()
            for child in _children(pid):
                if child not in results:
                    results[child] = "child"
                    todo.append(child)
        return results

    def processor(self) -> float:
        """Seconds of processor time that the serving process has used.

        Others who use the machine slow everything down; this hardly changes with them.
        """
        fields = Path(f"/proc/{self._serving()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _serving(self) -> int:
        """The HTTP process: the one below which the fork server runs."""
        for pid in self.pids():
            with suppress(OSError):
                if b"fork_server" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    parent = int(status[1])
                    if b"fork_server" not in Path(f"/proc/{parent}/cmdline").read_bytes():
                        return parent
        raise AssertionError("no process serves")

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._log.close()
        return code


def _children(pid: int) -> list[int]:
    """The processes that a process has started; none where it has ended meanwhile."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children += map(int, task.read_text().split())
    return children
