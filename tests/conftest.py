"""What all tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `from shared import …`


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what was got as expected")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop in the main thread to the end."""
    items.sort(key=lambda item: "browser" in item.path.parts)


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
    """A store built from the shipped data, once for all tests; for reading only."""
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.resources import folder
    from provenance_graph.ingest.build import build

    where = tmp_path_factory.mktemp("shipped") / "graph"
    build(folder("data"), where, derive=EvidenceLevels())
    return where
