"""What is read ahead of requests gives way to them, and never keeps one waiting for itself."""

from __future__ import annotations

import pytest

from provenance_graph.service.api import ahead
from provenance_graph.service.api.ahead import GivingWay


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(ahead.time, "sleep", pauses.append)
    return pauses


def test_it_pauses_as_long_as_somebody_is_answered(slept: list[float]):
    GivingWay(lambda: len(slept) < 3).check()
    assert len(slept) == 3
    GivingWay(lambda: False).check()
    assert len(slept) == 3


def test_a_request_that_waits_for_what_is_read_ahead_is_not_kept_waiting(slept: list[float]):
    reading = GivingWay(lambda: True)
    for _ in range(10_000):
        reading.check()
    assert sum(slept) == pytest.approx(0.1, abs=0.02)


def test_it_gives_way_anew_to_the_next_request(slept: list[float]):
    busy = True
    reading = GivingWay(lambda: busy)
    reading.check()
    before = len(slept)
    busy = False
    reading.check()
    busy = True
    reading.check()
    assert len(slept) == 2 * before
