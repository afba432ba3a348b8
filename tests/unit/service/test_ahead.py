"""What is read ahead of requests gives way to them, and never keeps one waiting for itself."""

from __future__ import annotations

import importlib
import sys
import threading

import pytest

from provenance_graph.service.processes import giving_way as ahead
from provenance_graph.service.processes.giving_way import GivingWay, giving_way


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(ahead.time, "sleep", pauses.append)
    return pauses


def test_reading_ahead_pauses_as_long_as_a_request_is_answered(slept: list[float]):
    GivingWay(lambda: len(slept) < 3).check()
    assert len(slept) == 3
    GivingWay(lambda: False).check()
    assert len(slept) == 3


def test_a_request_that_waits_for_what_is_read_ahead_is_not_kept_waiting(slept: list[float]):
    reading = GivingWay(lambda: True)
    for _ in range(10_000):
        reading.check()
    assert sum(slept) == pytest.approx(0.1, abs=0.02)


def test_reading_ahead_gives_way_anew_to_the_next_request(slept: list[float]):
    busy = True
    reading = GivingWay(lambda: busy)
    reading.check()
    before = len(slept)
    busy = False
    reading.check()
    busy = True
    reading.check()
    assert len(slept) == 2 * before


def test_loading_code_gives_way_before_each_module(slept, tmp_path, monkeypatch) -> None:
    for name in ("given_first", "given_second", "given_third"):
        (tmp_path / f"{name}.py").write_text("import json\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = list(sys.meta_path)
    with giving_way(lambda: len(slept) % 3 < 2):
        importlib.import_module("given_first")
        assert len(slept) == 2
        slept.append(0.0)
        importlib.import_module("given_second")
        assert len(slept) == 5
        other = threading.Thread(target=importlib.import_module, args=("given_third",))
        other.start()
        other.join()
        assert len(slept) == 5, "a request loads its code without a pause"
    assert sys.meta_path == before
