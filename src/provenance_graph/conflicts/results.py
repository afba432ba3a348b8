"""The result type of conflicts: a property of a subject on which claims disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from provenance_graph.core.claims import AcceptanceStatus, Literal, Precision, SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import date_text
from provenance_graph.core.terms import XSD
from provenance_graph.model.cells import claim_json

if TYPE_CHECKING:
    from provenance_graph.conflicts.answers import ConflictAnswer

Side = tuple[Value | str, tuple[SourcedClaim, ...]]


class ConflictSummary(Protocol):
    """The properties of a conflict that lists need."""

    @property
    def subject(self) -> Iri:
        """The subject of the conflict."""

    @property
    def label(self) -> str:
        """The label of the property."""

    @property
    def kind(self) -> str:
        """The kind of the conflict, a key of KINDS."""

    @property
    def severity(self) -> int:
        """The severity, 0 to 100."""

    def about(self) -> frozenset[Iri]:
        """The entities whose conflict it is: its subject, and the other of an unmerged pair."""

    @property
    def property(self) -> Iri:
        """The property on which claims disagree; last here, since it hides the decorator."""


def side_text(value: Value | str, claims: Sequence[SourcedClaim]) -> str:
    """The text of a side's value; a date has the best precision among its claims."""
    if isinstance(value, Iri):
        return short_id(value)
    precisions = [claim.claim.precision or Precision.DAY for claim in claims]
    dated = isinstance(value, Literal) and value.datatype == XSD.date and precisions
    best = min(precisions, key=list(Precision).index) if dated else None
    return date_text(str(value), best)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One property of one subject on which claims disagree.

    ``sides`` groups the claims by value, the accepted value first. ``severity`` is 0 to 100.
    ``other`` is the second of two entities that are not merged.
    """

    subject: Iri
    property: Iri
    label: str
    kind: str
    severity: int
    explanation: str
    sides: tuple[Side, ...]
    name: str = ""
    other: Iri | None = None

    def about(self) -> frozenset[Iri]:
        """The entities whose conflict it is: its subject, and the other of an unmerged pair."""
        return frozenset({self.subject, self.other or self.subject})

    def to_json(self) -> ConflictAnswer:
        """The conflict as a JSON answer, with every claim."""
        return {
            "subject": {"iri": self.subject, "id": short_id(self.subject), "label": self.name},
            "property": local_name(self.property),
            "label": self.label,
            "kind": self.kind,
            "severity": self.severity,
            "explanation": self.explanation,
            "sides": [
                {
                    "value": side_text(value, claims),
                    "accepted": any(c.status is AcceptanceStatus.ACCEPTED for c in claims),
                    "claims": [claim_json(claim) for claim in claims],
                }
                for value, claims in self.sides
            ],
        }
