"""JSON objects for answers on licences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount, LabelRef


class LicenceAnswer(AnswerObject):
    """A licence; ``known``: its terms are described."""

    iri: str
    id: str
    label: str
    family: str
    openness: str
    textVersion: str
    known: bool


class StepAnswer(AnswerObject):
    """A step of a path from a model up to the origin of a term."""

    child: LabelRef
    relation: str
    relationLabel: str
    parent: LabelRef
    inferred: bool


class LeftOut(AnswerObject):
    """The middle of a long path: the number of steps that are left out."""

    leftOut: int
    of: int


HopAnswer = StepAnswer | LeftOut
"""An entry of a path."""


class TermAnswer(AnswerObject):
    """A duty or restriction, with its licence, the holder of that, and the path."""

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
    """An entity on a path whose terms are not known."""

    why: str
    holder: LabelRef
    licence: LicenceAnswer | None
    comesWith: str
    cause: str
    path: list[HopAnswer]


class SupportAnswer(AnswerObject):
    """A claim that supports an answer."""

    record: str
    document: str
    publisher: LabelRef
    retrieved: str
    basis: str
    custody: str
    property: str
    locator: str


class ReasonAnswer(AnswerObject):
    """A reason why a use is blocked, unknown or conditional."""

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
    """A notice to ship or show with the model."""

    kind: str
    text: str
    licence: LicenceAnswer
    clause: str
    holder: LabelRef


class OtherTextAnswer(AnswerObject):
    """The other of two texts that cannot both be complied with.

    Without a holder, the model itself declares it.
    """

    licence: LicenceAnswer
    holder: LabelRef | None
    path: list[HopAnswer]


class FindingAnswer(AnswerObject):
    """A licence rule that a model breaks or that concerns it, with clause and path as proof.

    ``claims`` support it: the licences of both sides and every step of the path.
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
    """A licence that sources state for the model."""

    accepted: bool
    sources: list[LabelRef]
    custody: list[str]
    validFrom: str
    validUntil: str
    version: str


class LineageStateAnswer(AnswerObject):
    """How completely the lineage of the weights is recorded."""

    state: str
    missing: list[LabelRef]
    missingOf: int
    claims: list[SupportAnswer]


class DayAnswer(AnswerObject):
    """The licence answer for one day, by the texts in force then."""

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
    """The licence report of a model; the last of ``answers`` is that of the day asked about."""

    subject: LabelRef
    sentence: str
    labels: list[LabelAnswer]
    contested: bool
    answers: list[DayAnswer]
    findings: list[FindingAnswer]
    notices: list[NoticeAnswer]
    note: str


class ChangeAnswer(AnswerObject):
    """One change: its kind, and its target."""

    kind: str
    target: str
    text: str
    alternatives: list[LabelRef]


class BoundAnswer(AnswerObject):
    """The bounds of a search."""

    changes: int
    sets: int


class RepairAnswer(AnswerObject):
    """The smallest sets of changes that make uses allowed; ``of`` is the number of all."""

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
    """An entity of unknown licence, and the number of models that it makes unknown."""

    holder: LabelRef
    kind: str
    why: str
    licence: LicenceAnswer | None
    models: int
    alongWeights: int
    sentence: str


class BreachesAnswer(AnswerObject):
    """Licence findings of a store, gravest first or sorted by a column.

    ``next`` is the cursor of the next page; ``facets`` count the values of requested columns.
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
    """A version of a licence's text, with the days between which it was in force."""

    iri: str
    validFrom: str
    validUntil: str


class PassedOn(AnswerObject):
    """The conditions that a licence passes on along one kind of derivation."""

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
    """The licences that a text names; ``problem`` says why where it names none."""

    asked: str
    expression: str
    licences: list[ExplainedLicence]
    problem: str
    note: str


class CellAnswer(AnswerObject):
    """The answer for one model and use, with the deciding reason."""

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
    """A name that matches no model, or several, with suggestions."""

    name: str
    problem: str


class PortfolioAnswer(AnswerObject):
    """Several models and uses as a matrix; names that match no model are in ``unresolved``."""

    uses: list[str]
    models: list[PortfolioRow]
    unresolved: list[UnresolvedName]
    note: str
