"""Evidence tables: per item of a list, the public documents that evidence it, and the gaps.

Made for the lists of the EU AI Act and its code of practice; any computed scheme works. Only
documents of developer rank serve as evidence. Reports of others are listed separately, since they
tell an auditor where to look but prove nothing about the developer's publications.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.assessment.assess import Assessed, level_name
from provenance_graph.assessment.levels.rules import SATISFIED
from provenance_graph.assessment.score import ItemResult
from provenance_graph.core.claims import DEVELOPER_RANK, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG

if TYPE_CHECKING:
    from provenance_graph.assessment.answers import DocumentAnswer, EvidenceRow

LISTS = ("eu-annex-xi", "eu-annex-xii", "eu-gpai-mdf", "eu-training-summary", "ca-ab-2013")
COLUMNS = (
    "list",
    "item",
    "title",
    "status",
    "document",
    "places",
    "retrieved",
    "missing",
    "others",
)
COVERED, PARTLY, MISSING, REPORTED, UNKNOWN, OUTSIDE = (
    "evidenced",
    "evidenced in part",
    "missing",
    "reported by others only",
    "no source covers it",
    "not represented",
)


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document that serves as evidence, with the places in it."""

    url: Iri
    publisher: Iri
    retrieved: str
    places: tuple[str, ...]
    custody: str
    edition: str


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One item of a list: its status, the documents that evidence it, and the missing evidence.

    ``missing`` are labels of properties and facets that no document gives; ``others`` are documents
    by third parties about them.
    """

    list: str
    item: str
    title: str
    status: str
    documents: tuple[CitedDocument, ...]
    missing: tuple[str, ...]
    others: tuple[CitedDocument, ...]

    def to_json(self) -> EvidenceRow:
        """The row as a JSON answer."""
        return {
            "list": self.list,
            "item": self.item,
            "title": self.title,
            "status": self.status,
            "documents": [_json(document) for document in self.documents],
            "missing": list(self.missing),
            "others": [_json(document) for document in self.others],
        }


def _json(document: CitedDocument) -> DocumentAnswer:
    return {
        "url": document.url,
        "publisher": {"iri": document.publisher, "id": short_id(document.publisher)},
        "retrieved": document.retrieved,
        "edition": document.edition or None,
        "custody": document.custody,
        "places": list(document.places),
    }


def evidence(assessed: Assessed) -> list[CriterionRow]:
    """The evidence table of one list, in the order of the list."""
    return [_row(assessed, result) for result in assessed.assessment.items]


def missing(assessed: Iterable[Assessed]) -> list[CriterionRow]:
    """The rows, over several lists, for which a document must still be requested."""
    return [
        row for one in assessed for row in evidence(one) if row.status not in (COVERED, OUTSIDE)
    ]


def table(rows: Iterable[CriterionRow]) -> Iterator[tuple[object, ...]]:
    """Yield a row per item and document, for a table or CSV; one for an item without document."""
    for row in rows:
        lines = [(str(d.url), ", ".join(d.places), d.retrieved) for d in row.documents]
        others = ", ".join(document.url for document in row.others)
        for url, places, retrieved in lines or [("", "", "")]:
            lacks = "; ".join(row.missing)
            yield (row.list, row.item, row.title, row.status, url, places, retrieved, lacks, others)


def _row(assessed: Assessed, result: ItemResult) -> CriterionRow:
    serving: list[SourcedClaim] = []
    others: list[SourcedClaim] = []
    for use in result.uses:
        for stored in (*use.finding.claims, *use.finding.other_claims):
            gives = stored.claim.value is not None and stored.basis in DEVELOPER_RANK
            (serving if gives else others).append(stored)
    reported = _documents(h for h in others if h.basis not in DEVELOPER_RANK)
    return CriterionRow(
        list=assessed.assessment.rubric.id,
        item=result.item.code,
        title=result.item.label,
        status=_status(result, bool(reported)),
        documents=_documents(serving),
        missing=tuple(
            assessed.rubrics.label(use.name)
            for use in result.uses
            if use.finding.level not in SATISFIED and use.name in result.missing
        )
        or ((result.item.label,) if result.item.rule == PG.Unrepresented else ()),
        others=reported,
    )


def _status(result: ItemResult, reported: bool) -> str:
    if result.item.rule == PG.Unrepresented:
        return OUTSIDE
    if result.level in SATISFIED:
        return COVERED
    if result.low > 0:
        return PARTLY
    if result.high > 0:
        return REPORTED if reported else UNKNOWN
    return f"{MISSING} ({level_name(result.level)})"


def _documents(claims: Iterable[SourcedClaim]) -> tuple[CitedDocument, ...]:
    results: dict[Iri, tuple[SourcedClaim, set[str]]] = {}
    for stored in claims:
        _, places = results.setdefault(stored.header.document, (stored, set()))
        if stored.claim.locator:
            places.add(stored.claim.locator)
    return tuple(
        CitedDocument(
            url,
            stored.header.publisher,
            stored.header.retrieved[:10],
            tuple(sorted(places)),
            stored.header.custody.label,
            stored.header.edition,
        )
        for url, (stored, places) in sorted(results.items())
    )
