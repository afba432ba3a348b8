"""Receipts: where a value comes from, so that whoever quotes it can be checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provenance_graph.core.claims import SourcedClaim
from provenance_graph.core.iris import short_id
from provenance_graph.core.rdf import claim_iri
from provenance_graph.model.profile import value_json


def receipt(sourced: SourcedClaim, version: str) -> dict[str, Any]:
    """The receipt of one claim in one version of a store."""
    header = sourced.header
    return {
        "value": value_json(sourced.claim.value),
        "asStated": sourced.claim.as_stated or None,
        "stance": sourced.claim.stance.label,
        "standing": sourced.standing.label,
        "claim": claim_iri(header.record, sourced.claim),
        "record": header.record,
        "document": header.document,
        "digest": header.digest or None,
        "place": sourced.claim.locator or None,
        "basis": sourced.basis.label,
        "custody": header.custody.label,
        "publisher": short_id(header.publisher),
        "retrieved": header.retrieved,
        "storeVersion": version,
    }


def receipts(
    sourced_claims: Iterable[SourcedClaim], version: str, most: int = 8
) -> list[dict[str, Any]]:
    """Receipts of claims, accepted ones first, at most so many."""
    order = ("Accepted", "Alternative", "Rejected", "Superseded")
    ranked = sorted(
        sourced_claims, key=lambda one: (order.index(one.standing.label), one.header.record)
    )
    return [receipt(one, version) for one in ranked[:most]]
