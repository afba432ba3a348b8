"""A document against a rubric: the items that the rubric requires and the document lacks.

Only the document counts: it is assessed in a small store that holds the reference data of the given
store and nothing else, so that claims of others about the model fill no gaps.
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
    """A checker of records by a rubric; raises NotFound for an unknown one."""

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
        """The findings of each record, in the records' order."""
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
        """The findings on a model of the store, by all that the store holds."""
        return self._items(snapshot, model, "in the store")

    def _items(self, snapshot: AcceptedSnapshot, model: Iri, where: str) -> list[Finding]:
        """A finding per item of the rubric; met items are notes."""
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
