"""Values that MLentory extracted: wrapped or with notes beside them, each with a confidence.

A value is wrapped in a list of ``{data, extraction_method, confidence}``, or ``extraction_metadata``
beside the values says how each was taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.formats import statements
from provenance_graph.formats.fields.jsonld import JsonNode
from provenance_graph.formats.statements import as_list, mapping, scalar_text

_NOTHING = re.compile(r"(?:information )?not found|none|null|unknown|n/?a|-", re.IGNORECASE)
_INFERRED = re.compile(r"infer|predict|model|\bqa\b|default|guess|generat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExtractionTrust:
    """The confidence and basis of a value that MLentory extracted."""

    confidence: Decimal | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class ExtractedItem:
    """One value of a property, unwrapped, with its location."""

    where: str
    value: Any
    trust: ExtractionTrust


def states_nothing(value: Any) -> bool:
    """Whether a value is a text that says that nothing was found."""
    return _NOTHING.fullmatch(scalar_text(value) or "x") is not None


def items_of(
    node: JsonNode, notes: dict[Any, Any], *properties: str
) -> Iterator[ExtractedItem | Problem]:
    """Yield values of properties unwrapped, without "not found"."""
    for each in properties:
        local = re.split(r"[#/]", each)[-1]
        others = mapping(notes.get(local) or notes.get(each) or notes.get(f"fair4ml:{local}"))
        for where, value in node.all(each):
            wrapped = (
                isinstance(value, dict)
                and "data" in value
                and ("extraction_method" in value or "confidence" in value)
            )
            trust, problem = _trust(value if wrapped else others, where)
            if problem is not None:
                yield problem
            inner = as_list(value["data"]) if wrapped else [value]
            for item in inner:
                if item is not None and not states_nothing(item):
                    yield ExtractedItem(where, item, trust)


def _trust(note: dict[Any, Any], where: str) -> tuple[ExtractionTrust, Problem | None]:
    stated = note.get("confidence")
    number = statements.score(stated)
    inferred = bool(_INFERRED.search(scalar_text(note.get("extraction_method"))))
    basis = Basis.INFERENCE if inferred else None
    if number is not None and 0 <= Decimal(number.lexical) <= 1:
        return ExtractionTrust(Decimal(number.lexical), basis), None
    if stated is None:
        return ExtractionTrust(None, basis), None
    text = f"{scalar_text(stated)[:40]!r} is not a confidence"
    return ExtractionTrust(None, basis), Problem(f"{where}/confidence", text, "0 to 1")


def with_trust(claim: Claim, item: ExtractedItem) -> Claim:
    """The claim with MLentory's confidence and basis for the value."""
    if item.trust == ExtractionTrust():
        return claim
    return replace(
        claim,
        confidence=item.trust.confidence,
        basis=claim.basis or item.trust.basis,
        locator=claim.locator or item.where,
    )
