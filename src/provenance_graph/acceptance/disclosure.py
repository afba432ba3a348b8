"""The disclosure status of a fact property: disclosed, withheld, contradicted, not recorded.

Four rules. A third party's blank proves nothing about the developer. An estimate is no disclosure.
Only claims valid on the day count: a refusal that ended, or has not begun, says nothing.
Contradiction respects precision, and several values of a multi-valued property do not contradict.
"""

from __future__ import annotations

from collections.abc import Sequence

from provenance_graph.acceptance.agreement import distinct
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.resolve import GIVES_VALUE, is_valid_on, refused
from provenance_graph.core.claims import DEVELOPER_RANK, SourcedClaim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG


def status(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> Iri:
    """The disclosure status that the claims about one property amount to on a day.

    Claims of developer rank (the developer's document, config or weights) are considered first.
    After them count the stances that any source reports about the developer: a refusal, an absence,
    or that the property cannot apply. ``as_of`` is an ISO day, else the policy's day counts.
    """
    counting = [item for item in sourced_claims if _counts(item, policy, as_of)]
    developer = [item for item in counting if item.basis in DEVELOPER_RANK]
    given = [item for item in developer if refused(item, policy, as_of) is None]
    stated = [item for item in given if item.claim.stance is Stance.STATED]
    if predicate in policy.single and len(stated) > 1 and len(distinct(stated)) > 1:
        return PG.Contradicted
    if stated or any(i.claim.stance is Stance.DECLARED_EMPTY for i in developer):
        return PG.Disclosed
    stances = {item.claim.stance for item in counting}
    if given or Stance.PARTLY_STATED in stances:
        return PG.PartiallyDisclosed
    if Stance.DECLINES in stances:
        return PG.Withheld
    if Stance.REPORTS_UNDISCLOSED in stances:
        return PG.Undisclosed
    if any(item.claim.stance is Stance.NOT_STATED for item in developer):
        return PG.Undisclosed  # the developer's own form has the field and leaves it blank
    if Stance.INAPPLICABLE in stances:
        return PG.NotApplicable
    return PG.NotRecorded


def _counts(item: SourcedClaim, policy: Policy, as_of: str) -> bool:
    """Whether a claim counts towards the disclosure status on the day.

    A claim without a value counts by its validity and its basis; a claim with a value must be
    acceptable as well.
    """
    if item.claim.unusable or item.basis in policy.never or not is_valid_on(item, policy, as_of):
        return False
    if item.claim.value is not None and item.claim.stance in GIVES_VALUE:
        return refused(item, policy, as_of) is None
    return True


def contested(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> bool:
    """Whether sources give values that cannot all be true.

    For an exhaustive property (such as input and output modalities) sources disagree when they list
    different sets; for other multi-valued properties they never do.
    """
    open_ = [item for item in sourced_claims if refused(item, policy, as_of) is None]
    if predicate in policy.single:
        return len(distinct(open_)) > 1
    if predicate in policy.exhaustive:
        lists: dict[Iri, set[object]] = {}
        for item in open_:
            if item.claim.stance in GIVES_VALUE:
                lists.setdefault(item.header.record, set()).add(item.value)
        return len({frozenset(values) for values in lists.values()}) > 1
    return False
