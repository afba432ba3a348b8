"""The fields of a model page, as the ontology lays them out: section, order, label, unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import NS, PREFIXES, Iri, expand, local_name, shorten
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.store.base import Store

SECTION, ORDER, UNIT = (Iri(NS + name) for name in ("section", "order", "unit"))


@dataclass(frozen=True, slots=True)
class Field:
    """One fact property: where it stands on a page and how it is named and measured."""

    property: Iri
    label: str
    section: str
    order: tuple[int, int]
    unit: str = ""
    single: bool = False
    definition: str = ""


def fields(store: Store) -> list[Field]:
    """Every fact property, in the order of the page."""
    single = {s for s, *_ in store.quads(predicate=RDF.type, object=PG.SingleValuedFact)}
    facts = {s for s, *_ in store.quads(predicate=RDF.type, object=PG.FactProperty)}
    found = [_field(store, prop, prop in single) for prop in facts | single]
    return sorted(found, key=lambda field: (field.order, field.label))


def _field(store: Store, prop: Iri, single: bool) -> Field:
    section = next((o for _, _, o, _ in store.quads(prop, SECTION)), None)
    place = (999, 999)
    name = "Other"
    if isinstance(section, Iri):
        name = label(store, section) or local_name(section).removesuffix("Section")
        place = (_number(store, section, 998), _number(store, prop, 999))
    return Field(
        property=prop,
        label=label(store, prop) or local_name(prop),
        section=name,
        order=place,
        unit=str(next((o for _, _, o, _ in store.quads(prop, UNIT)), "")),
        single=single,
        definition=str(next((o for _, _, o, _ in store.quads(prop, SKOS.definition)), "")),
    )


def _number(store: Store, subject: Iri, otherwise: int) -> int:
    for _, _, value, _ in store.quads(subject, ORDER):
        if isinstance(value, Literal) and value.lexical.isdigit():
            return int(value.lexical)
    return otherwise


def label(store: Store, thing: Iri) -> str:
    """The label of a term or a concept, or the name of a thing; empty where none is known."""
    for predicate in (SKOS.prefLabel, SCHEMA.name, RDFS.label, DCTERMS.title):
        found = sorted(
            o.lexical for _, _, o, _ in store.quads(thing, predicate) if isinstance(o, Literal)
        )
        if found:
            return found[0]
    return ""


def property_named(store: Store, text: str) -> Iri:
    """A property from what a user types: ``parameterCount``, ``pg:parameterCount``, a label.

    Raises NotFound with near names.
    """
    known = fields(store)
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
        if _any(store, name):
            return name
    near = [shorten(f.property) for f in known if folded[:5] in local_name(f.property).casefold()]
    raise NotFound(text, "property", near[:6])


def _any(store: Store, prop: Iri) -> bool:
    return any(True for _ in _first(store, prop))


def _first(store: Store, prop: Iri) -> Iterator[Iri]:
    yield from (s for s, *_ in store.quads(predicate=prop))
    yield from (s for s, *_ in store.quads(subject=prop))
