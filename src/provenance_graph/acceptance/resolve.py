"""Which claim about one property of one subject is accepted, and why: one sentence each.

For a single-valued property the claims compete. The criteria of the policy are applied one
after another, each keeping the best of what the one before left; the first that leaves a
rival behind is the reason given. Where the best claim names only a month, or a rounded
count, a claim that itself competes and lies within it refines it. Of properties with several
values every claim is accepted, but not an inference beside a statement, and not a distant
source's further value where the property says that closer sources state them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from provenance_graph.acceptance.agreement import agree, value_key, width
from provenance_graph.acceptance.policy import CUSTODY_RANK, Criterion, Policy
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Custody,
    Precision,
    SourcedClaim,
    Stance,
    Value,
    claim_key,
)
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DERIVATIONS, PROV, SCHEMA, XSD

GIVES_VALUE = frozenset({Stance.STATED, Stance.PARTLY_STATED})
DEVELOPER_VALUES = frozenset({Basis.ARTIFACT, Basis.DEVELOPER, Basis.MEASUREMENT})
"""Bases on which a value outranks a documented silence of the developer."""
_LINEAGE = frozenset({*DERIVATIONS, PROV.wasDerivedFrom})

Judged = tuple[SourcedClaim, AcceptanceStatus, str]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of all claims about one property of one subject.

    ``values`` are accepted; ``rivals`` are further values that do not agree with them.
    ``inferred`` says that the accepted value is an inference and nothing else, ``implausible``
    that it was accepted although a check speaks against it, ``decided`` which criterion
    settled it, None where nothing competed.
    """

    claims: tuple[Judged, ...]
    values: tuple[Value, ...]
    rivals: tuple[Value, ...] = ()
    inferred: bool = False
    implausible: bool = False
    decided: Criterion | None = None


def resolve(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> Resolution:
    """Decide between the claims about one property; ``as_of`` a day, else the policy's."""
    competing: list[SourcedClaim] = []
    closed: list[Judged] = []
    silence = documented_silence(sourced_claims, predicate, policy, as_of)
    for item in sourced_claims:
        why = refused(item, policy, as_of) or _silenced(item, silence)
        if why is None:
            competing.append(item)
        else:
            closed.append((item, why[0], why[1]))
    if any(item.implausible for item in competing):
        competing, further = _plausible(competing, policy)
        closed.extend(further)
    if not competing:
        return Resolution(tuple(closed), ())
    if predicate in policy.single:
        return _single(competing, closed, predicate, policy)
    return _several(competing, closed, predicate, policy)


def holds(item: SourcedClaim, policy: Policy, as_of: str) -> bool:
    """Whether a claim says something of the day, by its validity."""
    day, claim = as_of or policy.day, item.claim
    return not (claim.valid_until and claim.valid_until <= day) and not claim.valid_from > day


def refused(
    item: SourcedClaim, policy: Policy, as_of: str = ""
) -> tuple[AcceptanceStatus, str] | None:
    """Why a claim does not compete at all, or None when it does."""
    claim = item.claim
    if claim.unusable:
        return AcceptanceStatus.REJECTED, claim.unusable
    if claim.value is None:
        return AcceptanceStatus.ALTERNATIVE, f"no value: {claim.stance.label}"
    if claim.stance not in GIVES_VALUE:
        return AcceptanceStatus.REJECTED, f"the source {claim.stance.label} it"
    if item.basis in policy.never:
        return AcceptanceStatus.REJECTED, f"{item.basis.label} is never accepted"
    if claim.confidence is not None and claim.confidence < policy.confidence:
        return (
            AcceptanceStatus.REJECTED,
            f"its confidence {claim.confidence} is below {policy.confidence}",
        )
    if item.header.custody is Custody.DERIVED and claim.predicate in _LINEAGE:
        return AcceptanceStatus.REJECTED, "lineage that a program took from prose"
    if not holds(item, policy, as_of):
        ended = claim.valid_until and claim.valid_until <= (as_of or policy.day)
        bound = f"until {claim.valid_until}" if ended else f"from {claim.valid_from}"
        return AcceptanceStatus.SUPERSEDED, f"valid {bound}"
    return None


def documented_silence(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> SourcedClaim | None:
    """The refusal or the search that stands against third parties' values, if there is one.

    A refusal is the developer's own; a search is reported by a source of the first two tiers.
    A report that its own source is unsure of is no search.
    """
    if predicate not in policy.guarded:
        return None
    for item in sourced_claims:
        claim = item.claim
        if claim.stance not in (Stance.DECLINES, Stance.REPORTS_UNDISCLOSED):
            continue
        if item.basis in policy.never or not holds(item, policy, as_of) or claim.unusable:
            continue
        if item.basis in DEVELOPER_VALUES or policy.source(item).tier <= 2:
            return item
    return None


def _silenced(
    item: SourcedClaim, silence: SourcedClaim | None
) -> tuple[AcceptanceStatus, str] | None:
    if silence is None or item.basis in DEVELOPER_VALUES or names_document(item):
        return None
    declines = silence.claim.stance is Stance.DECLINES
    known = "the developer declines to say" if declines else "searched for and not found"
    where = local_name(silence.header.collection)
    return AcceptanceStatus.ALTERNATIVE, f"{known} ({where}), and it names no document"


def names_document(item: SourcedClaim) -> bool:
    """Whether a claim names the document that it rests on, by its address."""
    return "://" in item.claim.locator


def _plausible(
    competing: list[SourcedClaim], policy: Policy
) -> tuple[list[SourcedClaim], list[Judged]]:
    """Those that pass the checks; where none does, those of researched indices."""
    retained = [item for item in competing if not item.implausible]
    if not retained:
        retained = [item for item in competing if policy.source(item).researched]
    staying = {id(item) for item in retained}
    lost = [
        (item, AcceptanceStatus.REJECTED, f"implausible: {item.implausible}")
        for item in competing
        if id(item) not in staying
    ]
    return retained, lost


# ---- one value ---------------------------------------------------------------------------


def _single(
    competing: list[SourcedClaim], closed: list[Judged], predicate: Iri, policy: Policy
) -> Resolution:
    if len(competing) == 1:
        (only,) = competing
        assert only.value is not None
        why = "the only claim" if not closed else "the only claim that competes"
        marked = _marked(only, why)
        return Resolution(
            ((only, AcceptanceStatus.ACCEPTED, marked), *closed),
            (only.value,),
            inferred=only.basis is Basis.INFERENCE,
            implausible=bool(only.implausible),
        )
    best, fell = _best(competing, predicate, policy)
    winner, closer = _narrowest(competing, best, predicate, policy)
    fell = {**fell, **closer}
    assert winner.value is not None
    rivals = {i.value for i in competing if i.value is not None and not agree(i, winner)}
    decided = _decisive(competing, winner, closer if closer else fell)
    why = _why(winner, best, competing, decided)
    judged: list[Judged] = []
    for item in sorted(competing, key=lambda item: (item is not winner, _last(item))):
        if item is winner:
            judged.append((item, AcceptanceStatus.ACCEPTED, _marked(item, why)))
        else:
            judged.append((item, *_status(item, winner, fell.get(id(item)))))
    return Resolution(
        (*judged, *closed),
        (winner.value,),
        tuple(sorted(rivals, key=value_key)),
        inferred=winner.basis is Basis.INFERENCE,
        implausible=bool(winner.implausible),
        decided=decided,
    )


def _narrowest(
    competing: Sequence[SourcedClaim], best: SourcedClaim, predicate: Iri, policy: Policy
) -> tuple[SourcedClaim, dict[int, Criterion]]:
    """The claim that leaves least open of those that may stand for the best, by the criteria."""
    if not width(best):
        return best, {}
    standing = [item for item in competing if _refines(item, best)]
    least = min(map(width, standing))
    if width(best) == least:
        return best, {}
    return _best([item for item in standing if width(item) == least], predicate, policy)


def _refines(item: SourcedClaim, best: SourcedClaim) -> bool:
    """Whether a claim may stand for the best one: it agrees, and is no weaker than a report."""
    if item is best:
        return True
    return agree(item, best) and (item.basis is not Basis.INFERENCE or item.value == best.value)


def _best(
    competing: Sequence[SourcedClaim], predicate: Iri, policy: Policy
) -> tuple[SourcedClaim, dict[int, Criterion]]:
    """The claim that the criteria leave, and by which criterion each other one fell."""
    left = list(competing)
    fell: dict[int, Criterion] = {}
    for criterion in policy.criteria(predicate):
        if len(left) == 1:
            break
        retained = _KEEP[criterion](left, competing, predicate, policy)
        if len(retained) < len(left):
            staying = {id(item) for item in retained}
            fell.update((id(item), criterion) for item in left if id(item) not in staying)
            left = retained
    return min(left, key=_last), fell


def _last(item: SourcedClaim) -> tuple[object, ...]:
    return (
        value_key(item.value or Iri("")),
        width(item),
        claim_key(item.claim),
        item.header.record,
    )


Keep = Callable[[list[SourcedClaim], Sequence[SourcedClaim], Iri, Policy], list[SourcedClaim]]


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
    backing: dict[Value | None, set[Iri]] = defaultdict(set)
    for item in competing:
        if item.basis is not Basis.INFERENCE:
            backing[item.value].add(policy.origin(item))
    return _lowest(left, lambda item: -len(backing[item.value]))


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


_KEEP: dict[Criterion, Keep] = {
    Criterion.BASIS: _by_basis,
    Criterion.EDITION: _by_edition,
    Criterion.CLOSENESS: _by_closeness,
    Criterion.SUPPORT: _by_support,
    Criterion.CUSTODY: _by_custody,
    Criterion.STATEMENT: _by_statement,
    Criterion.VALUE: _by_value,
}


# ---- several values -----------------------------------------------------------------------


def _several(
    competing: list[SourcedClaim], closed: list[Judged], predicate: Iri, policy: Policy
) -> Resolution:
    stated = [item for item in competing if item.basis is not Basis.INFERENCE]
    chosen = stated or competing
    if predicate in policy.tiered and stated:
        tier = min(_tier(item, policy) for item in stated)
        chosen = [item for item in stated if _tier(item, policy) == tier]
    values = {item.value for item in chosen if item.value is not None}
    judged: list[Judged] = []
    for item in competing:
        if item.value in values:
            judged.append((item, AcceptanceStatus.ACCEPTED, _marked(item, "one of several values")))
        elif item.basis is Basis.INFERENCE:
            judged.append((item, AcceptanceStatus.ALTERNATIVE, "an inference beside a statement"))
        else:
            why = "sources closer to the facts list the values, and not this one"
            judged.append((item, AcceptanceStatus.ALTERNATIVE, why))
    rivals = {item.value for item in competing if item.value is not None} - values
    return Resolution(
        (*judged, *closed),
        tuple(sorted(values, key=value_key)),
        tuple(sorted(rivals, key=value_key)),
        inferred=not stated,
        implausible=any(item.implausible for item in chosen),
    )


def _tier(item: SourcedClaim, policy: Policy) -> int:
    """Tiers 1 and 2 together state the values; a farther source counts where they say nothing."""
    if item.basis in DEVELOPER_VALUES:
        return 2
    return max(2, policy.source(item).tier)


# ---- reasons ------------------------------------------------------------------------------


def _decisive(
    competing: Sequence[SourcedClaim], winner: SourcedClaim, fell: dict[int, Criterion]
) -> Criterion | None:
    """The last criterion that a rival of the winner passed or fell by: the closest call."""
    rivals = [fell[id(i)] for i in competing if id(i) in fell and not agree(i, winner)]
    order = list(_KEEP)
    return max(rivals, key=order.index, default=None)


def _why(
    winner: SourcedClaim,
    best: SourcedClaim,
    competing: Sequence[SourcedClaim],
    decided: Criterion | None,
) -> str:
    if winner.claim.predicate == SCHEMA.name:
        return "the name that the closest source gives"
    refined = f"within the {_open(best)} that {_who(best)} gives" if winner is not best else ""
    if decided is None:
        return refined or "no source disagrees"
    over = f"{_WON[decided]} than any rival's" if decided in _COMPARED else _WON[decided]
    if decided is Criterion.BASIS and not refined:
        rival = next(i for i in competing if not agree(i, winner) and i.basis is not best.basis)
        over = f"{best.basis.label} outranks {rival.basis.label}"
    return f"{refined}; {over}" if refined else over


def _who(item: SourcedClaim) -> str:
    return f"the {item.basis.label}"


def _open(item: SourcedClaim) -> str:
    value = item.value
    if value is not None and not isinstance(value, Iri) and value.datatype == XSD.date:
        return (item.claim.precision or Precision.DAY).label.lower()
    return "rounded number"


_COMPARED = frozenset(
    {Criterion.EDITION, Criterion.CLOSENESS, Criterion.SUPPORT, Criterion.CUSTODY}
)
_WON = {
    Criterion.BASIS: "its basis is stronger",
    Criterion.EDITION: "its source's edition is later",
    Criterion.CLOSENESS: "its source stands closer to the facts",
    Criterion.SUPPORT: "more independent sources give it",
    Criterion.CUSTODY: "it is better known who said it",
    Criterion.STATEMENT: "its source says it of a later day",
    Criterion.VALUE: "contested, and nothing decides: the lowest value in canonical order",
}
_LOST = {
    Criterion.EDITION: "another source's edition is later",
    Criterion.CLOSENESS: "another source stands closer to the facts",
    Criterion.SUPPORT: "fewer independent sources give it",
    Criterion.CUSTODY: "of another claim it is better known who said it",
    Criterion.STATEMENT: "another source says it of a later day",
    Criterion.VALUE: "contested, and nothing decides: it sorts later",
}


def _status(
    item: SourcedClaim, winner: SourcedClaim, fell: Criterion | None
) -> tuple[AcceptanceStatus, str]:
    if item.value == winner.value:
        return AcceptanceStatus.ACCEPTED, _marked(item, "gives the accepted value")
    if item.claim.predicate == SCHEMA.name:
        return AcceptanceStatus.ALTERNATIVE, "agrees: another name of the same thing"
    if agree(item, winner):
        return AcceptanceStatus.ALTERNATIVE, "agrees, less precise"
    if fell is Criterion.BASIS:
        why = f"{winner.basis.label} outranks {item.basis.label}"
        return AcceptanceStatus.ALTERNATIVE, _with(why, item.demoted)
    return AcceptanceStatus.ALTERNATIVE, _with(_LOST.get(fell or Criterion.VALUE, ""), item.demoted)


def _marked(item: SourcedClaim, why: str) -> str:
    if item.implausible:
        why = f"{why}; implausible: {item.implausible}"
    if item.basis is Basis.INFERENCE:
        why = f"{why}; inferred, no source states it"
    return _with(why, item.demoted)


def _with(why: str, further: str) -> str:
    return f"{why}; {further}" if further else why


def unusable(item: SourcedClaim, why: str) -> SourcedClaim:
    """The same claim, marked as one that cannot be true."""
    return replace(item, claim=replace(item.claim, unusable=why))


def by_predicate(sourced_claims: Iterable[SourcedClaim]) -> dict[Iri, list[SourcedClaim]]:
    """Claims grouped by property, in a stable order."""
    groups: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for item in sourced_claims:
        groups[item.claim.predicate].append(item)
    return {
        predicate: items if len(items) == 1 else sorted(items, key=claim_order)
        for predicate, items in sorted(groups.items())
    }


def claim_order(item: SourcedClaim) -> tuple[Iri, tuple[str, ...]]:
    """What orders the claims of one property, the same in every run."""
    return item.header.record, claim_key(item.claim)
