"""Tables at the width of a terminal."""

from __future__ import annotations

import csv as csv_
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_graph.tables import cells, fitted, folded, render, table

LONG = (
    "https://example.org/a/very/long/address/that/would/take/twenty/lines/of/a/narrow/column.json"
)


def test_what_fits_is_a_table_with_addresses_where_they_belong() -> None:
    shown = table(["model", "document"], [["a/b", "https://x.org/c"]], 80)
    assert shown == "model  document\na/b    https://x.org/c\n"


def test_a_long_address_goes_below_and_the_rest_stays_a_table() -> None:
    rows = [["claude-haiku-4-5", "200,000", LONG], ["claude-haiku-4-5", "200,000", LONG]]
    lines = table(["model", "value", "document"], rows, 60).splitlines()
    assert lines[1] == "claude-haiku-4-5  200,000  [1]"
    assert lines[-1] == f"[1] {LONG}"
    assert sum(LONG in line for line in lines) == 1


def test_a_mark_after_an_address_is_none_of_it() -> None:
    address = "https://hub.example.org/api/models/acme/none"
    text = table(
        ["place", "why"], [["acme/none", f"{address}: {'there is no such document ' * 3}"]], 44
    )
    assert "[1]: there is no" in text
    assert text.endswith(f"[1] {address}\n")


def test_text_wraps_between_words() -> None:
    rows = [["LR-04", "is named 'tiny'; llama-3.1 asks for a name that begins with 'Llama'"]]
    lines = table(["rule", "what"], rows, 40).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert lines[1].startswith("LR-04  is named")
    assert lines[2].startswith("       ")


def test_what_does_not_fit_becomes_records() -> None:
    columns = ["property", "value", "standing", "why", "publisher", "retrieved", "where"]
    why = "within the month that the developer gives; the most recent report of a third party"
    rows = [["issued", "2025-10-15", "Accepted", why, "models.dev", "2026-11-01", ""]] * 2
    shown = table(columns, rows, 60)
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert shown.count("\n\n") == 1
    assert "  publisher  models.dev\n" in shown
    assert "where" not in shown


def test_no_cell_steers_the_terminal() -> None:
    assert "\x1b" not in render(["a"], [["\x1b[31mred"]], "table")


def test_programs_get_everything_whatever_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [["a" * 100, LONG, 7]]
    assert json.loads(render(["x", "y", "z"], rows, "json")) == [
        {"x": "a" * 100, "y": LONG, "z": 7}
    ]
    assert list(csv_.reader(io.StringIO(render(["x", "y", "z"], rows, "csv"))))[1][1] == LONG


WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=60)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=6), st.integers(40, 120))
def test_every_word_is_there_and_no_line_is_too_wide(rows, most) -> None:
    shown = table(["one", "two", "three"], [list(row) for row in rows], most)
    assert all(cells(line) <= most + 4 for line in shown.splitlines())
    together = "".join(shown.split())
    for row in rows:
        for cell in row:
            assert not cell.split() or cell.split()[0][:10] in together


def test_a_row_without_a_head_goes_on_under_the_one_above() -> None:
    rows = [["acme/one", "date " * 12, "a" * 30], ["", "other " * 12, "b" * 30]]
    shown = table(["model", "value", "source"], rows, 40)
    assert "–" not in shown
    assert "\n\n" not in shown
    assert shown.startswith("acme/one\n  value")


def test_a_line_set_in_further_than_the_screen_is_still_folded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    deep = " " * 90 + "fine-tuned from some-developer/some-model <MIT> [1 source: Inference]"
    lines = folded(deep).splitlines()
    assert all(cells(line) <= 60 for line in lines)
    assert " ".join("".join(lines).split()).endswith("[1 source: Inference]")


@pytest.mark.parametrize("terminal", [True, False])
def test_only_a_terminal_gets_its_lines_folded(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    line = "  LR-04 " + "a finding with a long sentence " * 4
    assert (fitted(line) != line) is terminal


def test_the_column_that_heads_a_record_can_be_chosen() -> None:
    shown = table(["topic", "name", "what"], [["lineage", "upstream", "w" * 60]], 40, head="name")
    assert shown.startswith("upstream\n  topic  lineage\n")
