"""The status of a form field, from the claims that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    Basis,
    SourcedClaim,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.forms.definition import FormField, FormSource
from provenance_graph.forms.answers import (
    STATUSES,
    FilledValue,
)
from provenance_graph.model.knowledge import knowledge

_SILENCES = {"notUnderstood": "unreadable", "notCovered": "empty"}


ORDER = (
    "declined",
    "undisclosed",
    "notApplicable",
    "leftBlank",
    "partlyDisclosed",
    "notAccepted",
    "unreadable",
    "empty",
)
"""The statuses without a value, the most informative first."""


@dataclass(frozen=True, slots=True)
class FieldContent:
    """The values of one form source, or the status of their absence."""

    source: FormSource
    label: str
    values: tuple[FilledValue, ...]
    claims: tuple[SourcedClaim, ...]
    status: str
    notes: tuple[str, ...] = ()


def basis_of(claims: Sequence[SourcedClaim]) -> str:
    """The origin of claims: developer if any is, inferred if all are, else others."""
    bases = {claim.basis for claim in claims}
    if bases & DEVELOPER_RANK:
        return "developer"
    if bases and bases <= {Basis.INFERENCE}:
        return "inferred"
    return "others"


def silence_of(status: Iri | None, claims: Sequence[SourcedClaim], wanted: Iri | None) -> str:
    """The status of a property without a value; "empty" if one certain value was ``wanted``."""
    if wanted is not None:
        return "empty"
    known = knowledge(status or PG.NotRecorded, (), claims)
    return _SILENCES.get(known, known)


def missing_parts(field: FormField, answers: Sequence[FieldContent]) -> list[str]:
    """The parts (or sources) of a field without a value, each with the reason."""
    parts = [
        (name, [a for a in answers if a.source in sources]) for name, sources in field.parts.items()
    ]
    if field.each:
        parts = [(answer.label, [answer]) for answer in answers]
    return [
        f"{name} ({STATUSES[_silent(stated)][2:]})"
        for name, stated in parts
        if not any(answer.values for answer in stated)
    ]


def _silent(answers: Sequence[FieldContent]) -> str:
    """The most informative status among answers without a value."""
    statuses = [answer.status for answer in answers] or ["empty"]
    return min(statuses, key=lambda status: ORDER.index(status))


def status_of(
    field: FormField, answers: Sequence[FieldContent], values: Sequence[FilledValue]
) -> str:
    """The status of a field, from its sources and the values that it shows.

    A source that only repeats a value, and is a footnote of it, does not affect the status.
    """
    if not values:
        return _silent(answers)
    if missing_parts(field, answers):
        return "partly"
    bases = {value.basis for value in values}
    if "developer" in bases and bases - {"developer", "derived"}:
        return "mixed"  # a value of another source is not the developer's statement
    for basis, status in (
        ("developer", "stated"),
        ("others", "reported"),
        ("derived", "derived"),
        ("inferred", "inferred"),
    ):
        if basis in bases:
            return status
    return "reported"
