"""Writer of CycloneDX bills of materials with machine-learning models, 1.7 and 1.6."""

from provenance_graph.exchange.cyclonedx.document import EXPORTERS

__all__ = ["EXPORTERS"]
