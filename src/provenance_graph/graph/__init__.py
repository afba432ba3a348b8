"""The Python API: open a graph, look up models, and query facts, lineage and licences."""

from provenance_graph.graph.graph import Graph
from provenance_graph.graph.model import Model, ModelLineage
from provenance_graph.graph.rows import Table

__all__ = ["Graph", "Model", "ModelLineage", "Table"]
