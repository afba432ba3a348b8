"""Key table of a filled form, and its values as leaves."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, skip
from provenance_graph.formats.document import Document

_HEAD = [
    "title",
    "authority",
    "edition",
    "source",
    "note",
    "name",
    "developer",
    "asOf",
    "day",
    "store",
    "policy",
    "software",
    "command",
    "unknown",
]
_DISPLAYED = ["value/id", "value/label", "label", "text", "of", "contested", "property"]
_TITLES = ["title", "help", "ask", "binds", "labelled", "footnotes", "missing", "notes"]

KEYS = KeyTable(
    (
        *coded("which form it is and of which model", "form/format", "form/form", "form/model",
               "form/iri"),
        *coded("the publisher of what was filled in by hand", "form/filledBy"),
        *skip("what the form says of itself and of the store it was filled from",
              *(f"form/{key}" for key in _HEAD), "form/counts/**"),
        *skip("the form's own text", "section/**", *(f"field/{key}" for key in _TITLES)),
        *coded("which field it is", "field/id"),
        *coded("a stance where it is `declined` or `notApplicable` and no value stands",
               "field/status"),
        *coded("a claim of its property: of the footnote's record, else of who filled it in",
               "value", "value/value", "value/value/iri", "value/iri", "value/ofIri"),
        *coded("which of the field's properties, and of which record", "value/property",
               "value/footnotes"),
        *coded("what was derived is left out: it is derived anew", "value/basis"),
        *skip("how a value is shown", *(f"value/{key}" for key in _DISPLAYED), "value/*"),
        *coded("the header of the excerpt", *(f"footnote/{key}" for key in (
               "number", "receipt/record", "receipt/document", "receipt/digest",
               "receipt/place", "receipt/basis", "receipt/publisher", "receipt/retrieved"))),
        *skip("what the receipt says of the store it was given from", "footnote/**"),
    )
)  # fmt: skip


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value, by its part: the form, a section, a field, a value or a footnote."""
    whole = statements.mapping(document.json)
    yield from coverage.leaves(whole, ("form",), "", ("sections", "footnotes"))
    for s, raw in enumerate(statements.as_list(whole.get("sections"))):
        section, where = statements.mapping(raw), f"/sections/{s}"
        yield from coverage.leaves(section, ("section",), where, ("fields",))
        for f, field in enumerate(statements.as_list(section.get("fields"))):
            given, at = statements.mapping(field), f"{where}/fields/{f}"
            yield from coverage.leaves(given, ("field",), at, ("values",))
            yield from coverage.leaves(given.get("values"), ("value",), f"{at}/values")
    yield from coverage.leaves(whole.get("footnotes"), ("footnote",), "/footnotes")
