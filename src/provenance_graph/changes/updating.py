"""Updates data stored for an earlier version of a store to the current version.

The change log lists the subjects that the commits between two versions resolved again. Conflicts,
lineage and other stored data are computed again for these only. If the log does not reach back that
far, everything is computed again on first use.
"""

from __future__ import annotations

from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.log import ChangeLog, sequence_of
from provenance_graph.conflicts import stored
from provenance_graph.conflicts.number import path_of
from provenance_graph.core.iris import Iri
from provenance_graph.model.naming.catalogue_file import catalogue_file

MAX_CHANGED = 2_000
"""The most changed subjects; beyond it, computing everything again costs no more."""


def update_conflicts(store: Path, snapshot: AcceptedSnapshot) -> None:
    """Store the conflicts of a current snapshot, based on those of the latest usable version."""
    folder, version = snapshot.folder, snapshot.version
    if folder is None or snapshot.as_of or path_of(folder, version).exists():
        return
    for before in sorted(stored.versions(folder), key=sequence_of, reverse=True):
        changed = changed_subjects(store, before, version)
        if changed is not None:
            stored.store_conflicts(folder, snapshot, before, changed)
            return


def update_search(store: Path, snapshot: AcceptedSnapshot) -> None:
    """Update the claim table, from which the search index is made, if the index is missing."""
    folder, version = snapshot.folder, snapshot.version
    if folder is None or snapshot.as_of or catalogue_file(folder, version).exists():
        return
    if any(folder.glob("claims-*")):
        from provenance_graph.changes.claim_rows import update_table  # loads Polars

        update_table(store, snapshot)


def changed_subjects(store: Path, before: str, version: str) -> frozenset[Iri] | None:
    """The subjects that commits resolved again since a version; None if unknown or too many."""
    commits = ChangeLog(store).whole(before, version)
    if commits is None:
        return None
    subjects = frozenset(subject for commit in commits for subject in commit.subjects)
    return subjects if len(subjects) <= MAX_CHANGED else None
