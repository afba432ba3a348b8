"""Conflicts that were found: those that are asked for, and how many there are of each kind.

``summary`` and ``counted`` are the one definition of their numbers. Nothing here finds any, so that
a service that reads them as stored loads nothing of the search for them.
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
    """Those of some kinds (the default ones where none is named), fields and developers.

    Raises UsageError for a kind or a field there is not.
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
    """Those of the kinds that are listed where nobody asks for others."""
    return [c for c in listed_conflicts if c.kind in DEFAULT]


def select_conflicts(
    listed_conflicts: Iterable[Conflict], *, every_kind: bool = False
) -> ConflictList:
    """The conflicts of one entity as an answer: those of the default kinds, or of every kind."""
    every = list(listed_conflicts)
    conflicts = every if every_kind else of_default_kinds(every)
    kinds = summary(every)
    return {
        "items": [conflict.to_json() for conflict in conflicts],
        "total": len(conflicts),
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
    }


def summary(listed_conflicts: Iterable[ConflictSummary]) -> Counter[str]:
    """How many there are of each kind: the one count that every page and command gives."""
    return Counter(c.kind for c in listed_conflicts)


def counted(listed_conflicts: Iterable[ConflictSummary]) -> Counter[Iri]:
    """How many conflicts of the default kinds each entity has: what every count of a model is."""
    return Counter(entity for c in listed_conflicts if c.kind in DEFAULT for entity in c.about())
