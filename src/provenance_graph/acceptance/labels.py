"""What an entity is called, for people."""

from __future__ import annotations

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, RDFS, SCHEMA, SKOS
from provenance_graph.store.values import QuadSource

LABELS = (SKOS.prefLabel, SCHEMA.name, RDFS.label, DCTERMS.title)
"""Where a label stands, the first kind that there is."""


def label(source: QuadSource, subject: Iri) -> str:
    """The label of a term or a concept, or the name of an entity; empty where none is known."""
    for predicate in LABELS:
        results = [
            o.lexical for *_, o, _ in source.quads(subject, predicate) if isinstance(o, Literal)
        ]
        if results:
            return min(results)
    return ""
