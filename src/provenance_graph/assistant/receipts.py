"""Receipts: where a value comes from, so that whoever quotes it can be checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provenance_graph.core.claims import SourcedClaim
from provenance_graph.core.iris import said
from provenance_graph.core.rdf import claim_iri
from provenance_graph.model.profile import value_json


def receipt(held: SourcedClaim, version: str) -> dict[str, Any]:
    """The receipt of one claim in one version of a store."""
    header = held.header
    return {
        "value": value_json(held.claim.value),
        "asStated": held.claim.as_stated or None,
        "stance": held.claim.stance.label,
        "standing": held.standing.label,
        "claim": claim_iri(header.record, held.claim),
        "record": header.record,
        "document": header.document,
        "digest": header.digest or None,
        "place": held.claim.locator or None,
        "basis": held.basis.label,
        "custody": header.custody.label,
        "publisher": said(header.publisher),
        "retrieved": header.retrieved,
        "storeVersion": version,
    }


def receipts(held: Iterable[SourcedClaim], version: str, most: int = 8) -> list[dict[str, Any]]:
    """Receipts of claims, accepted ones first, at most so many."""
    order = ("Accepted", "Alternative", "Rejected", "Superseded")
    ranked = sorted(held, key=lambda one: (order.index(one.standing.label), one.header.record))
    return [receipt(one, version) for one in ranked[:most]]
