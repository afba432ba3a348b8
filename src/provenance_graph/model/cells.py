"""Conversion of values and claims to the JSON of answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import (
    Literal,
    Precision,
    SourcedClaim,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import date_text
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.terms import XSD

if TYPE_CHECKING:
    from provenance_graph.core.results import Cell
    from provenance_graph.model.answers import (
        ClaimAnswer,
    )


_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)]")


def value_json(
    value: Value | None,
    labels: dict[Iri, str] | None = None,
    precision: Precision | None = None,
) -> Cell:
    """A value as JSON: numbers as numbers, entities as {iri, id, label}, the rest as text.

    A date that is less precise than a day is written with that precision.
    """
    if value is None:
        return None
    if isinstance(value, Iri):
        return {
            "iri": value,
            "id": short_id(value),
            "label": (labels or {}).get(value) or short_id(value),
        }
    if value.datatype == XSD.integer:
        return int(value.lexical)
    if value.datatype in (XSD.decimal, XSD.double):
        return float(value.lexical)
    if value.datatype == XSD.boolean:
        return value.lexical == "true"
    return date_text(value.lexical, precision) if value.datatype == XSD.date else value.lexical


def claim_json(sourced: SourcedClaim, labels: dict[Iri, str] | None = None) -> ClaimAnswer:
    """A claim as JSON, with its record, its ruling and the reason."""
    claim, header = sourced.claim, sourced.header
    return {
        "property": local_name(claim.predicate),
        "propertyIri": claim.predicate,
        "subject": short_id(claim.subject),
        "value": value_json(claim.value, labels, claim.precision),
        "asStated": claim.as_stated or None,
        "stance": claim.stance.label,
        "basis": sourced.basis.label,
        "statedBasis": sourced.stated_basis.label,
        "demoted": sourced.demoted or None,
        "implausible": sourced.implausible or None,
        "standing": sourced.status.label,
        "reason": sourced.reason,
        "locator": claim.locator or None,
        "precision": claim.precision.label if claim.precision else None,
        "confidence": float(claim.confidence) if claim.confidence is not None else None,
        "validFrom": claim.valid_from or None,
        "validUntil": claim.valid_until or None,
        "unusable": claim.unusable or None,
        "claim": claim_iri(header.record, claim),
        "record": header.record,
        "document": header.document,
        "publisher": {"iri": header.publisher, "id": short_id(header.publisher)},
        "retrieved": header.retrieved,
        "edition": header.edition or None,
        "revision": header.revision or None,
        "digest": header.digest or None,
        "restsOn": next(iter(_ADDRESS.findall(claim.locator)), None),
        "custody": header.custody.label,
        "collection": local_name(header.collection),
        "reader": header.reader,
        "licence": header.licence or None,
        "attribution": header.attribution or None,
    }


def claim_labels(snapshot: AcceptedSnapshot, claims: Iterable[SourcedClaim]) -> dict[Iri, str]:
    """Labels of the entities that are values of some claims, by IRI."""
    entities = {c.claim.value for c in claims if isinstance(c.claim.value, Iri)}
    return {entity: snapshot.label(entity) or short_id(entity) for entity in entities}


def is_date(value: Value) -> bool:
    """Whether a value is a date literal, of whatever precision."""
    return isinstance(value, Literal) and value.datatype == XSD.date
