"""JSON objects for answers on models: lists, profiles, claims, disclosure."""

from __future__ import annotations

from typing import NotRequired

from pydantic import ConfigDict, JsonValue, with_config
from typing_extensions import TypedDict

from provenance_graph.core.results import (
    AnswerObject,
    Cell,
    FacetCount,
    IdRef,
    LabelRef,
    Ref,
    SourceRef,
)


class ModelDescription(AnswerObject):
    """A model in a list; ``known`` of its ``fields`` have an accepted value."""

    iri: str
    id: str
    name: str
    aliases: list[str]
    developers: list[str]
    released: str | None
    contextLength: int | None
    parameterCount: int | None
    licences: list[Ref]
    openness: list[str]
    modalities: list[str]
    architecture: list[str]
    weights: list[str]
    sources: int
    known: int
    fields: int
    gaps: int
    descendants: int


class ModelSummary(ModelDescription):
    """A model in a list, with its number of conflicts of the default kinds."""

    conflicts: int


class ModelPage(AnswerObject):
    """A page of a list of models; ``next`` is the cursor of the next page."""

    items: list[ModelSummary]
    total: int
    shown: int
    next: str | None


class SearchItem(ModelDescription):
    """An entity that a search finds: its kind, and for a model its summary."""

    kind: str
    mentions: int


class SearchPage(AnswerObject):
    """A page of search results; ``approximate``: names with typing errors were accepted.

    ``named`` are the names in a sentence that is no name as a whole. ``kinds`` counts the results
    of every kind, whichever was requested.
    """

    items: list[SearchItem]
    total: int
    shown: int
    next: str | None
    approximate: bool
    named: list[str]
    kinds: list[FacetCount]


class SearchAnswer(SearchPage):
    """Entities that a search finds, best first."""

    query: str


class ClaimAnswer(AnswerObject):
    """One claim, with its source, place, basis and status.

    ``edition`` and ``revision`` are the document's own, where stated; ``restsOn`` is the address of
    another document that the claim names as its source.
    """

    property: str
    propertyIri: str
    subject: str
    value: Cell
    asStated: str | None
    stance: str
    basis: str
    statedBasis: str
    demoted: str | None
    implausible: str | None
    standing: str
    reason: str
    locator: str | None
    precision: str | None
    confidence: float | None
    validFrom: str | None
    validUntil: str | None
    unusable: str | None
    claim: str
    record: str
    document: str
    publisher: IdRef
    retrieved: str
    edition: str | None
    revision: int | None
    digest: str | None
    restsOn: str | None
    custody: str
    collection: str
    reader: str
    licence: str | None
    attribution: str | None
    flags: NotRequired[list[str]]


class EntityValue(AnswerObject):
    """A value of an entity, with its display text."""

    value: str
    label: str


class EntityFact(AnswerObject):
    """The accepted values of one property of an entity."""

    property: str
    iri: str
    label: str
    values: list[EntityValue]


class EntityRelation(AnswerObject):
    """The entities that refer to an entity by one property: their number, and the first."""

    property: str
    label: str
    count: int
    things: list[LabelRef]


class EntityAnswer(AnswerObject):
    """The page of an entity that is no model, with its records.

    ``contested`` names the properties on which sources disagree; ``denied`` holds values that a
    source says the entity does not have. ``unknown`` is a sentence where nothing was known of it on
    the day.
    """

    id: str
    iri: str
    kind: str
    name: str
    types: list[str]
    asOf: str | None
    unknown: str | None
    describedAs: list[str]
    facts: list[EntityFact]
    denied: list[EntityFact]
    relations: list[EntityRelation]
    records: list[str]
    contested: list[str]


class ClaimsAnswer(AnswerObject):
    """The claims about a model."""

    id: str
    iri: str
    asOf: str | None
    claims: list[ClaimAnswer]


class FieldAnswer(AnswerObject):
    """One field of a model with its accepted values or its disclosure status.

    ``documents`` are those that give the accepted value, at most eight of the ``sources``.
    """

    property: str
    iri: str
    label: str
    unit: str | None
    status: str
    state: str
    contested: bool
    sources: int
    documents: list[SourceRef]
    values: list[Cell]
    rivals: list[ClaimAnswer]
    estimates: list[ClaimAnswer]
    reason: str | None
    inferred: bool
    implausible: bool
    custody: str | None
    precision: str | None
    knowledge: str


class SectionAnswer(AnswerObject):
    """A section of a model page."""

    name: str
    fields: list[FieldAnswer]


class UnknownCount(AnswerObject):
    """The number of fields without a value for one reason."""

    state: str
    word: str
    count: int


class Headline(AnswerObject):
    """The number of known fields of a model, of all fields, and of the others by reason."""

    known: int
    of: int
    rest: list[UnknownCount]


_ENTITY: dict[str, JsonValue] = {"$ref": "#/components/schemas/Ref"}
_CELL: dict[str, JsonValue] = {
    "anyOf": [{"type": ["string", "number", "boolean", "null"]}, _ENTITY],
}
_BY_NAME = ConfigDict(
    extra="allow",
    json_schema_extra={
        "additionalProperties": {"anyOf": [_CELL, {"type": "array", "items": _CELL}]}
    },
)
"""Any property by its local name: a value, or a list where it has several."""


@with_config(_BY_NAME)
class NodeAnswer(TypedDict):
    """A node related to a model (a score, an offer, a file), with its properties by name.

    A property is a value, or a list where it has several.
    """

    iri: str
    id: str
    sources: list[str]


@with_config(_BY_NAME)
class AssessedNode(TypedDict):
    """An assessment as its publisher gives it, with its results."""

    iri: str
    id: str
    sources: list[str]
    results: list[NodeAnswer]


class RelatedAnswer(AnswerObject):
    """The nodes related to a model."""

    partOf: list[Ref]
    specializationOf: list[Ref]
    replaces: list[Ref]
    replacedBy: list[Ref]
    versions: list[NodeAnswer]
    configurations: list[NodeAnswer]
    aliases: list[NodeAnswer]
    scores: list[NodeAnswer]
    ranks: list[NodeAnswer]
    assessments: list[AssessedNode]
    offers: list[NodeAnswer]
    artifacts: list[NodeAnswer]


class ProfileAnswer(RelatedAnswer):
    """A model: every field, versions, scores, assessments, offers.

    ``otherFacts`` are accepted facts that are no field, and statements that could not be
    interpreted (``otherStatement``). ``unknown`` is a sentence where nothing was known on the day
    asked for.
    """

    id: str
    iri: str
    name: str
    kinds: list[str]
    asOf: str | None
    unknown: str | None
    records: int
    knowledge: Headline
    describedAs: list[str]
    sections: list[SectionAnswer]
    otherFacts: list[EntityFact]


class StatsAnswer(AnswerObject):
    """The contents of the store, counted by kind."""

    version: str
    lastRetrieved: str
    things: dict[str, int]
    links: dict[str, int]
    disclosure: dict[str, int]
    recordsByReader: dict[str, int]
    recordsByPublisher: dict[str, int]
    annotatedClaims: int


class MatrixField(AnswerObject):
    """A column of the disclosure matrix."""

    property: str
    label: str
    section: str


class MatrixRow(AnswerObject):
    """A model with one letter per field, and positions of fields.

    ``contested``: sources disagree; ``withoutValue``: no value is accepted though the state is one
    of knowledge; ``withValue``: a value is accepted though the state is none.
    """

    id: str
    name: str
    developers: list[str]
    states: str
    contested: list[int]
    withoutValue: list[int]
    withValue: list[int]


class MatrixAnswer(AnswerObject):
    """The matrix of models and fields; ``codes`` gives the state of each letter."""

    codes: dict[str, str]
    fields: list[MatrixField]
    models: list[MatrixRow]


class MatrixPage(MatrixAnswer):
    """A page of the disclosure matrix; ``next`` is the cursor of the next page."""

    total: int
    next: str | None


class RankAnswer(AnswerObject):
    """One rank in one edition of one list."""

    iri: str
    of: IdRef
    edition: str | None
    rank: int
    population: int | None
    date: str | None
    read: str | None
    share: float | None


class MovementAnswer(AnswerObject):
    """The ranks of one entity in one list, by date."""

    list: str
    of: IdRef
    ranks: list[RankAnswer]
    change: int | None
    comparable: bool
