"""Forms of a small store, filled, and read again: what tests of forms share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import audit_store

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Basis, Claim, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.forms.definition import form_named
from provenance_graph.formats.registry import readers
from provenance_graph.forms.answers import FilledField, FilledForm
from provenance_graph.forms.fill import fill
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.store.memory import MemoryStore

MODEL = audit_store.MODEL


@cache
def base() -> MemoryStore:
    """The reference data in a store, which tests put a record in and take it out again."""
    return MemoryStore(compile_quads(audit_store.reference(), [], []))


@contextmanager
def world(*claims: Claim, basis: Basis = Basis.DEVELOPER) -> Iterator[MemoryStore]:
    card = audit_store.record(
        "card",
        "2025-05-01",
        basis,
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, DCTERMS.creator, audit_store.ORG),
        *claims,
    )
    update(base(), [card])
    try:
        yield base()
    finally:
        update(base(), drop=[card.header.record])


def filled(store: MemoryStore, name: str) -> FilledForm:
    return fill(AcceptedSnapshot(store), MODEL, form_named(name))


def field(form: FilledForm, id: str) -> FilledField:
    return next(f for s in form.sections for f in s.fields if f.id == id)


def document(value: object) -> Document:
    return Document(Iri("urn:form"), json.dumps(value).encode(), "2026-01-01", "form.json")


def read_back(value: object) -> tuple[list[Record], list[Problem]]:
    found = list(readers()["form"].records(document(value)))  # type: ignore[misc]
    return (
        [item for item in found if isinstance(item, Record)],
        [item for item in found if isinstance(item, Problem)],
    )
