"""Identity decided: over the shipped records, and over any store, in one commit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import Overlay, StoreStatements
from provenance_graph.acceptance.identity import RULE_AUTHOR as RULES
from provenance_graph.acceptance.policy_data import view_day
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.ingest.build import (
    compile_quads,
    mappings,
    reference_quads,
    shipped_records,
    uncollected,
)
from provenance_graph.ingest.update import Deriver, Updated, difference, digest_part, subjects_of
from provenance_graph.matching.identify import Outcome, identify
from provenance_graph.store.base import Change, Store, WritableStore
from provenance_graph.store.memory import MemoryStore


def decide(data: Path) -> Outcome:
    """What the rules decide about the records below ``data``, given the rows made by hand."""
    by_hand = [row for row in mappings(data) if not row.author.startswith(RULES)]
    with uncollected():
        quads = compile_quads(list(reference_quads()), list(shipped_records(data)), by_hand)
        with MemoryStore(quads) as store:
            return identify(AcceptedSnapshot(store))


def identify_new(store: Store, subjects: Iterable[Iri]) -> list[Mapping]:
    """The rows that the rules decide where one of these subjects is met, for ``settle``.

    What an import calls with the subjects that its commit changed: ``update().subjects``. Names
    that were compared before and left apart stay so, since the rest of the store did not change.
    """
    only = frozenset(subjects)
    return identify(AcceptedSnapshot(store), only=only).mappings if only else []


def held(store: Store) -> list[Mapping]:
    """The mappings that a store holds."""
    return sorted(identity.from_quads(store.quads(graph=identity.GRAPH)))


def settle(store: WritableStore, rows: Iterable[Mapping], derive: Deriver | None = None) -> Updated:
    """Put mappings into a store and bring the accepted view along; all at once or not at all.

    A row replaces what the store holds of the same two names and relation. Records do not change,
    so the digest of the version stays.
    """
    new = list(rows)
    keys = {row.key for row in new}
    merged = {row.subject for row in new if row.merges}
    gone = [
        row
        for row in held(store)
        if row.key in keys
        or (row.merges and row.subject in merged and row.author.startswith(RULES))
    ]
    pending, before = Overlay(), StoreStatements(store)
    for row in gone:
        if row.merges:
            pending.decided[row.subject] = None
    for row in new:
        if row.merges:
            pending.decided[row.subject] = row.object
        elif row.negated:
            pending.different.setdefault(row.subject, set()).add(row.object)
            if before.ruled(row.subject) == row.object:
                pending.rules[row.subject] = None
    after = StoreStatements(store, pending)
    moved = {name for row in (*gone, *new) for name in (row.subject, row.object)}
    subjects = subjects_of(store, moved, moved, before, after)
    out, into = difference(store, subjects, before, after, derive, view_day(store))
    out.extend(_without(identity.quads(gone), identity.quads(new)))
    into.extend(identity.quads(new))
    out.extend(
        (name, SKOS.exactMatch, model, identity.RULES)
        for name in pending.rules
        if (model := before.ruled(name))
    )
    version = store.commit(Change(drop=(), remove=out, add=into), digest_part(store.version))
    return Updated(version, frozenset(subjects), len(into), len(out))


def _without(quads: Iterable[Quad], retained: Iterable[Quad]) -> list[Quad]:
    still = set(retained)
    return [quad for quad in quads if quad not in still]
