"""The checkers that ``--against`` names: a list of elements, a form, or a rubric."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic.dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.checking.documents import Checker
from provenance_graph.checking.elements import Elements
from provenance_graph.checking.lists import ElementChecker, list_named, lists
from provenance_graph.checking.lists.forms import FormChecker
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.results import RESULT
from provenance_graph.exchange.registry import export
from provenance_graph.formats.document import Document
from provenance_graph.formats.forms.definition import form_named, forms
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.shapes.findings import Finding
from provenance_graph.store.base import Store
from provenance_graph.store.values import QuadSource


def checker_named(name: str, store: Store, snapshot: AcceptedSnapshot) -> Checker:
    """The checker of a list, form or rubric; raises NotFound with the known ids."""
    folded = name.casefold()
    if folded in {one.casefold() for one in lists()}:
        return ElementChecker(list_named(name), snapshot)
    if folded in {one.casefold() for one in forms()}:
        return FormChecker(form_named(name), store, snapshot)
    rubrics = {scheme.id for scheme in from_store(store)}
    if folded not in {rubric.casefold() for rubric in rubrics}:
        known = sorted({*lists(), *forms(), *rubrics})
        raise NotFound(name, "list of elements", known=known)
    return Elements(store, name)


@dataclass(frozen=True, config=RESULT)
class Offered:
    """A list of elements, form or rubric for checks; ``kind`` says which."""

    id: str
    title: str
    kind: str


def offered(store: QuadSource) -> list[Offered]:
    """Every list of elements, form and rubric that ``checker_named`` knows, in that order."""
    results = [Offered(one, each.title, "elements") for one, each in lists().items()]
    results += [Offered(one, each.title, "form") for one, each in forms().items()]
    taken = {one.id for one in results}
    return results + [
        Offered(one.id, one.label, "rubric") for one in from_store(store) if one.id not in taken
    ]


def of_model(snapshot: AcceptedSnapshot, model: Iri, checkers: Sequence[Checker]) -> list[Finding]:
    """Findings on a model of the store from lists, forms and rubrics.

    Its SPDX export is checked as a document, and its claims.
    """
    text = export(bundle(snapshot, [model]), "spdx3").text
    document = Document(Iri(f"urn:export:{short_id(model)}"), text.encode(), snapshot.day, "m.json")
    findings: list[Finding] = []
    for checker in checkers:
        if isinstance(checker, Elements):
            findings += checker.of_model(snapshot, model)
        elif isinstance(checker, (ElementChecker, FormChecker)):
            findings += checker.of_model(model, document, "spdx3")
    return findings
