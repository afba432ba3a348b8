"""Cached accepted values and claims of entities, for checks of many documents."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim, Value
from provenance_graph.core.iris import Iri

MAX_SUBJECTS = 5_000
"""Entities whose accepted values are cached."""


class AcceptedClaims:
    """Accepted claims by entity and property.

    Accepted values are read first: deciding the status of every claim about an entity takes a
    hundred times as long, and most entities have no such value.
    """

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self._values: dict[Iri, dict[Iri, set[Value]]] = {}

    def values(self, subject: Iri, predicate: Iri) -> set[Value]:
        """The accepted values of a property of an entity, by any of its names."""
        known = self._values.get(subject)
        if known is None:
            if len(self._values) >= MAX_SUBJECTS:
                self._values.clear()
            known = self._values[subject] = {}
            for _, stated, value, _ in self.snapshot.quads(self.snapshot.canonical(subject)):
                known.setdefault(stated, set()).add(value)
        return known.get(predicate, set())

    def of(self, subject: Iri, predicate: Iri) -> list[SourcedClaim]:
        """The accepted claims of a property of an entity, without those that have no value."""
        if not self.values(subject, predicate):
            return []
        return [
            claim
            for claim in self.snapshot.claims(subject, predicate)
            if claim.status is AcceptanceStatus.ACCEPTED and claim.value is not None
        ]
