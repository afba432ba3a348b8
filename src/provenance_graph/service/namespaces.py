"""The namespaces of records written over HTTP, one for each token holder."""

from __future__ import annotations

from provenance_graph.core.iris import mint


def namespace(who: str) -> str:
    """The IRI prefix of the records of a token holder; no other holder writes under it.

    >>> namespace("ci")
    'https://w3id.org/provenance-graph/id/record/service/ci/'
    """
    return f"{mint('record', 'service', who)}/"
