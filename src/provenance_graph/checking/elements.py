"""A document against a list of elements: what the list asks for and the document leaves out.

The document alone counts: it is checked in a small store that holds the reference data of
the given one and nothing else, so that what others say of the model does not fill its gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.assess import assess_model, level_name
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.core.claims import Quad, Record
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import PG, RDF
from provenance_graph.ingest.update import update
from provenance_graph.reference import GRAPH as REFERENCE
from provenance_graph.shapes.findings import Finding, Severity
from provenance_graph.store.base import Store
from provenance_graph.store.memory import MemoryStore

_MET = frozenset({PG.LevelVerified, PG.LevelDisclosed, PG.LevelNotApplicable})


class Elements:
    """Judges records by a list of elements; raises NotFound for a list that is not there."""

    def __init__(self, store: Store, rubric: str) -> None:
        self._store = store
        schemes = from_store(store)
        known = {scheme.id.casefold(): scheme.id for scheme in schemes}
        if rubric.casefold() not in known:
            raise NotFound(rubric, "list of elements", known=sorted(known.values()))
        self._rubric = known[rubric.casefold()]

    @cached_property
    def _reference(self) -> list[Quad]:
        stored = list(self._store.quads(graph=REFERENCE))
        return [*stored, *((s, p, o, None) for s, p, o, _ in stored)]

    def __call__(self, records: Sequence[Record]) -> list[list[Finding]]:
        """What each record leaves out, in the records' order."""
        return [self._missing(record) for record in records]

    def _missing(self, record: Record) -> list[Finding]:
        models = sorted(
            {
                claim.subject
                for claim in record.claims
                if claim.predicate == RDF.type and claim.value == PG.Model
            }
        )
        if not models:
            return []
        with MemoryStore(self._reference) as alone:
            update(alone, [record])
            snapshot = AcceptedSnapshot(alone)
            here = "in this document"
            return [item for model in models for item in self._items(snapshot, model, here)]

    def of_model(self, snapshot: AcceptedSnapshot, model: Iri) -> list[Finding]:
        """The items of the rubric for a model of the store, by all that the store holds."""
        return self._items(snapshot, model, "in the store")

    def _items(self, snapshot: AcceptedSnapshot, model: Iri, where: str) -> list[Finding]:
        """A finding an item; those that are met are notes."""
        made = assess_model(snapshot, model, self._rubric)
        return [
            Finding(
                severity=Severity.INFO if item.level in _MET else Severity.WARNING,
                focus=model,
                path="",
                value=None,
                message=f"{self._rubric} {item.item.code} {item.item.label}: "
                f"{level_name(item.level)} {where}",
                shape=mint("check", self._rubric, item.item.code),
                component="Element",
            )
            for criterion in made.assessment.criteria
            for item in criterion.items
        ]
