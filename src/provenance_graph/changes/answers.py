"""JSON types of the answers of the change routes: history of a model, comparisons, commits."""

from __future__ import annotations

from typing_extensions import TypedDict

from provenance_graph.core.results import AnswerObject, Cell, IdRef, NamedRef, Ref, SourceRef
from provenance_graph.model.answers import MovementAnswer


class LifecycleAnswer(AnswerObject):
    """The lifecycle state of a model, with its days and its predecessors and successors."""

    state: str | None
    released: str | None
    deprecated: str | None
    retired: str | None
    noticeDays: int | None
    replaces: list[Ref]
    replacedBy: list[Ref]


class VersionAnswer(Ref):
    """One version of a model."""

    version: str | None
    released: str | None
    replaces: list[Ref]
    sources: list[SourceRef]


class AliasAnswer(AnswerObject):
    """The target of an alias, its stated days of validity, and the days of retrieval."""

    alias: str
    target: Ref
    since: str | None
    until: str | None
    readFrom: str
    readUntil: str | None
    sources: list[SourceRef]


class PropertyRef(AnswerObject):
    """A property by name, IRI and label."""

    property: str
    propertyIri: str
    label: str


class DriftAnswer(PropertyRef):
    """A fact that differs between two successive entities."""

    kind: str
    before: Ref
    after: Ref
    was: list[Cell]
    now: list[Cell]


class ChangedClaimAnswer(PropertyRef):
    """The values of one property in two successive retrievals of a document."""

    document: str
    publisher: IdRef
    custody: str
    earlier: str
    later: str
    subject: Ref
    was: list[str]
    now: list[str]


class EventAnswer(AnswerObject):
    """An event on a day; ``clock`` is ``world``, or ``knowledge`` for a changed document."""

    date: str
    clock: str
    what: str
    subject: Ref


class RetrievalCount(AnswerObject):
    """The number of records retrieved on a day."""

    date: str
    records: int


_Span = TypedDict("_Span", {"from": str | None, "to": str | None})


class HistoryAnswer(_Span, AnswerObject):
    """All changes of a model between two days."""

    subject: NamedRef
    asOf: str | None
    lifecycle: LifecycleAnswer
    versions: list[VersionAnswer]
    aliases: list[AliasAnswer]
    drift: list[DriftAnswer]
    changedClaims: list[ChangedClaimAnswer]
    ranks: list[MovementAnswer]
    events: list[EventAnswer]
    retrievals: list[RetrievalCount]


class ColumnAnswer(AnswerObject):
    """One model of a comparison, current or as of a day."""

    iri: str
    id: str
    name: str
    heading: str
    asOf: str | None
    records: int


class ScoreCell(AnswerObject):
    """The total of one model under one scheme."""

    low: float
    high: float
    shown: str
    grade: str | None
    possibleGrade: str | None


class ScoreRow(AnswerObject):
    """The totals of all models under one scheme."""

    rubric: Ref
    version: str
    maximum: float
    differs: bool
    cells: list[ScoreCell]


class ComparedCell(AnswerObject):
    """A field of one model in a comparison."""

    values: list[Cell]
    status: str
    state: str
    contested: bool
    sources: int
    estimates: list[Cell]


class ComparedField(AnswerObject):
    """A field of all models in a comparison."""

    property: str
    iri: str
    label: str
    unit: str | None
    kind: str
    differs: bool
    cells: list[ComparedCell]


class ComparedSection(AnswerObject):
    """A section of a comparison."""

    name: str
    fields: list[ComparedField]


class MovedItem(AnswerObject):
    """An item of a scheme whose level changed between two days, with the cause."""

    rubric: str
    item: str
    label: str
    before: str
    after: str
    points: float
    because: list[str]


class ComparisonAnswer(AnswerObject):
    """A comparison of several models, or of one model on several days."""

    columns: list[ColumnAnswer]
    scores: list[ScoreRow]
    sections: list[ComparedSection]
    counts: dict[str, int]
    moved: list[MovedItem]


class FactChangeAnswer(AnswerObject):
    """One property of one subject: the accepted values before and after."""

    subject: IdRef
    property: str
    was: list[str]
    now: list[str]


class CommitAnswer(AnswerObject):
    """One commit: the records that it added and dropped, and the accepted facts that it changed."""

    version: str
    before: str
    at: str
    kind: str
    recordsAdded: list[str]
    recordsDropped: list[str]
    subjects: list[str]
    facts: list[FactChangeAnswer]
    factCount: int
    cut: bool


class ChangesAnswer(AnswerObject):
    """The commits since a version, oldest first; ``next`` is the version to continue from."""

    since: str
    version: str
    oldest: str
    retentionDays: int
    items: list[CommitAnswer]
    shown: int
    next: str | None
