"""Proposals of links from a lookup service or a local dump, for review by a person."""

from provenance_graph.linking.lookup import (
    DumpLookup,
    HubLookup,
    LinkCandidate,
    LinkLookup,
    ReconciliationLookup,
    RorLookup,
    SparqlLookup,
)
from provenance_graph.linking.papers import (
    ArxivLookup,
    CrossrefLookup,
    DataCiteLookup,
    DoiLookup,
)
from provenance_graph.linking.propose import HEADER, proposals
from provenance_graph.linking.spdx import SpdxLookup

__all__ = [
    "HEADER",
    "ArxivLookup",
    "CrossrefLookup",
    "DataCiteLookup",
    "DoiLookup",
    "DumpLookup",
    "HubLookup",
    "LinkCandidate",
    "LinkLookup",
    "ReconciliationLookup",
    "RorLookup",
    "SparqlLookup",
    "SpdxLookup",
    "proposals",
]
