"""What licence questions are answered with: values that turn into the JSON of ``answers``."""

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
    """A duty or restriction on the model: from which licence, held by what, along which path.

    ``binding`` is ``binds``, or ``unsettled`` where the texts do not settle whether it
    reaches the model. The path is empty for the model's own licence. ``applies`` is False where
    the clause leaves the licensor's model out and None where that is not known; ``why`` says so.
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
        """Whether it is the model's own or came with weights alone, without data or outputs."""
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
    """Something on a path whose terms are not known, or that was broken or never granted.

    ``cause`` is ``licence`` (not known), ``outputs`` (a ban on outputs was not kept), ``lineage``
    (what it was made from is not recorded), ``data`` (what it was trained on is not) or ``text``
    (the text of that day is not on record).
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
    """Why a use is blocked, unknown or conditional.

    ``cause`` is ``clause`` or that of an ``Unknown``; ``settled`` is False where the texts do not
    settle whether the clause reaches the model; ``kind`` is the group of conditions it is from.
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

    ``answer`` is that of the weights, or of the contract where only a service is offered; a
    recorded restriction on training data makes it worse, an unknown about data never does.
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
    """Something to ship or show with the model: a text, a file, a name."""

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
    """The other side of a conflict between two texts; no holder: the model declares it."""

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
    """A rule that a model runs against, with the clause and the path that prove it."""

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
    """A licence that a source states for the model: publisher, period of validity, accepted or not.

    ``custody`` says of each source in turn how it is known that it says so.
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
    """How far the lineage of the weights is recorded: ``complete``, ``partial``, ``not recorded``.

    ``missing`` are the entities of which no source of developer rank says what they were made
    from, nearest first and at most ``MAX_MISSING`` of them; ``missing_total`` counts them all.
    ``circle`` are those among them that are said to descend from themselves.
    """

    state: str
    missing: tuple[Iri, ...] = ()
    missing_total: int = 0
    support: tuple[Support, ...] = ()
    circle: tuple[Iri, ...] = ()

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
    """What follows on one day: the texts in force then, and what they mean for the model."""

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
    """Everything about what may be done with a model.

    ``answers`` holds one answer for today, and before it one for the release where a text or
    a label changed in between.
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
        """The answer that holds now."""
        return self.answers[-1]

    @property
    def sentence(self) -> str:
        """The answer that holds now, in one sentence."""
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
