"""Who writes over HTTP, and where: the names that the service gives to its tokens."""

from __future__ import annotations

from provenance_graph.core.iris import mint


def namespace(who: str) -> str:
    """The namespace of the records of a token's holder, in which no other holder writes.

    >>> namespace("ci")
    'https://w3id.org/provenance-graph/id/record/service/ci/'
    """
    return f"{mint('record', 'service', who)}/"
