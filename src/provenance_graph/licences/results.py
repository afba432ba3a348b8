"""Results of licence questions, as objects that convert to the JSON of ``answers``."""

from __future__ import annotations

from dataclasses import dataclass

from provenance_graph.core.claims import Custody
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import (
    DayAnswer,
    FindingAnswer,
    LabelAnswer,
    LicenceReportAnswer,
    LineageStateAnswer,
    NoticeAnswer,
    OtherTextAnswer,
    PartAnswer,
    ReasonAnswer,
    TermAnswer,
    UnknownAnswer,
    UseAnswer,
)
from provenance_graph.licences.paths import path_json
from provenance_graph.licences.support import Support, weakest_custody
from provenance_graph.licences.texts.catalogue import Condition, Licence, Rule, Use
from provenance_graph.lineage.results import Edge, named

ALLOWED, CONDITIONAL, UNKNOWN_, BLOCKED = "allowed", "conditional", "unknown", "blocked"
ANSWERS = (ALLOWED, CONDITIONAL, UNKNOWN_, BLOCKED)
NOT_ADVICE = (
    "Facts from licence texts and lineage records, to be checked by counsel; not legal advice."
)


@dataclass(frozen=True, slots=True)
class Term:
    """A duty or restriction on the model, with its licence, the holder of that, and the path.

    ``binding`` is ``binds``, or ``unsettled`` where the texts do not settle whether the term
    reaches the model. The path is empty for the model's own licence. ``applies`` is False where the
    clause does not apply to the licensor's model and None where that is not known; ``why`` gives
    the reason.
    """

    condition: Condition
    licence: Licence
    holder: Iri
    binding: str
    path: tuple[Edge, ...] = ()
    applies: bool | None = True
    why: str = ""

    @property
    def along_weights(self) -> bool:
        """Whether the term is the model's own or came along weights alone, not data or outputs."""
        return all(edge.group == "derivation" for edge in self.path)

    def to_json(self) -> TermAnswer:
        """As JSON."""
        clause = self.licence.clause(self.condition.key)
        return {
            "id": self.condition.key,
            "label": self.condition.label,
            "type": "duty" if self.condition.duty else "restriction",
            "group": self.condition.group,
            "licence": self.licence.to_json(),
            "clause": clause.location,
            "condition": clause.text,
            "holder": named(self.holder),
            "binding": self.binding,
            "applies": self.applies,
            "why": self.why,
            "path": path_json(self.path),
        }


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unknown on a path: terms that are not known, a broken ban, or a derivation not granted.

    ``cause`` is ``licence`` (not known), ``outputs`` (a ban on outputs was not kept), ``lineage``
    (the parents are not recorded), ``data`` (the training data is not recorded) or ``text`` (the
    text of that day is not on record). ``with_data``: it came along data or outputs.
    """

    why: str
    holder: Iri
    licence: Licence | None
    path: tuple[Edge, ...] = ()
    with_data: bool = False
    cause: str = "licence"

    def to_json(self) -> UnknownAnswer:
        """As JSON."""
        return {
            "why": self.why,
            "holder": named(self.holder),
            "licence": self.licence.to_json() if self.licence else None,
            "comesWith": "data" if self.with_data else "weights",
            "cause": self.cause,
            "path": path_json(self.path),
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why a use is blocked, unknown or conditional.

    ``cause`` is ``clause`` or the cause of an ``Unknown``. ``settled`` is False where the texts do
    not settle whether the clause reaches the model. ``kind`` is the group of the condition.
    """

    effect: str
    text: str
    licence: Licence | None
    clause: str
    holder: Iri
    path: tuple[Edge, ...] = ()
    cause: str = "clause"
    settled: bool = True
    kind: str = ""
    support: tuple[Support, ...] = ()

    def to_json(self) -> ReasonAnswer:
        """As JSON."""
        return {
            "effect": self.effect,
            "text": self.text,
            "cause": self.cause,
            "settled": self.settled,
            "kind": self.kind,
            "claims": [one.to_json() for one in self.support],
            "custody": weakest_custody(self.support),
            "licence": self.licence.to_json() if self.licence else None,
            "clause": self.clause,
            "holder": named(self.holder),
            "path": path_json(self.path),
        }


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One of the three answers for a use: on weights, on training data, or on the contract.

    ``applies`` is False where the question does not arise: a contract where weights are supplied
    under a licence, weights where only a service is offered.
    """

    answer: str
    reasons: tuple[Reason, ...] = ()
    applies: bool = True

    def to_json(self) -> PartAnswer:
        """As JSON."""
        return {
            "answer": self.answer,
            "applies": self.applies,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one planned use, worst reason first.

    ``answer`` is that on the weights, or on the contract where only a service is offered. A
    recorded restriction on training data makes it worse; an unknown about data never does.
    """

    use: Use
    number: int | None
    answer: str
    reasons: tuple[Reason, ...]
    weights: AnswerPart
    data: AnswerPart
    contract: AnswerPart

    def to_json(self) -> UseAnswer:
        """As JSON."""
        return {
            "use": self.use.key,
            "label": self.use.label,
            "number": self.number,
            "answer": self.answer,
            "reasons": [reason.to_json() for reason in self.reasons],
            "weights": self.weights.to_json(),
            "trainingData": self.data.to_json(),
            "contract": self.contract.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A text, file or name that must be shipped or shown with the model."""

    kind: str
    text: str
    licence: Licence
    clause: str
    holder: Iri

    def to_json(self) -> NoticeAnswer:
        """As JSON."""
        return {
            "kind": self.kind,
            "text": self.text,
            "licence": self.licence.to_json(),
            "clause": self.clause,
            "holder": named(self.holder),
        }


@dataclass(frozen=True, slots=True)
class OtherText:
    """The other side of a conflict of two texts; no ``holder``: the model declares that licence."""

    licence: Licence
    holder: Iri | None = None
    path: tuple[Edge, ...] = ()

    def to_json(self) -> OtherTextAnswer:
        """As JSON."""
        return {
            "licence": self.licence.to_json(),
            "holder": named(self.holder) if self.holder else None,
            "path": path_json(self.path),
        }


@dataclass(frozen=True, slots=True)
class LicenceFinding:
    """A licence rule that a model breaks or that concerns it, with clause and path as proof."""

    rule: Rule
    severity: str
    subject: Iri
    message: str
    licence: Licence | None = None
    clause: str = ""
    holder: Iri | None = None
    path: tuple[Edge, ...] = ()
    other: OtherText | None = None
    support: tuple[Support, ...] = ()

    def to_json(self) -> FindingAnswer:
        """As JSON."""
        return {
            "rule": self.rule.id,
            "name": self.rule.name,
            "severity": self.severity,
            "subject": named(self.subject),
            "message": self.message,
            "licence": self.licence.to_json() if self.licence else None,
            "clause": self.clause,
            "holder": named(self.holder) if self.holder else None,
            "path": path_json(self.path),
            "other": self.other.to_json() if self.other else None,
            "claims": [one.to_json() for one in self.support],
            "custody": weakest_custody(self.support),
            "fix": self.rule.fix,
            "caveat": self.rule.caveat,
        }


@dataclass(frozen=True, slots=True)
class Label:
    """A licence that sources state for the model, with its validity, accepted or not.

    ``custody`` is that of each source in turn. ``version`` names the version of the model that has
    it.
    """

    licence: Licence
    accepted: bool
    sources: tuple[Iri, ...]
    custody: tuple[Custody, ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    version: str = ""

    def to_json(self) -> LabelAnswer:
        """As JSON."""
        return {
            **self.licence.to_json(),
            "accepted": self.accepted,
            "sources": [named(one) for one in self.sources],
            "custody": [one.label for one in self.custody],
            "validFrom": self.valid_from,
            "validUntil": self.valid_until,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class LineageState:
    """How completely the lineage of the weights is recorded: complete, partial or not recorded.

    ``missing`` are the entities whose parents no source of developer rank states, nearest first, at
    most ``MAX_MISSING``; ``missing_total`` counts all. ``cycle`` are those stated to descend from
    themselves.
    """

    state: str
    missing: tuple[Iri, ...] = ()
    missing_total: int = 0
    support: tuple[Support, ...] = ()
    cycle: tuple[Iri, ...] = ()

    def to_json(self) -> LineageStateAnswer:
        """As JSON."""
        return {
            "state": self.state,
            "missing": [named(one) for one in self.missing],
            "missingOf": self.missing_total,
            "claims": [one.to_json() for one in self.support],
        }


@dataclass(frozen=True, slots=True)
class AnswerOfDay:
    """The licence answer for one day, by the texts in force then; ``occasion`` names the day."""

    day: str
    occasion: str
    declared: tuple[Licence, ...]
    permissions: tuple[str, ...]
    terms: tuple[Term, ...]
    exempt: tuple[Term, ...]
    unknowns: tuple[Unknown, ...]
    unknown_total: int
    verdicts: tuple[Verdict, ...]
    lineage: LineageState
    sentence: str = ""

    @property
    def clean(self) -> bool:
        """Whether every licence on every path is known."""
        return not self.unknowns

    def to_json(self) -> DayAnswer:
        """As JSON."""
        return {
            "day": self.day,
            "occasion": self.occasion,
            "sentence": self.sentence,
            "lineage": self.lineage.to_json(),
            "declared": [licence.to_json() for licence in self.declared],
            "known": self.clean,
            "permissions": list(self.permissions),
            "duties": [term.to_json() for term in self.terms if term.condition.duty],
            "restrictions": [term.to_json() for term in self.terms if not term.condition.duty],
            "doesNotApply": [term.to_json() for term in self.exempt],
            "unknowns": [one.to_json() for one in self.unknowns],
            "unknownsOf": self.unknown_total,
            "uses": [verdict.to_json() for verdict in self.verdicts],
        }


@dataclass(frozen=True, slots=True)
class LicenceReport:
    """The licence report of a model.

    ``answers`` ends with the answer for the day asked about. Before it are those of earlier days,
    such as the release, where a text or a label differed.
    """

    subject: Iri
    labels: tuple[Label, ...]
    contested: bool
    answers: tuple[AnswerOfDay, ...]
    findings: tuple[LicenceFinding, ...]
    notices: tuple[Notice, ...]

    def __repr__(self) -> str:
        return f"<licences of {short_id(self.subject)}: {self.sentence}>"

    @property
    def today(self) -> AnswerOfDay:
        """The answer for the day asked about, by default today."""
        return self.answers[-1]

    @property
    def sentence(self) -> str:
        """The answer for the day asked about, in one sentence."""
        return self.today.sentence

    def to_json(self) -> LicenceReportAnswer:
        """As JSON."""
        return {
            "subject": named(self.subject),
            "sentence": self.sentence,
            "labels": [label.to_json() for label in self.labels],
            "contested": self.contested,
            "answers": [answer.to_json() for answer in self.answers],
            "findings": [finding.to_json() for finding in self.findings],
            "notices": [notice.to_json() for notice in self.notices],
            "note": NOT_ADVICE,
        }
