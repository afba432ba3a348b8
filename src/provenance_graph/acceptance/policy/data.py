"""The acceptance policy, read from the ontology in a store and checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from provenance_graph import reference
from provenance_graph.acceptance.policy.bounds import BOUNDS, Bound, Plausible, shipped_bounds
from provenance_graph.acceptance.policy.policy import (
    CHANGING_ORDER,
    ORDER,
    Policy,
    PolicyCriterion,
    RankedSource,
)
from provenance_graph.core import graph_names
from provenance_graph.core.claims import Basis, Code, Literal, Quad, Value
from provenance_graph.core.clock import today
from provenance_graph.core.errors import PolicyError, StoreError
from provenance_graph.core.iris import PREFIXES, Iri, shorten
from provenance_graph.core.lexical_forms import check, is_digits
from provenance_graph.core.terms import PG, RDF, SKOS, XSD
from provenance_graph.store.values import QuadSource

STATE = graph_names.VIEW
_REST, _FIRST, _NIL = (Iri(PREFIXES["rdf"] + name) for name in ("rest", "first", "nil"))
_MAX_LIST = 50
C = TypeVar("C", bound=Code)


def view_day(store: QuadSource) -> str:
    """The day for which the accepted view of a store was computed; empty where none is stored."""
    days = (str(o) for _, _, o, _ in store.quads(STATE, PG.viewDay, graph=STATE))
    return max(days, default="")


def day_quad(day: str) -> Quad:
    """The quad by which a store records the ISO day of its accepted view."""
    return STATE, PG.viewDay, Literal(day, Iri(PREFIXES["xsd"] + "date")), STATE


def load_policy(store: QuadSource, day: str = "") -> Policy:
    """The acceptance policy of a store, with the kinds of properties.

    ``day`` is the ISO day that "now" means; without it the day of the store's view, else today.
    Raises StoreError where the store holds no policy, PolicyError where the policy is at fault.
    """
    return replace(reference.parsed(store, read_policy), day=day or view_day(store) or today())


def read_policy(store: QuadSource) -> Policy:
    """The acceptance policy that the ontology in a store states, with ``day`` empty.

    Raises StoreError where the store holds no policy or several, PolicyError where it is at fault.
    """

    def members(kind: Iri) -> frozenset[Iri]:
        return frozenset(s for s, *_ in store.quads(predicate=RDF.type, object=kind))

    policies = sorted(members(PG.AcceptancePolicy))
    if len(policies) != 1:
        raise StoreError(f"the store holds {len(policies)} acceptance policies; rebuild it")
    reading = _PolicyReading(store, policies[0])
    facts = members(PG.FactProperty) | members(PG.SingleValuedFact)
    never = frozenset(reading.members(PG.neverAccepted, Basis))
    order = reading.codes(PG.basisOrder, Basis)
    if unranked := [basis for basis in Basis if basis not in never and basis not in order]:
        named = ", ".join(shorten(basis.value) for basis in unranked)
        raise reading.fault(
            PG.basisOrder, f"without {named}: list it, or state pg:neverAccepted of it"
        )
    return Policy(
        basis_order=tuple(order),
        never=never,
        single=members(PG.SingleValuedFact),
        exhaustive=members(PG.ExhaustiveFact),
        facts=facts,
        day="",
        order=reading.criteria(PG.tieBreak, ORDER),
        changing_order=reading.criteria(PG.tieBreakOfChangingFacts, CHANGING_ORDER),
        changing=members(PG.ChangingFact),
        guarded=frozenset(reading.properties(PG.guards)),
        tiered=members(PG.TieredFact),
        supported_first=frozenset(reading.properties(PG.supportFirst)),
        closest=members(PG.ClosestFact),
        no_values=reading.iris(PG.namesNothing),
        keepers=reading.iris(PG.keepsModelsOfOthers),
        of_services=frozenset(reading.properties(PG.factOfService)),
        confidence=reading.decimal(PG.leastConfidence),
        plausible=reading.plausible(),
        sources=sources(store),
    )


class _PolicyReading:
    """Reads the statements of one policy; errors name the policy and the term at fault."""

    def __init__(self, store: QuadSource, policy: Iri) -> None:
        self.store, self.policy = store, policy

    def fault(self, term: Iri, what: str) -> PolicyError:
        return PolicyError(shorten(self.policy), shorten(term), what)

    def objects(self, term: Iri) -> list[Value]:
        """The values that the policy states of a term, sorted by text."""
        results = {o for _, _, o, _ in self.store.quads(self.policy, term)}
        return sorted(results, key=str)

    def iris(self, term: Iri) -> frozenset[Iri]:
        """The IRIs that the policy states of a term."""
        return frozenset(value for value in self.objects(term) if isinstance(value, Iri))

    def _code(self, term: Iri, value: Value, kind: type[C]) -> C:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(shorten(code.value) for code in kind)
            raise self.fault(
                term, f"{shorten(str(value))} is not one of them; there are {known}"
            ) from None

    def members(self, term: Iri, kind: type[C]) -> list[C]:
        return [self._code(term, value, kind) for value in self.objects(term)]

    def codes(self, term: Iri, kind: type[C]) -> list[C]:
        """The codes of the list that a term states, in order.

        Raises PolicyError where the list is missing, is empty, has a cycle, or repeats a code.
        """
        heads = self.objects(term)
        if len(heads) != 1:
            raise self.fault(term, f"{len(heads)} lists; give one")
        results = [self._code(term, value, kind) for value in self._list(term, heads[0])]
        if twice := next((code for code in results if results.count(code) > 1), None):
            raise self.fault(term, f"{shorten(twice.value)} occurs twice in the list")
        if not results:
            raise self.fault(term, "the list is empty")
        return results

    def criteria(
        self, term: Iri, default: tuple[PolicyCriterion, ...]
    ) -> tuple[PolicyCriterion, ...]:
        """The order of the criteria that a term states, else ``default``.

        The basis always goes first and the value last, so that the order decides. Raises
        PolicyError where the value is stated before another criterion.
        """
        if not self.objects(term):
            return default
        results = [c for c in self.codes(term, PolicyCriterion) if c is not PolicyCriterion.BASIS]
        if PolicyCriterion.VALUE in results and results[-1] is not PolicyCriterion.VALUE:
            raise self.fault(term, "pg:LowestInOrder always decides, so it must come last")
        end = [] if PolicyCriterion.VALUE in results else [PolicyCriterion.VALUE]
        return (PolicyCriterion.BASIS, *results, *end)

    def _list(self, term: Iri, head: Value) -> Iterator[Value]:
        seen: set[Value] = set()
        while head != _NIL:
            if head in seen or len(seen) >= _MAX_LIST:
                raise self.fault(term, f"the list has a cycle at {shorten(str(head))}")
            seen.add(head)
            firsts = [o for _, _, o, _ in self.store.quads(Iri(str(head)), _FIRST)]
            rests = [o for _, _, o, _ in self.store.quads(Iri(str(head)), _REST)]
            if len(firsts) != 1 or len(rests) != 1:
                raise self.fault(term, f"{shorten(str(head))} is not a cell of a list")
            yield firsts[0]
            head = rests[0]

    def properties(self, term: Iri) -> set[Iri]:
        """The properties that a term states, and the properties of the sections that it states."""
        iris: set[Iri] = set()
        for value in self.objects(term):
            if not isinstance(value, Iri):
                raise self.fault(term, f"{value} is not a property")
            iris |= _of_section(self.store, value)
        return iris

    def decimal(self, term: Iri, least: float = 0, greatest: float = 1) -> Decimal:
        """The number that a term states.

        Raises PolicyError where there is none, more than one, or one outside the bounds.
        """
        between = f"between {least:,.15g} and {greatest:,.15g}"
        return self._number(term, self.objects(term), least, greatest, between)

    def plausible(self) -> Plausible:
        """The bounds of plausibility; for a bound that the policy leaves out, the shipped value."""
        return Plausible(**{name: self._bound(bound) for name, bound in BOUNDS.items()})

    def _bound(self, bound: Bound) -> float:
        values = self.objects(bound.term) or [shipped_bounds()[bound.term]]
        between = f"between {bound.least:,.15g} and {bound.greatest:,.15g}"
        number = self._number(bound.term, values, bound.least, bound.greatest, between)
        if bound.whole and number % 1:
            raise self.fault(bound.term, f"{number} is no whole number; give one {between}")
        return int(number) if bound.whole else float(number)

    def _number(
        self, term: Iri, values: list[Value], least: float, greatest: float, between: str
    ) -> Decimal:
        if not values:
            raise self.fault(term, f"no number; give one {between}")
        try:
            check(Literal(str(values[0]), XSD.decimal))
        except ValueError:
            raise self.fault(term, f"{values[0]} is not a number") from None
        number = Decimal(str(values[0]))
        if len(values) > 1 or not least <= number <= greatest:
            raise self.fault(term, f"give one number {between}")
        return number


def _of_section(store: QuadSource, named: Iri) -> set[Iri]:
    """The properties of a section, or the IRI itself where it names no section.

    A bundle defines no terms, so that a property of it may be unknown.
    """
    inside = {s for s, *_ in store.quads(predicate=PG.section, object=named)}
    return inside or {named}


def sources(store: QuadSource) -> dict[Iri, RankedSource]:
    """The rank of each collection in a store's reference data; raises PolicyError for a fault."""
    results = {
        # an exception must hold no open iterator: only the thread of the engine may free one
        s: _source(store, s)
        for s, *_ in list(store.quads(predicate=RDF.type, object=PG.Collection))
    }
    ranks: dict[Iri, dict[Iri, int]] = defaultdict(dict)
    refused: dict[Iri, dict[Iri, str]] = defaultdict(dict)
    for node, *_ in list(store.quads(predicate=RDF.type, object=PG.Closeness)):
        of = _one(store, node, PG.ofCollection)
        target = _one(store, node, PG.forProperty)
        rank = _integer(store, node, PG.closeness, 5)
        refuses = _flag(store, node, PG.refusesInference)
        for predicate in _of_section(store, Iri(str(target))):
            ranks[Iri(str(of))][predicate] = rank
            if refuses:
                refused[Iri(str(of))][predicate] = _note(store, node)
    for collection, per_property in ranks.items():
        if collection not in results:
            raise PolicyError(shorten(collection), "pg:ofCollection", "no such collection")
        results[collection] = replace(
            results[collection], per_property=per_property, refuses=refused[collection]
        )
    _refuse_cycle(results)
    return results


def _source(store: QuadSource, collection: Iri) -> RankedSource:
    repeated = next(iter(store.quads(collection, PG.repeats)), None)
    return RankedSource(
        closeness=_integer(store, collection, PG.closeness, 5),
        tier=_integer(store, collection, PG.tier, 3),
        repeats=Iri(str(repeated[2])) if repeated else None,
        researched=_flag(store, collection, PG.researched),
        own=_flag(store, collection, PG.keptByProject),
        services=_flag(store, collection, PG.listsServices),
        reason=_note(store, collection),
    )


def _flag(store: QuadSource, node: Iri, term: Iri) -> bool:
    return "true" in {str(o) for _, _, o, _ in store.quads(node, term)}


def _note(store: QuadSource, node: Iri) -> str:
    return min({str(o) for _, _, o, _ in store.quads(node, SKOS.note)}, default="")


def _one(store: QuadSource, node: Iri, term: Iri) -> Value:
    values = [o for _, _, o, _ in store.quads(node, term)]
    if len(values) != 1:
        raise PolicyError(shorten(node), shorten(term), f"{len(values)} values; give one")
    return values[0]


def _integer(store: QuadSource, node: Iri, term: Iri, default: int) -> int:
    values = [str(o) for _, _, o, _ in store.quads(node, term)]
    if not values:
        return default
    if len(values) > 1 or not is_digits(values[0]) or len(values[0]) > 4:
        raise PolicyError(shorten(node), shorten(term), "give one whole number")
    return int(values[0])


def _refuse_cycle(result: dict[Iri, RankedSource]) -> None:
    """Raise PolicyError where a source repeats itself by way of others."""
    for start in result:
        seen = {start}
        current = result[start].repeats
        while current is not None:
            if current in seen:
                raise PolicyError(
                    shorten(start), "pg:repeats", f"it has a cycle at {shorten(current)}"
                )
            seen.add(current)
            current = result[current].repeats if current in result else None
