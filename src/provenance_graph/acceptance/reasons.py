"""The reason, one sentence, why a claim is accepted or not."""

from __future__ import annotations

from collections.abc import Sequence

from provenance_graph.acceptance.agreement import agree
from provenance_graph.acceptance.policy.policy import PolicyCriterion
from provenance_graph.core.claims import (
    AcceptanceRule,
    AcceptanceStatus,
    Basis,
    Precision,
    Ruling,
    SourcedClaim,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SCHEMA, XSD


def why_accepted(
    winner: SourcedClaim,
    best: SourcedClaim,
    competing: Sequence[SourcedClaim],
    decided: PolicyCriterion | None,
) -> str:
    """The reason why the winner is accepted where other claims competed.

    ``best`` is the claim that the criteria leave; the winner is that claim, or a more precise one
    that agrees with it. ``decided`` is the criterion that decided against rivals, None without
    rivals.
    """
    if winner.claim.predicate == SCHEMA.name:
        return "the name that the closest source gives"
    refined = f"within the {_open(best)} that {_who(best)} gives" if winner is not best else ""
    if decided is None:
        return refined or "no source disagrees"
    over = f"{_WON[decided]} than any rival's" if decided in _COMPARED else _WON[decided]
    if decided is PolicyCriterion.BASIS and not refined:
        rival = next(i for i in competing if not agree(i, winner) and i.basis is not best.basis)
        over = f"{best.basis.label} outranks {rival.basis.label}"
    return f"{refined}; {over}" if refined else over


def _who(item: SourcedClaim) -> str:
    return f"the {item.basis.label}"


def _precision(item: SourcedClaim) -> Precision:
    return item.claim.precision or Precision.DAY


def _open(item: SourcedClaim) -> str:
    value = item.value
    if value is not None and not isinstance(value, Iri) and value.datatype == XSD.date:
        return _precision(item).label.lower()
    return "rounded number"


_COMPARED = frozenset(
    {
        PolicyCriterion.EDITION,
        PolicyCriterion.CLOSENESS,
        PolicyCriterion.SUPPORT,
        PolicyCriterion.CUSTODY,
    }
)
_WON = {
    PolicyCriterion.BASIS: "its basis is stronger",
    PolicyCriterion.EDITION: "its source's edition is later",
    PolicyCriterion.CLOSENESS: "its source is closer to the facts",
    PolicyCriterion.SUPPORT: "more independent sources give it",
    PolicyCriterion.CUSTODY: "its author is better known",
    PolicyCriterion.STATEMENT: "its source dates it later",
    PolicyCriterion.VALUE: "contested, and no criterion decides: the lowest value in canonical order",
}
_LOST = {
    PolicyCriterion.EDITION: "another source's edition is later",
    PolicyCriterion.CLOSENESS: "another source is closer to the facts",
    PolicyCriterion.SUPPORT: "fewer independent sources give it",
    PolicyCriterion.CUSTODY: "the author of another claim is better known",
    PolicyCriterion.STATEMENT: "another source dates it later",
    PolicyCriterion.VALUE: "contested, and no criterion decides: it sorts later",
}


def status_of(item: SourcedClaim, winner: SourcedClaim, fell: PolicyCriterion | None) -> Ruling:
    """The ruling on a claim other than the winner; ``fell`` is the criterion that eliminated it."""
    if item.value == winner.value:
        why = "gives the accepted value"
        if _precision(item) is not _precision(winner):
            why = "agrees, less precise"  # a period, stored as its last day
        if item.basis is Basis.INFERENCE and winner.basis is not Basis.INFERENCE:
            why = f"{why}, which it infers"
        else:
            why = marked(item, why)
        return Ruling(AcceptanceStatus.ACCEPTED, why, AcceptanceRule.SAME_VALUE)
    if item.claim.predicate == SCHEMA.name:
        why = "agrees: another name of the same entity"
        return Ruling(AcceptanceStatus.ALTERNATIVE, why, AcceptanceRule.AGREES)
    if agree(item, winner):
        return Ruling(AcceptanceStatus.ALTERNATIVE, "agrees, less precise", AcceptanceRule.AGREES)
    if fell is PolicyCriterion.BASIS:
        why = f"{winner.basis.label} outranks {item.basis.label}"
    else:
        why = _LOST.get(fell or PolicyCriterion.VALUE, "")
    return Ruling(AcceptanceStatus.ALTERNATIVE, _with(why, item.demoted))


def marked(item: SourcedClaim, why: str) -> str:
    """The reason why a claim is accepted, followed by the evidence against it."""
    if item.implausible:
        why = f"{why}; implausible: {item.implausible}"
    if item.basis is Basis.INFERENCE:
        why = f"{why}; inferred, no source states it"
    return _with(why, item.demoted)


def _with(why: str, further: str) -> str:
    return f"{why}; {further}" if further else why
