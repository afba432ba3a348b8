"""The lineage as licences follow it, and how completely that of the weights is recorded.

A reference to the model itself, to its family or to its own checkpoint is no parent. Where a source
of developer rank says that a model was trained from scratch, parents that only third parties report
do not count for its licence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Stance
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import ALL_DERIVATIONS, PG
from provenance_graph.licences.claims import ClaimReader, is_developer_rank
from provenance_graph.licences.inheritance.own_names import (
    is_of_owner,
    is_own_checkpoint,
    names_itself,
    release_of,
)
from provenance_graph.licences.results import LineageState
from provenance_graph.licences.support import Support
from provenance_graph.licences.texts.catalogue import Catalogue
from provenance_graph.lineage.arrays import RELATIONS, Flags, closure, pack
from provenance_graph.lineage.index import UNRESOLVED, LineageIndex
from provenance_graph.store.values import ANY

COMPLETE, PARTIAL, NOT_RECORDED = "complete", "partial", "not recorded"
MAX_ANCESTORS = 200
"""Ancestors whose records are read; with more, the lineage counts as partial."""

MAX_MISSING = 20
FEW = 500


def licence_index(
    index: LineageIndex, snapshot: AcceptedSnapshot, reader: ClaimReader, catalogue: Catalogue
) -> LineageIndex:
    """The lineage index that licences follow.

    Edges to references that are no parents are left out. A checkpoint without a licence of its own
    has that of the model it became. A licence expression is replaced by the licences that bind.
    """
    drop = np.zeros(len(index.up.other), np.bool_)
    _mark_own_names(index, drop)
    _mark_contradicted(index, reader, _declared_empty(index, snapshot, reader), drop)
    index = _with_checkpoint_licences(_with_own_series(index))
    bound = (tuple(one.iri for one in catalogue.bound(stated)) for stated in index.licences)
    index = replace(index, licences=tuple(bound))
    if not drop.any():
        return index
    keep = ~drop
    child = np.repeat(np.arange(len(index), dtype=np.int32), np.diff(index.up.start))[keep]
    up = index.up
    parent, code, inferred = up.other[keep], up.code[keep], up.inferred[keep]
    return replace(
        index,
        up=pack(len(index), child, parent, code, inferred),
        down=pack(len(index), parent, child, code, inferred),
    )


def bearing_on(index: LineageIndex, nodes: Iterable[int]) -> set[int]:
    """The nodes that decide about the licences of some nodes: these, all above, and a few below.

    A checkpoint has the licence of its release, and a series that is only named in words has the
    owner of its members; both are below it.
    """
    known: set[int] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node in known:
            continue
        known.add(node)
        todo += index.up.other[index.up.start[node] : index.up.start[node + 1]].tolist()
        name = index.names[node]
        unlabelled = index.licence[node] < 0 and release_of(name) != name
        if unlabelled or index.kind[node] == UNRESOLVED:
            known_by = index.down.edges_of(node, influences=False)
            todo += [int(index.down.other[position]) for position in known_by]
    return known


def _mark_own_names(index: LineageIndex, drop: Flags) -> None:
    for node in np.flatnonzero(index.kind == UNRESOLVED).tolist():
        text = local_name(index.names[node])
        for position in index.down.edges_of(node, influences=False):
            child = int(index.down.other[position])
            if names_itself(local_name(index.names[child]), text):
                drop[list(_between(index, child, node))] = True


def _with_own_series(index: LineageIndex) -> LineageIndex:
    """The index in which a reference in words that begins with a child's owner has that owner."""
    owner = None
    for node in np.flatnonzero(index.kind == UNRESOLVED).tolist():
        text = local_name(index.names[node])
        for position in index.down.edges_of(node, influences=False):
            child = int(index.down.other[position])
            space = short_id(index.names[child]).partition("/")[0]
            if index.owner[child] >= 0 and is_of_owner(space, text):
                owner = np.array(index.owner) if owner is None else owner
                owner[node] = index.owner[child]
    return index if owner is None else replace(index, owner=owner)


def _between(index: LineageIndex, child: int, parent: int) -> Iterator[int]:
    for position in index.up.edges_of(child, influences=False):
        if int(index.up.other[position]) == parent:
            yield position


def _mark_contradicted(
    index: LineageIndex, reader: ClaimReader, scratch: list[Iri], drop: Flags
) -> None:
    for entity in scratch:
        node = index.names.find(entity)
        if node is None:
            continue
        reported = {
            (item.claim.predicate, reader.statements.canonical(item.claim.value))
            for item in reader.about(entity)
            if isinstance(item.claim.value, Iri)
            and item.claim.predicate in ALL_DERIVATIONS
            and is_developer_rank(item)
        }
        for position in index.up.edges_of(node, influences=False):
            parent = index.names[int(index.up.other[position])]
            stated = (RELATIONS[index.up.code[position]], parent) in reported
            if not stated and not is_own_checkpoint(entity, parent):
                drop[position] = True


def _declared_empty(
    index: LineageIndex, snapshot: AcceptedSnapshot, reader: ClaimReader
) -> list[Iri]:
    """Models with a recorded parent that a source of developer rank says have none.

    Claims of models without a recorded parent, by far the most, are not read: they have no edge to
    drop.
    """
    if len(index) <= FEW:  # part of a store: reading each entity is cheaper than the whole store
        return [one for one in index.names if _has_parent(index, one) and reader.from_scratch(one)]
    results = set()
    empty = Stance.DECLARED_EMPTY.value
    for claim, _, _, record in snapshot.quads(predicate=PG.stance, object=empty, graph=ANY):
        for _, _, about, _ in snapshot.quads(claim, PG.about, graph=record):
            if not isinstance(about, Iri):
                continue
            model = reader.statements.canonical(about)
            if model in results or not _has_parent(index, model):
                continue
            if any(
                o in ALL_DERIVATIONS
                for _, _, o, _ in snapshot.quads(claim, PG.property, graph=record)
            ):
                results.add(model)
    return sorted(one for one in results if reader.from_scratch(one))


def _has_parent(index: LineageIndex, entity: Iri) -> bool:
    node = index.names.find(entity)
    return node is not None and any(True for _ in index.up.edges_of(node, influences=False))


def _with_checkpoint_licences(index: LineageIndex) -> LineageIndex:
    codes = None
    for parent in index.nested[index.licence[index.nested] < 0].tolist():
        name = index.names[parent]
        if release_of(name) == name:
            continue
        for position in index.down.edges_of(parent, influences=False):
            child = int(index.down.other[position])
            owner = index.names[child]
            if index.licence[child] >= 0 and is_own_checkpoint(release_of(owner), name):
                codes = np.array(index.licence) if codes is None else codes
                codes[parent] = index.licence[child]
    if codes is None:
        return index
    # a checkpoint of a checkpoint: the licence of the release passes on
    settled = replace(index, licence=codes)
    return _with_checkpoint_licences(settled)


def lineage_state(
    index: LineageIndex,
    node: int | None,
    subject: Iri,
    reader: ClaimReader,
    without: frozenset[int] = frozenset(),
) -> LineageState:
    """Whether sources of developer rank state the parents of a model and of all its ancestors.

    ``without`` are places of the model's own edges that are left out.
    """
    reported = list(reader.stated_parents(subject))
    if node is None:
        return _state(bool(reported), False, [] if reported else [subject], reported)
    reached = _ancestors(index, node, without)
    missing = [] if reported else [subject]
    support: list[Support] = reported[:1]
    for other in reached[:MAX_ANCESTORS]:
        if index.kind[other] == UNRESOLVED and index.owner[other] >= 0:
            continue  # a series of the same developer, without a named member
        name = index.names[other]
        release = release_of(name)
        if release != name and (release == release_of(subject) or reader.stated_parents(release)):
            continue  # a checkpoint has the parents of its release
        claims = reader.stated_parents(name)
        support += claims[:1]
        if not claims:
            missing.append(name)
    missing += [index.names[other] for other in reached[MAX_ANCESTORS:]]
    cycle = _cycle(index, [node, *reached], without)
    return _state(bool(reported), bool(reached), missing, support, cycle)


def _ancestors(index: LineageIndex, node: int, without: frozenset[int]) -> list[int]:
    """The ancestors of a node along weights, nearest first."""
    if not without:
        every = closure(index.up, node, influences=False).nodes.tolist()
        return [one for one in every if one != node]
    parents = [
        int(index.up.other[position])
        for position in index.up.edges_of(node, influences=False)
        if position not in without
    ]
    above = (closure(index.up, one, influences=False).nodes.tolist() for one in parents)
    return [one for one in dict.fromkeys((*parents, *chain(*above))) if one != node]


def _cycle(index: LineageIndex, nodes: list[int], without: frozenset[int]) -> tuple[Iri, ...]:
    """The nodes on or between cycles of derivation among a model and its ancestors, sorted."""
    parents = {
        one: {
            int(index.up.other[position])
            for position in index.up.edges_of(one, influences=False)
            if position not in without
        }
        for one in nodes
    }
    children: dict[int, set[int]] = {one: set() for one in nodes}
    for child, above in parents.items():
        for parent in above:
            children[parent].add(child)
    left = set(nodes)
    for neighbours in (parents, children):  # remove nodes without parents, then without children
        ready = [one for one in left if not neighbours[one] & left]
        others = children if neighbours is parents else parents
        while ready:
            one = ready.pop()
            left.discard(one)
            ready += [near for near in others[one] & left if not neighbours[near] & left]
    return tuple(sorted(index.names[one] for one in left))


def _state(
    reported: bool,
    parents: bool,
    missing: list[Iri],
    support: list[Support],
    cycle: tuple[Iri, ...] = (),
) -> LineageState:
    missing += [one for one in cycle if one not in missing]
    state = COMPLETE if not missing else PARTIAL if reported or parents else NOT_RECORDED
    return LineageState(
        state, tuple(missing[:MAX_MISSING]), len(missing), tuple(support[:12]), cycle
    )
