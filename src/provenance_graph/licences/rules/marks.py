"""Licence findings marked on the steps of a lineage where they begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from provenance_graph.core.iris import Iri
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.lineage.results import Breach, Lineage

MAX_MARKED = 300
"""Models of a lineage whose findings are evaluated, nearest to its subject first."""


Link = tuple[Iri, Iri, Iri]
"""An edge of lineage as child, relation and parent."""


def marks_of(graph: LicenceGraph, child: Iri, day: str = "") -> Iterator[tuple[Link, Breach]]:
    """The violations and warnings of a model, each with the first step of its path."""
    for one in graph.findings_on_steps(child, day=day):
        first = one.path[0]
        licence = one.licence.name if one.licence else ""
        breach = Breach(one.rule.id, one.severity, one.message, licence, one.clause)
        yield (first.child, first.relation, first.parent), breach


def with_breaches(lineage: Lineage, graph: LicenceGraph, day: str = "") -> Lineage:
    """The lineage with every violation and warning on the first step of its path.

    Unknown licences are not marked. ``marked`` is the number of models evaluated, ``markable`` the
    number of models with parents.
    """
    order = {node.iri: node.distance for node in lineage.nodes if node.kind == "model"}
    children = sorted(
        {edge.child for edge in lineage.edges if edge.child in order},
        key=lambda child: (order[child], child),
    )
    breaches: dict[Link, list[Breach]] = defaultdict(list)
    for child in children[:MAX_MARKED]:
        for step, breach in marks_of(graph, child, day):
            breaches[step].append(breach)
    edges = tuple(
        replace(edge, breaches=tuple(breaches.get((edge.child, edge.relation, edge.parent), ())))
        for edge in lineage.edges
    )
    marked = min(len(children), MAX_MARKED)
    return replace(lineage, edges=edges, marked=marked, markable=len(children))
