"""Fixtures of the browser tests; without Chromium or the built page they are skipped.

They end with the folder: the driver keeps an event loop in the main thread as long as it lives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `import driving`

import driving


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    pytest.importorskip("playwright")
    if not Path(driving.CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    if not driving.STATIC.is_file():
        pytest.skip("the page is not built: pip install -e .")
    from playwright.sync_api import expect

    expect.set_options(timeout=driving.TIMEOUT_MS)
    with driving.browser(driving.ONE_PROCESS) as result:
        yield result


@pytest.fixture(scope="package")
def service(curated: Path, chromium: Any) -> Iterator[driving.Service]:
    with driving.running(curated) as result:
        yield result


@pytest.fixture(scope="package")
def visitor(service: driving.Service, chromium: Any) -> Iterator[Any]:
    """The context of all tabs: to make one anew for each costs half of a test's processor time."""
    with driving.visitor(chromium, service.url, driving.VIEWPORT) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.url)
        yield context


@pytest.fixture
def tab(service: driving.Service, visitor: Any) -> Iterator[driving.Page]:
    with driving.new_tab(visitor, service.url) as page:
        yield page
    assert page.faults == []
