"""The reference validator: pyshacl on rdflib, for one document or record.

It is about a hundred times slower than ``setbased``; tests require the same results of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as FilePath

import rdflib
from rdflib.namespace import SH

from provenance_graph.core import rdf
from provenance_graph.core.claims import Record
from provenance_graph.core.iris import SHAPES
from provenance_graph.core.resources import shape_files
from provenance_graph.shapes.derive import derived_shapes
from provenance_graph.shapes.findings import Finding, order
from provenance_graph.shapes.model import DOCUMENT_ALONE, RECORD_GRAPHS
from provenance_graph.shapes.setbased import statements
from provenance_graph.shapes.user_shapes import COMPLEX_PATH, MAX_TRIPLES, graph_of, shacl_findings

__all__ = [
    "COMPLEX_PATH",
    "MAX_TRIPLES",
    "graph_of",
    "reference_findings",
    "shapes_graph",
    "validate_record_by_reference",
]


def reference_findings(data: rdflib.Graph, shapes: rdflib.Graph) -> list[Finding]:
    """The findings of pyshacl, without a time limit."""
    return shacl_findings(data, shapes, seconds=None)


def validate_record_by_reference(record: Record) -> list[Finding]:
    """The findings of pyshacl on one record; the same as ``validate_record``."""
    written = [(s, p, o, None) for s, p, o, _ in rdf.to_quads(record)]
    result = reference_findings(graph_of(written), shapes_graph(over=RECORD_GRAPHS))
    result += reference_findings(graph_of(statements(record)), shapes_graph(over=DOCUMENT_ALONE))
    return order({replace(finding, record=record.header.record) for finding in result})


def shapes_graph(paths: Sequence[FilePath] = (), *, over: str = "") -> rdflib.Graph:
    """The shapes in rdflib; with ``over``, only those for that kind of graph are active."""
    graph = rdflib.Graph()
    for path in paths or shape_files():
        graph.parse(path, format="turtle")
    if not paths:
        graph.parse(data=derived_shapes(), format="turtle")
    if over:
        for shape in set(graph.subjects(rdflib.URIRef(SHAPES + "over"))):
            if (shape, rdflib.URIRef(SHAPES + "over"), rdflib.URIRef(over)) not in graph:
                graph.add((shape, SH.deactivated, rdflib.Literal(True)))
    return graph
