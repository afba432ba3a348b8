"""JSON types of the answers of the assessment routes."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, IdRef, NamedRef, Ref, SourceRef
from provenance_graph.model.answers import ClaimAnswer


class SchemeAnswer(AnswerObject):
    """An assessment scheme."""

    iri: str
    id: str
    label: str
    definition: str
    version: str
    kind: str
    maximum: float
    computed: bool
    sources: list[str]
    licence: str | None
    attribution: str | None


class TotalAnswer(AnswerObject):
    """A total with its range; ``query`` is the stored query that computes the same total."""

    low: float
    high: float
    maximum: float
    shown: str
    rounding: str
    query: str


class PillarAnswer(AnswerObject):
    """A pillar of a scheme; in a scheme of classes also the grade and whether it is reached."""

    iri: str
    label: str
    low: float
    high: float
    maximum: float
    grade: NotRequired[str]
    reached: NotRequired[bool]
    possible: NotRequired[bool]
    missing: NotRequired[list[Ref]]


class EvidenceUse(Ref):
    """A property or facet that an item uses, with its level and claims."""

    facet: bool
    level: str
    why: str
    claims: list[ClaimAnswer]
    otherClaims: list[ClaimAnswer]


class ItemAnswer(AnswerObject):
    """One item of a scheme with its range, its rule and its evidence."""

    iri: str
    id: str
    label: str
    level: str
    low: float
    high: float
    maximum: float
    rule: str
    why: str
    gain: float
    evidence: list[EvidenceUse]


class CriterionAnswer(AnswerObject):
    """A criterion with its items."""

    iri: str
    id: str
    label: str
    pillar: str | None
    low: float
    high: float
    maximum: float
    items: list[ItemAnswer]


class GapAnswer(AnswerObject):
    """An item with missing evidence, the points it could gain, and the action needed."""

    iri: str
    id: str
    label: str
    level: str
    gain: float
    action: str
    missing: list[Ref]


class PublishedTotal(AnswerObject):
    """A published assessment by others, on its own scale and on a scale to 100."""

    iri: str
    scheme: Ref
    subject: Ref
    relation: str
    sameModel: bool
    score: float | None
    maximum: float | None
    percent: float | None
    addedUpFrom: int | None
    grade: str | None
    evaluator: Ref | None
    date: str | None
    version: str | None
    sources: list[SourceRef]


class PublishedAnswer(PublishedTotal):
    """A published assessment with its distance from our range."""

    apart: float | None
    insideRange: bool | None


class AssessedAnswer(AnswerObject):
    """A model assessed under one scheme, with the claims for every point."""

    subject: NamedRef
    asOf: str | None
    asked: SchemeAnswer
    rubric: SchemeAnswer
    total: TotalAnswer
    grade: str | None
    possibleGrade: str | None
    counts: dict[str, int]
    pillars: list[PillarAnswer]
    criteria: list[CriterionAnswer]
    gaps: list[GapAnswer]
    published: list[PublishedAnswer]


class AssessmentsAnswer(AnswerObject):
    """A model assessed under several schemes."""

    id: str
    iri: str
    asOf: str | None
    assessments: list[AssessedAnswer]


class RubricAnswer(AnswerObject):
    """A scheme in the list of schemes."""

    id: str
    title: str
    version: str
    computed: bool
    sources: list[str]
    licence: str | None
    attribution: str | None


class DocumentAnswer(AnswerObject):
    """A document that serves as evidence, with the places in it."""

    url: str
    publisher: IdRef
    retrieved: str
    edition: str | None
    custody: str
    places: list[str]


class EvidenceRow(AnswerObject):
    """One item of a list: its status, the documents that evidence it, and the missing evidence."""

    list: str
    item: str
    title: str
    status: str
    documents: list[DocumentAnswer]
    missing: list[str]
    others: list[DocumentAnswer]


class EvidenceAnswer(AnswerObject):
    """The evidence table of one scheme."""

    rubric: str
    rows: list[EvidenceRow]
