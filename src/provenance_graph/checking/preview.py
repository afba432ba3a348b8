"""A preview of an import: the accepted values before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from provenance_graph.acceptance.evidence import Overlay, StoreStatements, view
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.core.claims import AcceptanceStatus, Record, SourcedClaim, Value
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import Store

Outcome = Literal["new", "replaces", "adds", "agrees", "outweighed", "no value"]
"""The outcome for a property; ``outweighed``: the records' value would not be accepted."""


@dataclass(frozen=True, slots=True)
class PreviewChange:
    """One property about which the records make claims, with accepted values before and after.

    ``stated`` are the records' values. ``reason`` is the acceptance policy's sentence on the first
    claim of the records.
    """

    subject: Iri
    known: bool
    predicate: Iri
    stated: tuple[Value, ...]
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    outcome: Outcome
    reason: str


def preview(
    store: Store, snapshot: AcceptedSnapshot, records: Sequence[Record]
) -> list[PreviewChange]:
    """The changes that importing records would make, by subject; nothing is written.

    ``snapshot`` reads the same store; raises StoreError where it has no acceptance policy.
    """
    pending = Overlay(added={record.header.record: record for record in records})
    statements = StoreStatements(store, pending)
    latest = CurrentVersions(statements)
    names = {claim.subject for record in records for claim in record.claims}
    own = frozenset(pending.added)
    return [
        change
        for subject in sorted({statements.canonical(name) for name in names})
        for change in _of_subject(subject, snapshot, statements, latest, own)
    ]


def _of_subject(
    subject: Iri,
    snapshot: AcceptedSnapshot,
    statements: StoreStatements,
    latest: CurrentVersions,
    own: frozenset[Iri],
) -> Iterator[PreviewChange]:
    known = snapshot.knows(subject)
    after = view(subject, statements, snapshot.policy, latest)
    stated: dict[Iri, list[SourcedClaim]] = {}
    for claim in after.claims:
        if claim.header.record in own:
            stated.setdefault(claim.claim.predicate, []).append(claim)
    for predicate, claims in stated.items():
        now = tuple(snapshot.values(subject, predicate)) if known else ()
        then = tuple(o for _, p, o, _ in after.quads if p == predicate)
        values = tuple(c.value for c in claims if c.value is not None)
        outcome = _outcome(claims, values, now, then)
        yield PreviewChange(subject, known, predicate, values, now, then, outcome, claims[0].reason)


def _outcome(
    claims: Sequence[SourcedClaim],
    stated: Sequence[Value],
    before: Sequence[Value],
    after: Sequence[Value],
) -> Outcome:
    if not stated:
        return "no value"
    if set(before) == set(after):
        return "agrees" if set(stated) <= set(after) else "outweighed"
    if not before:
        accepted = any(c.status is AcceptanceStatus.ACCEPTED for c in claims)
        return "new" if accepted else "outweighed"
    return "adds" if set(before) < set(after) else "replaces"
