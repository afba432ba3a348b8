"""The mark in exports of this program, by which an import recognises them.

Every document that is written carries one text, ``provenance-graph:exportedFrom`` and the IRIs of
the records that it rests on. When such a document is imported, it is no new evidence for the claims
of those records.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from provenance_graph.core.iris import ID, Iri, expand, record_path, shorten

MARK = "provenance-graph:exportedFrom"
WRITTEN_FROM = "Written from"
"""The words before the entity in an export whose format has no field for it."""
_INFERRED = re.compile(r" ; inferred ([^\s\"'<>]+)((?: \w+:[\w.-]+)+)(?= ;|\s|\Z|[\"'<])")


def mark(
    records: Iterable[Iri],
    custody: Mapping[str, Collection[Iri]] = MappingProxyType({}),
    inferred: Mapping[Iri, Collection[Iri]] = MappingProxyType({}),
) -> str:
    """The text that an export carries: the mark and the records, in a fixed order.

    ``custody`` maps a word for custody to its records; the largest group is named by its word
    alone, as *else*. ``inferred`` maps entities to the properties whose value is inferred and
    stated by no source.

    >>> from provenance_graph.core.iris import record
    >>> mark([record("apx", "haiku", "2025-11-22")])[:45]
    'provenance-graph:exportedFrom https://w3id.or'
    >>> a, b = record("a", "x", "2026-01-01"), record("b", "x", "2026-01-01")
    >>> mark([], {"asserted": [a], "verified": [a, b]})
    'provenance-graph:exportedFrom ; custody asserted a/x/2026-01-01, else verified'
    >>> from provenance_graph.core.terms import PG
    >>> mark([], inferred={Iri(ID + "model/o/m"): [PG.sparsity]})
    'provenance-graph:exportedFrom ; inferred https://w3id.org/provenance-graph/id/model/o/m pg:sparsity'
    """
    parts = [" ".join([MARK, *sorted(set(records))])]
    if custody:
        commonest = max(custody, key=lambda word: (len(custody[word]), word))
        fewer = [
            f"{word} {' '.join(sorted(map(record_path, custody[word])))}, "
            for word in sorted(custody)
            if word != commonest
        ]
        parts.append(f"custody {''.join(fewer)}{'else ' if fewer else ''}{commonest}")
    parts += [
        " ".join(["inferred", entity, *sorted(map(shorten, properties))])
        for entity, properties in sorted(inferred.items())
        if properties
    ]
    return " ; ".join(parts)


def is_export(text: str) -> bool:
    """Whether a document carries the mark of an export, of this graph or of another one."""
    return MARK in text


def inferred_in_export(text: str) -> dict[Iri, frozenset[Iri]]:
    """The properties that a marked document states to be only inferred, by entity.

    >>> from provenance_graph.core.terms import PG
    >>> about = {Iri(ID + "model/o/m"): frozenset({PG.sparsity})}
    >>> inferred_in_export(mark([], inferred=about)) == about
    True
    """
    return {
        Iri(match[1]): frozenset(map(expand, match[2].split()))
        for match in _INFERRED.finditer(text)
    }


_WRITTEN_FROM = re.compile(rf"{re.escape(WRITTEN_FROM)} ({re.escape(ID)}[^\s\"'<>]+)")


def entity_of_export(text: str) -> Iri | None:
    """The entity that an exported card was written from, which has no field for it; or None.

    >>> entity_of_export(f"{WRITTEN_FROM} {ID}model/o/m as known on 2026-01-01.")
    Iri('https://w3id.org/provenance-graph/id/model/o/m')
    """
    match = _WRITTEN_FROM.search(text)
    return Iri(match[1]) if match else None
