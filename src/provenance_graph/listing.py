"""Lists that are shown as a short table in a notebook, and convert to data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from markupsafe import Markup

from provenance_graph.core.extras import needed

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T")
MAX_ROWS = 20
"""Maximum number of rows shown in a notebook; the list and its data frames hold all."""

Row = Mapping[str, object]


class Listing(list[T]):
    """A list whose items convert to rows; ``columns`` are those of an empty list.

    >>> Listing([1, 2], lambda n: {"n": n, "square": n * n})
    <Listing of 2: n, square>
    """

    def __init__(
        self, items: Iterable[T], row: Callable[[T], Row], columns: Iterable[str] = ()
    ) -> None:
        super().__init__(items)
        self._row = row
        self._columns = () if self else tuple(columns)

    def rows(self) -> list[dict[str, object]]:
        """Every item as a mapping of column to plain value."""
        return [dict(self._row(item)) for item in self]

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas data frame; needs pandas."""
        return to_pandas(self.rows(), self._columns)

    def to_polars(self) -> pl.DataFrame:
        """The rows as a polars data frame; needs polars."""
        return to_polars(self.rows(), self._columns)

    def __repr__(self) -> str:
        columns = ", ".join(self._row(self[0])) if self else "nothing"
        return f"<Listing of {len(self):,}: {columns}>"

    def _repr_html_(self) -> str:
        return to_html([dict(self._row(item)) for item in self[:MAX_ROWS]], len(self))


def to_pandas(rows: list[dict[str, object]], columns: Iterable[str] = ()) -> pd.DataFrame:
    """Rows as a pandas data frame; raises ImportError that tells how to install pandas."""
    pandas = needed("pandas", "pandas")
    frame: pd.DataFrame = pandas.DataFrame(rows, columns=list(columns) or None)
    for name in frame.columns:  # pandas keeps days as objects unless converted
        values = [row[name] for row in rows if row.get(name) is not None]
        if values and all(isinstance(value, date) for value in values):
            frame[name] = pandas.to_datetime(frame[name], utc=False)
    return frame


def to_polars(rows: list[dict[str, object]], columns: Iterable[str] = ()) -> pl.DataFrame:
    """Rows as a polars data frame."""
    import polars

    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    return polars.DataFrame({name: _of_one_type([row.get(name) for row in rows]) for name in names})


def _of_one_type(values: list[object]) -> list[object]:
    """A column with one type, as polars requires: mixed numbers, days and texts become text."""
    types = {type(value) for value in values if value is not None}
    if types <= {int, float} and bool not in types:
        return (
            [float(value) if isinstance(value, int | float) else None for value in values]
            if len(types) > 1
            else values
        )
    if len(types) > 1 or not types <= {str, bool, date, datetime}:
        return [None if value is None else str(value) for value in values]
    return values


def to_html(rows: list[dict[str, object]], total: int) -> str:
    """A short HTML table for a notebook; all values are escaped.

    >>> to_html([{"a": "<b>"}], 1)
    '<table><tr><th>a</th></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    if not rows:
        return "<p>nothing</p>"
    cell = Markup("<td>{}</td>").format
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in rows[0])
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(cell(_short(value)) for value in row.values()))
        for row in rows
    )
    more = Markup("<caption>{} of {:,} rows</caption>").format(len(rows), total)
    note = more if total > len(rows) else ""
    return str(Markup("<table>{}<tr>{}</tr>{}</table>").format(note, head, body))


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 120 else text[:117] + "…"
