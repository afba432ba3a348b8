"""Tables for the manual: the properties that each format holds, and its losses with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provenance_graph.core.iris import Iri, shorten
from provenance_graph.exchange.ledger import Exporter
from provenance_graph.exchange.registry import exporters

START, END = "<!-- tables: start -->", "<!-- tables: end -->"


def tables() -> str:
    """Every format with its table of properties and its table of losses, as Markdown."""
    return "\n".join(line for one in exporters().values() for line in _format(one))


def _table(left: str, right: str, rows: Mapping[Iri, str]) -> Iterator[str]:
    """A table of properties with two headings, and a blank line; nothing without rows."""
    if rows:
        yield f"| {left} | {right} |"
        yield "|---|---|"
        for term, text in sorted(rows.items()):
            yield f"| `{shorten(term)}` | {text} |"
        yield ""


def _format(one: Exporter) -> Iterator[str]:
    yield f"## `{one.format}`: {one.title}"
    yield ""
    about = f"; one {one.alone} a document" if one.alone else ""
    yield f"`{one.media_type}`, files end in `.{one.suffix}`{about}."
    yield ""
    yield from _table("property", "where it goes", one.terms)
    yield from _table("lost", "why", one.reasons)
    yield f"Whatever else is accepted: {one.otherwise}."
    yield ""
