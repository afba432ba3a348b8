"""Who writes over HTTP, and where: the names that the service gives to its tokens."""

from __future__ import annotations

from provenance_graph.core.iris import mint


def namespace(who: str) -> str:
    """Where the records of the holder of a token live; nobody else writes there.

    >>> namespace("ci")
    'https://w3id.org/provenance-graph/id/record/service/ci/'
    """
    return f"{mint('record', 'service', who)}/"
