"""The part of the lineage that bears on some entities, for questions about a past day.

Of now a store has its whole lineage as an index. Of a past day it has none unless its dataset was made, and making it computes
the view of every entity of that day; what is asked of a few needs only what lies below them, and
what lies above these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.licences.inheritance.own_names import release_of
from provenance_graph.lineage import read
from provenance_graph.lineage.index import (
    DATA_ABOVE,
    DATA_BELOW,
    DATASET,
    MODEL,
    UNRESOLVED,
    LineageIndex,
)

Referrers = Callable[[Iri], set[tuple[Iri, int]]]
"""The entities that have a lineage edge to one, each with the relation's code."""


def index_near(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> LineageIndex:
    """An index that answers about these entities as the whole one does.

    It holds them, their descendants, and all that decides about the licences of these: the whole
    index where the snapshot is of now.
    """
    if not snapshot.as_of or snapshot.folder is not None:
        return LineageIndex.open(snapshot)
    name = f"lineage near {' '.join(sorted(subjects))}"
    return snapshot.cached(name, lambda: part_near(snapshot, subjects))


def part_near(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> LineageIndex:
    """The same of a past day, made each time: for a service, which answers about any entity.

    Where there is a dataset of the day, its whole index.
    """
    if snapshot.folder is not None:
        return LineageIndex.open(snapshot)
    referrers = cache(lambda entity: read.referrers(snapshot, entity))
    kinds: dict[Iri, int] = {}
    todo = _below(subjects, referrers)
    while todo:
        member = todo.pop()
        if member in kinds:
            continue
        parents, licences, _ = read.subject(snapshot, member)
        if not parents and not licences and not referrers(member):
            continue  # the whole index does not have it
        kind = kinds[member] = _kind(snapshot, member, parents, referrers(member))
        todo += [parent for parent, *_ in parents]
        unlabelled = not licences and release_of(member) != member
        if unlabelled or kind == UNRESOLVED:  # as in ``recorded.bearing_on``
            todo += [child for child, _ in referrers(member)]
    members = sorted(kinds)
    none = LineageIndex.of_edges((), dict.fromkeys(members, ()), snapshot.version)
    index = none.update(snapshot, members)
    return replace(index, kind=np.array([kinds[name] for name in index.names], np.uint8))


def _below(subjects: Sequence[Iri], referrers: Referrers) -> list[Iri]:
    """Some entities and their descendants."""
    known: dict[Iri, None] = {}
    todo = list(subjects)
    while todo:
        entity = todo.pop()
        if entity not in known:
            known[entity] = None
            todo += [child for child, _ in referrers(entity)]
    return list(known)


def _kind(
    snapshot: AcceptedSnapshot,
    entity: Iri,
    parents: Iterable[tuple[Iri, int, bool]],
    children: Iterable[tuple[Iri, int]],
) -> int:
    """What an entity is: by type, else by how it is used."""
    types = snapshot.types(entity)
    if PG.UnresolvedReference in types:
        return UNRESOLVED
    used = any(code in DATA_ABOVE for _, code in children)
    written = any(code in DATA_BELOW for _, code, _ in parents)
    return DATASET if PG.Dataset in types or used or written else MODEL
