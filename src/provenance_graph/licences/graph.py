"""Licences along lineage: what a model's whole path permits, asks, forbids, and leaves unknown."""

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
"""Uses answered for when none is planned."""


class LicenceGraph(LicencesInForce):
    """Questions about licences, over a store and its lineage index."""

    def context(
        self, subject: Iri, declared: Sequence[Licence] | None = None, day: str = ""
    ) -> LicenceContext:
        """A model with everything that reaches it; ``declared`` overrides its own label."""
        node = self.index.names.find(subject)
        own = tuple(declared) if declared is not None else self._declared(subject, node, day)

        def licences_of(number: int) -> tuple[Licence, ...]:
            return own if number == node else self.licences_above(number, subject, day)

        if node is None:
            return LicenceContext(self, subject, node, own, Inheritance((), 0), day)
        reaching = inherited(self.index, self.catalogue, licences_of, node)
        return LicenceContext(self, subject, node, own, reaching, day)

    def report(self, subject: Iri, *, uses: Iterable[str] = (), day: str = "") -> LicenceReport:
        """What may be done with a model and why, on an ISO day and, where it differs, before.

        The day is the snapshot's where none is given.

        ``uses`` are planned ones such as ``commercial`` or ``users=1000000``; a standard set
        is answered when there are none. Raises NotFound and UsageError for a bad use.
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
        """Findings with the claims that they rest on."""
        return tuple(replace(one, support=self.claims.of_finding(one)) for one in findings)

    def _supported(self, result: AnswerOfDay) -> AnswerOfDay:
        """An answer whose reasons name the claims that they rest on."""

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
        """The rules a model runs against."""
        return self.findings_in(self.context(subject, day=day or self.snapshot.day))

    def findings_on_steps(self, subject: Iri, *, day: str = "") -> list[LicenceFinding]:
        """The violations and warnings of a model that begin on a step of lineage; nothing unknown.

        Claims are not read for it: what rests on them, the labels and what is unknown, is no step.
        """
        context = self.context(subject, day=day or self.snapshot.day)
        reported = findings(ModelContext(context, (), ()), STEPLESS)
        return [one for one in reported if one.severity != INFO and one.path]

    def findings_in(self, context: LicenceContext) -> list[LicenceFinding]:
        """The rules a model runs against, where what reaches it is known already."""
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
        """Answers of earlier days, where a label or a text was another than today's."""
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
    """Which licence texts the answer about a model rests on."""
    own = {(context.subject, one.iri, one.text_version) for one in context.declared}
    return own | {
        (context.holder(one), one.licence.iri, one.licence.text_version)
        for one in context.inherited
        if one.licence is not None
    }


def day_of_texts(text: str) -> str:
    """A day by whose texts is asked, as ISO text; "" for none. Raises UsageError for what is none.

    Of a day to come no text is known: licensors change theirs.
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
