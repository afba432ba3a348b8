"""Licences along lineage: what a model's whole path permits, asks, forbids, and leaves unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, said
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.licences import labels as label_history
from provenance_graph.licences.catalogue import Catalogue, Licence
from provenance_graph.licences.inherit import Inheritance, Inherited, along_weights, inherited
from provenance_graph.licences.notices import notices
from provenance_graph.licences.results import Answer, Finding, Label, LicenceReport, Term, Unknown
from provenance_graph.licences.rule_pairs import BURDENS
from provenance_graph.licences.uses import Facts, Governing, PlannedUse, parse_uses, verdict
from provenance_graph.lineage.arrays import RELATIONS
from provenance_graph.lineage.index import DATASET, UNRESOLVED, LineageIndex
from provenance_graph.lineage.results import Edge

STANDARD_USES = ("commercial", "distribute", "modify", "eu", "train-on-outputs")
"""Uses answered for when none is planned."""


@dataclass(frozen=True)
class Situation:
    """A model on one day: what it declares, what reaches it, and what is known besides."""

    graph: LicenceGraph
    subject: Iri
    node: int | None
    declared: tuple[Licence, ...]
    inheritance: Inheritance
    day: str
    paths: dict[int, tuple[Edge, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def inherited(self) -> tuple[Inherited, ...]:
        """What reaches the model, nearest origins first."""
        return self.inheritance.reaching

    def edge(self, step: tuple[int, int]) -> Edge:
        """A step of a path."""
        child, place = step
        index = self.graph.index
        relation = RELATIONS[index.up.code[place]]
        parent = index.names[int(index.up.other[place])]
        return Edge(index.names[child], parent, relation, bool(index.up.inferred[place]))

    def path(self, one: Inherited) -> tuple[Edge, ...]:
        """The path of an inherited class of terms."""
        if id(one) not in self.paths:
            self.paths[id(one)] = tuple(map(self.edge, one.path))
        return self.paths[id(one)]

    @cached_property
    def governing(self) -> list[Governing]:
        """The licences that bind it, its own first."""
        return _governing(self)

    @cached_property
    def terms(self) -> list[Term]:
        """Duties and restrictions, of each licence once."""
        return _terms(self)

    @cached_property
    def unknowns(self) -> list[Unknown]:
        """What on its paths is not known, or was not kept."""
        return _unknowns(self)

    def holder(self, one: Inherited) -> Iri:
        """Whose licence it is."""
        return self.graph.index.names[one.origin]

    def weights_only(self, one: Inherited) -> bool:
        """Whether it came with weights alone."""
        return along_weights(self.graph.index, one.path)

    @cached_property
    def parents(self) -> tuple[Edge, ...]:
        """The direct steps up."""
        if self.node is None:
            return ()
        node = self.node
        return tuple(self.edge((node, place)) for place in self.graph.index.up.edges_of(node))

    def licences_of(self, thing: Iri) -> tuple[Licence, ...]:
        """What another thing declares, by the texts in force on the day."""
        number = self.graph.index.names.find(thing)
        return () if number is None else self.graph.held(number, self.day)

    @cached_property
    def multimodal(self) -> bool | None:
        """Whether it takes or gives more than text; asked of its ancestors where it is silent."""
        for thing in (self.subject, *self._ancestors()):
            found = {
                o
                for term in (PG.inputModality, PG.outputModality)
                for _, _, o, _ in self.graph.snapshot.quads(thing, term)
            }
            if found:
                return bool(found - {PG.Text})
        return None

    def _ancestors(self) -> Iterable[Iri]:
        near = sorted(
            (one for one in self.inherited if self.weights_only(one)), key=lambda o: len(o.path)
        )
        return dict.fromkeys(self.holder(one) for one in near[:50])

    def excepted(self, one: Inherited) -> bool:
        """Whether a ban excepts the model: it is under the same licence, or made from such."""
        if one.licence is None or not any(
            carry.key == "banned-unless-same-licence" for carry in one.licence.passes.values()
        ):
            return False
        return any(own.iri == one.licence.iri for own in self.declared) or any(
            other.licence is not None
            and other.licence.iri == one.licence.iri
            and other.terms.limits
            and other.settled
            for other in self.inherited
        )

    def text(self, predicate: Iri) -> set[str]:
        """Literals of the model in the accepted view."""
        held = self.graph.snapshot.quads(self.subject, predicate)
        return {o.lexical for _, _, o, _ in held if isinstance(o, Literal)}


class LicenceGraph:
    """Questions about licences, over a store and its lineage index."""

    def __init__(
        self,
        snapshot: AcceptedSnapshot,
        index: LineageIndex | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.index = LineageIndex.open(snapshot) if index is None else index
        self.catalogue = catalogue or snapshot.kept(
            "licence catalogue", lambda: Catalogue.load(snapshot)
        )

    def held(self, node: int, day: str = "") -> tuple[Licence, ...]:
        """The licences of a node, by the texts in force on a day."""
        catalogue = self.catalogue
        found = (catalogue.licence(iri) for iri in self.index.licences_of(node))
        return tuple(catalogue.in_force(licence, day) for licence in found)

    def situation(
        self, subject: Iri, declared: Sequence[Licence] | None = None, day: str = ""
    ) -> Situation:
        """A model with everything that reaches it; ``declared`` overrides its own label."""
        node = self.index.names.find(subject)
        own = tuple(declared) if declared is not None else self._declared(subject, node, day)

        def held(number: int) -> tuple[Licence, ...]:
            return own if number == node else self.held(number, day)

        if node is None:
            return Situation(self, subject, node, own, Inheritance((), 0), day)
        reaching = inherited(self.index, self.catalogue, held, node)
        return Situation(self, subject, node, own, reaching, day)

    def report(self, subject: Iri, *, uses: Iterable[str] = (), day: str = "") -> LicenceReport:
        """What may be done with a model and why, on an ISO day and, where it differs, before.

        The day is the snapshot's where none is given.

        ``uses`` are planned ones such as ``commercial`` or ``users=1000000``; a standard set
        is answered when there are none. Raises NotFound and UsageError for a bad use.
        """
        from provenance_graph.licences.rules import findings

        plans = parse_uses(self.catalogue, list(uses) or STANDARD_USES)
        labels = label_history.labels(self.snapshot, self.catalogue, subject)
        now = self.situation(subject, day=day or self.snapshot.day)
        answers = [*self._earlier(subject, labels, now, plans), answer(now, "today", plans)]
        contested = any(
            o == DCTERMS.license for _, _, o, _ in self.snapshot.quads(subject, PG.contested)
        ) or len({label.licence.iri for label in labels if not label.valid_until and not label.version}) > 1  # fmt: skip
        return LicenceReport(
            subject,
            tuple(labels),
            contested,
            tuple(answers),
            tuple(findings(now, plans, labels)),
            tuple(notices(now)),
        )

    def findings(self, subject: Iri, *, day: str = "") -> list[Finding]:
        """The rules a model runs against."""
        from provenance_graph.licences.rules import findings

        labels = label_history.labels(self.snapshot, self.catalogue, subject)
        return findings(self.situation(subject, day=day or self.snapshot.day), (), labels)

    def _declared(self, subject: Iri, node: int | None, day: str) -> tuple[Licence, ...]:
        if node is not None:
            return self.held(node, day)
        held = self.snapshot.quads(subject, DCTERMS.license)
        found = sorted(o for _, _, o, _ in held if isinstance(o, Iri))
        return tuple(self.catalogue.in_force(self.catalogue.licence(iri), day) for iri in found)

    def _earlier(
        self, subject: Iri, labels: Sequence[Label], now: Situation, plans: Sequence[PlannedUse]
    ) -> list[Answer]:
        """Answers of earlier days, where a label or a text was another than today's."""
        moments = label_history.moments(self.snapshot, subject, labels)
        answers = []
        for moment in moments:
            then = self.situation(subject, moment.declared, moment.day or now.day)
            if _texts(then) != _texts(now):
                answers.append(answer(then, moment.occasion, plans, moment.day))
        return answers


def _texts(situation: Situation) -> set[tuple[Iri, Iri | None, str]]:
    """Which licence texts a situation rests on."""
    own = {(situation.subject, one.iri, one.text_version) for one in situation.declared}
    return own | {
        (situation.holder(one), one.licence.iri, one.licence.text_version)
        for one in situation.inherited
        if one.licence is not None
    }


def answer(
    now: Situation, occasion: str, plans: Sequence[PlannedUse], day: str | None = None
) -> Answer:
    """What a situation means."""
    facts = Facts(now.governing, now.terms, now.unknowns, now.multimodal)
    binding = [one.licence.grants for one in now.governing if one.limits and one.settled]
    return Answer(
        day=now.day if day is None else day,
        occasion=occasion,
        declared=now.declared,
        permissions=tuple(sorted(frozenset.intersection(*binding))) if binding else (),
        terms=tuple(now.terms),
        unknowns=tuple(now.unknowns),
        unknown_total=max(len(now.unknowns), now.inheritance.unknown),
        verdicts=tuple(verdict(plan, plans, facts) for plan in plans),
    )


def _governing(now: Situation) -> list[Governing]:
    found = [Governing(one, now.subject, True, True, True) for one in now.declared if one.known]
    by_licence: dict[tuple[Iri, bool], Governing] = {}
    for one in now.inherited:
        if one.licence is None or not one.licence.known or one.terms.kind not in ("terms", "ban"):
            continue
        heavy = one.terms.kind == "ban" or any(
            now.graph.catalogue.conditions[key].group in BURDENS for key in one.terms.conditions
        )
        key = (one.licence.iri, one.settled)
        before = by_licence.get(key)
        by_licence[key] = Governing(
            one.licence,
            before.holder if before else now.holder(one),
            one.settled,
            one.terms.limits or bool(before and before.limits),
            heavy or bool(before and before.carries_terms),
            before.path if before else now.path(one),
        )
    return found + list(by_licence.values())


def _terms(now: Situation) -> list[Term]:
    """Duties and restrictions, of each licence once: its own first, then the nearest."""
    conditions = now.graph.catalogue.conditions
    found: dict[tuple[str, Iri], Term] = {}
    own = [(key, licence) for licence in now.declared for key in licence.conditions]
    for key, licence in own:
        if not conditions[key].derivatives_only:
            found[key, licence.iri] = Term(conditions[key], licence, now.subject, "binds")
    for one in sorted(now.inherited, key=lambda o: (not o.settled, len(o.path))):
        if one.licence is None or one.terms.kind != "terms":
            continue
        binding = "binds" if one.settled else "unsettled"
        for key in one.terms.conditions:
            if (key, one.licence.iri) not in found:
                found[key, one.licence.iri] = Term(conditions[key], one.licence, now.holder(one), binding, now.path(one))  # fmt: skip
    for key, licence in own:
        found.setdefault((key, licence.iri), Term(conditions[key], licence, now.subject, "binds"))
    return list(found.values())


def _unknowns(now: Situation) -> list[Unknown]:
    found = [
        Unknown(f"{said(now.subject)}: {_why(one)}", now.subject, one)
        for one in now.declared
        if not one.known
    ]
    if not now.declared:
        hint = _hint(now, now.subject)
        found.append(Unknown(f"{said(now.subject)} has no known licence{hint}", now.subject, None))
    explained: set[Iri] = set()
    for one in sorted(now.inherited, key=lambda o: (not o.settled, len(o.path))):
        holder, path = now.holder(one), now.path(one)
        data = not now.weights_only(one)
        if one.terms.kind == "ban" and not one.settled and not now.excepted(one):
            why = f"made with outputs of {said(holder)}, whose terms ({one.licence.name if one.licence else ''}) ban or limit that"  # fmt: skip
        elif one.terms.kind in ("unknown", "ungranted") and holder not in explained:
            explained.add(holder)
            why = f"{said(holder)}: {_why(one.licence, one.terms.kind, _kind(now, one.origin))}"
            if one.licence is None:
                why += _hint(now, holder)
        else:
            continue
        found.append(Unknown(why, holder, one.licence, path, data))
    return found


def _hint(now: Situation, thing: Iri) -> str:
    """What a name suggests of a licence that nobody states; it proves nothing."""
    likely = now.graph.catalogue.suggested(thing)
    return f"; its name suggests {likely.name}" if likely else ""


def _kind(now: Situation, node: int) -> str:
    kind = int(now.graph.index.kind[node])
    return {DATASET: "dataset", UNRESOLVED: "unresolved"}.get(kind, "model")


def _why(licence: Licence | None, kind: str = "unknown", what: str = "model") -> str:
    if what == "unresolved":
        return "only a text names it, so its licence cannot be found"
    if licence is None:
        return "no licence is known"
    if kind == "ungranted":
        return f"{licence.name} grants no such derivation"
    if licence.key in ("unlicensed", "hub-other", "hub-unknown", "proprietary"):
        return f"its licence is stated only as {licence.label or licence.name!r}"
    return f"the terms of {licence.name} are not described, so they were not reasoned with"
