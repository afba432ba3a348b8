"""The entities affected by the withdrawal of a model or dataset."""

from __future__ import annotations

import numpy as np

from provenance_graph.core.iris import Iri
from provenance_graph.lineage.arrays import RELATIONS, Closure, EdgeRows, Flags, Longs, closure
from provenance_graph.lineage.index import DATASET, KINDS, LineageIndex
from provenance_graph.lineage.results import Edge, Impact, Node


def impact(index: LineageIndex, entity: Iri, limit: int = 100) -> Impact:
    """All descendants of an entity over derivations and influences, with grouped counts.

    They include models trained on a dataset, and models trained on a dataset that a descendant
    wrote. ``limit`` bounds the nodes listed, never the counts.
    """
    start = index.names.find(entity)
    if start is None:
        return Impact(entity, 0, 0, 0, (), (), ())
    result = closure(index.down, start, influences=True)
    models = index.kind[result.nodes] != DATASET
    declared = _declared(index, start, result)
    by_distance = np.bincount(result.distance[models]) if models.any() else np.zeros(0, np.int64)
    codes = index.down.code[result.via[models]]
    licences = index.licence[result.nodes[models]]
    nodes, reasons = _entities(index, result, declared, limit)
    return Impact(
        subject=entity,
        hit=int(models.sum()),
        datasets=int((~models).sum()),
        inferred_only=int((models & ~declared).sum()),
        by_distance=tuple((d, int(n)) for d, n in enumerate(by_distance) if n),
        by_relation=tuple(
            (RELATIONS[code], int(n)) for code, n in enumerate(np.bincount(codes)) if n
        ),
        by_licence=_by_licence(index, licences),
        nodes=nodes,
        reasons=reasons,
    )


def _declared(index: LineageIndex, start: int, result: Closure) -> Flags:
    """A flag per found node: whether it is reached over edges that some source states outright."""
    if not index.down.inferred.any():
        return np.ones(len(result), np.bool_)
    outright = _without_inferred(index.down)
    stated = closure(outright, start, influences=True)
    seen = np.zeros(len(index), np.bool_)
    seen[stated.nodes] = True
    return seen[result.nodes]


def _without_inferred(rows: EdgeRows) -> EdgeRows:
    retained = ~rows.inferred
    before: Longs = np.concatenate((np.zeros(1, np.int64), np.cumsum(retained, dtype=np.int64)))
    return EdgeRows(
        before[rows.start].astype(np.int64),
        before[rows.split].astype(np.int64),
        rows.other[retained],
        rows.code[retained],
        rows.inferred[retained],
    )


def _by_licence(index: LineageIndex, codes: Longs) -> tuple[tuple[tuple[Iri, ...], int], ...]:
    """The number of nodes per set of declared licences, most first; () is no declared licence."""
    values, counts = np.unique(codes, return_counts=True)
    rows = [
        (index.licences[value] if value >= 0 else (), count)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))


def _entities(
    index: LineageIndex,
    result: Closure,
    declared: Flags,
    limit: int,
) -> tuple[tuple[Node, ...], dict[Iri, Edge]]:
    down, names = index.down, index.names
    nodes, reasons = [], {}
    for node, distance, position, sure in zip(
        result.nodes[:limit].tolist(),
        result.distance[:limit].tolist(),
        result.via[:limit].tolist(),
        declared[:limit].tolist(),
        strict=True,
    ):
        name = names[node]
        parent = int(np.searchsorted(down.start, position, side="right")) - 1
        nodes.append(
            Node(
                name,
                KINDS[index.kind[node]],
                "down",
                distance,
                index.licences_of(node),
                declared=sure,
            )
        )
        reasons[name] = Edge(
            name, names[parent], RELATIONS[down.code[position]], bool(down.inferred[position])
        )
    return tuple(nodes), reasons
