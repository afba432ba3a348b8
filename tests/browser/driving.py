"""A real service on a free port, and a real browser: shared by tests, screenshots and benches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import free_port

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ONE_PROCESS = "--renderer-process-limit=1"
"""One process draws all tabs of a context: in one of its own each would compile the page anew."""
ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "provenance_graph" / "service" / "static" / "index.html"
VIEWPORT = {"width": 1400, "height": 900}
TIMEOUT_MS = 120_000  # a busy machine is no fault of the page
PATIENT = (
    *("--rest-seconds", "120", "--query-seconds", "60"),
    *("--queue-seconds", "60", "--client-seconds", "600"),
)
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


class Service:
    """One service over one store; it can be stopped and started again on its port."""

    def __init__(self, store: Path) -> None:
        self.store, self.port = store, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it where it does not run, and wait until it answers."""
        if self._process is not None:
            return
        words = ["--store", str(self.store), "serve", "--port", str(self.port), *PATIENT]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "provenance_graph", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the service over {self.store} did not start")

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


@contextmanager
def running(store: Path) -> Iterator[Service]:
    """A service that ends with the block."""
    service = Service(store)
    service.start()
    try:
        for path in INDEXED:  # a test of a page is no test of how long an index takes
            _wait_for(service.url + path)
        yield service
    finally:
        service.stop()


INDEXED = ("/api/v1/conflicts?limit=1", "/api/v1/models?limit=1", "/api/v1/stats")


def _wait_for(url: str) -> None:
    """Ask until an answer is there; the first one may have to wait for its index."""
    for _ in range(30):
        try:
            with urllib.request.urlopen(url, timeout=60):
                return
        except urllib.error.HTTPError as error:
            if error.code not in (503, 504):
                return  # what a store of that kind answers is for the tests to say
            time.sleep(1)


@contextmanager
def browser(*further: str) -> Iterator[Any]:
    """A headless Chromium that ends with the block, started with further arguments."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launch = driver.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *further])
        try:
            yield launch
        finally:
            launch.close()


def eventually(page: Any, holds: Callable[[], bool]) -> None:
    """Wait until something holds: answers come one after the other, and each draws anew."""
    until = time.monotonic() + TIMEOUT_MS / 1000
    while not holds():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


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
        result = self.page.locator(within).get_by_text(text).first
        result.wait_for()
        return result

    def violations(self) -> list[str]:
        """What axe finds wrong."""
        if not AXE.is_file():
            pytest.skip("axe-core is not there: npm ci in web/")
        # The policy of the page forbids scripts from elsewhere, and evaluation is not one.
        self.page.evaluate(AXE.read_text("utf-8"))
        evaluate = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], "
            "rules: {'target-size': {enabled: true}}})"
        )
        return [
            f"{v['id']}: {[n['target'] for n in v['nodes'][:3]]} {v['nodes'][0].get('failureSummary', '')[:200]}"
            for v in evaluate["violations"]
        ]


@contextmanager
def visitor(browser: Any, base: str, viewport: dict[str, int]) -> Iterator[Any]:
    """A context for many tabs; the process that draws them lives as long as the one it opens."""
    context = browser.new_context(viewport=viewport, accept_downloads=True)
    context.new_page().goto(f"{base}/health")
    yield context
    context.close()


@contextmanager
def new_tab(context: Any, base: str) -> Iterator[Page]:
    """A tab of a context that earlier tests used, which remembers nothing of them.

    It is closed with whatever it opened; tabs that were there before stay.
    """
    before = {*context.pages}
    page = Page(context.new_page(), base)
    wire = context.new_cdp_session(page.page)
    wire.send("Storage.clearDataForOrigin", {"origin": base, "storageTypes": "all"})
    wire.detach()
    yield page
    for each in context.pages:
        if each not in before:
            each.close()
