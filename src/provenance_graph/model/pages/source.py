"""Acceptance of a source's claims: how many are accepted, alone, disputed or overruled."""

from __future__ import annotations

from collections import Counter, defaultdict

from pydantic.dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus, SourcedClaim
from provenance_graph.core.iris import ID, Iri, local_name, spaced
from provenance_graph.core.results import RESULT
from provenance_graph.core.terms import PG, RDF
from provenance_graph.store.values import ANY

MAX_COUNTED = 300
"""The most entities whose claims are counted, models first; the answer gives the number of all."""


@dataclass(frozen=True, config=RESULT, kw_only=True)
class ClaimCounts:
    """The claims of a collection, counted by status.

    ``accepted`` claims give the accepted value; ``alone`` counts those for which no other source
    gives a value. ``disagrees`` counts facts on which another source gives another value,
    ``overruled`` those of them where the other value was accepted.
    """

    claims: int
    values: int
    accepted: int
    alone: int
    disagrees: int
    overruled: int
    superseded: int
    undisclosed: int


@dataclass(frozen=True, config=RESULT, kw_only=True)
class FieldAcceptance(ClaimCounts):
    """The claims of a collection about one property, counted by status."""

    property: str
    label: str


@dataclass(frozen=True, config=RESULT, kw_only=True)
class SourceAcceptance(ClaimCounts):
    """The claims of a collection, counted by status in all and by property.

    ``counted`` of ``entities`` were examined.
    """

    collection: str
    records: int
    documents: int
    entities: int
    counted: int
    fields: list[FieldAcceptance]


def source_acceptance(snapshot: AcceptedSnapshot, collection: Iri) -> SourceAcceptance:
    """The acceptance of a collection's claims, counted in all and by property."""
    typed = snapshot.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
    headers = [snapshot.header(record) for record, *_ in typed]
    own = {h.record: h for h in headers if h is not None and h.collection == collection}
    entities = sorted(
        {
            snapshot.canonical(subject)
            for record in own
            for subject, *_ in snapshot.quads(graph=record)
            if subject.startswith(ID) and subject not in own and "#" not in subject
        },
        key=lambda entity: (not entity.startswith(f"{ID}model/"), entity),
    )
    tallies: dict[Iri, Counter[str]] = defaultdict(Counter)
    for entity in entities[:MAX_COUNTED]:
        by_field: dict[Iri, list[SourcedClaim]] = defaultdict(list)
        for one in snapshot.claims(entity):
            by_field[one.claim.predicate].append(one)
        for predicate, claims in by_field.items():
            tallies[predicate].update(_of_field(claims, collection))
    total: Counter[str] = Counter()
    for tally in tallies.values():
        total.update(tally)
    return SourceAcceptance(
        collection=collection,
        records=len(own),
        documents=len({header.document for header in own.values()}),
        entities=len(entities),
        counted=min(len(entities), MAX_COUNTED),
        **{key: total[key] for key in _TALLIED},
        fields=[
            FieldAcceptance(
                property=local_name(predicate),
                label=snapshot.label(predicate) or spaced(local_name(predicate)),
                **{key: tally[key] for key in _TALLIED},
            )
            for predicate, tally in sorted(
                tallies.items(), key=lambda item: (-item[1]["claims"], item[0])
            )
            if tally["claims"]
        ],
    )


_TALLIED = (
    "claims",
    "values",
    "accepted",
    "alone",
    "disagrees",
    "overruled",
    "superseded",
    "undisclosed",
)


def _of_field(claims: list[SourcedClaim], collection: Iri) -> Counter[str]:
    """The counts for the claims about one property of one entity."""
    own = [one for one in claims if one.header.collection == collection]
    tally = Counter(claims=len(own))
    if not own:
        return tally
    current = [one for one in own if one.status is not AcceptanceStatus.SUPERSEDED]
    tally["superseded"] = len(own) - len(current)
    stating = [one for one in current if one.claim.value is not None]
    tally["values"] = len(stating)
    tally["undisclosed"] = sum(one.claim.value is None for one in current)
    accepted = [one for one in stating if one.status is AcceptanceStatus.ACCEPTED]
    tally["accepted"] = len(accepted)
    others = [
        one
        for one in claims
        if one.header.collection != collection
        and one.claim.value is not None
        and one.status is not AcceptanceStatus.SUPERSEDED
    ]
    if not others:
        tally["alone"] = len(accepted)
    mine = {_value(one) for one in stating}
    if mine and any(_value(one) not in mine for one in others):
        tally["disagrees"] = 1
        winners = {_value(one) for one in others if one.status is AcceptanceStatus.ACCEPTED}
        tally["overruled"] = int(not accepted and bool(winners - mine))
    return tally


def _value(one: SourcedClaim) -> object:
    return one.resolved if one.resolved is not None else one.claim.value
