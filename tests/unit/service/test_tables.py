"""Rows of an answer as readers ask for them: filtered, counted, sorted, paged, as CSV."""

from __future__ import annotations

import pytest

from provenance_graph.core.errors import UsageError
from provenance_graph.service.api.common.tables import AnswerTable, TableColumn, TableRequest

Row = tuple[str, int, tuple[str, ...]]
ROWS: list[Row] = [
    ("Llama 10", 5, ("MIT",)),
    ("llama 9", 40, ()),
    ("=1+2", 5, ("MIT", "GPL-3.0")),
]
TABLE: AnswerTable[Row] = AnswerTable(
    TableColumn("name", lambda row: row[0]),
    TableColumn("steps", lambda row: row[1], facet=True),
    TableColumn("licence", lambda row: row[2], facet=True),
)


def names(asked: TableRequest) -> list[str]:
    return [row[0] for row in TABLE.part(ROWS, asked, 10).rows]


def test_numbers_in_texts_count_as_numbers_and_capitals_as_small_letters() -> None:
    assert names(TableRequest(sort="name")) == ["=1+2", "llama 9", "Llama 10"]
    assert names(TableRequest(sort="-steps"))[0] == "llama 9"


def test_rows_without_a_value_stand_last_whichever_way() -> None:
    assert names(TableRequest(sort="licence"))[-1] == "llama 9"
    assert names(TableRequest(sort="-licence"))[-1] == "llama 9"


def test_an_unknown_column_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no column 'nmae' to sort by; there are name, steps"):
        names(TableRequest(sort="nmae"))


def test_words_and_values_limit_the_rows() -> None:
    assert names(TableRequest(find="LLAMA mit")) == ["Llama 10"]
    assert names(TableRequest().by(licence=["GPL-3.0"])) == ["=1+2"]
    assert names(TableRequest().by(steps=["5"], licence=["MIT"])) == ["Llama 10", "=1+2"]


def test_a_facet_counts_what_the_other_filters_leave() -> None:
    part = TABLE.part(ROWS, TableRequest(facets=True).by(steps=["40"]), 10)
    assert part.total == 1
    assert part.facets == {
        "steps": [{"value": "5", "count": 2}, {"value": "40", "count": 1}],
        "licence": [{"value": "", "count": 1}],
    }


def test_pages_follow_each_other_and_no_more_rows_are_made_than_shown() -> None:
    made: list[Row] = []

    def make(row: Row) -> Row:
        made.append(row)
        return row

    first = TABLE.made(ROWS, make, TableRequest(), 2)
    assert (len(made), first.total, first.next) == (2, 3, "2")
    last = TABLE.made(ROWS, make, TableRequest(cursor="2"), 2)
    assert (list(last.rows), last.next) == ([ROWS[2]], None)
    with pytest.raises(UsageError, match="not a cursor"):
        TABLE.part(ROWS, TableRequest(cursor="two"), 2)


def test_a_cell_that_a_spreadsheet_would_run_becomes_text() -> None:
    lines = TABLE.as_csv(ROWS).decode().split("\r\n")
    assert lines[0] == "name,steps,licence"
    assert lines[3] == '\'=1+2,5,"MIT, GPL-3.0"'
