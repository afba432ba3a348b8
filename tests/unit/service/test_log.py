"""The log of requests and errors: what is written when, and where nobody asked for one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from provenance_graph.service.http.log import Log


def test_an_error_is_told_where_there_is_no_log(capsys: pytest.CaptureFixture[str]):
    log = Log("")
    assert not log.wanted
    log.write("request", {"id": "a"})
    log.write("slow-query", {"id": "b"})
    log.write("error", {"id": "c", "error": "OSError(28)\nsecond line"})
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["id"] == "c"
    log.close()
    assert capsys.readouterr().err == ""


def test_an_error_is_written_at_once_with_what_waits(tmp_path: Path):
    file = tmp_path / "log"
    log = Log(str(file))
    log.write("request", {"id": "a"})
    log.write("request", {"id": "b"})
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["a"]
    log.write("error", {"id": "c"})
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["a", "b", "c"]
    log.close()


def test_a_line_does_not_wait_for_the_next_request(tmp_path: Path):
    file = tmp_path / "log"
    log = Log(str(file))

    async def two_requests() -> None:
        for name in "abc":
            log.write("request", {"id": name})
        await asyncio.sleep(1.0)

    asyncio.run(two_requests())
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["a", "b", "c"]
    log.close()
