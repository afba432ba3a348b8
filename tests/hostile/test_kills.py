"""A short soak; `benchmarks/soak_kills.py` is the long one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from hostile_kills import soak
from hostile_service import SECRET, Running
from waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


KILLS = 8


def test_no_acknowledged_write_is_lost_when_processes_are_killed(tmp_path: Path) -> None:
    service = Running(tmp_path / "store")
    try:
        outcome = soak(service, KILLS)
    finally:
        service.stop()
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.halves, outcome.wrong) == ([], [], [])
    assert len(outcome.back) == KILLS  # how soon it is back, the long soak measures


def test_nothing_is_left_running_without_its_first_process(tmp_path: Path) -> None:
    service = Running(tmp_path / "store")
    assert service.process is not None
    pids = set(service.pids())
    assert len(pids) >= 5
    service.process.kill()
    service.process.wait()
    wait_until(lambda: not any(map(_lives, pids)), "the end of all its processes")
    service.stop()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_full_disk_is_a_clear_error_and_reads_go_on(tmp_path: Path) -> None:
    """The disk is played by a limit on the size of files; see docs/service.md for a real one."""
    service = Running(tmp_path / "store")
    try:
        assert service.update("INSERT DATA { <urn:a> <urn:b> 1 }") == 204
        checkpoints = tmp_path / "store" / "checkpoints"
        moved = tmp_path / "store" / "elsewhere"
        checkpoints.rename(moved)
        checkpoints.write_text("in the way")  # nothing can be published
        status, body = service.request(
            "POST",
            "/update",
            b"INSERT DATA { <urn:a> <urn:b> 2 }",
            {"content-type": "application/sparql-update", "authorization": f"Bearer {SECRET}"},
        )
        assert status == 503
        assert b"nothing was changed" in body
        checkpoints.unlink()
        moved.rename(checkpoints)
        assert b"true" in service.ask("ASK { <urn:a> <urn:b> 1 }")[1]
        assert b"false" in service.ask("ASK { <urn:a> <urn:b> 2 }")[1]
        assert service.update("INSERT DATA { <urn:a> <urn:b> 3 }") == 204
        assert b"true" in service.ask("ASK { <urn:a> <urn:b> 3 }")[1]
    finally:
        service.stop()
        shutil.rmtree(tmp_path, ignore_errors=True)
