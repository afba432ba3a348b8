"""Fixtures of the browser tests; without Chromium or the built page they are skipped."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `import driving`

import driving

TIMEOUT_MS = 10_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    pytest.importorskip("playwright")
    if not Path(driving.CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    if not driving.STATIC.is_file():
        pytest.skip("the page is not built: pip install -e .")
    with driving.browser() as found:
        yield found


@pytest.fixture(scope="session")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the curated records alone: small enough to count in, whatever else is shipped."""
    from provenance_graph.analysis.derived import EvidenceLevels
    from provenance_graph.ingest.build import build
    from provenance_graph.resources import folder

    data = tmp_path_factory.mktemp("curated")
    for path in folder("data").iterdir():
        if path.is_file():
            shutil.copy(path, data)
    for source in ("apx", "curated"):
        shutil.copytree(folder("data") / "records" / source, data / "records" / source)
    build(data, data / "graph", derive=EvidenceLevels())
    return data / "graph"


@pytest.fixture(scope="session")
def service(curated: Path, chromium: Any) -> Iterator[driving.Service]:
    with driving.running(curated) as found:
        yield found


class Page:
    """A page with what went wrong in it, and short words for what tests do."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.faults: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)

    def open(self, path: str) -> Any:
        """Go to a place and wait until its heading is there."""
        self.page.goto(self.base + path)
        self.page.locator("main h1").first.wait_for()
        return self.page

    def see(self, text: str, within: str = "body") -> Any:
        """Wait until a text is seen."""
        found = self.page.locator(within).get_by_text(text).first
        found.wait_for()
        return found

    def violations(self) -> list[str]:
        """What axe finds wrong."""
        if not driving.AXE.is_file():
            pytest.skip("axe-core is not there: npm ci in web/")
        # The policy of the page forbids scripts from elsewhere, and evaluation is not one.
        self.page.evaluate(driving.AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {[n['target'] for n in v['nodes'][:3]]} {v['nodes'][0].get('failureSummary', '')[:200]}"
            for v in found["violations"]
        ]


@pytest.fixture
def tab(service: driving.Service, chromium: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.url)
    page = Page(context.new_page(), service.url)
    yield page
    context.close()
    assert page.faults == []
