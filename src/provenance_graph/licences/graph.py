"""Licences along lineage: what a model's whole path permits, asks, forbids, and leaves unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.licences.claims import ClaimReader
from provenance_graph.licences.evaluation import answer
from provenance_graph.licences.inheritance.applicability import ModelTraits, traits
from provenance_graph.licences.inheritance.inherit import Inheritance, inherited
from provenance_graph.licences.inheritance.recorded import licence_index
from provenance_graph.licences.results import (
    AnswerOfDay,
    Label,
    LicenceFinding,
    LicenceReport,
    Part,
    Reason,
)
from provenance_graph.licences.rules.context import VIOLATION, ModelContext
from provenance_graph.licences.rules.rules import findings
from provenance_graph.licences.situation import LicenceContext
from provenance_graph.licences.texts import labels as label_history
from provenance_graph.licences.texts import reading
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.licences.texts.notices import notices
from provenance_graph.licences.uses import PlannedUse, parse_uses
from provenance_graph.lineage.arrays import closure
from provenance_graph.lineage.index import LineageIndex

STANDARD_USES = ("commercial", "distribute", "modify", "eu", "train-on-outputs")
"""Uses answered for when none is planned."""


def catalogue_of(snapshot: AcceptedSnapshot) -> Catalogue:
    """The licences that a store describes, read once."""
    return snapshot.cached("licence catalogue", lambda: reading.load(snapshot))


class LicenceGraph:
    """Questions about licences, over a store and its lineage index.

    ``index`` is the snapshot's own where none is given; others hold the part that is asked about.
    """

    def __init__(
        self,
        snapshot: AcceptedSnapshot,
        index: LineageIndex | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.claims = ClaimReader(snapshot)
        self.catalogue = catalogue or catalogue_of(snapshot)
        self.index = (
            snapshot.cached("licence index", lambda: self._following(LineageIndex.open(snapshot)))
            if index is None
            else self._following(index)
        )
        self._traits: dict[Iri, ModelTraits] = {}
        self._lost: dict[tuple[int, str], list[Licence]] = {}

    @cached_property
    def evidence_day(self) -> str:
        """The day on which a record was last retrieved, and no later than the day asked about."""
        return min(self.snapshot.day, self.snapshot.last_retrieved() or self.snapshot.day)

    def _following(self, index: LineageIndex) -> LineageIndex:
        return licence_index(index, self.snapshot, self.claims, self.catalogue)

    def held(self, node: int, day: str = "") -> tuple[Licence, ...]:
        """The licences of a node, by its label and the texts in force on a day."""
        return tuple(self.catalogue.in_force(one, day) for one in self._labelled(node, day))

    def held_above(self, node: int, subject: Iri, day: str = "") -> tuple[Licence, ...]:
        """The licences of what a model was made from, by the texts that bound its making.

        Terms of a service bind by the text of the day on which it was used: at the latest that on
        which the data written with it, or else the model, was released. Other licences are read by
        the text in force on ``day``.
        """
        licences = self._labelled(node, day)
        used = self._used(node, subject, day) if any(one.service for one in licences) else day
        return tuple(self.catalogue.in_force(one, used if one.service else day) for one in licences)

    def _used(self, service: int, subject: Iri, day: str) -> str:
        """The day by which a service had been used for a model, ``day`` at the latest."""
        released = self.traits(subject).released
        node = self.index.names.find(subject)
        if node is not None:
            within = {node, *closure(self.index.up, node, influences=True).nodes.tolist()}
            made = [
                self._first_release(child, within)
                for at in self.index.down.edges_of(service)
                if (child := int(self.index.down.other[at])) in within
            ]
            if made and all(made):
                released = max(made)
        return min(filter(None, (released, day)), default="")

    def _first_release(self, start: int, within: set[int]) -> str:
        """The earliest release of an entity and of what was made with it, on the way to a model."""
        reached, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            children = (int(self.index.down.other[at]) for at in self.index.down.edges_of(node))
            new = {child for child in children if child in within} - reached
            reached |= new
            waiting += new
        days = (self.traits(self.index.names[one]).released for one in sorted(reached))
        return min(filter(None, days), default="")

    def _labelled(self, node: int, day: str) -> list[Licence]:
        """The licences of a node: on an earlier day the label that it lost since, else today's."""
        if day and day < self.snapshot.day:
            if (node, day) not in self._lost:
                name = self.index.names[node]
                lost = label_history.lost(self.snapshot, self.catalogue, name, day)
                self._lost[node, day] = self.catalogue.bound(one.iri for one in lost)
            if self._lost[node, day]:
                return self._lost[node, day]
        return [self.catalogue.licence(iri) for iri in self.index.licences_of(node)]

    def traits(self, model: Iri) -> ModelTraits:
        """What clauses ask about a model."""
        if model not in self._traits:
            self._traits[model] = traits(self.snapshot, model)
        return self._traits[model]

    def situation(
        self, subject: Iri, declared: Sequence[Licence] | None = None, day: str = ""
    ) -> LicenceContext:
        """A model with everything that reaches it; ``declared`` overrides its own label."""
        node = self.index.names.find(subject)
        own = tuple(declared) if declared is not None else self._declared(subject, node, day)

        def held(number: int) -> tuple[Licence, ...]:
            return own if number == node else self.held_above(number, subject, day)

        if node is None:
            return LicenceContext(self, subject, node, own, Inheritance((), 0), day)
        reaching = inherited(self.index, self.catalogue, held, node)
        return LicenceContext(self, subject, node, own, reaching, day)

    def report(self, subject: Iri, *, uses: Iterable[str] = (), day: str = "") -> LicenceReport:
        """What may be done with a model and why, on an ISO day and, where it differs, before.

        The day is the snapshot's where none is given.

        ``uses`` are planned ones such as ``commercial`` or ``users=1000000``; a standard set
        is answered when there are none. Raises NotFound and UsageError for a bad use.
        """
        plans = parse_uses(self.catalogue, list(uses) or STANDARD_USES)
        labels = label_history.labels(self.snapshot, self.catalogue, subject)
        now = self.situation(subject, day=day or self.snapshot.day)
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

        def part(stored: Part) -> Part:
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
        return self.findings_in(self.situation(subject, day=day or self.snapshot.day))

    def findings_in(self, situation: LicenceContext) -> list[LicenceFinding]:
        """The rules a model runs against, where what reaches it is known already."""
        labels = label_history.labels(self.snapshot, self.catalogue, situation.subject)
        return findings(ModelContext(situation, (), labels))

    def _declared(self, subject: Iri, node: int | None, day: str) -> tuple[Licence, ...]:
        if node is not None:
            return self.held(node, day)
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
            then = self.situation(subject, declared, moment.day or now.day)
            if _texts(then) != _texts(now):
                answers.append(answer(then, moment.occasion, plans, moment.day))
        return answers


def _texts(situation: LicenceContext) -> set[tuple[Iri, Iri | None, str]]:
    """Which licence texts a situation rests on."""
    own = {(situation.subject, one.iri, one.text_version) for one in situation.declared}
    return own | {
        (situation.holder(one), one.licence.iri, one.licence.text_version)
        for one in situation.inherited
        if one.licence is not None
    }


def day_of_texts(asked: str) -> str:
    """A day by whose texts is asked, as ISO text; "" for none. Raises UsageError for what is none.

    Of a day to come no text is known: licensors change theirs.
    """
    try:
        day = date.fromisoformat(asked.strip()).isoformat() if asked.strip() else ""
    except ValueError:
        raise UsageError(f"{asked!r} is not a day such as 2025-10-15") from None
    if day > date.today().isoformat():
        raise UsageError(
            f"{day} is to come, and nobody knows the texts of that day: ask for today or earlier"
        )
    return day
