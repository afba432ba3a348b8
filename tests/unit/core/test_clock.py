"""The present day is read in one module, in UTC: where it is still yesterday, no part of a run differs."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance_graph.core import clock
from provenance_graph.licences.graph import day_of_texts

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "provenance_graph"


def test_no_other_module_asks_for_the_day() -> None:
    asks = re.compile(r"date\.today\(\)|now\(UTC\)\.date\(\)|datetime\.now\(\)|utcnow\(")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"core/clock.py"}


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_today_is_no_day_to_come_wherever_one_is(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before = datetime.now(UTC).date().isoformat()
        assert day_of_texts(clock.today()) in (before, datetime.now(UTC).date().isoformat())
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_day_has_begun_where_it_is_a_day_later_than_in_utc() -> None:
    assert not clock.is_to_come("2026-12-02", "2026-12-01")
    assert clock.is_to_come("2026-12-03", "2026-12-01")
    assert not clock.is_to_come(clock.today())
