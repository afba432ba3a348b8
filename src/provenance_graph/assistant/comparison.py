"""A statement on one property of one model with the graph's values, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from provenance_graph.assistant.stated import StatedValue
from provenance_graph.assistant.verdicts import (
    CONTRADICTED,
    SUPPORTED,
    UNDISCLOSED,
    UNKNOWN,
    Checked,
)
from provenance_graph.core import literals
from provenance_graph.core.claims import SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.model.receipt import Receipt

HIDDEN = ("Undisclosed", "Withheld")
"""Disclosure statuses in which no value is ever given."""


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement on one property of one model, with the claims and values of the graph.

    ``plain`` is the text with names blanked, ``about`` the property, ``state`` its disclosure
    status, ``proof`` the receipts.
    """

    text: str
    plain: str
    model: Iri
    about: Iri
    accepted: tuple[Value, ...]
    claims: tuple[SourcedClaim, ...]
    state: str
    proof: tuple[Receipt, ...]

    def is_(self, verdict: str, stated: str, why: str) -> Checked:
        """The result for the statement: verdict, the value it states, and the reason."""
        return Checked(
            self.text,
            verdict,
            short_id(self.model),
            local_name(self.about),
            stated,
            why,
            self.proof,
        )


def silent(one: CheckedStatement) -> Checked:
    """The verdict on a statement that a fact was not disclosed."""
    if one.accepted:
        why = f"a value is accepted: {accepted_text(one.accepted)}"
        return one.is_(CONTRADICTED, UNDISCLOSED, why)
    hidden = one.state in (*HIDDEN, "PartiallyDisclosed")
    return one.is_(SUPPORTED if hidden else UNKNOWN, UNDISCLOSED, state_text(one.state))


def opened(one: CheckedStatement) -> Checked:
    """The verdict on a statement that a fact was disclosed, without its value."""
    if one.accepted:
        return one.is_(SUPPORTED, "disclosed", f"accepted is {accepted_text(one.accepted)}")
    verdict = CONTRADICTED if one.state in HIDDEN else UNKNOWN
    return one.is_(verdict, "disclosed", state_text(one.state))


def ordered(value: Value) -> Decimal | date | None:
    """A value as a date or number for comparison; None where it has no order."""
    if isinstance(value, Iri):
        return None
    try:
        return date.fromisoformat(value.lexical)
    except ValueError:
        return literals.number(value.lexical)


def accepted_text(values: Sequence[Value]) -> str:
    """The first four accepted values as text."""
    return ", ".join(short_id(v) if isinstance(v, Iri) else v.lexical for v in values[:4])


def why_not(stated: StatedValue, one: CheckedStatement) -> str:
    """The reason why a value is contradicted: the accepted one, and who states the other."""
    why = f"accepted is {accepted_text(one.accepted)}"
    others = {
        short_id(claim.header.publisher): claim.status.label.lower()
        for claim in one.claims
        if claim.claim.value is not None
        and claim.status.label != "Accepted"
        and stated.fits(claim.claim.value, ())
    }
    if others:
        why += "; " + ", ".join(
            f"{who} states it ({what})" for who, what in sorted(others.items())[:3]
        )
    return why


def state_text(state: str) -> str:
    """A disclosure status in words."""
    return {
        "Undisclosed": "no value is accepted: the developer has not disclosed it",
        "Withheld": "no value is accepted: the developer declines to say",
        "PartiallyDisclosed": "no value is accepted: partly disclosed",
        "NotRecorded": "no value is accepted, and nothing is recorded about disclosure",
    }.get(state, f"no value is accepted ({state})")
