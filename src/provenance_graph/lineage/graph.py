"""Queries on lineage: ancestors and descendants of an entity, with the evidence of each edge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, expand, local_name, short_id
from provenance_graph.core.literals import date_text
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, XSD
from provenance_graph.lineage import paths, versions
from provenance_graph.lineage.arrays import (
    CODE,
    DERIVED,
    RELATIONS,
    Closure,
    EdgeRows,
    Flags,
    closure,
)
from provenance_graph.lineage.evidence import Detail, EdgeEvidence, unresolved_text
from provenance_graph.lineage.impact import impact
from provenance_graph.lineage.index import KINDS, UNRESOLVED, LineageIndex
from provenance_graph.lineage.results import (
    Cycle,
    Edge,
    Impact,
    Lineage,
    Node,
    Paths,
    SharedAncestry,
)

if TYPE_CHECKING:
    import networkx as nx

DIRECTIONS = ("up", "down", "both")
LISTED = 500
"""The default number of nodes shown of a lineage."""
SOURCED = 50
"""The default number of nodes shown with evidence, of a lineage of more than LISTED nodes.

Reading the sources takes at least half a millisecond per node.
"""


_ATTRIBUTES = {"name": SCHEMA.name, "developer": DCTERMS.creator, "date": DCTERMS.issued}


def _check(direction: str, depth: int | None, limit: int | None) -> None:
    """Raise UsageError for an unknown direction and for a depth or limit below one."""
    if depth is not None and depth < 1:
        raise UsageError(f"a depth of {depth} shows nothing; give 1 or more")
    if direction not in DIRECTIONS:
        raise UsageError(f"no direction {direction!r}; there are {', '.join(DIRECTIONS)}")
    if limit is not None and limit < 1:
        raise UsageError(f"a limit of {limit} shows nothing; give 1 or more")


def _left_out(node: int, sides: Sequence[tuple[str, EdgeRows]], depth: int | None) -> int:
    """The number of nodes that influences and uses of data reach, and derivations do not."""
    every = relation_mask((), influences=True)
    return sum(len(closure(rows, node, depth=depth, wanted=every)) for _, rows in sides)


class LineageGraph:
    """Lineage queries, answered from the index and, for evidence, from the snapshot.

    ``index`` defaults to that of the snapshot; experiments pass one of their own.
    """

    def __init__(self, snapshot: AcceptedSnapshot, index: LineageIndex | None = None) -> None:
        self.snapshot = snapshot
        self.index = LineageIndex.open(snapshot) if index is None else index

    def of(
        self,
        subject: Iri,
        *,
        direction: str = "both",
        depth: int | None = None,
        relations: Sequence[str] = (),
        influences: bool = False,
        evidence: bool = True,
        limit: int | None = None,
    ) -> Lineage:
        """The lineage of an entity, nearest first, with at most ``limit`` nodes.

        The default limit is ``LISTED``, or ``SOURCED`` for a larger lineage with ``evidence``.
        ``relations`` names the relations to follow (all derivations when empty); ``influences``
        adds datasets, synthetic data, reward models and judges. Raises UsageError for a depth or
        limit below one and an unknown direction, and NotFound for an unknown relation.
        """
        _check(direction, depth, limit)
        wanted = relation_mask(relations, influences)
        followed = tuple(dict.fromkeys(map(relation, relations)))
        sides = [
            (side, rows)
            for side, rows in (("up", self.index.up), ("down", self.index.down))
            if direction in (side, "both")
        ]
        node = self.index.names.find(subject)
        known = partial(versions.of, self.snapshot, self.index, subject, sides, depth, wanted)
        start = Lineage(subject, direction, depth, influences, None, (), (), 0, relations=followed)
        if node is None:
            alone = Node(subject, self._kind_of(subject), "self", 0, self._licences(subject))
            return replace(start, nodes=(alone,), versions=known())
        results = [(side, closure(rows, node, depth=depth, wanted=wanted)) for side, rows in sides]
        total = sum(len(one) for _, one in results)
        if limit is None:
            limit = SOURCED if evidence and total > LISTED else LISTED
        nodes = self._nodes(node, results, limit)
        edges = self._edges(nodes, results, node, wanted, depth)
        if evidence:
            edges = self._sourced(edges)
        return replace(
            start,
            generation=paths.generation(self.index, node),
            nodes=tuple(nodes.values()),
            edges=tuple(edges),
            total=total,
            cycles=tuple(self._cycles(node, results, wanted)),
            versions=() if total else known(),
            left_out=0 if total or influences or followed else _left_out(node, sides, depth),
        )

    def ancestors(self, subject: Iri, influences: bool = False) -> list[Iri]:
        """All ancestors of an entity, nearest first."""
        return self._closure(subject, up=True, influences=influences)

    def descendants(self, subject: Iri, influences: bool = False) -> list[Iri]:
        """All descendants of an entity, nearest first."""
        return self._closure(subject, up=False, influences=influences)

    def generation(self, subject: Iri) -> int | None:
        """The largest number of derivations between an entity and an ancestor without parents.

        None if its lineage has a cycle or nothing is known.
        """
        node = self.index.names.find(subject)
        return None if node is None else paths.generation(self.index, node)

    def paths(
        self, child: Iri, ancestor: Iri, *, influences: bool = False, limit: int = 100
    ) -> Paths:
        """All simple paths from a child up to an ancestor, shortest first, at most ``limit``."""
        start, goal = self.index.names.find(child), self.index.names.find(ancestor)
        if start is None or goal is None:
            return Paths(child, ancestor, (), 0)
        ways, total = paths.simple_paths(self.index, start, goal, influences, limit)
        return Paths(child, ancestor, tuple(tuple(map(self._edge, way)) for way in ways), total)

    def shortest_path(self, child: Iri, ancestor: Iri, *, influences: bool = False) -> Paths:
        """One shortest path from a child up to an ancestor; no path if there is none."""
        start, goal = self.index.names.find(child), self.index.names.find(ancestor)
        way = (
            None
            if start is None or goal is None
            else paths.shortest(self.index, start, goal, influences)
        )
        if way is None:
            return Paths(child, ancestor, (), 0)
        return Paths(child, ancestor, (tuple(map(self._edge, way)),), 1)

    def shared(self, first: Iri, second: Iri) -> SharedAncestry:
        """The common ancestors of two entities, the nearest of them, and their common datasets."""
        a, b = self.index.names.find(first), self.index.names.find(second)
        if a is None or b is None:
            return SharedAncestry(first, second, (), ())
        names = self.index.names
        common, nearest = paths.shared(self.index, a, b)
        return SharedAncestry(
            first,
            second,
            tuple(names[n] for n in nearest),
            tuple((names[n], x, y) for n, x, y in common),
            tuple(names[n] for n in paths.shared_datasets(self.index, a, b)),
        )

    def impact(self, entity: Iri, *, limit: int = 100) -> Impact:
        """All entities that descend from a model or were trained on a dataset, at any distance."""
        result = impact(self.index, entity, limit)
        edges = self._sourced(list(result.reasons.values()))
        return replace(result, reasons={edge.child: edge for edge in edges})

    def cycles(self) -> list[Cycle]:
        """Every cycle of derivations in the store."""
        return [
            self._cycle(members) for members in paths.cycles(self.index, relation_mask((), False))
        ]

    def to_networkx(self, relations: Sequence[str] = ()) -> nx.MultiDiGraph:
        """The whole graph for analysis in networkx: nodes are IRIs, edges go from child to parent.

        A node has ``kind``, ``name``, ``developer``, ``licences`` and ``date`` (ISO, or empty).
        """
        from provenance_graph.lineage.formats import to_networkx

        result = to_networkx(self.index, relation_mask(relations, influences=True))
        for key, term in _ATTRIBUTES.items():
            stored: dict[Iri, str] = {}
            for entity, _, value, _ in self.snapshot.quads(predicate=term):
                if entity in result:
                    text = (
                        self.snapshot.label(value) or short_id(value)
                        if isinstance(value, Iri)
                        else date_text(value.lexical, self.snapshot.precision(entity, term))
                        if value.datatype == XSD.date
                        else value.lexical
                    )
                    stored[entity] = min(stored.get(entity, text), text)
            for node, attributes in result.nodes(data=True):
                attributes[key] = stored.get(node, "")
        return result

    # ---- inside ---------------------------------------------------------------------

    def _closure(self, subject: Iri, *, up: bool, influences: bool) -> list[Iri]:
        node = self.index.names.find(subject)
        if node is None:
            return []
        result = closure(self.index.up if up else self.index.down, node, influences=influences)
        return [self.index.names[one] for one in result.nodes.tolist()]

    def _nodes(self, start: int, rows: list[tuple[str, Closure]], limit: int) -> dict[int, Node]:
        nodes = {start: self._node(start, "self", 0)}
        share = limit if len(rows) == 1 else max(limit // 2, limit - len(rows[1][1]))
        for position, (side, one) in enumerate(rows):
            room = share if position == 0 else limit - (len(nodes) - 1)
            for node, distance in zip(
                one.nodes[:room].tolist(), one.distance[:room].tolist(), strict=True
            ):
                nodes.setdefault(node, self._node(node, side, distance))
        return nodes

    def _node(self, number: int, side: str, distance: int) -> Node:
        iri, kind = self.index.names[number], KINDS[self.index.kind[number]]
        text = unresolved_text(self.snapshot, iri) if kind == "unresolved" else ""
        return Node(iri, kind, side, distance, self.index.licences_of(number), text)

    def _edges(
        self,
        within: dict[int, Node],
        rows: list[tuple[str, Closure]],
        start: int,
        wanted: Flags,
        depth: int | None,
    ) -> list[Edge]:
        """The edges among the shown nodes, up to the depth."""
        up = self.index.up
        steps: dict[tuple[int, int], None] = {}
        for side, one in rows:
            nodes, far = one.nodes[: len(within)].tolist(), one.distance[: len(within)].tolist()
            away = {start: 0, **dict(zip(nodes, far, strict=True))}
            for child in away:
                if child not in within:
                    continue
                for position in up.edges_of(child):
                    parent = int(up.other[position])
                    nearer = away.get(child if side == "up" else parent)
                    if (
                        parent in within
                        and parent in away
                        and wanted[up.code[position]]
                        and nearer is not None
                        and (depth is None or nearer < depth)
                    ):
                        steps[child, position] = None
        return [self._edge(step) for step in steps]

    def _edge(self, step: tuple[int, int]) -> Edge:
        child, position = step
        up, names = self.index.up, self.index.names
        code = int(up.code[position])
        return Edge(
            names[child],
            names[int(up.other[position])],
            RELATIONS[code],
            bool(up.inferred[position]),
            contested=self.index.is_contested(child, code),
        )

    def _sourced(self, edges: list[Edge]) -> list[Edge]:
        """The edges with their sources and the stated details of each derivation."""
        look = EdgeEvidence(self.snapshot)
        look.prepare(edges)
        details = {child: look.details(child) for child in {edge.child for edge in edges}}
        reported = []
        for edge in edges:
            sources, against = look.of(edge)
            detail = details[edge.child].get(edge.parent, Detail())
            reported.append(replace(edge, sources=sources, against=against, **detail._asdict()))
        return reported

    def _cycles(
        self, start: int, rows: list[tuple[str, Closure]], wanted: Flags
    ) -> Iterable[Cycle]:
        among = np.concatenate([np.array([start], np.int32), *(one.nodes for _, one in rows)])
        for members in paths.cycles(self.index, wanted, among):
            yield self._cycle(members)

    def _cycle(self, members: list[int]) -> Cycle:
        names = tuple(self.index.names[member] for member in members)
        kinds = {o for name in names[:50] for _, _, o, _ in self.snapshot.quads(name, RDF.type)}
        level = "family" if PG.ModelFamily in kinds else "release"
        return Cycle(names, level)

    def _kind_of(self, subject: Iri) -> str:
        types = {o for _, _, o, _ in self.snapshot.quads(subject, RDF.type)}
        if PG.UnresolvedReference in types:
            return KINDS[UNRESOLVED]
        return "dataset" if PG.Dataset in types else "model"

    def _licences(self, subject: Iri) -> tuple[Iri, ...]:
        quads = self.snapshot.quads(subject, DCTERMS.license)
        return tuple(sorted(o for _, _, o, _ in quads if isinstance(o, Iri)))


_WORDS = {re.sub(r"[^a-z]", "", local_name(r).lower()): r for r in RELATIONS}


def relation(name: str) -> Iri:
    """Parse a lineage relation: IRI, ``pg:fineTunedFrom``, ``fineTunedFrom``, ``fine-tuned-from``.

    Raises NotFound, with the relations that exist, for any other text.

    >>> local_name(relation("fine-tuned-from"))
    'fineTunedFrom'
    """
    bare = local_name(expand(name)) if ":" in name else name
    result = _WORDS.get(re.sub(r"[^a-z]", "", bare.lower().replace("quantised", "quantized")))
    if result is None:
        known = [local_name(one) for one in RELATIONS]
        raise NotFound(name, "lineage relation", known=known)
    return result


def relation_mask(names: Sequence[str], influences: bool) -> Flags:
    """A flag per relation code: whether the relation is followed."""
    wanted = np.zeros(len(RELATIONS), np.bool_)
    if names:
        wanted[[CODE[relation(name)] for name in names]] = True
        if influences:
            wanted[DERIVED:] = True
    else:
        wanted[: len(RELATIONS) if influences else DERIVED] = True
    return wanted
