"""Tables for the manual: the properties that each format holds, and its losses with reasons."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.core.iris import shorten
from provenance_graph.exchange.ledger import Exporter
from provenance_graph.exchange.registry import exporters

START, END = "<!-- tables: start -->", "<!-- tables: end -->"


def tables() -> str:
    """Every format with its table of properties and its table of losses, as Markdown."""
    return "\n".join(line for one in exporters().values() for line in _format(one))


def _format(one: Exporter) -> Iterator[str]:
    yield f"## `{one.format}`: {one.title}"
    yield ""
    about = f"; one {one.alone} a document" if one.alone else ""
    yield f"`{one.media_type}`, files end in `.{one.suffix}`{about}."
    yield ""
    if one.terms:
        yield "| property | where it goes |"
        yield "|---|---|"
        for term, location in sorted(one.terms.items()):
            yield f"| `{shorten(term)}` | {location} |"
        yield ""
    if one.reasons:
        yield "| lost | why |"
        yield "|---|---|"
        for term, why in sorted(one.reasons.items()):
            yield f"| `{shorten(term)}` | {why} |"
        yield ""
    yield f"Whatever else is accepted: {one.otherwise}."
    yield ""
