"""What all tests share."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run, unless somebody asks to roam: HYPOTHESIS_PROFILE=roam, and
# --hypothesis-seed=N to have one roaming run again.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("roam", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

SERIAL = {"browser", "hostile"}
"""Folders whose tests start services and browsers: they run one after another."""

sys.path.insert(0, str(Path(__file__).parent))  # for `from shared import …`


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what was got as expected")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop in the main thread to the end."""
    items.sort(key=lambda item: "browser" in item.path.parts)
    for item in items:
        if SERIAL & set(item.path.parts):
            item.add_marker("serial")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out, and how to get it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        reasons = sorted({report.longrepr[2].removeprefix("Skipped: ") for report in skipped})
        terminalreporter.line(f"{len(skipped)} tests left out: {'; '.join(reasons)}")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, bytes], None]:
    """Hold bytes equal to a file, or write the file with --update-golden."""

    def check(path: Path, actual: bytes) -> None:
        if request.config.getoption("--update-golden"):
            path.write_bytes(actual)
        expected = path.read_bytes() if path.exists() else b""
        assert actual == expected, f"if this is right: pytest --update-golden ({path.name})"

    return check


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store built from the shipped data, once for all tests and workers; for reading only."""
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import build

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    where = shared / "shipped"
    with (shared / "shipped.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not where.exists():
            build(folder("data"), where, derive=EvidenceLevels())
    return where
