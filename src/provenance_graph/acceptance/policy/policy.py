"""The acceptance policy: the order in which claims compete. It is data in the ontology.

A policy says which bases rank before which, which are never accepted, which criteria decide between
claims of one basis, how close a source is to the facts, and from which confidence on a claim is
accepted. ``policy.data`` reads it from a store, ``policy.file`` from a file; ``resolve`` applies
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from provenance_graph.acceptance.policy.bounds import Plausible
from provenance_graph.core.claims import Basis, Code, Custody, SourcedClaim, collection_of
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG


class PolicyCriterion(Code):
    """A criterion that decides between competing claims."""

    BASIS = PG.StrongerBasis
    EDITION = PG.LaterEdition
    CLOSENESS = PG.CloserSource
    SUPPORT = PG.MoreIndependentSources
    CUSTODY = PG.BetterCustody
    STATEMENT = PG.LaterStatement
    VALUE = PG.LowestInOrder


ORDER = (
    PolicyCriterion.BASIS,
    PolicyCriterion.CLOSENESS,
    PolicyCriterion.SUPPORT,
    PolicyCriterion.CUSTODY,
    PolicyCriterion.STATEMENT,
    PolicyCriterion.VALUE,
)
"""The order for facts that do not change in time."""

CHANGING_ORDER = (
    PolicyCriterion.BASIS,
    PolicyCriterion.EDITION,
    PolicyCriterion.CLOSENESS,
    PolicyCriterion.SUPPORT,
    PolicyCriterion.CUSTODY,
    PolicyCriterion.VALUE,
)
"""The order for facts that change in time: an old researched index is no better than a new one."""


@dataclass(frozen=True, slots=True)
class RankedSource:
    """The rank of a collection of documents by closeness to the facts it reports; 0 is closest.

    ``tier`` groups sources of like weight. ``per_property`` gives ranks that differ for some
    properties. ``repeats`` is the collection that this one copies. ``researched`` marks an index
    whose entries people looked up, ``own`` a collection that this project keeps itself,
    ``services`` one that describes what services offer. ``refuses`` are the properties for which an
    inference from the collection is never accepted, each with the reason.
    """

    closeness: int = 5
    tier: int = 3
    per_property: Mapping[Iri, int] = field(default_factory=dict)
    repeats: Iri | None = None
    researched: bool = False
    own: bool = False
    services: bool = False
    refuses: Mapping[Iri, str] = field(default_factory=dict)
    reason: str = ""

    def closeness_of(self, predicate: Iri) -> int:
        """The closeness rank for a property; 0 is closest."""
        return self.per_property.get(predicate, self.closeness)


UNKNOWN = RankedSource(reason="imported; nothing is known of the source")


@dataclass(frozen=True, slots=True)
class Policy:
    """How claims compete, and to which kinds of facts each property belongs.

    ``single`` properties take one value. A source that states an ``exhaustive`` property states all
    its values. ``facts`` have a disclosure status; ``changing`` facts change in time. Of
    ``guarded`` facts a documented silence of the developer outranks a third party's value. Of
    ``tiered`` facts only sources of the best tier state the values. Of ``supported_first`` facts
    the value of more sources precedes that of a closer one; of ``closest`` facts only the values of
    the closest source are accepted. ``no_values`` are values that identify nothing, ``keepers``
    accounts that host models of others. ``of_services`` are facts that a service catalogue gives
    for its services. ``day`` is the ISO day that "now" means. A claim with a confidence below
    ``confidence`` (0 to 1) is never accepted. ``plausible`` are the bounds beyond which a value is
    implausible.
    """

    basis_order: tuple[Basis, ...]
    never: frozenset[Basis]
    single: frozenset[Iri]
    exhaustive: frozenset[Iri]
    facts: frozenset[Iri]
    day: str
    confidence: Decimal
    plausible: Plausible
    order: tuple[PolicyCriterion, ...] = ORDER
    changing_order: tuple[PolicyCriterion, ...] = CHANGING_ORDER
    changing: frozenset[Iri] = frozenset()
    guarded: frozenset[Iri] = frozenset()
    tiered: frozenset[Iri] = frozenset()
    supported_first: frozenset[Iri] = frozenset()
    closest: frozenset[Iri] = frozenset()
    no_values: frozenset[Iri] = frozenset()
    keepers: frozenset[Iri] = frozenset()
    of_services: frozenset[Iri] = frozenset()
    sources: Mapping[Iri, RankedSource] = field(default_factory=dict)

    def rank(self, basis: Basis) -> int:
        """The rank of a basis; 0 is best, 99 a basis that the policy does not order."""
        return self.basis_order.index(basis) if basis in self.basis_order else 99

    def source(self, item: SourcedClaim) -> RankedSource:
        """The rank of the collection that a claim comes from; ``UNKNOWN`` if it has none."""
        return self.sources.get(item.header.collection, UNKNOWN)

    def criteria(self, predicate: Iri) -> tuple[PolicyCriterion, ...]:
        """The criteria between claims about a property, in the order in which they apply."""
        order = self.changing_order if predicate in self.changing else self.order
        if predicate not in self.supported_first or PolicyCriterion.SUPPORT not in order:
            return order
        rest = [one for one in order if one not in (PolicyCriterion.BASIS, PolicyCriterion.SUPPORT)]
        return (PolicyCriterion.BASIS, PolicyCriterion.SUPPORT, *rest)

    def origin(self, item: SourcedClaim) -> Iri:
        """The collection that a claim originates from, by which independent sources are counted.

        A collection that repeats another counts as that one, and an excerpt as the collection of
        the record that it was made of.
        """
        header = item.header
        collection = (
            collection_of(header.exported_from) if header.exported_from else header.collection
        )
        for _ in self.sources:
            repeated = self.sources.get(collection, UNKNOWN).repeats
            if repeated is None:
                break
            collection = repeated
        return collection


CUSTODY_RANK = {custody: rank for rank, custody in enumerate(Custody)}
"""Rank of each custody, 0 first: verified, asserted, assumed, derived."""


def describe(policy: Policy) -> str:
    """A summary of the policy in one line, for tables and reports."""
    order = " > ".join(basis.label for basis in policy.basis_order)
    never = ", ".join(sorted(basis.label for basis in policy.never))
    return f"{order}; never {never}; {len(policy.single)} properties take one value"
