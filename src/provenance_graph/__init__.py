"""Where an AI model comes from, what it may be used for, what its maker has not said."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provenance_graph.graph import Graph, Model

__all__ = ["Graph", "Model", "__version__"]

__version__ = version("provenance-graph")


def __getattr__(name: str) -> Any:
    """Load the API when it is first used, so that small commands start quickly."""
    if name in ("Graph", "Model"):
        from provenance_graph import graph

        return getattr(graph, name)
    raise AttributeError(name)
