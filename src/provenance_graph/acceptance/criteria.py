"""The criteria of the acceptance policy, which choose between competing claims about one property.

They are applied one after another, in the policy's order; each keeps the best of the claims that
are left. The reason given names the last criterion that eliminated a claim with another value.
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
    """The claim that the criteria leave, and the criterion that eliminated each other claim.

    The criteria are given by ``id()`` of the claim. Claims that no criterion eliminates are ordered
    by ``order_key``, and the first is taken. ``competing`` must not be empty.
    """
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
    """A sort key that orders all claims, used where no criterion decides."""
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
    """A claim's value with its precision.

    A month is stored as its last day, and does not support the value of that day.
    """
    return item.value, item.claim.precision or Precision.DAY


def _repeats_name(item: SourcedClaim) -> bool:
    """Whether a claim's day only repeats the date in the subject's name.

    Such a claim is no independent support.
    """
    value = item.value
    if not isinstance(value, Literal) or value.datatype != XSD.date:
        return False
    return value.lexical.replace("-", "") in re.sub(r"(?<=\d)-(?=\d)", "", item.claim.subject)


def _by_custody(
    left: list[SourcedClaim], _: Sequence[SourcedClaim], __: Iri, ___: Policy
) -> list[SourcedClaim]:
    return _lowest(left, lambda item: CUSTODY_RANK[item.header.custody])


def _latest(left: list[SourcedClaim], day: Callable[[SourcedClaim], str]) -> list[SourcedClaim]:
    """The claims of the latest day, and those without a day (neither later nor earlier)."""
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
