"""README's commands run as they are typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from provenance_graph import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^    provenance-graph (.*)$", README, re.M)


def test_the_way_to_the_command_stands_before_its_first_use() -> None:
    assert README.index(". .venv/bin/activate") < README.index("\n    provenance-graph ")
    assert "pip install provenance-graph" not in README
    assert (ROOT / "tools" / "provenance-graph").stat().st_mode & 0o111


@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_readme_answers(line, shipped, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    words = shlex.split(line, comments=True)
    invoke = CliRunner().invoke(
        cli.app, ["--store", str(shipped), *words], standalone_mode=False, catch_exceptions=False
    )
    assert (invoke.return_value or 0) in (0, 1), invoke.output
    assert invoke.output
