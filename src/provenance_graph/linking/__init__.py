"""Proposals of links that a lookup service or a local dump suggests, for a person to review."""

from provenance_graph.linking.lookup import (
    DumpLookup,
    LinkCandidate,
    LinkLookup,
    ReconciliationLookup,
    RorLookup,
)
from provenance_graph.linking.propose import HEADER, proposals

__all__ = [
    "HEADER",
    "DumpLookup",
    "LinkCandidate",
    "LinkLookup",
    "ReconciliationLookup",
    "RorLookup",
    "proposals",
]
