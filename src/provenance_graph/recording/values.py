"""Parses the value of a finding by the range of its property."""

from __future__ import annotations

import operator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris, literals, texts
from provenance_graph.core.claims import Literal, Precision, Value
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, is_iri, local_name, shorten
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, INFLUENCES, PG, RDFS, SKOS, XSD
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.model.naming.entities import find_entity

_CONCEPT = SKOS.Concept
_MODELS = {*DERIVATIONS, *INFLUENCES} - {PG.trainedOn, PG.benchmarkDataSeen}


def value_of(
    snapshot: AcceptedSnapshot, predicate: Iri, text: str
) -> tuple[Value, Precision | None]:
    """The value of a text for a property, and the precision of a date (None for a day).

    Raises UsageError if the text is not a value of the property.
    """
    ranges = {o for _, _, o, _ in snapshot.present.quads(predicate, RDFS.range)}
    if predicate == DCTERMS.license:
        return _licence(text), None
    if predicate in (DCTERMS.creator, DCTERMS.publisher):
        return _named(snapshot, text, "organization"), None
    if predicate == PG.trainedOn or predicate in _MODELS:
        return _named(snapshot, text, "dataset" if predicate == PG.trainedOn else "model"), None
    if XSD.date in ranges or predicate in (DCTERMS.issued, DCTERMS.modified):
        result = literals.day(text)
        if result is None:
            raise _bad(predicate, text, "a day such as 2025-10-15 or Oct 2025")
        exact = result.precision is Precision.DAY
        return result.literal, None if exact else result.precision
    for kind, read, example in (
        (XSD.integer, _count, "a whole number such as 8030261248 or 128K"),
        (XSD.decimal, texts.decimal, "a number such as 0.5"),
        (XSD.double, texts.double, "a number such as 3.8e25"),
        (XSD.boolean, texts.boolean, "yes or no"),
    ):
        if kind in ranges:
            literal = read(text)
            if literal is None:
                raise _bad(predicate, text, example)
            _check_bounds(snapshot, predicate, literal, text)
            return literal, None
    if _CONCEPT in ranges:
        return _concept(snapshot, predicate, text), None
    return (Iri(text) if is_iri(text) else literals.text(text)), None


def _check_bounds(snapshot: AcceptedSnapshot, predicate: Iri, value: Literal, text: str) -> None:
    """Raise UsageError for a number below the minimum that the ontology gives for a property."""
    number = literals.number(value.lexical)
    for facet, words, holds in (
        (XSD.minInclusive, "of at least", operator.ge),
        (XSD.minExclusive, "above", operator.gt),
    ):
        for _, _, bound, _ in snapshot.present.quads(predicate, facet):
            least = literals.number(str(bound))
            if number is not None and least is not None and not holds(number, least):
                raise _bad(predicate, text, f"a number {words} {least}")


def _bad(predicate: Iri, text: str, example: str) -> UsageError:
    return UsageError(f"{local_name(predicate)} takes {example}, not {text!r}")


def _count(text: str) -> Literal | None:
    """Parse a non-negative whole number; every integer property is a count."""
    result = literals.whole(text)
    return None if result is None or int(result.lexical) < 0 else result


def _licence(text: str) -> Iri:
    normalise = licence_names.normalise(text)
    if normalise.value is None:
        why = normalise.unusable or "it names no licence"
        raise UsageError(f"licence {text!r}: {why}; give an SPDX id, or an address of its text")
    return normalise.value


def _named(snapshot: AcceptedSnapshot, text: str, kind: str) -> Iri:
    """Find an entity by name; an unknown name is minted as a new IRI."""
    try:
        return find_entity(snapshot, text, [kind]).iri
    except NotFound:
        if is_iri(text):
            return Iri(text)
        if kind == "organization":
            return iris.organization(text)
        if kind == "model" and "/" not in text:
            raise
        return iris.dataset(text) if kind == "dataset" else iris.model(text)


def _concept(snapshot: AcceptedSnapshot, predicate: Iri, text: str) -> Iri:
    """Find a member of a property's code list by its label, notation or id."""
    folded = texts.letters_and_digits(text)
    present = snapshot.present
    schemes = {o for _, _, o, _ in present.quads(predicate, PG.codeList)}
    known: dict[str, Iri] = {}
    for term in (SKOS.prefLabel, SKOS.notation):
        for concept, _, label, _ in present.quads(predicate=term):
            within = {o for _, _, o, _ in present.quads(concept, SKOS.inScheme)}
            if within & schemes if schemes else within:
                for name in (str(label), local_name(concept)):
                    known.setdefault(texts.letters_and_digits(name), concept)
    used = {o for _, _, o, _ in present.quads(predicate=predicate)}
    if (result := known.get(folded)) is not None:
        return result
    near = sorted(shorten(one) for one in used if isinstance(one, Iri))[:8]
    raise NotFound(text, f"value of {local_name(predicate)}", near)
