"""The mark by which an export of this graph is known when it comes back.

Every document we write carries one text, ``provenance-graph:exportedFrom`` and the IRIs of the records it
rests on. Coming back, such a document is no new evidence for what those records say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from provenance_graph.core.iris import ID, Iri

MARK = "provenance-graph:exportedFrom"
_RECORDS = re.compile(
    rf"{re.escape(MARK)}\b((?:\s+{re.escape(ID)}record/[^\s\"'<>]+)*)", re.IGNORECASE
)


def mark(records: Iterable[Iri]) -> str:
    """The text that an export carries: the mark and the records, in one order.

    >>> mark([Iri(ID + "record/apx/haiku/2025-11-22")])[:45]
    'provenance-graph:exportedFrom https://w3id.or'
    """
    return " ".join([MARK, *sorted(set(records))])


def is_export(text: str) -> bool:
    """Whether a document is an export of this graph, or of another of its kind."""
    return MARK in text


def records_of_export(text: str) -> tuple[Iri, ...]:
    """The records that a marked document rests on; none where it is not marked.

    >>> records_of_export("<!-- " + mark([Iri(ID + "record/a/b/2026-01-01")]) + " -->")
    (Iri('https://w3id.org/provenance-graph/id/record/a/b/2026-01-01'),)
    """
    results = (name for match in _RECORDS.finditer(text) for name in match[1].split())
    return tuple(sorted({Iri(name) for name in results}))
