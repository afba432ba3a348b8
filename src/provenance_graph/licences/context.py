"""The licence context of a model on a day: its licences, inherited terms and unknowns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PROV
from provenance_graph.licences.in_force import LicencesInForce
from provenance_graph.licences.inheritance.applicability import holds, names_model
from provenance_graph.licences.inheritance.inherit import Inheritance, Inherited
from provenance_graph.licences.inheritance.own_names import display_name
from provenance_graph.licences.inheritance.recorded import MAX_ANCESTORS, lineage_state
from provenance_graph.licences.results import LineageState, Term, Unknown
from provenance_graph.licences.rules.pairs import BURDENS
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.licences.uses import Governing
from provenance_graph.lineage.arrays import DERIVED, RELATIONS, closure
from provenance_graph.lineage.index import DATASET, UNRESOLVED
from provenance_graph.lineage.results import Edge

UNNAMED = ("unlicensed", "hub-other", "hub-unknown", "proprietary")
"""Licences that only say that none is known by name."""


@dataclass(frozen=True)
class LicenceContext:
    """A model on one day: the licences it declares, the terms it inherits, and its lineage.

    ``without`` are places of edges that are left out, to evaluate the model as if it had none of
    them. ``node`` is None for a model outside the lineage index.
    """

    graph: LicencesInForce
    subject: Iri
    node: int | None
    declared: tuple[Licence, ...]
    inheritance: Inheritance
    day: str
    without: frozenset[int] = frozenset()
    paths: dict[int, tuple[Edge, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def inherited(self) -> tuple[Inherited, ...]:
        """The classes of terms that reach the model, nearest origins first."""
        return self.inheritance.reaching

    def text_note(self, licence: Licence) -> str:
        """A note that a service's text is later than the model made with it, or may be; or ""."""
        released = self.graph.traits(self.subject).released
        since = licence.text_version
        if not licence.service or len(since) != 10 or released >= since:
            return ""
        if not released:
            today = self.graph.catalogue.in_force(licence, self.day).iri == licence.iri
            return "; no day of use is recorded, so the latest text is read" if today else ""
        return f"; read in the text of {since}, the earliest on record, the model is of {released}"

    @cached_property
    def nearest(self) -> list[Inherited]:
        """Inherited terms: settled first, then those along weights, then by the path's length."""
        order = [(not one.settled, not one.by_weights, len(one.path)) for one in self.inherited]
        return [self.inherited[n] for n in sorted(range(len(order)), key=order.__getitem__)]

    def edge(self, step: tuple[int, int]) -> Edge:
        """The edge of lineage for a step, given as the child's number and the place of the edge."""
        child, position = step
        index = self.graph.index
        relation = RELATIONS[index.up.code[position]]
        parent = index.names[int(index.up.other[position])]
        return Edge(index.names[child], parent, relation, bool(index.up.inferred[position]))

    def path(self, one: Inherited) -> tuple[Edge, ...]:
        """The path of an inherited class of terms, from the model up to its origin."""
        if id(one) not in self.paths:
            self.paths[id(one)] = tuple(map(self.edge, one.path))
        return self.paths[id(one)]

    def holder(self, one: Inherited) -> Iri:
        """The entity whose licence an inherited class of terms belongs to."""
        return self.graph.index.names[one.origin]

    def governing(self, *, data: bool) -> list[Governing]:
        """The licences that bind the model: its own and those along weights, or along data."""
        return _governing(self, data)

    @cached_property
    def terms(self) -> list[Term]:
        """Duties and restrictions that apply or may apply, each once per licence and side."""
        return [term for term in self._all_terms if term.applies is not False]

    @cached_property
    def exempt(self) -> list[Term]:
        """Terms that do not apply to the licensor's models in the lineage."""
        return [term for term in self._all_terms if term.applies is False]

    @cached_property
    def _all_terms(self) -> list[Term]:
        return _terms(self)

    @cached_property
    def unknowns(self) -> list[Unknown]:
        """The unknowns on the model's paths: terms not known, and bans that were not kept."""
        return list(_unknowns(self))

    @cached_property
    def lineage(self) -> LineageState:
        """How completely the lineage of the weights is recorded."""
        return lineage_state(
            self.graph.index, self.node, self.subject, self.graph.claims, self.without
        )

    @cached_property
    def parents(self) -> tuple[Edge, ...]:
        """The edges to direct parents, without those left out."""
        if self.node is None:
            return ()
        node = self.node
        return tuple(
            self.edge((node, position))
            for position in self.graph.index.up.edges_of(node)
            if position not in self.without
        )

    @cached_property
    def versions(self) -> tuple[Iri, ...]:
        """The dated versions of a model whose name has no date, sorted."""
        quads = self.graph.snapshot.quads(predicate=PROV.specializationOf, object=self.subject)
        return tuple(sorted({version for version, *_ in quads}))

    def licences_of(self, entity: Iri) -> tuple[Licence, ...]:
        """The licences that another entity declares, by the texts in force on the day."""
        number = self.graph.index.names.find(entity)
        return () if number is None else self.graph.licences_at(number, self.day)

    def text_gap(self, own: Licence) -> str:
        """Why the text of the model's own licence is not on record for the day; "" where it is.

        A provider changes the terms of its service: an undated text holds for the days since the
        store's evidence was last retrieved.
        """
        if later := later_text(own, self.day):
            return later
        undated = own.service and own.known and not own.first_text and not own.valid_until
        if undated and self.day and self.day < self.graph.evidence_day:
            where = f" ({own.url})" if own.url else ""
            return f"which text of {own.name} was in force on {self.day} is not on record{where}"
        return ""

    def applies(self, key: str, licence: Licence, holder: Iri) -> tuple[bool | None, str]:
        """Whether a clause applies to the holder of its licence, and why not or why unknown.

        None where that is not recorded, also where the holder is not a model of the licensor.
        """
        limits = licence.clause(key).applies
        if not limits.limits_models:
            return True, ""
        if not names_model(licence, holder):
            return None, f"on which model of the licensor {short_id(holder)} builds is not recorded"
        answer, why = holds(limits, self.graph.traits(holder))
        if answer is None and limits.multimodal and self._from_multimodal(licence, holder):
            return True, ""
        return answer, why

    def _from_multimodal(self, licence: Licence, holder: Iri) -> bool:
        """Whether a model of the licensor was made from a multimodal one of the same licensor."""
        index = self.graph.index
        node = index.names.find(holder)
        if node is None:
            return False
        parents = (
            index.names[int(index.up.other[position])]
            for position in index.up.edges_of(node, influences=False)
        )
        return any(
            names_model(licence, parent) and self.graph.traits(parent).multimodal
            for parent in parents
        )

    def excepted(self, one: Inherited) -> bool:
        """Whether a ban excepts the model: it is under the same licence, or inherits that."""
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
        """The literals that the accepted view gives for a property of the model."""
        quads = self.graph.snapshot.quads(self.subject, predicate)
        return {o.lexical for _, _, o, _ in quads if isinstance(o, Literal)}


def _governing(now: LicenceContext, data: bool) -> list[Governing]:
    results = []
    if not data:
        results = [
            Governing(one, now.subject, True, True, True)
            for one in now.declared
            if one.known and not now.text_gap(one)
        ]
    by_licence: dict[tuple[Iri, bool], Governing] = {}
    for one in now.inherited:
        if one.licence is None or not one.licence.known or one.terms.kind not in ("terms", "ban"):
            continue
        if one.by_weights is data or later_text(one.licence, now.day):
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
    return results + list(by_licence.values())


def _candidates(now: LicenceContext) -> Iterator[tuple[str, Term]]:
    """Every term with its key: the model's own, inherited ones nearest first, own on derivatives.

    None of a licence whose earliest text on record is later than the day.
    """
    conditions = now.graph.catalogue.conditions
    own = [
        (key, licence)
        for licence in now.declared
        if not now.text_gap(licence)
        for key in licence.conditions
    ]
    for key, licence in own:
        if not conditions[key].derivatives_only:
            yield key, Term(conditions[key], licence, now.subject, "binds")
    for one in now.nearest:
        if one.licence is None or one.terms.kind != "terms" or later_text(one.licence, now.day):
            continue
        binding = "binds" if one.settled else "unsettled"
        for key in one.terms.conditions:
            yield key, Term(conditions[key], one.licence, now.holder(one), binding, now.path(one))
    for key, licence in own:
        if conditions[key].derivatives_only:
            yield key, Term(conditions[key], licence, now.subject, "binds")


def _terms(now: LicenceContext) -> list[Term]:
    """Duties and restrictions, each once per licence: the model's own first, then the nearest.

    A term that also comes with data or outputs is listed a second time, since it concerns the
    training data whatever binds the weights. A clause that is limited to some models of the
    licensor is judged on those in the lineage; it applies where it applies to one of them.
    """
    result: dict[tuple[str, Iri, bool], Term] = {}
    limited: dict[tuple[str, Iri, bool], list[Term]] = {}
    for key, term in _candidates(now):
        position = (key, term.licence.iri, term.along_weights)
        if term.licence.clause(key).applies.limits_models:
            limited.setdefault(position, []).append(term)
        result.setdefault(position, term)
    for position, terms in limited.items():
        result[position] = _with_answers(now, position[0], terms)
    return list(result.values())


def _with_answers(now: LicenceContext, key: str, terms: Sequence[Term]) -> Term:
    answered = []
    for term in terms:
        answer, why = now.applies(key, term.licence, term.holder)
        answered.append(replace(term, applies=answer, why=why))
    named = [term for term in answered if names_model(term.licence, term.holder)] or answered
    order = (True, None, False)
    return min(named, key=lambda term: order.index(term.applies))


def _unknowns(now: LicenceContext) -> Iterator[Unknown]:
    for own in now.declared:
        if not own.known:
            yield Unknown(f"{short_id(now.subject)}: {why_unknown(own)}", now.subject, own)
        elif gap := now.text_gap(own):
            yield Unknown(gap, now.subject, own, cause="text")
    if not now.declared:
        unread = now.graph.claims.unread_label(now.subject)
        hint = _of_versions(now) or _hint(now, now.subject)
        why = f": {unread}" if unread else " has no licence on record"
        yield Unknown(f"{short_id(now.subject)}{why}{hint}", now.subject, None)
    explained: set[Iri] = set()
    for one in now.nearest:
        holder, path = now.holder(one), now.path(one)
        data = not one.by_weights
        if one.terms.kind == "ban" and not one.settled and not now.excepted(one):
            name = one.licence.name if one.licence else ""
            why = f"made with outputs of {short_id(holder)}, whose terms ({name}) ban or limit that"
            why += now.text_note(one.licence) if one.licence else ""
            yield Unknown(why, holder, one.licence, path, True, "outputs")
        elif one.terms.kind in ("unknown", "ungranted") and holder not in explained:
            explained.add(holder)
            what = _kind(now, one.origin)
            unread = "" if one.licence else now.graph.claims.unread_label(holder)
            why = unread or why_unknown(one.licence, one.terms.kind, what)
            why = f"{display_name(holder)}: {why}"
            if one.licence is None and _kind(now, one.origin) == "model":
                why += _hint(now, holder)
            yield Unknown(why, holder, one.licence, path, data)
        elif (
            one.licence
            and one.terms.kind == "terms"
            and holder not in explained
            and (later := later_text(one.licence, now.day))
        ):
            explained.add(holder)
            why = f"{display_name(holder)}: {later}"
            yield Unknown(why, holder, one.licence, path, data, "text")


def later_text(licence: Licence, day: str) -> str:
    """A sentence that the earliest text on record is later than the day; "" where it is not."""
    if licence.had_text(day):
        return ""
    return f"the earliest text of {licence.name} on record is of {licence.first_text}"


def _hint(now: LicenceContext, entity: Iri) -> str:
    """A note on the licence that the name suggests where no source states one; or "".

    A name is no proof.
    """
    likely = now.graph.catalogue.suggested(entity)
    return f"; its name suggests {likely.name}" if likely else ""


_VERSIONS_NAMED = 5


def _of_versions(now: LicenceContext) -> str:
    """A note on the licences that the versions of a name declare, which itself declares none."""
    stated = [(one, licences) for one in now.versions if (licences := now.licences_of(one))]
    named = "; ".join(
        f"{short_id(one)} under {' and '.join(each.label or each.name for each in licences)}"
        for one, licences in stated[:_VERSIONS_NAMED]
    )
    more = f", and {len(stated) - _VERSIONS_NAMED} more" if len(stated) > _VERSIONS_NAMED else ""
    return f"; its versions have: {named}{more}" if named else ""


def _kind(now: LicenceContext, node: int) -> str:
    kind = int(now.graph.index.kind[node])
    return {DATASET: "dataset", UNRESOLVED: "unresolved"}.get(kind, "model")


def why_unknown(licence: Licence | None, kind: str = "unknown", what: str = "model") -> str:
    """Why the terms of a licence are unknown, in words; ``what`` is the kind of its holder."""
    if what == "unresolved":
        return "named but not identified, so its licence is unknown"
    if licence is None:
        return "no licence is recorded"
    if kind == "ungranted":
        return f"{licence.name} grants no such derivation"
    if licence.key in UNNAMED:
        return f"its licence is stated only as {licence.label or licence.name!r}"
    where = f" ({licence.url})" if licence.url else ""
    return f"the terms of {licence.name}{where} are not described, so they were not evaluated"


def data_recorded(now: LicenceContext) -> bool:
    """Whether training data or a generator of it is recorded for the model or an ancestor."""
    index = now.graph.index
    if now.node is None:
        return False
    nodes = closure(index.up, now.node, influences=False).nodes.tolist()
    return any(
        int(index.up.code[position]) >= DERIVED
        for node in (now.node, *nodes)
        for position in index.up.edges_of(node)
    )


def states_data(now: LicenceContext) -> bool:
    """Whether a source of developer rank states training data of the model or an ancestor."""
    names = [now.subject]
    if now.node is not None:
        above = closure(now.graph.index.up, now.node, influences=False).nodes[:MAX_ANCESTORS]
        names += [now.graph.index.names[node] for node in above.tolist()]
    return any(now.graph.claims.states_data(name) for name in names)
