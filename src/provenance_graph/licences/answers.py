"""What licence questions are answered with, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount, LabelRef


class LicenceAnswer(AnswerObject):
    """A licence as answers name it; ``known``: its terms are described."""

    iri: str
    id: str
    label: str
    family: str
    openness: str
    textVersion: str
    known: bool


class StepAnswer(AnswerObject):
    """A step of a path from a model up to where a term comes from."""

    child: LabelRef
    relation: str
    relationLabel: str
    parent: LabelRef
    inferred: bool


class LeftOut(AnswerObject):
    """The middle of a long path: so many of its steps are left out."""

    leftOut: int
    of: int


HopAnswer = StepAnswer | LeftOut
"""An entry of a path."""


class TermAnswer(AnswerObject):
    """A duty or restriction, from which licence, held by what, along which path."""

    id: str
    label: str
    type: str
    group: str
    licence: LicenceAnswer
    clause: str
    condition: str
    holder: LabelRef
    binding: str
    applies: bool | None
    why: str
    path: list[HopAnswer]


class UnknownAnswer(AnswerObject):
    """Something on a path whose terms are not known."""

    why: str
    holder: LabelRef
    licence: LicenceAnswer | None
    comesWith: str
    cause: str
    path: list[HopAnswer]


class SupportAnswer(AnswerObject):
    """A claim that an answer rests on."""

    record: str
    document: str
    publisher: LabelRef
    retrieved: str
    basis: str
    custody: str
    property: str
    locator: str


class ReasonAnswer(AnswerObject):
    """Why a use is blocked, unknown or conditional."""

    effect: str
    text: str
    cause: str
    settled: bool
    kind: str
    claims: list[SupportAnswer]
    custody: str
    licence: LicenceAnswer | None
    clause: str
    holder: LabelRef
    path: list[HopAnswer]


class PartAnswer(AnswerObject):
    """One of the three answers for a use; ``applies`` is false where it does not arise."""

    answer: str
    applies: bool
    reasons: list[ReasonAnswer]


class UseAnswer(AnswerObject):
    """The answer for one planned use, worst reason first."""

    use: str
    label: str
    number: int | None
    answer: str
    reasons: list[ReasonAnswer]
    weights: PartAnswer
    trainingData: PartAnswer
    contract: PartAnswer


class NoticeAnswer(AnswerObject):
    """Something to ship or show with the model."""

    kind: str
    text: str
    licence: LicenceAnswer
    clause: str
    holder: LabelRef


class OtherTextAnswer(AnswerObject):
    """The other side of two texts that cannot both be complied with; no holder: the model declares it."""

    licence: LicenceAnswer
    holder: LabelRef | None
    path: list[HopAnswer]


class FindingAnswer(AnswerObject):
    """A rule that a model runs against, with the clause and the path that prove it.

    ``claims`` are what it rests on: the licences of both sides and every step of the path.
    """

    rule: str
    name: str
    severity: str
    subject: LabelRef
    message: str
    licence: LicenceAnswer | None
    clause: str
    holder: LabelRef | None
    path: list[HopAnswer]
    other: OtherTextAnswer | None
    claims: list[SupportAnswer]
    custody: str
    fix: str
    caveat: str


class LabelAnswer(LicenceAnswer):
    """A licence that a source states for the model."""

    accepted: bool
    sources: list[LabelRef]
    custody: list[str]
    validFrom: str
    validUntil: str
    version: str


class LineageStateAnswer(AnswerObject):
    """How far the lineage of the weights is recorded."""

    state: str
    missing: list[LabelRef]
    missingOf: int
    claims: list[SupportAnswer]


class DayAnswer(AnswerObject):
    """What follows on one day from the texts in force then."""

    day: str
    occasion: str
    sentence: str
    lineage: LineageStateAnswer
    declared: list[LicenceAnswer]
    known: bool
    permissions: list[str]
    duties: list[TermAnswer]
    restrictions: list[TermAnswer]
    doesNotApply: list[TermAnswer]
    unknowns: list[UnknownAnswer]
    unknownsOf: int
    uses: list[UseAnswer]


class LicenceReportAnswer(AnswerObject):
    """Everything about what may be done with a model; the last of ``answers`` holds today."""

    subject: LabelRef
    sentence: str
    labels: list[LabelAnswer]
    contested: bool
    answers: list[DayAnswer]
    findings: list[FindingAnswer]
    notices: list[NoticeAnswer]
    note: str


class ChangeAnswer(AnswerObject):
    """One change that can be made: its kind, and what it is made to."""

    kind: str
    target: str
    text: str
    alternatives: list[LabelRef]


class BoundAnswer(AnswerObject):
    """How far a search goes."""

    changes: int
    sets: int


class RepairAnswer(AnswerObject):
    """The smallest sets of changes that make uses allowed; ``of``: so many there are."""

    subject: LabelRef
    uses: list[str]
    sentence: str
    solutions: list[list[ChangeAnswer]]
    of: int
    proven: bool
    bound: BoundAnswer
    tried: int
    unanswered: list[str]
    note: str


class CauseAnswer(AnswerObject):
    """An entity of unknown licence, and how many models' licences are unknown for it."""

    holder: LabelRef
    kind: str
    why: str
    licence: LicenceAnswer | None
    models: int
    alongWeights: int
    sentence: str


class BreachesAnswer(AnswerObject):
    """Licence findings of a store, gravest first or by a column.

    ``next`` is the cursor of the page after; ``facets`` count values of columns, where asked for.
    """

    findings: list[FindingAnswer]
    shown: int
    of: int
    truncated: bool
    marked: dict[str, int]
    modelsLookedAt: int
    modelsMarked: int
    unknownCauses: list[CauseAnswer]
    unknownCausesOf: int
    note: str
    next: NotRequired[str | None]
    facets: NotRequired[dict[str, list[FacetCount]]]


class ClauseAnswer(AnswerObject):
    """A permission, duty or restriction of a licence, with its place in the text."""

    id: str
    kind: str
    label: str
    clause: str
    qualified: str


class TextAnswer(AnswerObject):
    """A version of a licence's text, with the days on which it was in force."""

    iri: str
    validFrom: str
    validUntil: str


class PassedOn(AnswerObject):
    """What a licence carries along one kind of derivation."""

    derivation: str
    carries: str


class ExplainedLicence(LicenceAnswer):
    """A licence with its clauses; ``odrl`` is the same as an ODRL policy in JSON-LD."""

    sentence: str
    textSeen: bool
    irrevocable: bool
    validFrom: str
    validUntil: str
    url: str
    source: str
    comment: str
    texts: list[TextAnswer]
    clauses: list[ClauseAnswer]
    passesOn: list[PassedOn]
    odrl: Mapping[str, object]


class ExplanationAnswer(AnswerObject):
    """What a text means as a licence; ``problem`` says why where it names none."""

    asked: str
    expression: str
    licences: list[ExplainedLicence]
    problem: str
    note: str


class CellAnswer(AnswerObject):
    """The answer for one model and use, and what decides it."""

    use: str
    number: int | None
    answer: str
    weights: str
    trainingData: str
    contract: str
    because: str
    reason: ReasonAnswer | None


class PortfolioRow(AnswerObject):
    """One model of a matrix."""

    model: LabelRef
    sentence: str
    lineage: str
    cells: list[CellAnswer]


class UnresolvedName(AnswerObject):
    """A name that no model has, or several have, and what would work."""

    name: str
    problem: str


class PortfolioAnswer(AnswerObject):
    """Several models and uses as a matrix; names that match no model are in ``unresolved``."""

    uses: list[str]
    models: list[PortfolioRow]
    unresolved: list[UnresolvedName]
    note: str
