"""Proposals of links that a lookup service or a local dump suggests, for a person to review."""

from provenance_graph.linking.lookup import (
    DumpLookup,
    HubLookup,
    LinkCandidate,
    LinkLookup,
    ReconciliationLookup,
    RorLookup,
    SparqlLookup,
)
from provenance_graph.linking.propose import HEADER, proposals

__all__ = [
    "HEADER",
    "DumpLookup",
    "HubLookup",
    "LinkCandidate",
    "LinkLookup",
    "ReconciliationLookup",
    "RorLookup",
    "SparqlLookup",
    "proposals",
]
