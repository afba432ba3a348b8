"""The part of the lineage that decides about some entities, for questions about a past day.

Of now a store has its whole lineage as an index. Of a past day it has none unless its dataset was
made, and making the index computes the view of every entity of that day. A question about a few
entities needs only their descendants, and the ancestors of these.
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
    """A lineage index that answers about some entities as the whole index does.

    It holds the entities, their descendants, and all entities that decide about the licences of
    these. For a snapshot of now it is the whole index.
    """
    if not snapshot.as_of or snapshot.folder is not None:
        return LineageIndex.open(snapshot)
    name = f"lineage near {' '.join(sorted(subjects))}"
    return snapshot.cached(name, lambda: part_near(snapshot, subjects))


def part_near(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> LineageIndex:
    """As ``index_near`` for a past day, made at each call: a service answers about any entity.

    Where there is a dataset of the day, its whole index is returned.
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
            continue  # not in the whole index either
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
    """The kind of an entity: by its type, else by the relations it takes part in."""
    types = snapshot.types(entity)
    if PG.UnresolvedReference in types:
        return UNRESOLVED
    used = any(code in DATA_ABOVE for _, code in children)
    written = any(code in DATA_BELOW for _, code, _ in parents)
    return DATASET if PG.Dataset in types or used or written else MODEL
