"""Writer of SPDX 3.0.1 with the AI and Dataset profiles."""

from provenance_graph.exchange.spdx3.document import EXPORTERS

__all__ = ["EXPORTERS"]
