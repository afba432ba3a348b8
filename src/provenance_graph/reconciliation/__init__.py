"""Reconciliation of names with models, datasets, organisations and licences, for OpenRefine."""

from provenance_graph.reconciliation.match import (
    MAX_CANDIDATES,
    MAX_QUERIES,
    TYPES,
    MatchCandidate,
    PropertyCondition,
    Query,
    entity_id,
    entity_of,
    match,
    match_all,
)

__all__ = [
    "MAX_CANDIDATES",
    "MAX_QUERIES",
    "TYPES",
    "MatchCandidate",
    "PropertyCondition",
    "Query",
    "entity_id",
    "entity_of",
    "match",
    "match_all",
]
