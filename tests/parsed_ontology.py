"""Files of the ontology as one graph, parsed by another library than the product's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import rdflib


def graph_of(paths: Iterable[Path]) -> rdflib.Graph:
    """The triples of Turtle files together."""
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph
