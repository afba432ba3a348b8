"""Licences along lineage: permissions, duties, restrictions and unknowns of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.licences.context import LicenceContext
from provenance_graph.licences.evaluation import answer
from provenance_graph.licences.in_force import LicencesInForce
from provenance_graph.licences.inheritance.inherit import Inheritance, inherited
from provenance_graph.licences.results import (
    AnswerOfDay,
    AnswerPart,
    Label,
    LicenceFinding,
    LicenceReport,
    Reason,
)
from provenance_graph.licences.rules.context import INFO, VIOLATION, ModelContext
from provenance_graph.licences.rules.rules import STEPLESS, findings
from provenance_graph.licences.texts import labels as label_history
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.licences.texts.notices import notices
from provenance_graph.licences.uses import PlannedUse, parse_uses

STANDARD_USES = ("commercial", "distribute", "modify", "eu", "train-on-outputs")
"""The uses that a report answers when none is given."""


class LicenceGraph(LicencesInForce):
    """Answers questions about licences over a snapshot and its lineage index."""

    def context(
        self, subject: Iri, declared: Sequence[Licence] | None = None, day: str = ""
    ) -> LicenceContext:
        """The licence context of a model; ``declared`` replaces the licences that it declares."""
        node = self.index.names.find(subject)
        own = tuple(declared) if declared is not None else self._declared(subject, node, day)

        def licences_of(number: int) -> tuple[Licence, ...]:
            return own if number == node else self.licences_above(number, subject, day)

        if node is None:
            return LicenceContext(self, subject, node, own, Inheritance((), 0), day)
        reaching = inherited(self.index, self.catalogue, licences_of, node)
        return LicenceContext(self, subject, node, own, reaching, day)

    def report(self, subject: Iri, *, uses: Iterable[str] = (), day: str = "") -> LicenceReport:
        """The licence report of a model for an ISO day, by default the snapshot's.

        It also holds the answers of earlier days on which other texts or labels were in force.
        ``uses`` are planned uses such as ``commercial`` or ``users=1000000``; without any, a
        standard set is answered. Raises NotFound and UsageError for a bad use.
        """
        plans = parse_uses(self.catalogue, list(uses) or STANDARD_USES)
        labels = label_history.labels(self.snapshot, self.catalogue, subject)
        now = self.context(subject, day=day or self.snapshot.day)
        result = findings(ModelContext(now, plans, labels))
        breaches = [one for one in result if one.severity == VIOLATION]
        answers = [
            *self._earlier(subject, labels, now, plans),
            answer(now, "today", plans, breaches=breaches),
        ]
        contested = (
            any(o == DCTERMS.license for _, _, o, _ in self.snapshot.quads(subject, PG.contested))
            or len(
                {
                    label.licence.iri
                    for label in labels
                    if not label.valid_until and not label.version
                }
            )
            > 1
        )
        return LicenceReport(
            subject,
            tuple(labels),
            contested,
            tuple(map(self._supported, answers)),
            self.supported(result),
            tuple(notices(now)),
        )

    def supported(self, findings: Iterable[LicenceFinding]) -> tuple[LicenceFinding, ...]:
        """The findings, each with the claims that support it."""
        return tuple(replace(one, support=self.claims.of_finding(one)) for one in findings)

    def _supported(self, result: AnswerOfDay) -> AnswerOfDay:
        """An answer whose reasons hold the claims that support them."""

        def reasons(stored: Iterable[Reason]) -> tuple[Reason, ...]:
            return tuple(replace(one, support=self.claims.of_reason(one)) for one in stored)

        def part(stored: AnswerPart) -> AnswerPart:
            return replace(stored, reasons=reasons(stored.reasons))

        return replace(
            result,
            verdicts=tuple(
                replace(
                    one,
                    reasons=reasons(one.reasons),
                    weights=part(one.weights),
                    data=part(one.data),
                    contract=part(one.contract),
                )
                for one in result.verdicts
            ),
        )

    def findings(self, subject: Iri, *, day: str = "") -> list[LicenceFinding]:
        """The findings of all licence rules on a model, worst first."""
        return self.findings_in(self.context(subject, day=day or self.snapshot.day))

    def findings_on_steps(self, subject: Iri, *, day: str = "") -> list[LicenceFinding]:
        """The violations and warnings of a model that begin on a step of its lineage.

        No claims are read: findings that rest on them (labels, unknowns) begin on no step.
        """
        context = self.context(subject, day=day or self.snapshot.day)
        reported = findings(ModelContext(context, (), ()), STEPLESS)
        return [one for one in reported if one.severity != INFO and one.path]

    def findings_in(self, context: LicenceContext) -> list[LicenceFinding]:
        """The findings of all licence rules on a model whose context is already made."""
        labels = label_history.labels(self.snapshot, self.catalogue, context.subject)
        return findings(ModelContext(context, (), labels))

    def _declared(self, subject: Iri, node: int | None, day: str) -> tuple[Licence, ...]:
        if node is not None:
            return self.licences_at(node, day)
        quads = self.snapshot.quads(subject, DCTERMS.license)
        results = sorted(o for _, _, o, _ in quads if isinstance(o, Iri))
        return tuple(self.catalogue.in_force(one, day) for one in self.catalogue.bound(results))

    def _earlier(
        self,
        subject: Iri,
        labels: Sequence[Label],
        now: LicenceContext,
        plans: Sequence[PlannedUse],
    ) -> list[AnswerOfDay]:
        """Answers for earlier days, where a label or a licence text differed from today's."""
        moments = label_history.moments(self.snapshot, subject, labels)
        answers = []
        for moment in moments:
            if moment.day and moment.day >= now.day:
                continue
            stated = moment.declared
            declared = stated and self.catalogue.bound(one.iri for one in stated)
            then = self.context(subject, declared, moment.day or now.day)
            if _texts(then) != _texts(now):
                answers.append(answer(then, moment.occasion, plans, moment.day))
        return answers


def _texts(context: LicenceContext) -> set[tuple[Iri, Iri | None, str]]:
    """The licence texts that the answer about a model rests on: holder, licence, version."""
    own = {(context.subject, one.iri, one.text_version) for one in context.declared}
    return own | {
        (context.holder(one), one.licence.iri, one.licence.text_version)
        for one in context.inherited
        if one.licence is not None
    }


def day_of_texts(text: str) -> str:
    """The ISO day whose licence texts are to be used; "" for an empty text.

    Raises UsageError for text that is no day, and for a day in the future: licensors change their
    texts.
    """
    try:
        day = date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise UsageError(f"{text!r} is not a day such as 2025-10-15") from None
    if day > clock.today():
        raise UsageError(
            f"{day} is in the future, and the texts of that day are not known: ask for today or earlier"
        )
    return day
