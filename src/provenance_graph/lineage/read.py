"""Reads lineage from a store: edges, licences, kinds of nodes, inferred and contested edges."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.lineage.arrays import CODE, RELATIONS, SPECIFIC, Bytes, Ints
from provenance_graph.lineage.names import PackedNames, short, whole
from provenance_graph.store.values import ANY

Edge = tuple[Iri, Iri, Iri]  # child, relation, parent

_HEAD = ID.encode()


@dataclass(frozen=True)
class Edges:
    """All edges and licences; entities are numbered in the order in which they were read."""

    child: Ints
    parent: Ints
    code: Bytes
    licensed: Ints
    licence: Ints
    licence_names: tuple[Iri, ...]
    met: dict[bytes, int]

    def ranked(self) -> tuple[PackedNames, Ints]:
        """A sorted table of all names, and each entity's number in the table."""
        order = sorted(self.met)
        rank = np.empty(len(order), np.int32)
        met = np.fromiter((self.met[name] for name in order), np.int64, len(order))
        rank[met] = np.arange(len(order), dtype=np.int32)
        return PackedNames.of_sorted(order), rank

    def places(self, wanted: Iterable[Edge]) -> list[int]:
        """The positions of the wanted edges in the arrays of edges."""
        met = self.met.get
        sought = {(met(short(c)), met(short(p)), CODE[r]) for c, r, p in wanted}
        children = np.array(sorted({c for c, _, _ in sought if c is not None}), np.int32)
        near = np.flatnonzero(np.isin(self.child, children))
        ends = zip(
            near.tolist(),
            self.child[near].tolist(),
            self.parent[near].tolist(),
            self.code[near].tolist(),
            strict=True,
        )
        return [position for position, c, p, r in ends if (c, p, r) in sought]

    def licence_codes(self, rank: Ints) -> tuple[Ints, tuple[tuple[Iri, ...], ...]]:
        """Per node the position of its licences in the returned list of sets, -1 for none."""
        stored: dict[int, tuple[int, ...]] = {}
        codes = np.full(len(rank), -1, np.int32)
        nodes = rank[self.licensed]
        result, counts = np.unique(nodes, return_counts=True)
        several = set(result[counts > 1].tolist())
        codes[nodes] = self.licence
        sets: list[tuple[Iri, ...]] = [(name,) for name in self.licence_names]
        if several:
            for node, licence in zip(nodes.tolist(), self.licence.tolist(), strict=True):
                if node in several:
                    stored[node] = (*stored.get(node, ()), licence)
        number_of = {one: number for number, one in enumerate(sets)}
        for node, licences in sorted(stored.items()):
            names = tuple(sorted(self.licence_names[one] for one in licences))
            if names not in number_of:
                number_of[names] = len(sets)
                sets.append(names)
            codes[node] = number_of[names]
        return codes, tuple(sets)


def edges(snapshot: AcceptedSnapshot) -> Edges:
    """Read every lineage edge and every licence of the accepted view."""
    met: dict[bytes, int] = {}
    number = met.setdefault
    ends: list[NDArray[np.int32]] = []
    for relation in RELATIONS:
        result = array("i")
        for child, parent in _pairs(snapshot, relation):
            result.append(number(child, len(met)))
            result.append(number(parent, len(met)))
        rows = np.frombuffer(result, np.int32).reshape(-1, 2)
        specific = [ends[code] for code in sorted(SPECIFIC.get(relation, ()))]
        ends.append(_not_yet(rows, specific) if specific else rows)
    lengths = [len(pairs) for pairs in ends]
    code = np.repeat(np.arange(len(RELATIONS), dtype=np.uint8), lengths)
    licences: dict[bytes, int] = {}
    stored = array("i")
    for subject_, licence in _pairs(snapshot, DCTERMS.license):
        stored.append(number(subject_, len(met)))
        stored.append(licences.setdefault(licence, len(licences)))
    licensed = np.frombuffer(stored, np.int32).reshape(-1, 2)
    both = np.concatenate(ends)
    return Edges(
        both[:, 0],
        both[:, 1],
        code,
        licensed[:, 0],
        licensed[:, 1],
        tuple(map(whole, licences)),
        met,
    )


def _not_yet(rows: NDArray[np.int32], before: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The pairs that are not also related by a more specific relation."""

    def keys(pairs: NDArray[np.int32]) -> NDArray[np.int64]:
        return pairs[:, 0].astype(np.int64) << 32 | pairs[:, 1]

    specific = np.concatenate([keys(pairs) for pairs in before])
    return rows[~np.isin(keys(rows), specific)]


def _pairs(snapshot: AcceptedSnapshot, predicate: Iri) -> Iterator[tuple[bytes, bytes]]:
    """Yield subject and object of a predicate in the accepted view, in the table's stored form."""
    stated = ((_shortened(one), _shortened(other)) for one, other in snapshot.pairs(predicate))
    if predicate not in terms.DATASET_RELATIONS:
        yield from stated
        return
    related = ((short(one), short(other)) for one, other in _identified(snapshot, predicate))
    yield from dict.fromkeys((*stated, *related))


def _identified(
    snapshot: AcceptedSnapshot, relation: Iri, child: Iri | None = None
) -> Iterator[tuple[Iri, Iri]]:
    """Yield the pairs related by mappings: a dataset and the one of which it is a part or form."""
    names: list[Iri | None] = [None]
    if child is not None:
        names = list(snapshot.statements.names_of(child))
    for name in names:
        for one, _, other, _ in snapshot.quads(name, relation, graph=identity.GRAPH):
            if isinstance(other, Iri):
                pair = snapshot.canonical(one), snapshot.canonical(other)
                if pair[0] != pair[1]:
                    yield pair


def _shortened(name: bytes) -> bytes:
    return b"\x01" + name[len(_HEAD) :] if name.startswith(_HEAD) else name


def kinds(snapshot: AcceptedSnapshot, names: PackedNames) -> Bytes:
    """Per node 0 for a model, 1 for a dataset, 2 for an unresolved reference, by RDF type."""
    kind = np.zeros(len(names), np.uint8)
    for code, wanted in ((1, PG.Dataset), (2, PG.UnresolvedReference)):
        for name, *_ in snapshot.quads(predicate=RDF.type, object=wanted):
            node = names.find(name)
            if node is not None:
                kind[node] = code
    return kind


def contested(snapshot: AcceptedSnapshot, names: PackedNames) -> Iterator[tuple[int, int]]:
    """Yield the relations about which sources disagree, as node and relation code."""
    for code, relation in enumerate(RELATIONS):
        for name, *_ in snapshot.quads(predicate=PG.contested, object=relation):
            node = names.find(name)
            if node is not None:
                yield node, code


# ---- inferred edges -----------------------------------------------------------------------

_GUESSES = frozenset({PG.Inference, PG.Estimate})


def inferred(snapshot: AcceptedSnapshot) -> set[Edge]:
    """The edges whose claims all have the basis inference or estimate.

    Reads the claims on lineage relations and the records with inference as default basis. Claims on
    other properties are not read, of which a hub's records hold two inferred ones each.
    """
    known: dict[Iri, Iri] = {}

    def canonical(name: Iri) -> Iri:
        if name not in known:
            known[name] = snapshot.canonical(name)
        return known[name]

    candidates = {(canonical(s), p, canonical(o)) for s, p, o in _inferred_claims(snapshot)}
    return {edge for edge in candidates if only_inferred(snapshot, edge)}


def _inferred_claims(snapshot: AcceptedSnapshot) -> Iterator[Edge]:
    """Yield subject, relation and object of every inferred claim on a lineage relation."""
    guessing = {
        graph
        for graph, *_ in snapshot.quads(predicate=PG.defaultBasis, object=PG.Inference, graph=ANY)
    }
    for relation in RELATIONS:
        for node, _, _, graph in snapshot.quads(predicate=PG.property, object=relation, graph=ANY):
            stated = {p: o for _, p, o, _ in snapshot.quads(node, graph=graph)}
            basis = stated.get(PG.basis) or (PG.Inference if graph in guessing else None)
            about, value = stated.get(PG.about), stated.get(PG.value)
            if basis == PG.Inference and isinstance(about, Iri) and isinstance(value, Iri):
                yield about, relation, value
        for graph in guessing:
            for subject_, _, value, _ in snapshot.quads(predicate=relation, graph=graph):
                if isinstance(value, Iri):
                    yield subject_, relation, value


def only_inferred(snapshot: AcceptedSnapshot, edge: Edge) -> bool:
    """Whether an edge has claims, and all of them have the basis inference or estimate."""
    bases = set(_bases(snapshot, edge))
    return bool(bases) and bases <= _GUESSES


def _bases(snapshot: AcceptedSnapshot, edge: Edge) -> Iterator[Value]:
    """Yield the bases on which current records state an edge, under all names of its ends."""
    child, relation, parent = edge
    parents = _aliases(snapshot, parent)
    for name in _aliases(snapshot, child):
        for _, _, value, graph in snapshot.quads(name, relation, graph=ANY):
            if value in parents and graph is not None and snapshot.counts(graph):
                yield _default_basis(snapshot, graph)
        for claim, _, _, graph in snapshot.quads(predicate=PG.about, object=name, graph=ANY):
            stated = {p: o for _, p, o, _ in snapshot.quads(claim, graph=graph)}
            if stated.get(PG.property) == relation and stated.get(PG.value) in parents:
                assert graph is not None
                if snapshot.counts(graph):
                    yield stated.get(PG.basis) or _default_basis(snapshot, graph)


def _aliases(snapshot: AcceptedSnapshot, entity: Iri) -> set[Iri]:
    described = snapshot.quads(entity, PG.describedAs)
    return {entity, *(o for _, _, o, _ in described if isinstance(o, Iri))}


def _default_basis(snapshot: AcceptedSnapshot, graph: Iri) -> Value:
    quads = snapshot.quads(graph, PG.defaultBasis, graph=graph)
    return next((o for _, _, o, _ in quads), PG.ThirdPartyReport)


def referrers(snapshot: AcceptedSnapshot, parent: Iri) -> set[tuple[Iri, int]]:
    """The entities that have a lineage edge to a parent, each with the relation's code."""
    quads = snapshot.quads(object=parent)
    stated = {(child, CODE[predicate]) for child, predicate, *_ in quads if predicate in CODE}
    for name in snapshot.statements.names_of(parent):
        for relation in terms.DATASET_RELATIONS:
            related = snapshot.quads(predicate=relation, object=name, graph=identity.GRAPH)
            stated |= {(snapshot.canonical(child), CODE[relation]) for child, *_ in related}
    return {(child, code) for child, code in stated if child != parent}


class Own(NamedTuple):
    """The part of the index about one entity: parents, licences and contested relations.

    Each parent comes with relation code and whether it is only inferred.
    """

    parents: list[tuple[Iri, int, bool]]
    licences: tuple[Iri, ...]
    contested: list[int]


def subject(snapshot: AcceptedSnapshot, child: Iri) -> Own:
    """Read the part of the index about one entity."""
    parents: list[tuple[Iri, int, bool]] = []
    stored, disputed = set(), []
    for _, predicate, value, _ in snapshot.quads(child):
        if not isinstance(value, Iri):
            continue
        if predicate in CODE:
            guess = only_inferred(snapshot, (child, predicate, value))
            parents.append((value, CODE[predicate], guess))
        elif predicate == DCTERMS.license:
            stored.add(value)
        elif predicate == PG.contested and value in CODE:
            disputed.append(CODE[value])
    known = {(parent, code) for parent, code, _ in parents}
    for relation in terms.DATASET_RELATIONS:
        for _, parent in _identified(snapshot, relation, child):
            if (parent, CODE[relation]) not in known:
                parents.append((parent, CODE[relation], False))
    for relation, specific in SPECIFIC.items():
        more = {parent for parent, code, _ in parents if code in specific}
        parents = [one for one in parents if one[1] != CODE[relation] or one[0] not in more]
    return Own(parents, tuple(sorted(stored)), disputed)
