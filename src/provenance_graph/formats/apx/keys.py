"""Key table of the labels of a model page, and the page's parts as leaves."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.core.iris import shorten
from provenance_graph.formats.apx.fields import EXPERT_TOTAL_LABELS, FIELDS
from provenance_graph.formats.apx.page import parse
from provenance_graph.formats.coverage import Key, KeyTable, Leaf, coded, later, skip
from provenance_graph.formats.document import Document


def _fields() -> Iterator[Key]:
    """Yield a row for every label that fills a property."""
    for label, field in FIELDS.items():
        yield from coded(f"`{shorten(field.prop)}`", f"field/{label}")


KEYS = KeyTable(
    (
        *coded("the model, and the mode that makes a configuration", "title"),
        *_fields(),
        *coded(
            "`pg:activeParameterCount`: the labels are the other way round",
            *(f"field/{label}" for label in sorted(EXPERT_TOTAL_LABELS)),
        ),
        *later("field/*"),
        *coded("`pg:EvaluationResult`", "benchmark/score"),
        *coded("`pg:Rank`", "benchmark/rank", "rank"),
        *coded("`pg:Assessment`, its criteria as parts", "total", "grade", "criterion"),
        *coded("what the declared patterns find in it; no sentence is stored", "prose"),
        *skip("a heading, or a control of the memory calculator", "heading"),
    )
)


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield the parts of a page with their lines; a paragraph is one value."""
    page = parse(document.text)
    for line in page.titles:
        yield Leaf(("title",), line.location, line.text)
    for field in page.fields:
        yield Leaf(("field", " ".join(field.label.casefold().split())), field.location, field.value)
    for row in page.rows:
        for key, value in (("score", row.score), ("rank", row.rank)):
            if value:
                yield Leaf(("benchmark", key), row.location, value)
    for kind, parts in (
        ("rank", page.ranks),
        ("total", [page.total]),
        ("grade", [page.grade]),
        ("criterion", [*page.parts, *page.sections]),
    ):
        for part in parts:
            if part is not None:
                yield Leaf((kind,), part.location, part.value)
    for paragraph in page.paragraphs:
        yield Leaf(("prose",), paragraph.location, len(paragraph.text))
