"""The fields of a model page as the ontology orders them: section, order, label, unit."""

from __future__ import annotations

from dataclasses import dataclass

from provenance_graph import reference
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import NS, PREFIXES, Iri, expand, local_name, shorten
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.store.values import QuadSource

SECTION, ORDER, UNIT = (Iri(NS + name) for name in ("section", "order", "unit"))


@dataclass(frozen=True, slots=True)
class Field:
    """One fact property: its place on a page, its label and its unit."""

    property: Iri
    label: str
    section: str
    order: tuple[int, int]
    unit: str = ""
    single: bool = False
    definition: str = ""


def fields(source: QuadSource) -> tuple[Field, ...]:
    """Every fact property as a field, in the order of the page; cached by reference data."""
    return reference.parsed(source, read_fields)


def read_fields(source: QuadSource) -> tuple[Field, ...]:
    """Every fact property as a field, read from reference data, in the order of the page."""
    single = {s for s, *_ in source.quads(predicate=RDF.type, object=PG.SingleValuedFact)}
    facts = {s for s, *_ in source.quads(predicate=RDF.type, object=PG.FactProperty)}
    section_of = {s: o for s, _, o, _ in source.quads(predicate=SECTION) if isinstance(o, Iri)}
    sections = {s: _section(source, s) for s in set(section_of.values())}
    results = [
        _field(source, prop, prop in single, sections.get(section_of.get(prop, prop)))
        for prop in facts | single
    ]
    return tuple(sorted(results, key=lambda field: (field.order, field.label)))


def _section(source: QuadSource, section: Iri) -> tuple[str, int]:
    """The heading of a section and its order number on the page."""
    name = label(source, section) or local_name(section).removesuffix("Section")
    return name, _number(source, section, 998)


def _field(source: QuadSource, prop: Iri, single: bool, section: tuple[str, int] | None) -> Field:
    name, number = section or ("Other", 999)
    order = (number, _number(source, prop, 999) if section else 999)
    return Field(
        property=prop,
        label=label(source, prop) or local_name(prop),
        section=name,
        order=order,
        unit=str(next((o for _, _, o, _ in source.quads(prop, UNIT)), "")),
        single=single,
        definition=str(next((o for _, _, o, _ in source.quads(prop, SKOS.definition)), "")),
    )


def _number(source: QuadSource, subject: Iri, otherwise: int) -> int:
    for _, _, value, _ in source.quads(subject, ORDER):
        if isinstance(value, Literal) and value.lexical.isdigit():
            return int(value.lexical)
    return otherwise


def property_named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """The property that a user's text names: ``parameterCount``, ``pg:parameterCount``, a label.

    Raises NotFound with similar names.
    """
    known, snapshot = fields(snapshot), snapshot.present
    if ":" in text:
        return expand(text)
    folded = text.casefold().replace(" ", "").replace("-", "").replace("_", "")
    for field in known:
        if folded in (
            local_name(field.property).casefold(),
            field.label.casefold().replace(" ", ""),
        ):
            return field.property
    for space in ("pg", "dcterms", "schema", "prov"):
        name = Iri(PREFIXES[space] + text)
        if _any(snapshot, name):
            return name
    near = [shorten(f.property) for f in known if folded[:5] in local_name(f.property).casefold()]
    raise NotFound(text, "property", near[:6])


def _any(snapshot: AcceptedSnapshot, prop: Iri) -> bool:
    return any(True for _ in snapshot.quads(predicate=prop)) or any(
        True for _ in snapshot.quads(subject=prop)
    )
