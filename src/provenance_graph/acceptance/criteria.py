"""The criteria between claims about one property: each keeps the best of what is left.

They are applied one after another, in the policy's order; the first that leaves a rival behind is
the reason given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from provenance_graph.acceptance.agreement import value_key, width
from provenance_graph.acceptance.policy.policy import CUSTODY_RANK, Policy, PolicyCriterion
from provenance_graph.core.claims import Basis, Literal, Precision, SourcedClaim, Value, claim_key
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD


def best_of(
    competing: Sequence[SourcedClaim], predicate: Iri, policy: Policy
) -> tuple[SourcedClaim, dict[int, PolicyCriterion]]:
    """The claim that the criteria leave, and by which criterion each other one fell."""
    left = list(competing)
    fell: dict[int, PolicyCriterion] = {}
    for criterion in policy.criteria(predicate):
        if len(left) == 1:
            break
        retained = SELECTORS[criterion](left, competing, predicate, policy)
        if len(retained) < len(left):
            staying = {id(item) for item in retained}
            fell.update((id(item), criterion) for item in left if id(item) not in staying)
            left = retained
    return min(left, key=order_key), fell


def order_key(item: SourcedClaim) -> tuple[object, ...]:
    """A total order of claims, for what no criterion decides."""
    return (
        value_key(item.value or Iri("")),
        width(item),
        claim_key(item.claim),
        item.header.record,
    )


Selector = Callable[[list[SourcedClaim], Sequence[SourcedClaim], Iri, Policy], list[SourcedClaim]]


def _lowest(left: list[SourcedClaim], key: Callable[[SourcedClaim], int]) -> list[SourcedClaim]:
    ranks = [key(item) for item in left]
    best = min(ranks)
    return [item for item, rank in zip(left, ranks, strict=True) if rank == best]


def _by_basis(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, policy: Policy
) -> list[SourcedClaim]:
    return _lowest(left, lambda item: policy.rank(item.basis))


def _by_closeness(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], predicate: Iri, policy: Policy
) -> list[SourcedClaim]:
    return _lowest(left, lambda item: policy.source(item).closeness_of(predicate))


def _by_support(
    left: list[SourcedClaim], competing: Sequence[SourcedClaim], _: Iri, policy: Policy
) -> list[SourcedClaim]:
    backing: dict[tuple[Value | None, Precision], set[Iri]] = defaultdict(set)
    for item in competing:
        if item.basis is not Basis.INFERENCE and not _repeats_name(item):
            backing[_stated_value(item)].add(policy.origin(item))
    return _lowest(left, lambda item: -len(backing[_stated_value(item)]))


def _stated_value(item: SourcedClaim) -> tuple[Value | None, Precision]:
    """A value with its precision: a month, stored as its last day, is no support of that day."""
    return item.value, item.claim.precision or Precision.DAY


def _repeats_name(item: SourcedClaim) -> bool:
    """Whether a day only repeats the date in the name: that is the name's, no support of its own."""
    value = item.value
    if not isinstance(value, Literal) or value.datatype != XSD.date:
        return False
    return value.lexical.replace("-", "") in re.sub(r"(?<=\d)-(?=\d)", "", item.claim.subject)


def _by_custody(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, ___: Policy
) -> list[SourcedClaim]:
    return _lowest(left, lambda item: CUSTODY_RANK[item.header.custody])


def _latest(left: list[SourcedClaim], day: Callable[[SourcedClaim], str]) -> list[SourcedClaim]:
    """Those of the latest day; what has no day is neither later nor earlier."""
    latest = max((day(item) for item in left), default="")
    return [item for item in left if day(item) in ("", latest)]


def _by_edition(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, ___: Policy
) -> list[SourcedClaim]:
    return _latest(left, lambda item: item.claim.valid_from or item.header.edition)


def _by_statement(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, ___: Policy
) -> list[SourcedClaim]:
    return _latest(left, lambda item: item.claim.valid_from)


def _by_value(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, ___: Policy
) -> list[SourcedClaim]:
    lowest = min(value_key(item.value or Iri("")) for item in left)
    return [item for item in left if value_key(item.value or Iri("")) == lowest]


SELECTORS: dict[PolicyCriterion, Selector] = {
    PolicyCriterion.BASIS: _by_basis,
    PolicyCriterion.EDITION: _by_edition,
    PolicyCriterion.CLOSENESS: _by_closeness,
    PolicyCriterion.SUPPORT: _by_support,
    PolicyCriterion.CUSTODY: _by_custody,
    PolicyCriterion.STATEMENT: _by_statement,
    PolicyCriterion.VALUE: _by_value,
}
