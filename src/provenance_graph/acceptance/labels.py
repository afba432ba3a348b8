"""Labels of terms, concepts and entities, for display."""

from __future__ import annotations

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import ID, NS, Iri
from provenance_graph.core.terms import DCTERMS, RDFS, SCHEMA, SKOS
from provenance_graph.reference import ReferenceReads
from provenance_graph.store.values import QuadSource

LABELS = (SKOS.prefLabel, SCHEMA.name, RDFS.label, DCTERMS.title)
"""Properties that give a label, in order of preference."""


def label(source: QuadSource, subject: Iri) -> str:
    """The label of a term or a concept, or the name of an entity; empty where none is known."""
    if not subject.startswith(_OURS) and not any(True for _ in source.quads(subject)):
        return ""  # an address on the web, about which the store mostly states nothing
    for predicate in LABELS:
        results = [
            o.lexical for *_, o, _ in source.quads(subject, predicate) if isinstance(o, Literal)
        ]
        if results:
            return min(results)
    return ""


_OURS = (ID, NS)
_OF_REFERENCE = (NS, f"{ID}rubric/", f"{ID}licence/")


class ReferenceLabels:
    """Labels of terms, licences and criteria, cached for all versions of a store.

    One object is made per digest of the reference data, so each call is given the store to read.
    """

    def __init__(self, _: QuadSource) -> None:
        self._labels: dict[Iri, str] = {}

    def of(self, source: QuadSource, subject: Iri) -> str:
        """The label that the reference data gives a subject; empty for all other subjects.

        Also empty for a store of another engine: there the caller combines its look-ups.
        """
        if not subject.startswith(_OF_REFERENCE) or not getattr(source, "own_engine", False):
            return ""
        result = self._labels.get(subject)
        if result is None:
            result = self._labels[subject] = label(ReferenceReads(source), subject)
        return result
