"""Claims from the rows of ``pg:Claim`` nodes, each property at most once and of its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from provenance_graph.core.claims import Basis, Claim, Code, Literal, Precision, Stance, Value
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.lexical_forms import check
from provenance_graph.core.literals import normalised
from provenance_graph.core.terms import PG, RDF, XSD

C = TypeVar("C", bound=Code)
BASES = {code.value: code for code in Basis}
"""Each basis by its IRI."""
_STANCES = {code.value: code for code in Stance}
_PRECISIONS = {code.value: code for code in Precision}
_CLAIM_TERMS = frozenset(
    {
        PG.about,
        PG.property,
        PG.value,
        PG.stance,
        PG.basis,
        PG.confidence,
        PG.datePrecision,
        PG.valueAsStated,
        PG.locator,
        PG.unusable,
        PG.validFrom,
        PG.validUntil,
    }
)


def single_values(
    node: Iri, rows: list[tuple[Iri, Value]], terms: frozenset[Iri]
) -> dict[Iri, Value]:
    """The value of each property of a node, its class left out.

    Raises RecordError for a property that is none of ``terms``, or has two values.
    """
    values: dict[Iri, Value] = {}
    for predicate, value in rows:
        if predicate == RDF.type:
            continue
        if predicate not in terms:
            raise RecordError(f"{node}: {shorten(predicate)} is not allowed there")
        if predicate in values and values[predicate] != value:
            raise RecordError(f"{node}: two values of {shorten(predicate)}")
        values[predicate] = value
    return values


def claim_from(node: Iri, rows: list[tuple[Iri, Value]]) -> Claim:
    """Build a claim from a ``pg:Claim`` node's rows; raises RecordError if it is incomplete."""
    values = single_values(node, rows, _CLAIM_TERMS)
    about, prop = values.get(PG.about), values.get(PG.property)
    if not isinstance(about, Iri) or not isinstance(prop, Iri):
        raise RecordError(f"{node}: a claim needs pg:about and pg:property, both IRIs")
    confidence = values.get(PG.confidence)
    basis = values.get(PG.basis)
    precision = values.get(PG.datePrecision)
    return Claim(
        subject=about,
        predicate=prop,
        value=values.get(PG.value),
        stance=code_of(node, values.get(PG.stance, PG.Stated), _STANCES),
        basis=None if basis is None else code_of(node, basis, BASES),
        as_stated=str(values.get(PG.valueAsStated, "")),
        locator=str(values.get(PG.locator, "")),
        confidence=None if confidence is None else _confidence(node, confidence),
        precision=None if precision is None else code_of(node, precision, _PRECISIONS),
        valid_from=str(values.get(PG.validFrom, "")),
        valid_until=str(values.get(PG.validUntil, "")),
        unusable=str(values.get(PG.unusable, "")),
    )


def stated_claim(node: Iri, rows: list[tuple[Iri, Value]]) -> Claim:
    """Build a claim of a document, as :func:`claim_from`, with days as bounds of its validity.

    Raises RecordError for a bound that is no day: bounds are compared as texts, and a year or a
    word would order wrongly.
    """
    claim = claim_from(node, rows)
    if not claim.valid_from and not claim.valid_until:
        return claim
    return replace(
        claim,
        valid_from=_bound(node, PG.validFrom, claim.valid_from),
        valid_until=_bound(node, PG.validUntil, claim.valid_until),
    )


def _bound(node: Iri, term: Iri, text: str) -> str:
    try:
        if text:
            check(Literal(text, XSD.date))
            date.fromisoformat(text[:10])  # XSD has years of more digits too
    except ValueError as error:
        raise RecordError(f"{node}: {shorten(term)}: {error}") from error
    return text[:10]  # without a time zone


def _confidence(node: Iri, value: Value) -> Decimal:
    """Parse a confidence as an xsd:decimal; ``Decimal`` alone accepts more forms than XSD does."""
    try:
        return Decimal(normalised(Literal(str(value), XSD.decimal)).lexical)
    except (ValueError, ArithmeticError) as error:
        raise RecordError(f"{node}: pg:confidence: {error}") from error


def code_of(node: Iri, value: Value, known: Mapping[Iri, C]) -> C:
    """The code with an IRI; raises RecordError, with the codes that there are, for another."""
    result = known.get(Iri(str(value)))
    if result is None:
        raise RecordError(
            f"{node}: {shorten(str(value))} is not one of {', '.join(map(shorten, known))}"
        )
    return result
