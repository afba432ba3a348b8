"""What all tests share."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

sys.path.insert(0, str(Path(__file__).parent))  # for `from shared import …`

from examples import ROAMING

# The same examples in every run, unless somebody asks to roam: HYPOTHESIS_PROFILE=roam, and
# --hypothesis-seed=N to have one roaming run again.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("roam", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
if not ROAMING and hasattr(providers, "_get_local_constants"):
    # Hypothesis mixes in constants from the source of whichever modules a process has loaded, so
    # that examples would depend on the tests that ran before; it has no setting for that.
    providers._get_local_constants = lambda: providers._local_constants

# Tests hold large data for a whole session: looking through all of it for garbage every few
# thousand objects took a fifth of the time.
gc.set_threshold(100_000, 50, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what was got as expected")


SERVICES = ("tests/hostile/", "tests/browser/")
"""What waits for services and browsers more than it computes."""

TOGETHER = (*SERVICES, "tests/protocol/test_api")
"""Beginnings of files that one process runs, since they share a service."""


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Each process begins with other files: what one has compiled, the others find compiled.

    In a fresh clone each would else compile all test files, at the same time as the others.
    """
    report = yield
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdecimal() and isinstance(collector, pytest.Directory) and report.passed:
        there = report.result
        start = len(there) * int(worker) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        report.result = [*there[start:], *there[:start]]
    return report


@pytest.hookimpl(specname="pytest_collection_modifyitems", tryfirst=True)
def pytest_put_in_one_order(items: list[pytest.Item]) -> None:
    """The same order in every process, whichever file it began with."""
    items.sort(key=lambda item: str(item.path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what waits, which leaves the processors to the others; then the file that has the
    shipped data built, and beside it what does without them: all else would wait for it.
    """
    needed = {item.path: None for item in items if "shipped" in getattr(item, "fixturenames", ())}
    builds = next((path for path in needed if path.parent.name not in ("hostile", "browser")), None)

    def place(item: pytest.Item) -> int:
        if item.nodeid.startswith(SERVICES):
            return 0
        return 1 if item.path == builds else 3 if item.path in needed else 2

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file at a time for each process, but together those that share a service."""
    from xdist.scheduler import LoadFileScheduling

    class Spreading(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            whole: str = super()._split_scope(nodeid)
            return next((start for start in TOGETHER if nodeid.startswith(start)), whole)

    return Spreading(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: no search for garbage looks through it, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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
def shipped(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store built from the shipped data, once for all tests and workers; for reading only."""
    import built_stores

    return built_stores.built(
        pytestconfig, _shared(tmp_path_factory), "shipped", built_stores.shipped
    )


@pytest.fixture(scope="session")
def curated(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the curated records alone, built once as well; for reading only."""
    import built_stores

    return built_stores.built(
        pytestconfig, _shared(tmp_path_factory), "curated", built_stores.curated
    )


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of all reference data and no record; for copying."""
    import reference_data

    from provenance_graph.store import embedded

    where = tmp_path_factory.mktemp("empty") / "store"
    embedded.build(where, reference_data.stamped())
    return where


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of ``audit_store`` as a store on disk, built once, without indexes; for reading."""
    import audit_store

    from provenance_graph.ingest.build import compile_quads
    from provenance_graph.store import embedded

    where = tmp_path_factory.mktemp("audited") / "store"
    embedded.build(where, compile_quads(audit_store.reference(), audit_store.records(), []))
    return where


@pytest.fixture
def audited_copy(audited: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may write to."""
    import built_stores

    return built_stores.copied(audited, tmp_path / "store")


@pytest.fixture(scope="session")
def audited_indexed(audited: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every index; for reading."""
    import built_stores

    from provenance_graph.service.processes.indexer import index_all

    where = built_stores.copied(audited, tmp_path_factory.mktemp("audited") / "store")
    index_all(where)
    return where


@pytest.fixture
def audited_indexed_copy(audited_indexed: Path, tmp_path: Path) -> Path:
    """A copy of that which a test may write to."""
    import built_stores

    return built_stores.copied(audited_indexed, tmp_path / "store")


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all workers of a run have in common."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
