"""Licence findings marked on the steps of a lineage where they begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from provenance_graph.core.iris import Iri
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.lineage.results import Breach, Lineage

MAX_MARKED = 300
"""Models of a lineage whose rules are looked at, those nearest to the model asked about first."""


Link = tuple[Iri, Iri, Iri]
"""A step by its child, relation and parent."""


def marks_of(graph: LicenceGraph, child: Iri, day: str = "") -> Iterator[tuple[Link, Breach]]:
    """The violations and warnings of a model, each with the step below it on which it starts."""
    for one in graph.findings_on_steps(child, day=day):
        first = one.path[0]
        licence = one.licence.name if one.licence else ""
        breach = Breach(one.rule.id, one.severity, one.message, licence, one.clause)
        yield (first.child, first.relation, first.parent), breach


def with_breaches(lineage: Lineage, graph: LicenceGraph, day: str = "") -> Lineage:
    """The lineage with every violation and warning on the step below the model that has it.

    Unknown licences are no breach. ``marked`` tells how many models were looked at.
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
