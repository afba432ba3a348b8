"""A document or a model against a list of elements, element by element.

Each element is *met*, *stated blank*, *contradicted*, or stated by *nobody*. A met element names
its location or the claim behind it; any other names the values that the store has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking import positions
from provenance_graph.checking.lists.accepted import AcceptedClaims
from provenance_graph.checking.lists.contradicted import against, by_predicate, value_text
from provenance_graph.checking.lists.cyclonedx import CycloneView
from provenance_graph.checking.lists.definition import Element, ElementList, lists
from provenance_graph.checking.lists.spdx import SpdxView
from provenance_graph.checking.lists.stated import BomView, Stated
from provenance_graph.checking.positions import Location
from provenance_graph.core.claims import Claim, Literal, Record, SourcedClaim
from provenance_graph.core.errors import NotFound, SourceError
from provenance_graph.core.iris import Iri, expand, mint, short_id
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.terms import (
    DATA_USES,
    DATASET_RELATIONS,
    INFLUENCES,
    PARENT_RELATIONS,
    PG,
    RDF,
)
from provenance_graph.formats.document import Document
from provenance_graph.shapes.findings import Finding, Severity

MET, BLANK, CONTRADICTED, NOBODY = "met", "stated blank", "contradicted", "no source states it"
_GRAVITY = {
    MET: Severity.INFO,
    BLANK: Severity.WARNING,
    CONTRADICTED: Severity.VIOLATION,
    NOBODY: Severity.WARNING,
}
_NO_LOCATION = Location()
_MAX_SHOWN = 3
_DEPENDENCIES = "document:@dependencies"
"""The location of dependencies in a bill of materials; other documents state a model's parents."""
MAX_OWNERS = 1_000
"""Pairs of model and location cached with the entities whose claims answer there."""


@dataclass(frozen=True, slots=True)
class Result:
    """One element of one document: its status, detail, location, and values of the store."""

    element: Element
    status: str
    detail: str = ""
    where: str = ""
    better: str = ""


def list_named(name: str) -> ElementList:
    """A list by its id; raises NotFound with the known ids."""
    known = {one.casefold(): one for one in lists()}
    if name.casefold() not in known:
        raise NotFound(name, "list of elements", known=sorted(lists()))
    return lists()[known[name.casefold()]]


def view_of(document: Document, format: str) -> BomView | None:
    """A document as a bill of materials; None for other formats."""
    try:
        value = document.json if document.features.syntax == "json" else None
    except SourceError:
        return None
    if not isinstance(value, dict):
        return None
    if format == "spdx3" or (not format and "@graph" in value):
        return SpdxView(value)
    if format == "cyclonedx" or value.get("bomFormat") == "CycloneDX":
        return CycloneView(value)
    return None


class ElementChecker:
    """A checker of documents by one list; ``snapshot`` gives values that the document lacks."""

    def __init__(self, wanted: ElementList, snapshot: AcceptedSnapshot | None = None) -> None:
        self.wanted, self._snapshot = wanted, snapshot
        self._known = AcceptedClaims(snapshot) if snapshot is not None else None
        self._owners: dict[tuple[Iri, str], list[Iri]] = {}

    def of_document(
        self, document: Document, format: str, records: Sequence[Record]
    ) -> list[Finding]:
        """A finding per element; met elements are notes."""
        models = {c.subject for r in records for c in r.claims if c.value == PG.Model}
        focus: Iri | Literal = min(models, default=Literal(""))
        findings = []
        for one in self.results(view_of(document, format), format, records):
            placed = one.where.startswith("/")
            location = positions.of_whole(document).at(one.where) if placed else Location()
            findings.append(self._finding(one, focus, location))
        return findings

    def results(self, view: BomView | None, format: str, records: Sequence[Record]) -> list[Result]:
        """The result of each element, in the list's order."""
        claims = by_predicate(claim for record in records for claim in record.claims)
        subjects = sorted({c.subject for c in claims.get(RDF.type, ()) if c.value == PG.Model})
        return [self._result(one, view, format, claims, subjects) for one in self.wanted.elements]

    def of_model(self, model: Iri, document: Document, format: str) -> list[Finding]:
        """A finding per element for a model of the store, from its export and its claims."""
        assert self._snapshot is not None
        findings = []
        for one in self.results(view_of(document, format), format, ()):
            behind = list(self._accepted(one.element, [model]))
            result = replace(one, better="")
            if behind:
                texts = "; ".join(
                    f"{value_text(c)}, claim {claim_iri(c.header.record, c.claim)}"
                    for c in behind[:_MAX_SHOWN]
                )
                result = replace(result, status=MET, detail=texts)
            findings.append(self._finding(result, model))
        return findings

    # ---- one element ----------------------------------------------------------------------

    def _result(
        self,
        element: Element,
        view: BomView | None,
        format: str,
        claims: Mapping[Iri, Sequence[Claim]],
        subjects: Sequence[Iri],
    ) -> Result:
        places = getattr(element, format, ()) if view is not None else ()
        result = _at_paths(element, view, places) if places else _by_claims(element, claims)
        own = _own_predicates(element.properties)
        if result.status == MET and (other := against(self._known, own, claims)):
            return replace(result, status=CONTRADICTED, better=other)
        if result.status in (NOBODY, BLANK):
            better = [
                f"{value_text(c)} ({short_id(c.header.publisher)})"
                for c in list(self._accepted(element, subjects))[:_MAX_SHOWN]
            ]
            return replace(result, better="; ".join(dict.fromkeys(better))) if better else result
        return result

    def _accepted(self, element: Element, subjects: Iterable[Iri]) -> Iterator[SourcedClaim]:
        """The accepted claims about the models on the element's properties."""
        if self._known is None:
            return
        for subject in subjects:
            for one in _answers(element.properties):
                where = subject, one.location
                if where not in self._owners:
                    if len(self._owners) >= MAX_OWNERS:
                        self._owners.clear()
                    self._owners[where] = self._owners_at(*where)
                for owner in self._owners[where]:
                    yield from self._known.of(owner, one.predicate)

    def _owners_at(self, subject: Iri, location: str) -> list[Iri]:
        assert self._snapshot is not None
        if not location:
            own = [subject]
            nodes = self._snapshot.quads(predicate=PG.artifactOf, object=subject)
            return own + sorted({node for node, *_ in nodes})
        if location == "score":
            nodes = self._snapshot.quads(predicate=PG.evaluationOf, object=subject)
            return sorted({node for node, *_ in nodes})[:50]
        return [
            value
            for _, predicate, value, _ in self._snapshot.view(subject).quads
            if predicate in DATA_USES and isinstance(value, Iri)
        ]

    def _finding(
        self, result: Result, focus: Iri | Literal, location: Location = _NO_LOCATION
    ) -> Finding:
        element = result.element
        message = f"{self.wanted.id} {element.id} {element.title}: {result.status}"
        if result.detail:
            message += f"; {result.detail}"
        if result.better:
            lead = "" if result.status == CONTRADICTED else "the store has "
            message += f"; {lead}{result.better}"
        return Finding(
            severity=_GRAVITY[result.status],
            focus=focus,
            path="",
            value=None,
            message=message,
            shape=_shape(self.wanted.id, element.id),
            component="Element",
            line=location.line,
            column=location.column,
        )


class _Answer(NamedTuple):
    """A property that answers an element, and the node beside the model that has it."""

    location: str
    predicate: Iri


@cache
def _answers(properties: tuple[str, ...]) -> tuple[_Answer, ...]:
    parts = (text.rpartition("/") for text in properties)
    return tuple(_Answer(location.partition("/")[0], expand(name)) for location, _, name in parts)


@cache
def _predicates(properties: tuple[str, ...]) -> tuple[Iri, ...]:
    """The properties that answer an element, of any node, each once."""
    return tuple(dict.fromkeys(one.predicate for one in _answers(properties)))


@cache
def _own_predicates(properties: tuple[str, ...]) -> tuple[Iri, ...]:
    """The properties of the model itself that answer an element."""
    return tuple(one.predicate for one in _answers(properties) if not one.location)


@cache
def _shape(wanted: str, element: str) -> Iri:
    return mint("check", wanted, element)


def _at_paths(element: Element, view: BomView | None, places: Sequence[str]) -> Result:
    """The result for an element by its locations in the document's format."""
    assert view is not None
    met: list[str] = []
    blank: list[str] = []
    lacking: list[str] = []
    where = ""
    scopes = dict.fromkeys(location.partition(":")[0] for location in places)
    for scope in scopes:
        paths = [p.partition(":")[2] for p in places if p.startswith(f"{scope}:")]
        for member in view.members(scope, paths[0]):
            stated = (
                [Stated((member.name,), False, member.where)]
                if scope == "type"
                else [view.stated(member, path) for path in paths]
            )
            present = next((one for one in stated if one.texts), None)
            if present is not None:
                met.append(", ".join(present.texts[:_MAX_SHOWN]))
                where = where or present.where
            else:
                (blank if any(one.blank for one in stated) else lacking).append(member.name)
    if met and (len(scopes) > 1 or not (blank or lacking)):
        return Result(element, MET, "; ".join(dict.fromkeys(met[:_MAX_SHOWN])), where)
    if blank and not lacking:
        return Result(element, BLANK, _of(blank))
    return Result(element, NOBODY, _of([*lacking, *blank]) if met else "")


def _of(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_SHOWN} more" if len(names) > _MAX_SHOWN else ""
    return f"of {', '.join(names[:_MAX_SHOWN])}{more}"


def _by_claims(element: Element, claims: Mapping[Iri, Sequence[Claim]]) -> Result:
    """The result for an element by the claims read from a document without such locations."""
    wanted = _predicates(element.properties)
    if _DEPENDENCIES in (*element.spdx3, *element.cyclonedx):
        wanted = (*wanted, *PARENT_RELATIONS, *INFLUENCES, *DATASET_RELATIONS)
    if claims.keys().isdisjoint(wanted):
        return Result(element, NOBODY)
    matches = [claim for predicate in wanted for claim in claims.get(predicate, ())]
    present = [c for c in matches if c.value is not None]
    if present:
        texts = [
            short_id(c.value) if isinstance(c.value, Iri) else str(c.value)[:60] for c in present
        ]
        return Result(
            element, MET, "; ".join(dict.fromkeys(texts[:_MAX_SHOWN])), present[0].locator
        )
    return Result(element, BLANK if matches else NOBODY)
