"""One conflict: a property of a subject on which claims disagree, with its kind."""

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
    """What a list of conflicts needs of each."""

    @property
    def subject(self) -> Iri:
        """What it is about."""

    @property
    def label(self) -> str:
        """The property's name."""

    @property
    def kind(self) -> str:
        """How they disagree."""

    @property
    def severity(self) -> int:
        """How grave that is, 0 to 100."""

    def about(self) -> frozenset[Iri]:
        """The entities of which it counts as a conflict: its subject, and the other of a pair."""

    @property
    def property(self) -> Iri:
        """On what claims disagree; the last here, since it hides the decorator's name."""


def side_text(value: Value | str, claims: Sequence[SourcedClaim]) -> str:
    """A side's value as people read it; of a date as much as the best of its claims gives."""
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
        """The entities of which it counts as a conflict."""
        return frozenset({self.subject, self.other or self.subject})

    def to_json(self) -> ConflictAnswer:
        """As JSON, with every claim."""
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
