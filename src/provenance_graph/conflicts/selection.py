"""Filters and counts conflicts that were found.

``summary`` and ``counted`` are the only definition of their numbers. This module does not detect
conflicts, so that a service that reads stored ones need not load the detection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypeVar

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import DEFAULT, KINDS
from provenance_graph.conflicts.results import Conflict, ConflictSummary
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS

if TYPE_CHECKING:
    from provenance_graph.conflicts.answers import ConflictList

C = TypeVar("C", bound=ConflictSummary)


def chosen(
    listed_conflicts: Iterable[C],
    kinds: Collection[str] = (),
    fields_: Collection[str] = (),
    developers: Collection[Iri] = (),
    *,
    snapshot: AcceptedSnapshot,
    every: bool = False,
) -> list[C]:
    """Filter conflicts by kinds (by default the default kinds), fields and developers.

    ``every`` selects all kinds. Raises UsageError for an unknown kind, or for a field without
    conflicts.
    """
    if unknown := set(kinds) - set(KINDS):
        raise UsageError(f"no kind {min(unknown)!r}; there are {', '.join(KINDS)}")
    listed = list(listed_conflicts)
    wanted = set(kinds) or (set(KINDS) if every else set(DEFAULT))
    names = {local_name(c.property) for c in listed} | {c.label for c in listed}
    if missing := [f for f in fields_ if f not in names]:
        raise UsageError(
            f"no conflict is about {missing[0]!r}; there are {', '.join(sorted(names)) or 'none'}"
        )
    known = None
    if developers:
        from provenance_graph.matching.organizations import Organizations

        known = Organizations(snapshot)

    def made_by(subject: Iri) -> bool:
        if known is None:
            return True
        makers = snapshot.values(subject, DCTERMS.creator)
        return any(set(developers) & known.with_wholes(m) for m in makers if isinstance(m, Iri))

    return [
        c
        for c in listed
        if c.kind in wanted
        and (not fields_ or local_name(c.property) in fields_ or c.label in fields_)
        and made_by(c.subject)
    ]


def of_default_kinds(listed_conflicts: Iterable[C]) -> list[C]:
    """The conflicts of the default kinds."""
    return [c for c in listed_conflicts if c.kind in DEFAULT]


def select_conflicts(
    listed_conflicts: Iterable[Conflict], *, every_kind: bool = False
) -> ConflictList:
    """The answer for one entity: its conflicts of the default kinds, or of every kind."""
    every = list(listed_conflicts)
    conflicts = every if every_kind else of_default_kinds(every)
    kinds = summary(every)
    return {
        "items": [conflict.to_json() for conflict in conflicts],
        "total": len(conflicts),
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
    }


def summary(listed_conflicts: Iterable[ConflictSummary]) -> Counter[str]:
    """The number of conflicts of each kind, as shown by every page and command."""
    return Counter(c.kind for c in listed_conflicts)


def counted(listed_conflicts: Iterable[ConflictSummary]) -> Counter[Iri]:
    """The number of conflicts of the default kinds per entity."""
    return Counter(entity for c in listed_conflicts if c.kind in DEFAULT for entity in c.about())
