"""Proposals of links that a lookup service or a local dump suggests, for a person to review."""

from provenance_graph.linking.lookup import (
    Candidate,
    DumpLookup,
    Lookup,
    ReconciliationLookup,
    RorLookup,
)
from provenance_graph.linking.propose import HEADER, proposals

__all__ = [
    "HEADER",
    "Candidate",
    "DumpLookup",
    "Lookup",
    "ReconciliationLookup",
    "RorLookup",
    "proposals",
]
