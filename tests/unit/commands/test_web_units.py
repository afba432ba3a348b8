"""The pure parts of the page, tested by vitest where Node and its packages are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
VITEST = WEB / "node_modules" / "vitest" / "vitest.mjs"
POOL = "--pool=vmThreads"
"""A context for each file in processes that stay: half of the processor time of `npm test`."""


def test_the_pure_parts_of_the_page() -> None:
    node = shutil.which("node")
    if node is None or not VITEST.is_file():
        pytest.skip("vitest is not installed (npm ci in web/)")
    done = subprocess.run(
        [node, str(VITEST), "run", POOL],
        cwd=WEB,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
