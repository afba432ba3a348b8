"""What the routes about models answer, as JSON: lists, profiles, claims, disclosure."""

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
    """The same, and how many conflicts of the default kinds it has."""

    conflicts: int


class ModelPage(AnswerObject):
    """Part of a list of models; ``next`` is the cursor of the part that follows."""

    items: list[ModelSummary]
    total: int
    shown: int
    next: str | None


class SearchItem(ModelDescription):
    """An entity that a text finds: its kind, and for a model its summary."""

    kind: str
    mentions: int


class SearchPage(AnswerObject):
    """Part of what a search finds; ``approximate`` where typing errors were forgiven.

    ``named`` are the names found in a sentence that is no name as a whole. ``kinds`` counts what the text finds of every kind, whichever was asked for.
    """

    items: list[SearchItem]
    total: int
    shown: int
    next: str | None
    approximate: bool
    named: list[str]
    kinds: list[FacetCount]


class SearchAnswer(SearchPage):
    """Entities that a text finds, best first."""

    query: str


class ClaimAnswer(AnswerObject):
    """One claim: what a source says, where, on what basis, and what became of it.

    ``edition`` and ``revision`` are the document's own, where stated; ``restsOn`` is the address
    of another document that the claim names as its source.
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
    """A value of an entity, and how it is shown."""

    value: str
    label: str


class EntityFact(AnswerObject):
    """The accepted values of one property of an entity."""

    property: str
    iri: str
    label: str
    values: list[EntityValue]


class EntityRelation(AnswerObject):
    """Entities that point to this one by one property: how many, and the first of them."""

    property: str
    label: str
    count: int
    things: list[LabelRef]


class EntityAnswer(AnswerObject):
    """What the graph says of an entity that is no model, and the records that say it.

    ``contested`` names the properties on which sources disagree; ``denied`` holds values that a
    source says it does not have. ``unknown`` says so where nothing was known of it on the day.
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
    """How many fields have no value for one reason."""

    state: str
    word: str
    count: int


class Headline(AnswerObject):
    """How many fields of a model are known, of how many, and why the rest are not."""

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
    """A node below a model (a score, an offer, a file) with each of its properties by name.

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
    """What hangs on a model."""

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

    ``otherFacts`` are accepted facts that are no field, with what a source states and nobody
    understands (``otherStatement``). ``unknown`` is the sentence that says so where nothing was known on the day asked for.
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
    """What the store holds, by kind."""

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
    """Models × fields; ``codes`` says what each letter means."""

    codes: dict[str, str]
    fields: list[MatrixField]
    models: list[MatrixRow]


class MatrixPage(MatrixAnswer):
    """Part of the disclosure matrix; ``next`` is the cursor of the part that follows."""

    total: int
    next: str | None


class RankAnswer(AnswerObject):
    """One place in one edition of one list."""

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
