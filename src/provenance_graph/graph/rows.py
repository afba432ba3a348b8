"""Rows of the Python API: query answers, claims and conflicts as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from provenance_graph.conflicts.results import Conflict
from provenance_graph.core.claims import Literal, Precision, SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import XSD
from provenance_graph.listing import MAX_ROWS, to_html, to_pandas, to_polars
from provenance_graph.model.cells import value_json
from provenance_graph.model.questions.reach import QuestionRows
from provenance_graph.store.values import Rows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Table:
    """The rows of a query; iteration gives mappings of the bound variables."""

    def __init__(self, rows: Rows) -> None:
        self.names, self.rows, self.truncated = rows.names, rows.rows, rows.truncated
        self.share = rows.share if isinstance(rows, QuestionRows) else None

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Yield each row as a mapping of its bound variables."""
        yield from Rows(self.names, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame; needs pandas (``pip install provenance-graph[pandas]``)."""
        return to_pandas(self._plain(), self.names)

    def to_polars(self) -> pl.DataFrame:
        """The rows as a data frame of polars; needs polars."""
        return to_polars(self._plain(), self.names)

    def _plain(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, map(plain, row), strict=True)) for row in self.rows]

    def __repr__(self) -> str:
        cut = ", cut short" if self.truncated else ""
        if self.share is not None:
            cut += f", {self.share.count:,} of {self.share.of:,} {self.share.variable}"
        return f"<Table {len(self)} rows of {', '.join(self.names)}{cut}>"

    def _repr_html_(self) -> str:
        return to_html(self._plain()[:MAX_ROWS], len(self))


def plain(value: Value | None, precision: Precision | None = None) -> Any:
    """The Python value of an RDF value: a number, date, IRI or text; None for None.

    A date that the source does not give to the day is a text such as ``"2025-02"``.
    """
    if value is None or isinstance(value, Iri):
        return value
    if precision not in (None, Precision.DAY):
        return value_json(value, precision=precision)
    if value.datatype == XSD.date:
        try:
            return date.fromisoformat(value.lexical)
        except ValueError:
            return value.lexical
    return value_json(value)


CLAIM_COLUMNS = (
    "property",
    "value",
    "stance",
    "standing",
    "basis",
    "publisher",
    "retrieved",
    "place",
    "document",
    "why",
)
CONFLICT_COLUMNS = ("subject", "property", "kind", "severity", "why")


def claim_row(sourced: SourcedClaim) -> dict[str, Any]:
    """A claim with its source and acceptance, as a row of a listing."""
    return {
        "property": local_name(sourced.claim.predicate),
        "value": plain(sourced.claim.value, sourced.claim.precision),
        "stance": sourced.claim.stance.label,
        "standing": sourced.status.label,
        "basis": sourced.basis.label,
        "publisher": short_id(sourced.header.publisher),
        "retrieved": plain(Literal(sourced.header.retrieved[:10], XSD.date)),
        "place": sourced.claim.locator,
        "document": str(sourced.header.document),
        "why": sourced.reason,
    }


def conflict_row(conflict: Conflict) -> dict[str, Any]:
    """A conflict as a row of a listing."""
    return {
        "subject": short_id(conflict.subject),
        "property": local_name(conflict.property),
        "kind": conflict.kind,
        "severity": conflict.severity,
        "why": conflict.explanation,
    }
