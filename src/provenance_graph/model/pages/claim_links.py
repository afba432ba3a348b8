"""Claims as entities of the graph: links to their subject, value, record and publisher."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import rdf
from provenance_graph.core.claims import AcceptanceStatus, Claim, SourcedClaim
from provenance_graph.core.iris import NS, RECORDS, Iri, local_name, short_id, spaced
from provenance_graph.core.terms import PG, PROV, SCHEMA

IN_RECORD = "inRecord"
"""From a claim to the record that holds it."""
CLAIM_LINKS = {PG.about: "about", PG.value: "gives as value", IN_RECORD: "stands in"}
"""Links of claims, with their labels; they are statements about claims, so no claim states them."""
MAX_QUADS = 100_000
"""The claims of a larger record are reached from what they are about alone."""
_MAX_VALUE = 80
_MARK = "#c-"


def is_claim(iri: Iri) -> bool:
    """Whether an IRI names a claim: the record's IRI with a digest of the claim."""
    return iri.startswith(RECORDS) and _MARK in iri


def claims_about(snapshot: AcceptedSnapshot, subject: Iri) -> dict[Iri, SourcedClaim]:
    """The claims about an entity by IRI, without those that a later retrieval replaced."""
    return {
        rdf.claim_iri(one.header.record, one.claim): one
        for one in snapshot.claims(subject)
        if one.status is not AcceptanceStatus.SUPERSEDED
    }


def claims_in(snapshot: AcceptedSnapshot, record: Iri) -> dict[Iri, Claim]:
    """The claims of a record by IRI; empty for a record of more than ``MAX_QUADS`` quads."""
    quads = list(islice(snapshot.quads(graph=record), MAX_QUADS + 1))
    if not quads or len(quads) > MAX_QUADS:
        return {}
    return {rdf.claim_iri(record, claim): claim for claim in rdf.from_quads(quads).claims}


def claim_links(snapshot: AcceptedSnapshot, iri: Iri) -> Iterator[tuple[str, str, Iri]]:
    """The links of a claim to its subject, an entity as value, its record and its publisher.

    Each is a relation, a direction and an IRI. None for an unknown claim.
    """
    record = Iri(iri.partition(_MARK)[0])
    claim, header = claims_in(snapshot, record).get(iri), snapshot.header(record)
    if claim is None or header is None:
        return
    yield PG.about, "out", snapshot.canonical(claim.subject)
    if isinstance(claim.value, Iri) and not claim.value.startswith(NS):
        yield PG.value, "out", snapshot.canonical(claim.value)
    yield IN_RECORD, "out", record
    yield PROV.wasAttributedTo, "out", snapshot.canonical(header.publisher)


def record_links(snapshot: AcceptedSnapshot, record: Iri) -> Iterator[tuple[str, str, Iri]]:
    """The links of a record to its document, publisher, collection and claims.

    Each is a relation, a direction and an IRI.
    """
    header = snapshot.header(record)
    if header is None:
        return
    yield SCHEMA.url, "out", header.document
    yield PROV.wasAttributedTo, "out", snapshot.canonical(header.publisher)
    yield PG.inCollection, "out", header.collection
    for claim in claims_in(snapshot, record):
        yield IN_RECORD, "in", claim


def claim_label(snapshot: AcceptedSnapshot, iri: Iri) -> str:
    """A claim in words: property, value, and a note where it is not accepted; or ""."""
    claim = claims_in(snapshot, Iri(iri.partition(_MARK)[0])).get(iri)
    if claim is None:
        return ""
    sourced = claims_about(snapshot, claim.subject).get(iri)
    return claim_text(snapshot, claim, sourced)


def claim_text(snapshot: AcceptedSnapshot, claim: Claim, sourced: SourcedClaim | None) -> str:
    """The words for a claim that was read already."""
    named = snapshot.label(claim.predicate) or spaced(local_name(claim.predicate))
    if isinstance(claim.value, Iri):
        value = snapshot.label(snapshot.canonical(claim.value)) or short_id(claim.value)
    else:
        value = spaced(claim.stance.label) if claim.value is None else str(claim.value)
    if len(value) > _MAX_VALUE:
        value = value[: _MAX_VALUE - 1] + "…"
    accepted = sourced is None or sourced.status is AcceptanceStatus.ACCEPTED
    return f"{named}: {value}" + ("" if accepted else " (not accepted)")
