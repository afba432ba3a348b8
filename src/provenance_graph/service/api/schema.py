"""The shapes of the REST API's answers, for its description and for tests.

Answers are written straight from the analysis layer; these models describe them.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Open(BaseModel):
    """An object that may carry more than is named here."""

    model_config = ConfigDict(extra="allow")


class Thing(Open):
    """A thing by IRI, short id and label."""

    iri: str
    id: str
    label: str


class Summary(Open):
    """A model in a list."""

    iri: str
    id: str
    name: str
    aliases: list[str]
    developers: list[str]
    released: str | None
    contextLength: int | None  # noqa: N815 - the JSON name
    parameterCount: int | None  # noqa: N815
    licences: list[Thing]
    openness: list[str]
    modalities: list[str]
    architecture: list[str]
    sources: int
    gaps: int
    conflicts: int
    descendants: int


class ModelPage(BaseModel):
    """Part of the list of models; ``next`` is the cursor of the next part."""

    items: list[Summary]
    total: int
    shown: int
    next: str | None


class SearchItem(Summary):
    """A thing that a text finds: what it is, and for a model its summary."""

    kind: str
    mentions: int


class SearchAnswer(BaseModel):
    """Things that a text finds, best first; ``approximate`` where typing errors were forgiven."""

    query: str
    items: list[SearchItem]
    total: int
    shown: int
    next: str | None
    approximate: bool


class FacetCount(BaseModel):
    """A value of a facet and how many models have it."""

    value: str
    count: int


class ClaimAnswer(Open):
    """One claim: what a source says, where, on what basis, and what became of it."""

    property: str
    subject: str
    value: Any
    asStated: str | None  # noqa: N815
    stance: str
    basis: str
    standing: str
    reason: str
    locator: str | None
    record: str
    document: str
    retrieved: str


class FieldAnswer(Open):
    """One field of a model with value or disclosure status."""

    property: str
    label: str
    status: str
    contested: bool
    sources: int
    values: list[Any]
    rivals: list[ClaimAnswer]
    estimates: list[ClaimAnswer]


class Section(BaseModel):
    """A section of a model page."""

    name: str
    fields: list[FieldAnswer]


class ProfileAnswer(Open):
    """A model: every field, versions, scores, assessments, offers."""

    id: str
    iri: str
    name: str
    sections: list[Section]


class ClaimsAnswer(BaseModel):
    """The claims about a model."""

    id: str
    iri: str
    asOf: str | None  # noqa: N815
    claims: list[ClaimAnswer]


class ConflictAnswer(Open):
    """Claims that disagree, side by side."""

    kind: str
    severity: int
    property: str
    explanation: str
    sides: list[dict[str, Any]]


class ConflictPage(BaseModel):
    """Part of the ledger of conflicts, worst first."""

    items: list[ConflictAnswer]
    total: int
    shown: int
    next: str | None
    kinds: dict[str, int]


class ParameterAnswer(BaseModel):
    """A parameter of a stored question."""

    name: str
    kind: str
    description: str
    default: str | None


class QuestionAnswer(BaseModel):
    """A stored question."""

    id: str
    topic: str
    question: str
    parameters: list[ParameterAnswer]
    sparql: str


class TableAnswer(BaseModel):
    """The rows of a question; ``truncated`` says that a limit cut them short."""

    question: str
    columns: list[str]
    rows: list[list[Any]]
    truncated: bool


class CheckAnswer(Open):
    """What a document that was only checked holds and breaks."""

    format: str
    problems: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    records: list[dict[str, Any]]


class AnyAnswer(Open):
    """An object described by the documentation of its route."""


class Listed(BaseModel):
    """A list with its length."""

    items: list[dict[str, Any]] = Field(default_factory=list)
    total: int
