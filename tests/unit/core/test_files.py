"""Files that several processes write at once are whole, and one process at a time makes an index."""

from __future__ import annotations

import fcntl
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from provenance_graph.core.files import alone, replacing
from provenance_graph.service.api.common import checksums


def test_two_writers_of_a_file_do_not_meet(tmp_path: Path) -> None:
    file = tmp_path / "stats.json"
    with replacing(file) as one, replacing(file) as other:
        one.write_text("one")
        other.write_text("other")
    assert file.read_text() == "one"  # whose block ended last
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_leaves_the_file_before(tmp_path: Path) -> None:
    file = tmp_path / "stats.json"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError), replacing(file) as aside:
        aside.write_text("half \udc80", encoding="utf-8")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def _hold(lock: Path, connection: Connection) -> None:
    with alone(lock):
        connection.send("held")
        connection.recv()


def test_a_lock_is_one_process_s_and_goes_with_it(tmp_path: Path) -> None:
    lock = tmp_path / "stats.lock"
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_hold, args=(lock, there))
    process.start()
    assert here.recv() == "held"
    with lock.open("w") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    process.kill()
    process.join()
    with alone(lock):
        pass


def test_files_that_go_while_they_are_noted_are_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stats-1.json"
    file.write_text("{}")
    whole = checksums._digest

    def gone(one: Path) -> str:
        one.unlink()  # whoever indexes a newer version lets it go
        return whole(one)

    monkeypatch.setattr(checksums, "_digest", gone)
    checksums.note(tmp_path, "stats", "1", [file])
    assert not checksums.file_of(tmp_path, "stats").exists()
