"""A document or a model against a form: the fields that it could fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking.lists.accepted import AcceptedClaims
from provenance_graph.checking.lists.checker import BLANK, CONTRADICTED, MET, NOBODY
from provenance_graph.checking.lists.contradicted import against, by_predicate
from provenance_graph.core.claims import Claim, Literal, Record
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.forms.definition import Form
from provenance_graph.forms.answers import FilledField, FilledForm
from provenance_graph.forms.fill import fill
from provenance_graph.ingest.update import update
from provenance_graph.reference import GRAPH as REFERENCE
from provenance_graph.shapes.findings import Finding, Severity
from provenance_graph.store.base import Store
from provenance_graph.store.memory import MemoryStore

_STATUS = {
    "stated": MET,
    "mixed": MET,
    "reported": MET,
    "inferred": MET,
    "derived": MET,
    "notApplicable": MET,
    "partly": NOBODY,
    "empty": NOBODY,
    "notAccepted": NOBODY,
    "unreadable": NOBODY,
    "declined": BLANK,
    "undisclosed": BLANK,
    "leftBlank": BLANK,
    "partlyDisclosed": BLANK,
}
_GRAVITY = {MET: Severity.INFO, CONTRADICTED: Severity.VIOLATION}
_MAX_SHOWN = 3


class FormChecker:
    """A checker of documents by a form.

    Only the document fills the fields; the store gives values that it lacks.
    """

    def __init__(self, form: Form, store: Store, snapshot: AcceptedSnapshot) -> None:
        self.form, self._store, self._snapshot = form, store, snapshot
        self._accepted = AcceptedClaims(snapshot)

    @cached_property
    def _alone(self) -> MemoryStore:
        """A store of the reference data, to which one document at a time is added."""
        stored = list(self._store.quads(graph=REFERENCE))
        return MemoryStore([*stored, *((s, p, o, None) for s, p, o, _ in stored)])

    @contextmanager
    def _with(self, records: Sequence[Record]) -> Iterator[AcceptedSnapshot]:
        update(self._alone, records)
        try:
            yield AcceptedSnapshot(self._alone)
        finally:
            update(self._alone, drop=[record.header.record for record in records])

    def of_document(
        self,
        document: Document,  # noqa: ARG002 - what a form asks is in the claims
        format: str,  # noqa: ARG002
        records: Sequence[Record],
    ) -> list[Finding]:
        """A finding per field and model; met fields are notes."""
        models = sorted(
            {
                c.subject
                for r in records
                for c in r.claims
                if c.predicate == RDF.type and c.value == PG.Model
            }
        )
        if not models:
            return []
        with self._with(records) as snapshot:
            filled = {model: fill(snapshot, model, self.form) for model in models}
        claims = [claim for record in records for claim in record.claims]
        return [
            finding
            for model, one in filled.items()
            for finding in self._findings(
                model,
                one,
                fill(self._snapshot, model, self.form),
                by_predicate(claim for claim in claims if claim.subject == model),
            )
        ]

    def of_model(self, model: Iri, document: Document, format: str) -> list[Finding]:  # noqa: ARG002
        """The findings on a model of the store, by its claims."""
        return list(self._findings(model, fill(self._snapshot, model, self.form), None))

    def _findings(
        self,
        model: Iri,
        filled: FilledForm,
        better: FilledForm | None,
        stated: Mapping[Iri, Sequence[Claim]] = MappingProxyType({}),
    ) -> Iterator[Finding]:
        others = {} if better is None else {f.id: f for s in better.sections for f in s.fields}
        claims = {note.number: note.receipt["claim"] for note in filled.footnotes}
        fields = {field.id: field for section in self.form.sections for field in section.fields}
        for section in filled.sections:
            for field in section.fields:
                own = (source.iri for source in fields[field.id].sources if source.plain)
                other = against(self._accepted, own, stated) if stated else ""
                yield self._finding(model, field, others.get(field.id), claims, other)

    def _finding(
        self,
        model: Iri,
        field: FilledField,
        better: FilledField | None,
        claims: Mapping[int, str],
        other: str = "",
    ) -> Finding:
        status = _STATUS[field.status]
        if other or (status is MET and any(value.contested for value in field.values)):
            status = CONTRADICTED
        parts = [f"{self.form.id} {field.id} {field.title}: {status}"]
        parts += [_values(field)] if field.values else []
        if status is MET or status is CONTRADICTED:
            cited = [claims[n] for v in field.values for n in v.footnotes if n in claims]
            parts += [f"claim {cited[0]}"] if cited else []
            parts += [other] if other else []
        elif better is not None and better.values:
            parts.append(f"the store has {_values(better)}")
        if status is NOBODY:
            parts.append(f"ask {(better or field).ask}")
        return Finding(
            severity=_GRAVITY.get(status, Severity.WARNING),
            focus=model or Literal(""),
            path="",
            value=None,
            message="; ".join(parts),
            shape=mint("check", self.form.id, field.id),
            component="Element",
        )


def _values(field: FilledField) -> str:
    texts = list(dict.fromkeys(value.text[:60] for value in field.values))
    more = f" and {len(texts) - _MAX_SHOWN} more" if len(texts) > _MAX_SHOWN else ""
    return ", ".join(texts[:_MAX_SHOWN]) + more
