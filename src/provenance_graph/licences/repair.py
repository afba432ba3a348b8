"""A search for the smallest sets of changes that make uses allowed, with proof of minimality.

A problem is a reason why a use is not allowed, or a rule that is violated. Each problem names the
changes that could remove it: replace a direct parent or drop data over which it comes, obtain a
permission of its holder, meet duties of a kind, declare another licence. A change removes only
problems that name it. A set that solves everything therefore contains, for each problem that any
part of it leaves, a change that the problem names. Trying those changes by the size of the set
finds every smallest set, and shows that no smaller set works, as long as the bounds are not met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.alternatives import alternatives
from provenance_graph.licences.context import LicenceContext
from provenance_graph.licences.evaluation import missing_lineage, verdicts
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.inherit import inherited
from provenance_graph.licences.inheritance.own_names import display_name
from provenance_graph.licences.inheritance.recorded import COMPLETE
from provenance_graph.licences.repair_steps import (
    CUT,
    DECLARE,
    MAX_CHANGES,
    MAX_SETS,
    MEET,
    MET,
    PERMIT,
    RECORD,
    Changes,
    Repair,
    RepairStep,
)
from provenance_graph.licences.results import ALLOWED, CONDITIONAL, LicenceFinding, Reason
from provenance_graph.licences.rules.context import VIOLATION, ModelContext
from provenance_graph.licences.rules.rules import findings
from provenance_graph.licences.texts.catalogue import BINDING, Licence, PassThroughTerm
from provenance_graph.licences.uses import PlannedUse, parse_uses
from provenance_graph.lineage.arrays import closure
from provenance_graph.lineage.index import DATASET
from provenance_graph.lineage.results import Edge
from provenance_graph.lineage.words import saying

MAX_SOLUTIONS = 10


@dataclass(frozen=True, slots=True)
class RepairGoal:
    """A problem that blocks a use, and the changes that could remove it."""

    text: str
    answers: frozenset[RepairStep]


def repair(graph: LicenceGraph, subject: Iri, *, uses: Iterable[str], day: str = "") -> Repair:
    """The smallest sets of changes that make the uses allowed and leave no rule violated.

    Raises NotFound and UsageError for a bad use.
    """
    wanted = tuple(uses) or ("commercial", "distribute")
    problems = Problems(
        graph, subject, parse_uses(graph.catalogue, wanted), day or graph.snapshot.day
    )
    return _with_alternatives(_RepairSearch(problems).run(wanted), problems)


def _with_alternatives(result: Repair, problems: Problems) -> Repair:
    """The result with models of the store that could replace the parents to be replaced."""
    graph, now = problems.graph, problems.now
    known: dict[str, tuple[Iri, ...]] = {}

    def named_alternatives(change: RepairStep) -> RepairStep:
        node = graph.index.names.find(Iri(change.target)) if change.kind == CUT else None
        if node is None or graph.index.kind[node] == DATASET:
            return change
        if change.target not in known:
            known[change.target] = alternatives(
                graph, Iri(change.target), now.subject, problems.plans, now.day
            )
        names = known[change.target]
        if not names:
            return change
        text = f"{change.text}, such as {', '.join(map(short_id, names))}"
        return replace(change, text=text, alternatives=names)

    solutions = tuple(tuple(map(named_alternatives, one)) for one in result.solutions)
    return replace(result, solutions=solutions)


class Problems:
    """The problems that block the uses of a model, after any set of changes."""

    def __init__(
        self, graph: LicenceGraph, subject: Iri, plans: Sequence[PlannedUse], day: str
    ) -> None:
        self.graph, self.plans = graph, plans
        self.now = graph.context(subject, day=day)
        free = PassThroughTerm("free", "", BINDING, frozenset())
        self.granted = Licence(
            Iri("urn:permission"),
            key="permission",
            grants=frozenset(use.permission for use in graph.catalogue.uses.values()),
            passes=dict.fromkeys(sorted(set(graph.catalogue.kind_of.values())), free),
        )

    def after(self, chosen: Changes) -> list[RepairGoal]:
        """The problems that remain after a set of changes."""
        now = self._changed(chosen)
        met = {one.target for one in chosen if one.kind == MEET}
        recorded = any(one.kind == RECORD for one in chosen)
        results = []
        for verdict in verdicts(now, self.plans):
            assert verdict.reasons or verdict.answer == ALLOWED
            for reason in verdict.reasons:
                is_met = reason.effect == CONDITIONAL and reason.kind in met
                if not is_met and reason.cause != "lineage":
                    results.append(RepairGoal(reason.text, frozenset(self._removing(reason))))
            if verdict.weights.applies and now.lineage.state != COMPLETE and not recorded:
                # while the lineage is incomplete, a conditional use is not allowed either
                text = missing_lineage(now.lineage)
                results.append(RepairGoal(text, frozenset(self._recording())))
        violated = (
            one
            for one in findings(ModelContext(now, self.plans, ()))
            if one.severity == VIOLATION and not (one.rule.id == "LR-04" and "name" in met)
        )
        return results + [RepairGoal(one.message, frozenset(self._fixing(one))) for one in violated]

    def _changed(self, chosen: Changes) -> LicenceContext:
        now, graph = self.now, self.graph
        cut = {one.target for one in chosen if one.kind == CUT}
        permitted = {one.target for one in chosen if one.kind == PERMIT}
        labels = [one.target for one in chosen if one.kind == DECLARE]
        declared = tuple(graph.catalogue.licence(Iri(one)) for one in labels) or now.declared
        if now.subject in permitted:
            declared = (self.granted,)
        if now.node is None:
            return LicenceContext(graph, now.subject, None, declared, now.inheritance, now.day)
        without = frozenset(
            position
            for position in graph.index.up.edges_of(now.node)
            if graph.index.names[int(graph.index.up.other[position])] in cut
        )

        def licences_of(number: int) -> tuple[Licence, ...]:
            if number == now.node:
                return declared
            if graph.index.names[number] in permitted:
                return (self.granted,)
            return graph.licences_above(number, now.subject, now.day)

        reaching = inherited(graph.index, graph.catalogue, licences_of, now.node, without)
        return LicenceContext(graph, now.subject, now.node, declared, reaching, now.day, without)

    def _removing(self, reason: Reason) -> Iterator[RepairStep]:
        if reason.effect == CONDITIONAL and reason.kind:
            yield _meet(reason.kind)
        yield from self._cuts(reason.holder)
        yield _permit(reason.holder, reason.licence)
        yield from self._relicensing(reason.path)
        yield from self.labels

    def _recording(self) -> Iterator[RepairStep]:
        """The changes that complete the lineage: a statement of the developer, or other parents."""
        missing = ", ".join(map(display_name, self.now.lineage.missing[:3]))
        verb = "was" if self.now.lineage.missing_total == 1 else "were"
        text = f"have the developer state what {missing} {verb} made from"
        yield RepairStep(RECORD, self.now.subject, text)
        yield from (self._cut(one) for one in self.now.parents if one.group == "derivation")

    def _fixing(self, finding: LicenceFinding) -> Iterator[RepairStep]:
        if finding.rule.id == "LR-04":
            yield _meet("name")
        for side in (finding, finding.other):
            if side is not None and side.holder is not None:
                yield from self._cuts(side.holder)
                yield _permit(side.holder, side.licence)
                yield from self._relicensing(side.path)
        yield _permit(self.now.subject, None)
        yield from self.labels

    def _relicensing(self, path: tuple[Edge, ...]) -> Iterator[RepairStep]:
        """The licence of the first model below a holder that has the same owner, as a change.

        Where an owner gives that model known terms of its own, the terms of the holder end there.
        """
        if not path:
            return
        index = self.graph.index
        child, parent = (index.names.find(name) for name in (path[-1].child, path[-1].parent))
        if child is not None and parent is not None:
            owner = int(index.owner[child])
            if owner >= 0 and owner == int(index.owner[parent]):
                yield _permit(path[-1].child, None)

    def _cuts(self, holder: Iri) -> Iterator[RepairStep]:
        """The replacement of each direct parent over which terms of a holder may come."""
        graph = self.graph
        number = graph.index.names.find(holder)
        for edge in self.now.parents:
            parent = graph.index.names.find(edge.parent)
            if number is None or parent is None:
                continue
            if parent == number or number in self._above(parent):
                yield self._cut(edge)

    def _above(self, node: int) -> frozenset[int]:
        if node not in self._reached:
            nodes = closure(self.graph.index.up, node, influences=True).nodes
            self._reached[node] = frozenset(nodes.tolist())
        return self._reached[node]

    @cached_property
    def _reached(self) -> dict[int, frozenset[int]]:
        return {}

    def _cut(self, edge: Edge) -> RepairStep:
        node = self.graph.index.names.find(edge.parent)
        if node is not None and self.graph.index.kind[node] == DATASET:
            return RepairStep(CUT, edge.parent, f"drop or replace the data {short_id(edge.parent)}")
        how = saying(edge.relation)
        return RepairStep(
            CUT, edge.parent, f"use another model in place of {short_id(edge.parent)} ({how} it)"
        )

    @cached_property
    def labels(self) -> tuple[RepairStep, ...]:
        """The known licences along weights that the model could declare instead, as changes."""
        own = {one.iri for one in self.now.declared}
        results = {}
        for one in self.now.inherited:
            licence = one.licence
            if licence is None or not licence.known or licence.service or licence.iri in own:
                continue
            if one.by_weights:
                results[licence.iri] = RepairStep(
                    DECLARE, licence.iri, f"declare {licence.name} instead"
                )
        return tuple(results[iri] for iri in sorted(results))


def _meet(kind: str) -> RepairStep:
    return RepairStep(MEET, kind, MET.get(kind, f"meet the conditions of the kind {kind!r}"))


def _permit(holder: Iri, licence: Licence | None) -> RepairStep:
    what = "obtain a permission for" if licence and licence.known else "establish the licence of"
    return RepairStep(PERMIT, holder, f"{what} {short_id(holder)}")


class _RepairSearch:
    """A search by iterative deepening over sets of changes; each set is evaluated once."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.known: dict[Changes, list[RepairGoal]] = {}
        self.ended = False

    def run(self, uses: tuple[str, ...]) -> Repair:
        """All smallest sets of changes that remove every problem, or problems without a change."""
        subject = self.problems.now.subject
        for size in range(MAX_CHANGES + 1):
            changes: set[Changes] = set()
            self._deepen(frozenset(), size, changes, set())
            if changes or self.ended:
                solutions = sorted(tuple(sorted(one)) for one in changes)[:MAX_SOLUTIONS]
                return Repair(
                    subject, uses, tuple(solutions), len(changes), not self.ended, len(self.known)
                )
        stuck = {one.text for stored in self.known.values() for one in stored if not one.answers}
        return Repair(subject, uses, (), 0, not self.ended, len(self.known), tuple(sorted(stuck)))

    def _deepen(
        self, chosen: Changes, left: int, changes: set[Changes], seen: set[Changes]
    ) -> None:
        if chosen in seen or self.ended:
            return
        seen.add(chosen)
        problems = self._at(chosen)
        if problems is None:
            return
        if not problems:
            changes.add(chosen)
            return
        hardest = min(problems, key=lambda one: (len(one.answers - chosen), one.text))
        if left and _fewest(problems, chosen) <= left:
            for change in sorted(hardest.answers - chosen):
                self._deepen(chosen | {change}, left - 1, changes, seen)

    def _at(self, chosen: Changes) -> list[RepairGoal] | None:
        if chosen not in self.known:
            if len(self.known) >= MAX_SETS:
                self.ended = True
                return None
            self.known[chosen] = self.problems.after(chosen)
        return self.known[chosen]


def _fewest(problems: Sequence[RepairGoal], chosen: Changes) -> int:
    """A lower bound of the changes needed: problems that share no change need one each."""
    used: set[RepairStep] = set()
    count = 0
    for one in sorted(problems, key=lambda one: len(one.answers)):
        left = one.answers - chosen
        if used.isdisjoint(left):
            used |= left
            count += 1
    return count
