"""Which claim is accepted, and why. The policy itself is data in the ontology.

For a single-valued property the claims compete: the better basis wins, then the more
recent, then the value that more sources give, then the lowest in canonical order. Where
the best claim gives only a month or a year, a claim of any basis that names a day within
it refines it. Estimates, denials and impossible values never compete. Other properties take every value.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Precision,
    SourcedClaim,
    Stance,
    Value,
    claim_key,
)
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.literals import period
from provenance_graph.core.terms import SCHEMA, XSD

GIVES_VALUE = frozenset({Stance.STATED, Stance.PARTLY_STATED})


@dataclass(frozen=True, slots=True)
class Policy:
    """How claims compete, and which properties are what.

    ``single`` take one value; a source that states an ``exhaustive`` property states all
    its values; ``facts`` have a disclosure status.
    """

    basis_order: tuple[Basis, ...]
    never: frozenset[Basis]
    single: frozenset[Iri]
    exhaustive: frozenset[Iri]
    facts: frozenset[Iri]

    def rank(self, basis: Basis) -> int:
        """Place of a basis in the order; 0 is best."""
        return self.basis_order.index(basis) if basis in self.basis_order else 99


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of all claims about one property of one subject.

    ``values`` are accepted; ``rivals`` are further values that do not agree with them.
    """

    claims: tuple[tuple[SourcedClaim, AcceptanceStatus, str], ...]
    values: tuple[Value, ...]
    rivals: tuple[Value, ...] = ()


def recency(item: SourcedClaim) -> str:
    """The day from which the source says it, else the day it was read."""
    return item.claim.valid_from or item.header.retrieved[:10]


def resolve(
    held: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> Resolution:
    """Judge the claims about one property of one subject."""
    open_: list[SourcedClaim] = []
    closed: list[tuple[SourcedClaim, AcceptanceStatus, str]] = []
    for item in held:
        why = refused(item, policy, as_of)
        if why is None:
            open_.append(item)
        else:
            closed.append((item, why[0], why[1]))
    if not open_:
        return Resolution(tuple(closed), ())
    if predicate in policy.single:
        return _choose(open_, closed, policy)
    values = sorted({item.value for item in open_ if item.value is not None}, key=value_key)
    taken = [(item, AcceptanceStatus.ACCEPTED, "one of several values") for item in open_]
    return Resolution((*taken, *closed), tuple(values))


def refused(item: SourcedClaim, policy: Policy, as_of: str) -> tuple[AcceptanceStatus, str] | None:
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
    day = as_of or "9999"
    if claim.valid_until and claim.valid_until <= day:
        return AcceptanceStatus.SUPERSEDED, f"valid until {claim.valid_until}"
    if as_of and claim.valid_from > as_of:
        return AcceptanceStatus.SUPERSEDED, f"valid from {claim.valid_from}"
    return None


def _choose(
    open_: list[SourcedClaim],
    closed: list[tuple[SourcedClaim, AcceptanceStatus, str]],
    policy: Policy,
) -> Resolution:
    if len(open_) == 1 and open_[0].value is not None:
        only = (open_[0], AcceptanceStatus.ACCEPTED, "the only claim")
        return Resolution((only, *closed), (open_[0].value,))
    support = Counter(item.value for item in open_)

    def order(item: SourcedClaim) -> tuple[object, ...]:
        assert item.value is not None
        return (
            policy.rank(item.basis),
            _descending(recency(item)),
            -support[item.value],
            value_key(item.value),
            claim_key(item.claim),
            item.header.record,
        )

    ranked = sorted(open_, key=order)
    best = ranked[0]
    peers = [item for item in ranked if agree(item, best)]
    winner = min(peers, key=_width)  # of equal width the best ranked, which stands first
    assert winner.value is not None
    judged = [(item, *_standing(item, winner, best, ranked, policy)) for item in ranked]
    rivals = {i.value for i in ranked if i.value is not None and not agree(i, winner)}
    return Resolution((*judged, *closed), (winner.value,), tuple(sorted(rivals, key=value_key)))


def _standing(
    item: SourcedClaim,
    winner: SourcedClaim,
    best: SourcedClaim,
    ranked: list[SourcedClaim],
    policy: Policy,
) -> tuple[AcceptanceStatus, str]:
    if item.value == winner.value:
        if item is winner:
            return AcceptanceStatus.ACCEPTED, _why(winner, best, ranked, policy)
        return AcceptanceStatus.ACCEPTED, "gives the accepted value"
    if item.claim.predicate == SCHEMA.name:
        return AcceptanceStatus.ALTERNATIVE, "agrees: another name of the same thing"
    if agree(item, winner):
        return AcceptanceStatus.ALTERNATIVE, "agrees, less precise"
    if policy.rank(item.basis) > policy.rank(winner.basis):
        return AcceptanceStatus.ALTERNATIVE, f"{winner.basis.label} outranks {item.basis.label}"
    if recency(item) < recency(winner):
        return AcceptanceStatus.ALTERNATIVE, f"older than the accepted claim ({recency(item)})"
    return AcceptanceStatus.ALTERNATIVE, "fewer sources give it, or it sorts later"


def _why(
    winner: SourcedClaim, best: SourcedClaim, ranked: list[SourcedClaim], policy: Policy
) -> str:
    others = [item for item in ranked if not agree(item, winner)]
    if winner is not best:
        within = f"within the {_period(best)} that the {best.basis.label} gives"
        return f"{within}; {_over(winner, others[0], ranked, policy)}" if others else within
    if winner.claim.predicate == SCHEMA.name and len(ranked) > 1:
        return f"the most recent {winner.basis.label} of several names"
    if not others:
        return "no source disagrees" if len(ranked) > 1 else "the only claim"
    return _over(winner, others[0], ranked, policy)


def _period(item: SourcedClaim) -> str:
    return (item.claim.precision or Precision.DAY).label.lower()


def _over(
    winner: SourcedClaim, rival: SourcedClaim, ranked: list[SourcedClaim], policy: Policy
) -> str:
    if policy.rank(rival.basis) > policy.rank(winner.basis):
        return f"{winner.basis.label} outranks {rival.basis.label}"
    if recency(rival) < recency(winner):
        return f"the most recent {winner.basis.label} ({recency(winner)})"
    mine = sum(item.value == winner.value for item in ranked)
    if mine > sum(item.value == rival.value for item in ranked):
        return f"{mine} claims give it, more than any other value"
    return "a tie: the lowest value in canonical order"


def _descending(day: str) -> tuple[int, ...]:
    return tuple(-ord(c) for c in day.ljust(10, "\0"))


def _width(item: SourcedClaim) -> int:
    if (span := _span(item)) is None:
        return 0
    return (span[1] - span[0]).days


def _span(item: SourcedClaim) -> tuple[date, date] | None:
    value = item.value
    if value is None or isinstance(value, Iri) or value.datatype != XSD.date:
        return None
    try:
        return period(value, item.claim.precision or Precision.DAY)
    except ValueError:
        return None


def agree(one: SourcedClaim, other: SourcedClaim) -> bool:
    """Whether two claims can both be true: the same value, or one date within the other.

    A thing may have many names; no two of them disagree.
    """
    if one.value == other.value or one.claim.predicate == SCHEMA.name:
        return True
    mine, yours = _span(one), _span(other)
    if mine is None or yours is None:
        return False
    return (mine[0] <= yours[0] and yours[1] <= mine[1]) or (
        yours[0] <= mine[0] and mine[1] <= yours[1]
    )


def value_key(value: Value) -> tuple[str, ...]:
    """A total order over values."""
    if isinstance(value, Iri):
        return ("", value)
    return (value.datatype, value.lexical.rjust(24), value.language)


def distinct(held: Iterable[SourcedClaim]) -> list[SourcedClaim]:
    """One claim of each group of claims that agree, the most precise first."""
    kept: list[SourcedClaim] = []
    for item in sorted(held, key=lambda item: (_width(item), value_key(item.value or Iri("")))):
        if not any(agree(item, other) for other in kept):
            kept.append(item)
    return kept


def after_release(held: Sequence[SourcedClaim], released: date | None) -> dict[int, str]:
    """Claims of a knowledge cutoff that lies wholly after the release, by position."""
    if released is None:
        return {}
    found = {}
    for position, item in enumerate(held):
        span = _span(item)
        if span is not None and span[0] > released:
            found[position] = f"after the release ({released.isoformat()})"
    return found


def unusable(item: SourcedClaim, why: str) -> SourcedClaim:
    """The same claim, marked as one that cannot be true."""
    return replace(item, claim=replace(item.claim, unusable=why))


def by_predicate(held: Iterable[SourcedClaim]) -> dict[Iri, list[SourcedClaim]]:
    """Claims grouped by property, in a stable order."""
    groups: dict[Iri, list[SourcedClaim]] = defaultdict(list)
    for item in held:
        groups[item.claim.predicate].append(item)
    return {
        predicate: items if len(items) == 1 else sorted(items, key=_held_key)
        for predicate, items in sorted(groups.items())
    }


def _held_key(item: SourcedClaim) -> tuple[Iri, tuple[str, ...]]:
    return item.header.record, claim_key(item.claim)


def describe(policy: Policy) -> str:
    """The policy in one line, for tables and reports."""
    order = " > ".join(basis.label for basis in policy.basis_order)
    never = ", ".join(sorted(basis.label for basis in policy.never))
    return f"{order}; never {never}; {len(policy.single)} properties take one value"


__all__ = [
    "GIVES_VALUE",
    "Policy",
    "Resolution",
    "after_release",
    "agree",
    "by_predicate",
    "describe",
    "distinct",
    "refused",
    "resolve",
    "shorten",
    "unusable",
    "value_key",
]  # fmt: skip
