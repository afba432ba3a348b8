"""Settings and tokens of a service: where they come from, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance_graph.core.errors import (
    UsageError,
)
from provenance_graph.service import settings as config
from provenance_graph.service.http import auth


def test_settings_come_from_flags_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_text('port = 1\nrows = 2\nhost = "::1"\n')
    environment = {"PROVENANCE_GRAPH_PORT": "3", "PROVENANCE_GRAPH_ROWS": "4"}
    settled = config.load({"port": 5}, file, environment)
    assert (settled.port, settled.rows, settled.host) == (5, 4, "::1")


@pytest.mark.parametrize(
    "text", ["nonsense = 1", "port = 'many'", "port = 99999", "rows = 0", "raw = 'perhaps'", "="]
)
def test_settings_that_cannot_be_are_told_with_their_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "service.toml"
    file.write_text(text)
    with pytest.raises(UsageError):
        config.load({}, file, {})


def test_a_fresh_token_can_be_put_into_a_file_and_is_not_kept_in_it(tmp_path: Path) -> None:
    secret, line = auth.new_token("ci", "write")
    file = tmp_path / "tokens"
    file.write_text(f"# people\n\n{line}\n")
    assert secret not in line
    holder = auth.load("", file).find(secret)
    assert holder is not None
    assert (holder.name, holder.may("write"), holder.may("slow")) == ("ci", True, False)
    assert auth.load("", file).find(secret + "x") is None


@pytest.mark.parametrize("line", ["name write", "name fly sha256:" + "0" * 64, "a write sha256:x"])
def test_a_token_file_that_is_wrong_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(line)
    with pytest.raises(UsageError, match="tokens:1"):
        auth.load("", file)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(UsageError, match="at least"):
        auth.load("secret", None)


def test_every_setting_is_in_the_manual() -> None:
    manual = Path(__file__).parents[2] / "docs" / "service.md"
    assert config.table() in manual.read_text(encoding="utf-8")
