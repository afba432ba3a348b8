"""Lists of the Python API: entities by name, models by filter, findings on documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.listing import Listing
from provenance_graph.model.search.index import SearchIndex

if TYPE_CHECKING:
    from provenance_graph.checking.documents import Checker
    from provenance_graph.model.answers import ModelSummary
    from provenance_graph.shapes.findings import Finding

_PAGE = 500


def searched(
    snapshot: AcceptedSnapshot, text: str, kinds: Iterable[str], limit: int
) -> Listing[dict[str, Any]]:
    """Entities whose names contain a text, the best match first."""
    hits = SearchIndex.open(snapshot).search(text, limit, tuple(kinds))
    return Listing([dict(item) for item in hits.items], lambda item: item)


def summaries(
    snapshot: AcceptedSnapshot, text: str, sort: str, filters: Mapping[str, object]
) -> Iterator[ModelSummary]:
    """Yield models whose names contain a text and that meet every filter, as ``models`` lists them.

    A filter has the name of the command's option, with ``_`` for ``-``; several values are a list.
    """
    from provenance_graph.model.search.filters import understood

    index = SearchIndex.open(snapshot)
    params = {_parameter(key): _values(value) for key, value in filters.items()}
    where = understood(snapshot, index, params)
    cursor: str | None = ""
    while cursor is not None:
        page = index.models(where, text=text, sort=sort, limit=_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.cursor


def summary_row(summary: ModelSummary) -> dict[str, Any]:
    """A model as a row of a listing: dates as dates, names as text."""
    return {
        "id": summary["id"],
        "name": summary["name"],
        "developers": "; ".join(summary["developers"]),
        "released": _date(summary["released"]),
        "licences": "; ".join(licence["label"] for licence in summary["licences"]),
        "parameters": summary["parameterCount"],
        "context": summary["contextLength"],
        "known": summary["known"],
        "fields": summary["fields"],
        "sources": summary["sources"],
    }


def iri_of(summary: ModelSummary) -> Iri:
    """The IRI of the model in a summary."""
    return Iri(summary["iri"])


def checked(
    paths: Iterable[str], format: str, today: str, checkers: Sequence[Checker]
) -> Listing[Finding]:
    """Findings on documents, by themselves and by ``checkers``; nothing is stored."""
    from provenance_graph.checking import examine

    examined = examine(paths, retrieved=today, form=format, checkers=checkers)
    return Listing([finding for one in examined for finding in one.findings], _finding_row)


def _finding_row(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "severity": finding.severity.label,
        "path": str(finding.path),
        "value": str(finding.value) if finding.value is not None else "",
        "message": finding.message,
    }


def _parameter(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _values(value: object) -> list[str]:
    if isinstance(value, (list, tuple, set)):
        return [str(one) for one in value]
    return [str(value)] if value not in (None, "") else []


def _date(text: str | None) -> date | str | None:
    """A day as a date; a value known to the month or year stays a text."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
