"""The rule's decisions as rows of ``data/identity.sssom.tsv``, behind those made by hand."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance.identity import Mapping, read_sssom
from provenance_graph.core import iris
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.matching.candidates import RULE

CELLS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id",
    "object_label", "mapping_justification", "confidence", "mapping_date", "comment", "author_id",
)  # fmt: skip


def rewrite(text: str, decided: Iterable[Mapping], where: str = "identity.sssom.tsv") -> str:
    """The table with its rows made by hand as they are, and the rule's rows replaced.

    Raises RecordError where the result would not be a table of mappings.
    """
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if not body:
        raise RecordError(f"{where}: no line of column names")
    columns, kept = body[0], []
    for cells in body[1:]:
        row = dict(zip(columns, cells, strict=False))
        if row.get("author_id") != RULE:
            kept.append("\t".join(row.get(column, "") for column in CELLS))
    ruled = ["\t".join(_cells(row)) for row in decided]
    whole = "\n".join([*head, "\t".join(CELLS), *kept, *ruled, ""])
    read_sssom(whole, where)
    return whole


def _cells(row: Mapping) -> tuple[str, ...]:
    return (
        _curie(row.subject), "", shorten(row.predicate), "", _curie(row.object), "",
        row.justification, row.confidence, row.date, row.comment, row.author,
    )  # fmt: skip


def _curie(name: Iri) -> str:
    """Our ids by their prefix, whatever they hold; the reader only replaces the prefix."""
    return f"id:{name[len(iris.ID) :]}" if name.startswith(iris.ID) else str(name)
