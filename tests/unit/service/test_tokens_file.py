"""Tokens of a file are those that the file names now; the scheme has no case."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance_graph.service.http.auth import bearer, load, new_token


def rewrite(file: Path, text: str, second: int) -> None:
    file.write_text(text)
    os.utime(file, (second, second))


def test_a_token_taken_out_of_the_file_is_unknown_at_once(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    (first, line), (second, other) = new_token("a"), new_token("b")
    rewrite(file, f"{line}\n{other}\n", 1)
    tokens = load("", file)
    assert tokens.find(first) is not None
    rewrite(file, f"{other}\n", 2)
    assert tokens.find(first) is None
    assert tokens.find(second) is not None
    rewrite(file, "nonsense\n", 3)
    assert tokens.find(second) is not None  # a slip of the pen shuts nobody out
    file.unlink()
    assert tokens.find(second) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_a_token_has_no_case(scheme: str) -> None:
    assert bearer(f"{scheme} abc") == "abc"
