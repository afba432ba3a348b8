"""What the store accepts of the entities that documents speak of, for many documents in one run."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim, Value
from provenance_graph.core.iris import Iri

MAX_SUBJECTS = 5_000
"""The accepted values of so many entities are cached."""


class AcceptedClaims:
    """Accepted claims by entity and property.

    Whether there are any is seen in the accepted values: weighing all that is said of an entity
    to know how each claim stands takes a hundred times as long, and most have none.
    """

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self._values: dict[Iri, dict[Iri, set[Value]]] = {}

    def values(self, subject: Iri, predicate: Iri) -> set[Value]:
        """The accepted values of a property of an entity, by whichever of its names."""
        known = self._values.get(subject)
        if known is None:
            if len(self._values) >= MAX_SUBJECTS:
                self._values.clear()
            known = self._values[subject] = {}
            for _, stated, value, _ in self.snapshot.quads(self.snapshot.canonical(subject)):
                known.setdefault(stated, set()).add(value)
        return known.get(predicate, set())

    def of(self, subject: Iri, predicate: Iri) -> list[SourcedClaim]:
        """The accepted claims with a value on a property of an entity."""
        if not self.values(subject, predicate):
            return []
        return [
            claim
            for claim in self.snapshot.claims(subject, predicate)
            if claim.status is AcceptanceStatus.ACCEPTED and claim.value is not None
        ]
