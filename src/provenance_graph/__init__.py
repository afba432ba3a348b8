"""Provenance of AI models: their origin, permitted uses, and what developers have not disclosed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provenance_graph.core.extras import needed
    from provenance_graph.graph import Graph, Model

__all__ = ["Graph", "Model", "__version__", "needed"]


def __getattr__(name: str) -> Any:
    """Load the API and the version when first used, so that small commands start quickly."""
    if name == "__version__":
        from importlib.metadata import version

        return version("provenance-graph")
    if name in ("Graph", "Model"):
        from provenance_graph import graph

        return getattr(graph, name)
    if name == "needed":
        from provenance_graph.core.extras import needed

        return needed
    raise AttributeError(name)
