"""The workflow and the hook of the manual, run as a build server and pre-commit would."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from provenance_graph import cli

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(EXAMPLES / "acme--tiny-llama", tmp_path / "models" / "acme--tiny-llama")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(store: Path, words: list[str]) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def test_the_check_of_the_workflow_gives_a_report_with_lines(place: Path, shipped: Path) -> None:
    workflow = yaml.safe_load((EXAMPLES / "workflow.yml").read_text(encoding="utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["check"]["steps"]]
    commands = [step for step in steps if step.startswith("provenance-graph")]
    assert [one.split()[1] for one in commands] == ["build", "check"]
    typed, _, report = commands[1].partition(" > ")
    result = run(shipped, shlex.split(typed)[1:])
    (place / report).write_text(result.stdout, encoding="utf-8")
    found = json.loads((place / report).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result.return_value == (1 if found else 0)
    assert found
    for one in found:
        where = one["locations"][0]["physicalLocation"]
        assert (place / where["artifactLocation"]["uri"]).is_file()
        assert where["region"]["startLine"] >= 1
    uploaded = workflow["jobs"]["check"]["steps"][-1]["with"]["sarif_file"]
    assert uploaded == report


def test_the_hook_takes_the_files_that_it_is_for(place: Path, shipped: Path) -> None:
    config = yaml.safe_load((EXAMPLES / "pre-commit-config.yaml").read_text(encoding="utf-8"))
    (hook,) = config["repos"][0]["hooks"]
    files = [path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()]
    chosen = [name for name in files if re.search(hook["files"], name)]
    assert "models/acme--tiny-llama/README.md" in chosen
    assert not re.search(hook["files"], "src/main.py")
    result = run(shipped, [*shlex.split(hook["entry"])[1:], *chosen])
    assert result.return_value == 1
    assert "README.md" in result.stdout
