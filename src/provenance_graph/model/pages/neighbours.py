"""The neighbourhood of an entity: its links in both directions, by relation.

Only links between entities count (models, versions, datasets, organisations, licences, benchmarks,
deployments, records, claims, documents). Classes, codes and disclosure states are values of an
entity and are shown in its profile. A link is contested where the accepted view marks that property
of its subject as contested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import field
from itertools import islice

from pydantic.dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import AcceptanceStatus, Claim, SourcedClaim
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import ID, NS, PREFIXES, RECORDS, Iri, local_name, short_id, spaced
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.results import RESULT
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.model.pages.claim_links import (
    CLAIM_LINKS,
    IN_RECORD,
    claim_label,
    claim_links,
    claim_text,
    claims_about,
    claims_in,
    is_claim,
    record_links,
)

MAX_LINKS = 50_000
"""The most links of one relation that are counted; with more, the total is a lower bound."""
DESCRIBED_IN = "describedIn"
DESCRIBES = "describes"
_HIDDEN = {
    RDF.type,
    PROV.wasDerivedFrom,  # the view has it beside each of its sub-properties
    PROV.wasInfluencedBy,
    PG.describedAs,
    PG.contested,
    PG.leftBlank,
    *terms.DISCLOSURES.values(),
}
_CLASSES = {
    PG.Model: "model",
    PG.ModelVersion: "version",
    PG.Configuration: "configuration",
    PG.ModelFamily: "family",
    PG.Dataset: "dataset",
    PG.Organization: "organization",
    PG.Licence: "licence",
    PG.Benchmark: "benchmark",
    PG.EvaluationResult: "result",
    PG.Assessment: "assessment",
    PG.Artifact: "artifact",
    PG.Offer: "offer",
    PG.OfferedModel: "offered model",
    PG.UnresolvedReference: "unresolved",
    PG.SourceRecord: "record",
    PG.Deployment: "deployment",
    PG.TrainingStage: "training stage",
    PG.RankEntry: "rank",
    PG.AliasBinding: "alias",
    PG.Tokenizer: "tokenizer",
    PG.LicenceClause: "clause",
    PG.Collection: "source",
}


@dataclass(frozen=True, config=RESULT)
class Entity:
    """An entity: IRI, short id, label, kind (``model``, ``dataset``, …)."""

    iri: str
    id: str
    label: str
    kind: str


@dataclass(frozen=True, config=RESULT)
class LinkSource:
    """The source of a link: publisher, basis, day of retrieval, record and custody."""

    publisher: str
    basis: str
    retrieved: str
    record: str
    custody: str


@dataclass(frozen=True, config=RESULT)
class Group:
    """The links of one relation in one direction (``out``: from the entity).

    ``total`` counts all links (``at_least``: there are more). ``items`` is one page, and ``next``
    the cursor of the next. ``contested`` are the IRIs of links on which sources disagree,
    ``sources`` the sources of each link, ``breaches`` the licence findings that begin on it.
    """

    relation: str
    name: str
    label: str
    direction: str
    total: int
    at_least: bool
    items: list[Entity]
    contested: list[str]
    sources: dict[str, list[LinkSource]]
    next: str | None
    breaches: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, config=RESULT)
class Neighbourhood:
    """An entity with its links; the relation with the most links is last."""

    node: Entity
    groups: list[Group]
    as_of: str | None = None


def neighbours(
    snapshot: AcceptedSnapshot,
    iri: Iri,
    *,
    relation: str = "",
    direction: str = "",
    limit: int = 12,
    cursor: str = "",
) -> Neighbourhood:
    """The links of an entity, grouped by relation and direction, each group paged.

    ``relation`` (a local name such as ``trainedOn``) and ``direction`` (``out``, ``in``) select one
    group. Raises NotFound for an entity that the store does not mention, UsageError for a bad
    cursor.
    """
    start = _offset(cursor)
    grouped: dict[tuple[str, str], list[Iri]] = defaultdict(list)
    for predicate, way, other in links(snapshot, iri):
        grouped[predicate, way].append(other)
    if not grouped and not any(True for _ in snapshot.quads(iri)):
        raise NotFound(short_id(iri), "entity", [])
    groups = [
        _group(snapshot, iri, predicate, way, result, start, limit)
        for (predicate, way), result in grouped.items()
        if relation in ("", local_name(predicate)) and direction in ("", way)
    ]
    groups.sort(key=lambda group: (group.total, group.direction, group.name))
    return Neighbourhood(entity(snapshot, iri), groups, snapshot.as_of or None)


def entity(snapshot: AcceptedSnapshot, iri: Iri) -> Entity:
    """An entity with its name and kind."""
    kind = _kind(snapshot, iri)
    if kind == "claim":
        name = claim_label(snapshot, iri)
    elif kind == "record":
        header = snapshot.header(iri)
        name = f"{header.title or header.document} ({header.retrieved[:10]})" if header else ""
    else:
        name = snapshot.label(iri)
    return Entity(iri, short_id(iri), name or short_id(iri), kind)


def links(
    snapshot: AcceptedSnapshot, iri: Iri, *, records: bool = True, direction: str = ""
) -> Iterator[tuple[str, str, Iri]]:
    """Every link of an entity: relation, direction, and the entity at the other end.

    ``direction`` (``out``, ``in``) limits the direction; links to records are ``out``. ``records``
    includes links to records and claims.
    """
    if is_claim(iri):
        yield from claim_links(snapshot, iri) if records else ()
        return
    if iri.startswith(RECORDS):
        if direction == "in":
            return
        if records:
            yield from record_links(snapshot, iri)
        described = {s for s, *_ in snapshot.quads(graph=iri) if s.startswith(ID)} - {iri}
        for name in sorted({snapshot.canonical(s) for s in described}):
            yield DESCRIBES, "out", name
        return
    if direction != "in":
        yield from _pointing_to(snapshot, iri)
    if direction != "out":
        yield from _pointed_from(snapshot, iri)
    if records:
        statements = snapshot.statements
        results = {
            header.record
            for name in statements.names_of(iri)
            for _, header in statements.about(name)
            if snapshot.latest.counts(header)
        }
        for record in sorted(results):
            yield DESCRIBED_IN, "out", record
        for claim in claims_about(snapshot, iri):
            yield PG.about, "in", claim


def _pointing_to(snapshot: AcceptedSnapshot, iri: Iri) -> Iterator[tuple[str, str, Iri]]:
    for _, predicate, value, _ in snapshot.quads(iri):
        if isinstance(value, Iri) and _is_link(predicate, value):
            yield predicate, "out", value


def _pointed_from(snapshot: AcceptedSnapshot, iri: Iri) -> Iterator[tuple[str, str, Iri]]:
    for subject, predicate, *_ in islice(snapshot.quads(object=iri), MAX_LINKS + 1):
        if predicate not in _HIDDEN and subject.startswith(ID):
            yield predicate, "in", subject


def _is_link(predicate: Iri, value: Iri) -> bool:
    return predicate not in _HIDDEN and not value.startswith(NS)


def _group(
    snapshot: AcceptedSnapshot,
    iri: Iri,
    predicate: str,
    way: str,
    results: list[Iri],
    start: int,
    limit: int,
) -> Group:
    results = sorted(set(results))
    page = results[start : start + limit]
    claims = _claims(snapshot, predicate, iri, way)
    disputed = [other for other in page if _contested(snapshot, predicate, iri, other, way)]
    return Group(
        relation=predicate,
        name=local_name(predicate),
        label=relation_label(snapshot, predicate),
        direction=way,
        total=min(len(results), MAX_LINKS),
        at_least=len(results) > MAX_LINKS,
        items=[
            Entity(other, short_id(other), claim_text(snapshot, *claims[other]), "claim")
            if other in claims
            else entity(snapshot, other)
            for other in page
        ],
        contested=[*disputed],
        sources={
            other: [_link_source(one)]
            if (one := claims.get(other, (None, None))[1])
            else _sources(snapshot, predicate, iri, other, way)
            for other in page
        },
        next=str(start + limit) if start + limit < len(results) else None,
    )


def _claims(
    snapshot: AcceptedSnapshot, predicate: str, iri: Iri, way: str
) -> dict[Iri, tuple[Claim, SourcedClaim | None]]:
    """The claims that a group lists, read once for all; empty for a group of other links."""
    if way == "in" and predicate == PG.about:
        return {name: (one.claim, one) for name, one in claims_about(snapshot, iri).items()}
    if way == "in" and predicate == IN_RECORD:
        return {name: (claim, None) for name, claim in claims_in(snapshot, iri).items()}
    return {}


def _sources(
    snapshot: AcceptedSnapshot, predicate: str, iri: Iri, other: Iri, way: str
) -> list[LinkSource]:
    """The sources of the claims that state a link and still count, the latest first."""
    if predicate in (DESCRIBED_IN, DESCRIBES, *CLAIM_LINKS) or is_claim(iri):
        return []
    subject, value = (iri, other) if way == "out" else (other, iri)
    results = {
        _link_source(one)
        for one in snapshot.claims(subject, Iri(predicate))
        if one.status is not AcceptanceStatus.SUPERSEDED
        and isinstance(one.claim.value, Iri)
        and snapshot.canonical(one.claim.value) == value
    }
    return sorted(results, key=lambda one: (one.retrieved, one.record), reverse=True)


def _link_source(one: SourcedClaim) -> LinkSource:
    """The source of a link, from a claim's header and basis."""
    header = one.header
    return LinkSource(
        short_id(header.publisher),
        one.basis.label,
        header.retrieved[:10],
        header.record,
        header.custody.label,
    )


def _contested(snapshot: AcceptedSnapshot, predicate: str, iri: Iri, other: Iri, way: str) -> bool:
    """Whether the accepted view marks the property of a link as contested."""
    if predicate in (DESCRIBED_IN, DESCRIBES, *CLAIM_LINKS) or is_claim(iri):
        return False
    subject = iri if way == "out" else other
    return any(True for _ in snapshot.quads(subject, PG.contested, Iri(predicate)))


def relation_label(snapshot: AcceptedSnapshot, predicate: str) -> str:
    """A relation in words: its label, else its local name with spaces."""
    known = {DESCRIBED_IN: "described in", DESCRIBES: "describes", **CLAIM_LINKS}
    return known.get(predicate) or snapshot.label(Iri(predicate)) or spaced(local_name(predicate))


def _kind(snapshot: AcceptedSnapshot, iri: Iri) -> str:
    if iri.startswith(PREFIXES["licence"]):
        return "licence"
    if not iri.startswith(ID):
        return "document"
    if is_claim(iri):
        return "claim"
    kinds = [_CLASSES[kind] for kind in snapshot.types(iri) if kind in _CLASSES]
    if kinds:
        return min(kinds)
    head = iri[len(ID) :].partition("/")[0]
    return head if head in _CLASSES.values() else "entity"


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    if not (is_digits(cursor) and len(cursor) < 9):
        raise UsageError(f"{cursor!r} is not a cursor; take it from `next` of the page before")
    return int(cursor)
