"""Receipts: where a value comes from, so that whoever quotes it can be checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.results import Answer, Cell
from provenance_graph.model.profile import value_json

MAX_RECEIPTS = 8
"""So many receipts of one value; the rest is counted."""


class Receipt(Answer):
    """Claim, record, document, digest, place, basis, custody, day of retrieval, store version."""

    value: Cell
    asStated: str | None  # noqa: N815 - the JSON's name
    stance: str
    standing: str
    claim: str
    record: str
    document: str
    digest: str | None
    place: str | None
    basis: str
    custody: str
    publisher: str
    retrieved: str
    storeVersion: str  # noqa: N815


class ReceiptsOf(Answer):
    """The receipts of an entity's accepted values, by property."""

    id: str
    iri: str
    storeVersion: str  # noqa: N815
    properties: dict[str, list[Receipt]]


def receipt(held: SourcedClaim, version: str) -> Receipt:
    """The receipt of one claim in one version of a store."""
    header = held.header
    return {
        "value": value_json(held.value),
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
        "publisher": short_id(header.publisher),
        "retrieved": header.retrieved,
        "storeVersion": version,
    }


def receipts(held: Iterable[SourcedClaim], version: str, most: int = MAX_RECEIPTS) -> list[Receipt]:
    """Receipts of claims, accepted ones first, at most so many."""
    order = list(AcceptanceStatus)
    ranked = sorted(held, key=lambda one: (order.index(one.standing), one.header.record))
    return [receipt(one, version) for one in ranked[:most]]


def receipts_of(snapshot: AcceptedSnapshot, subjects: Sequence[Iri]) -> list[ReceiptsOf]:
    """The receipts of every accepted value, and of every stance that decides a status."""
    return [_of(snapshot, subject) for subject in dict.fromkeys(subjects)]


def _of(snapshot: AcceptedSnapshot, subject: Iri) -> ReceiptsOf:
    subject = snapshot.canonical(subject)
    found: dict[str, list[SourcedClaim]] = defaultdict(list)
    for held in snapshot.view(subject).claims:
        accepted = held.standing is AcceptanceStatus.ACCEPTED
        if accepted or (held.claim.value is None and held.standing is AcceptanceStatus.REJECTED):
            found[local_name(held.claim.predicate)].append(held)
    return {
        "id": short_id(subject),
        "iri": subject,
        "storeVersion": snapshot.version,
        "properties": {
            name: receipts(held, snapshot.version) for name, held in sorted(found.items())
        },
    }
