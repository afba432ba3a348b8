"""Property tests try the same examples whichever tests ran before them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from examples import ROAMING
from hypothesis import given, settings
from hypothesis import strategies as st


def drawn() -> list[int]:
    """The examples of one property."""
    found: list[int] = []

    @settings(max_examples=200, database=None)
    @given(st.integers())
    def draw(number: int) -> None:
        found.append(number)

    draw()
    return found


@pytest.mark.skipif(ROAMING, reason="roaming tries other examples in every run")
def test_examples_do_not_come_from_the_modules_that_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    path = tmp_path / "ours.py"
    path.write_text("".join(f"N{n} = {123_456 + n}\n" for n in range(50)))
    spec = importlib.util.spec_from_file_location("ours", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "ours", module)
    assert drawn() == before
