"""Tables of an answer: rows filtered, counted by facet, sorted, paged, or written as CSV.

The tables of the web page and the API take the same parameters. ``sort`` names a column (``-``
before it for the largest first). ``find`` holds words that a row must contain in any column. The
name of a column limits that column to the given values. ``facets=true`` adds how many rows each
value would leave.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from fastapi import Depends, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import UsageError
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.results import FacetCount
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import Cursor
from provenance_graph.service.api.common.reply import reply

Row = TypeVar("Row")
Item = TypeVar("Item")
Plain = str | int | Sequence[str] | None
"""Value of a cell for sorting, filtering and CSV; each text of a sequence is a value of its own."""
MAX_ROWS = 5_000
"""Maximum number of rows that are sorted, counted and exported: the first in the answer's own
order."""
MAX_VALUES = 200
"""Maximum number of values listed for a facet, the most frequent first."""
CSV: Final[dict[str, Any]] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TableColumn(Generic[Row]):
    """A column of a table under its name in the query; with ``facet`` its values are counted.

    ``order`` gives the sort key where that is not the value. ``values`` are all values that there
    may be, where they are a closed set.
    """

    name: str
    value: Callable[[Row], Plain]
    facet: bool = False
    order: Callable[[Row], Plain] | None = None
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TableRequest:
    """The table parameters of a request, beside the route's filters; ``chosen`` limits columns."""

    sort: str = ""
    find: str = ""
    facets: bool = False
    cursor: str = ""
    format: str = "json"
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def by(self, **chosen: Sequence[str]) -> TableRequest:
        """A copy of the request, limited to values of columns; an empty sequence does not limit."""
        some = {name: values for name, values in chosen.items() if values}
        return TableRequest(self.sort, self.find, self.facets, self.cursor, self.format, some)

    @property
    def in_order(self) -> bool:
        """Whether all rows are requested in the answer's own order, without a filter."""
        return not any((self.sort, self.find.strip(), self.facets, self.chosen))

    @property
    def first_only(self) -> bool:
        """Whether only the first rows, in the answer's own order and as JSON, are requested."""
        return self.in_order and not self.cursor and self.format == "json"


def _table_request(
    sort: Annotated[
        str, Query(max_length=40, description="A column; `-` before it: the largest first.")
    ] = "",
    find: Annotated[
        str, Query(max_length=200, description="Text that is searched for in every column.")
    ] = "",
    facets: Annotated[bool, Query(description="Also how many rows each value leaves.")] = False,
    cursor: Cursor = "",
    format: Literal["json", "csv"] = "json",
) -> TableRequest:
    return TableRequest(sort, find, facets, cursor, format)


TableQuery = Annotated[TableRequest, Depends(_table_request)]


@dataclass(frozen=True, slots=True)
class TablePage(Generic[Row]):
    """A page of rows; ``total`` counts all rows that pass, ``next`` is the next cursor."""

    rows: Sequence[Row]
    total: int
    next: str | None
    facets: dict[str, list[FacetCount]] | None = None


class AnswerTable(Generic[Row]):
    """The columns of one kind of row, with filtering, sorting, paging and CSV."""

    def __init__(self, *columns: TableColumn[Row]) -> None:
        self.columns = columns

    def part(self, rows: Sequence[Row], table: TableRequest, limit: int) -> TablePage[Row]:
        """The requested page of ``rows``; raises UsageError for an unknown column or bad cursor."""
        start = offset(table.cursor)
        passing = self.chosen(rows, table)
        part = passing[start : start + limit]
        end = start + len(part)
        following = str(end) if part and end < len(passing) else None
        facets = self._facets(rows, table) if table.facets else None
        return TablePage(part, len(passing), following, facets)

    def made(
        self, items: Sequence[Item], make: Callable[[Item], Row], table: TableRequest, limit: int
    ) -> TablePage[Row]:
        """The requested page of the rows that ``make`` returns for ``items``.

        Where the rows are wanted in their own order, only the rows of the page are made. Raises
        UsageError like ``part``.
        """
        if not table.in_order:
            return self.part([make(one) for one in items], table, limit)
        start = offset(table.cursor)
        rows = [make(one) for one in items[start : start + limit]]
        end = start + len(rows)
        return TablePage(rows, len(items), str(end) if rows and end < len(items) else None)

    def chosen(self, rows: Sequence[Row], table: TableRequest) -> list[Row]:
        """All rows that pass the filters, in the requested order.

        Raises UsageError for an unknown column, and for a value outside a closed set.
        """
        for column in self.columns:
            for value in table.chosen.get(column.name, ()):
                if column.values and value not in column.values:
                    known = ", ".join(column.values)
                    raise UsageError(f"no {column.name} {value[:40]!r}; there are {known}")
        return self._sorted(self._passing(rows, table), table.sort)

    def as_csv(self, rows: Iterable[Row]) -> bytes:
        """Rows as CSV in UTF-8, with a header of column names."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in self.columns])
        for row in rows:
            writer.writerow([_cell(column.value(row)) for column in self.columns])
        return out.getvalue().encode("utf-8", "backslashreplace")

    def _passing(self, rows: Iterable[Row], table: TableRequest, without: str = "") -> list[Row]:
        limits = [
            (column.value, set(table.chosen[column.name]))
            for column in self.columns
            if column.name in table.chosen and column.name != without
        ]
        words = table.find.lower().split()

        def passes(row: Row) -> bool:
            if not all(wanted.intersection(_parts(value(row))) for value, wanted in limits):
                return False
            if not words:
                return True
            text = " ".join(_text(column.value(row)) for column in self.columns).lower()
            return all(word in text for word in words)

        return [row for row in rows if passes(row)]

    def _sorted(self, rows: list[Row], sort: str) -> list[Row]:
        if not sort:
            return rows
        by_name = {column.name: column.order or column.value for column in self.columns}
        value = by_name.get(sort.removeprefix("-"))
        if value is None:
            raise UsageError(f"no column {sort[:40]!r} to sort by; there are {', '.join(by_name)}")
        empty = [row for row in rows if not _text(value(row))]
        full = [row for row in rows if _text(value(row))]
        full.sort(key=lambda row: _order(value(row)), reverse=sort.startswith("-"))
        return full + empty

    def _facets(self, rows: Sequence[Row], table: TableRequest) -> dict[str, list[FacetCount]]:
        results: dict[str, list[FacetCount]] = {}
        for column in self.columns:
            if column.facet:
                passing = self._passing(rows, table, without=column.name)
                counts = Counter(
                    one for row in passing for one in dict.fromkeys(_parts(column.value(row)))
                )
                ordered = sorted(counts.items(), key=lambda one: (-one[1], _order(one[0])))
                results[column.name] = [
                    {"value": value, "count": count} for value, count in ordered[:MAX_VALUES]
                ]
        return results


def table_reply(
    access: Access,
    request: Request,
    snapshot: AcceptedSnapshot,
    table_request: TableRequest,
    made: Callable[[], object],
    table: AnswerTable[Row],
    rows: Callable[[], Sequence[Row]],
) -> Response:
    """The answer ``made`` as JSON, or the requested rows as CSV."""
    if table_request.format == "json":
        return reply(access, request, snapshot, made)
    return reply(
        access,
        request,
        snapshot,
        lambda: table.chosen(rows(), table_request),
        media_type="text/csv",
        write=table.as_csv,
    )


def offset(cursor: str) -> int:
    """The index of a page's first row; raises UsageError for a cursor that no list returned."""
    if cursor and not (is_digits(cursor) and len(cursor) <= 9):
        raise UsageError(f"{cursor!r} is not a cursor that this list gave as 'next'")
    return int(cursor or 0)


def _parts(value: Plain) -> Sequence[str]:
    if isinstance(value, str | int) or value is None:
        return (_text(value),)
    return value or ("",)


def _text(value: Plain) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int) else ", ".join(value)


def _order(value: Plain) -> tuple[tuple[int, int, str], ...]:
    """A sort key that compares digits in a text as numbers and ignores case."""
    parts = re.findall(r"[0-9]+|[^0-9]+", _text(value).casefold())
    return tuple(
        (0, len(digits), digits)
        if (digits := part.lstrip("0")).isdigit() or not digits
        else (1, 0, part)
        for part in parts
    )


def _cell(value: Plain) -> str:
    """The text of a CSV cell; one that a spreadsheet would run as a formula gets an apostrophe."""
    text = _text(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
