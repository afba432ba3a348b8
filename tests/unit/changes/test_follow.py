"""Read replicas: whole versions or none, the old one while the source is slow, gone or damaged."""

from __future__ import annotations

import functools
import http.server
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from provenance_graph.core.errors import StoreError, StoreFormat, StoreMissing
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.follow import FolderSource, Replica, WebSource, follow

A, P = Iri("https://example.org/a"), Iri("https://example.org/p")


def item(number: int):
    return (A, P, Iri(f"https://example.org/{number}"), None)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    build(tmp_path / "origin", [item(0)])
    return tmp_path / "origin"


def commit(origin: Path, number: int) -> str:
    with EmbeddedStore.open_writer(origin) as store:
        return store.commit(Change(add=[item(number)]))


def count(folder: Path) -> int:
    with EmbeddedStore.open(folder) as store:
        return len([*store.quads()])


@pytest.fixture
def served(origin: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(origin))
    handler.func.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_three_replicas_follow_a_folder_and_an_address(origin, served, tmp_path) -> None:
    replicas = [
        Replica(tmp_path / "one", str(origin)),
        Replica(tmp_path / "two", served),
        Replica(tmp_path / "three", str(tmp_path / "two")),  # a replica of a replica
    ]
    for replica in replicas:
        assert replica.refresh()
        assert not replica.refresh()
    readers = [EmbeddedStore.open(replica.folder) for replica in replicas]
    version = commit(origin, 1)
    for replica, reader in zip(replicas, readers, strict=True):
        assert replica.refresh()
        assert len([*reader.quads()]) == 1  # a reader keeps its version until it looks
        assert reader.refresh()
        assert reader.version == version
        assert len([*reader.quads()]) == 2
        reader.close()


def test_old_versions_go_and_the_last_but_one_stays(origin, tmp_path) -> None:
    replica = Replica(tmp_path / "replica", str(origin))
    for number in range(1, 5):
        commit(origin, number)
        replica.refresh()
    left = sorted(entry.name for entry in (tmp_path / "replica" / "checkpoints").iterdir())
    assert left == ["3", "4"]
    assert count(tmp_path / "replica") == 5


def changed(origin: Path, how: str) -> None:
    current = json.loads((origin / "CURRENT").read_text())
    name = next(name for name in sorted(current["files"]) if name.endswith(".sst"))
    file = origin / "checkpoints" / current["checkpoint"] / name
    data = file.read_bytes()
    file.unlink()  # shared with the database's own
    if how != "missing":
        file.write_bytes(data[:-1] if how == "cut" else b"x" * len(data))


@pytest.mark.parametrize("how", ["missing", "cut", "changed"])
def test_a_damaged_file_is_never_published_and_the_old_version_stays(origin, tmp_path, how) -> None:
    replica = Replica(tmp_path / "replica", str(origin))
    replica.refresh()
    before = replica.current
    build(origin, [item(n) for n in range(9)])
    changed(origin, how)
    with pytest.raises(StoreError):
        replica.refresh()
    assert replica.current == before
    assert count(tmp_path / "replica") == 1
    assert len([*(tmp_path / "replica" / "checkpoints").iterdir()]) == 1
    build(origin, [item(n) for n in range(4)])
    assert replica.refresh()
    assert count(tmp_path / "replica") == 4


def test_a_full_disk_is_told_before_anything_is_written(origin, tmp_path, monkeypatch) -> None:
    replica = Replica(tmp_path / "replica", str(origin))
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("provenance_graph.store.follow.shutil.disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="MB are free"):
        replica.refresh()


def test_what_is_no_store_is_told(tmp_path, served) -> None:
    with pytest.raises(StoreMissing):
        Replica(tmp_path / "r", str(tmp_path / "nothing")).refresh()
    with pytest.raises(StoreMissing, match="format is not served there"):
        Replica(tmp_path / "r", f"{served}/nothing").refresh()
    with pytest.raises(StoreError, match="cannot be read"):
        Replica(tmp_path / "r", "http://127.0.0.1:9").refresh()


@pytest.mark.parametrize(
    "current",
    [
        "<html>",
        '{"version": "1-a", "sequence": 1, "db": "db-1", "checkpoint": "1", "files": {}}',
        '{"version": "1-a", "sequence": 1, "db": "d", "checkpoint": "..", "files": {"a": [1, "b"]}}',
        '{"version": "1-a", "sequence": 1, "db": "d", "checkpoint": "1", "files": {"../a": [1, "b"]}}',
    ],
)
def test_a_source_that_lies_is_refused(origin, tmp_path, current) -> None:
    (origin / "CURRENT").write_text(current)
    with pytest.raises(StoreFormat):
        Replica(tmp_path / "r", str(origin)).refresh()
    assert not (tmp_path / "r" / "CURRENT").exists()


def test_an_endless_file_is_stopped_at_its_size(origin, tmp_path) -> None:
    sent = []

    class Endless(FolderSource):
        def pieces(self, path: str):
            if not path.startswith("checkpoints/"):
                yield from super().pieces(path)
                return
            while True:
                sent.append(path)
                yield bytes(1 << 20)

    with pytest.raises(StoreError, match="differs from what was published"):
        Replica(tmp_path / "r", str(origin), Endless(origin)).refresh()
    assert len(sent) < 10


def test_a_slow_source_times_out_and_is_told_once(origin, tmp_path) -> None:
    answers = iter([False, False, True, True])

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/format" and not next(answers):
            raise httpx2.ReadTimeout("too slow")
        return httpx2.Response(200, content=(origin / request.url.path[1:]).read_bytes())

    client = httpx2.Client(transport=httpx2.MockTransport(handle))
    replica = Replica(tmp_path / "r", "http://origin.example", WebSource("http://o", client=client))
    said: list[str] = []
    turns = iter([True, True, True, True, False])
    follow(replica, 0, said.append, lambda: next(turns), lambda _: None)
    assert "http://o/format cannot be read: too slow" in said[0]
    assert len(said) == 3
    assert "version none is served meanwhile" in said[0]
    assert "version 1-" in said[1]
    assert "answers again" in said[2]
    assert count(tmp_path / "r") == 1


class Halting(http.server.SimpleHTTPRequestHandler):
    """Serves the files of a store; those of checkpoints wait until they may go on."""

    asked: threading.Event
    may_go_on: threading.Event

    def copyfile(self, source: object, outputfile: object) -> None:
        if "/checkpoints/" in self.path:
            self.asked.set()
            self.may_go_on.wait(120)
        super().copyfile(source, outputfile)  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def halting(origin: Path) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """An address of the store whose answers halt, the event that one does, and one to go on."""
    asked, go = threading.Event(), threading.Event()
    made = type("Here", (Halting,), {"asked": asked, "may_go_on": go})
    handler = functools.partial(made, directory=str(origin))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked, go
        go.set()
        server.shutdown()


def test_of_three_replicas_one_is_killed_and_one_is_slow(origin, served, halting, tmp_path) -> None:
    slow_address, asked, go = halting
    fast, killed, slow = (tmp_path / name for name in ("fast", "killed", "slow"))
    for folder in (fast, killed, slow):
        assert Replica(folder, served).refresh()
    version = commit(origin, 1)
    assert Replica(fast, served).refresh()
    assert (count(fast), count(killed), count(slow)) == (2, 1, 1)

    copying = (
        "import sys, pathlib; from provenance_graph.store.follow import Replica; "
        "Replica(pathlib.Path(sys.argv[1]), sys.argv[2]).refresh()"
    )
    with subprocess.Popen([sys.executable, "-c", copying, str(killed), slow_address]) as process:
        assert asked.wait(120)
        assert count(killed) == 1
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert count(killed) == 1  # what was there answers as before
    assert Replica(killed, served).refresh()
    assert count(killed) == 2

    asked.clear()
    waiting = threading.Thread(target=Replica(slow, slow_address).refresh)
    waiting.start()
    assert asked.wait(120)
    assert count(slow) == 1
    go.set()
    waiting.join(120)
    for folder in (fast, killed, slow):
        with EmbeddedStore.open(folder) as store:
            assert store.version == version
        assert count(folder) == 2
