"""The acceptance policy: in what order claims compete. It is data in the ontology.

A policy says which bases rank before which, which are never accepted, which criteria decide
between claims of one basis, how close a source stands to the facts, and from which
confidence on a claim is believed. ``policy_file`` reads it; ``resolve`` applies it.
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
    """What decides between claims of one basis, or which basis goes first."""

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

    ``tier`` groups sources of like weight, ``repeats`` names the collection that this one
    copies, ``researched`` is an index whose entries people looked up, ``own`` one that this
    project keeps itself, ``services`` one that describes what services offer. ``refuses``
    are the properties of which what is only inferred from it is never accepted, with the reason.
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
        """Its rank for a property."""
        return self.per_property.get(predicate, self.closeness)


UNKNOWN = RankedSource(reason="imported; nothing is known of the source")


@dataclass(frozen=True, slots=True)
class Policy:
    """How claims compete, and which properties are what.

    ``single`` take one value; a source that states an ``exhaustive`` property states all
    its values; ``facts`` have a disclosure status; ``changing`` facts change in time; of
    ``guarded`` facts a documented silence of the developer outranks a third party's value.
    Of ``supported_first`` the values of more sources go before those of a closer one;
    of ``closest`` facts the values of the closest source stand alone. ``no_values`` are values
    that name nothing, ``keepers`` accounts that keep models of others. ``of_services`` are facts
    that a list of services gives for its services. ``day`` is the ISO day that "now" means. A claim
    of less than ``confidence`` (0 to 1) is never accepted, ``plausible`` are the bounds beyond which a
    value can hardly be true.
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
        """Place of a basis in the order; 0 is best."""
        return self.basis_order.index(basis) if basis in self.basis_order else 99

    def source(self, item: SourcedClaim) -> RankedSource:
        """What is known of the collection that a claim comes from."""
        return self.sources.get(item.header.collection, UNKNOWN)

    def criteria(self, predicate: Iri) -> tuple[PolicyCriterion, ...]:
        """What decides between claims about a property, in order."""
        order = self.changing_order if predicate in self.changing else self.order
        if predicate not in self.supported_first or PolicyCriterion.SUPPORT not in order:
            return order
        rest = [one for one in order if one not in (PolicyCriterion.BASIS, PolicyCriterion.SUPPORT)]
        return (PolicyCriterion.BASIS, PolicyCriterion.SUPPORT, *rest)

    def origin(self, item: SourcedClaim) -> Iri:
        """The collection that a claim goes back to: sources that repeat one another are one."""
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
"""Verified before asserted before assumed before derived."""


def describe(policy: Policy) -> str:
    """The policy in one line, for tables and reports."""
    order = " > ".join(basis.label for basis in policy.basis_order)
    never = ", ".join(sorted(basis.label for basis in policy.never))
    return f"{order}; never {never}; {len(policy.single)} properties take one value"
