"""The graph around one entity: what it leads to and what leads to it, by relation.

Only links between entities count (models, versions, datasets, organisations, licences,
benchmarks, deployments, records, claims, documents): classes, codes and statements of disclosure are values of an
entity and stand in its profile. A link is contested where the accepted view says that
sources disagree about that property of its subject.
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
from provenance_graph.core.iris import ID, NS, PREFIXES, Iri, local_name, short_id, spaced
from provenance_graph.core.results import RESULT
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.model.pages.claim_links import (
    CLAIM_LINKS,
    IN_RECORD,
    claim_label,
    claim_links,
    claims_about,
    claims_in,
    is_claim,
    record_links,
    words_of,
)

MAX_LINKS = 50_000
"""So many links of one relation are counted; beyond, the total is a lower bound."""
MAX_VISITED = 20_000
"""So many entities a search for a path looks at."""
DESCRIBED_IN = "describedIn"
DESCRIBES = "describes"
_RECORDS = ID + "record/"
_HIDDEN = {
    RDF.type,
    PROV.wasDerivedFrom,  # written beside each of its sub-properties
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
    """An entity in the picture: IRI, short id, label, kind (``model``, ``dataset``, …)."""

    iri: str
    id: str
    label: str
    kind: str


@dataclass(frozen=True, config=RESULT)
class LinkSource:
    """Who states a link: publisher, the basis it stands on, the day it was retrieved, the record, its custody."""

    publisher: str
    basis: str
    retrieved: str
    record: str
    custody: str


@dataclass(frozen=True, config=RESULT)
class Group:
    """The links of one relation in one direction (``out``: from the entity).

    ``total`` counts all of them (``at_least``: there are more); ``items`` is one page,
    ``contested`` the IRIs of those about which sources disagree, ``sources`` who states the link
    to each, ``breaches`` the licence findings that start on it, ``next`` the cursor of the
    following page.
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
    """An entity with its links, most numerous relation last."""

    node: Entity
    groups: list[Group]
    as_of: str | None = None


@dataclass(frozen=True, config=RESULT)
class Step:
    """One link of a path, in the direction in which it is stated."""

    subject: Entity
    relation: str
    label: str
    object: Entity


@dataclass(frozen=True, config=RESULT)
class Path:
    """A shortest path between two entities; no steps where none was found.

    ``exhausted`` is false where the search stopped at its bound, so that a path may exist.
    """

    start: Entity
    end: Entity
    steps: list[Step] = field(default_factory=list)
    exhausted: bool = True


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

    ``relation`` (a local name such as ``trainedOn``) and ``direction`` (``out``, ``in``) ask
    for one group. Raises NotFound where nothing in the store speaks of the entity, UsageError
    for a cursor that is none.
    """
    start = _offset(cursor)
    links: dict[tuple[str, str], list[Iri]] = defaultdict(list)
    for predicate, way, other in _links(snapshot, iri):
        links[predicate, way].append(other)
    if not links and not any(True for _ in snapshot.quads(iri)):
        raise NotFound(short_id(iri), "entity", [])
    groups = [
        _group(snapshot, iri, predicate, way, result, start, limit)
        for (predicate, way), result in links.items()
        if relation in ("", local_name(predicate)) and direction in ("", way)
    ]
    groups.sort(key=lambda group: (group.total, group.direction, group.name))
    return Neighbourhood(entity(snapshot, iri), groups, snapshot.as_of or None)


def path(snapshot: AcceptedSnapshot, start: Iri, end: Iri, *, depth: int = 6) -> Path:
    """A shortest path of links between two entities, whatever their direction.

    Breadth first from both ends at once, so that what many share (a licence, a developer) is met
    from either side and its own links need not be read; at most ``depth`` links long and
    ``MAX_VISITED`` entities wide. Records are no bridge, since a record of a whole catalogue would
    join everything.
    """
    reached: tuple[_Reached, _Reached] = ({start: None}, {end: None})
    fronts = [[start], [end]]
    meeting = start if start == end else None
    for _ in range(depth):
        if meeting is not None or not all(fronts) or _too_wide(reached):
            break
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        fronts[side], meeting = _next_front(snapshot, fronts[side], reached, side)
    steps: list[Step] = []
    if meeting is not None:
        to_start, to_end = (_walked(snapshot, one, meeting) for one in reached)
        steps = [*reversed(to_start), *to_end]
    ends = entity(snapshot, start), entity(snapshot, end)
    return Path(*ends, steps, exhausted=not _too_wide(reached))


_Reached = dict[Iri, tuple[Iri, Iri, str] | None]
"""What was reached from one end: from where, by which relation, in which direction."""


def _too_wide(reached: tuple[_Reached, _Reached]) -> bool:
    return sum(map(len, reached)) > MAX_VISITED


def _next_front(
    snapshot: AcceptedSnapshot, front: list[Iri], reached: tuple[_Reached, _Reached], side: int
) -> tuple[list[Iri], Iri | None]:
    """The entities one link further from an end, and the first that the other end has reached."""
    own, others, result = reached[side], reached[1 - side], list[Iri]()
    for here in front:
        for predicate, way, other in _links(snapshot, here, records=False):
            if other in own:
                continue
            own[other] = (here, Iri(predicate), way)
            if other in others:
                return result, other
            result.append(other)
        if _too_wide(reached):
            break
    return result, None


def _walked(snapshot: AcceptedSnapshot, reached: _Reached, at: Iri) -> list[Step]:
    """The links by which an entity was reached, from it back to that end."""
    steps = []
    while (link := reached[at]) is not None:
        before, predicate, way = link
        pair = (before, at) if way == "out" else (at, before)
        subject, object_ = (entity(snapshot, name) for name in pair)
        steps.append(Step(subject, local_name(predicate), _label(snapshot, predicate), object_))
        at = before
    return steps


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


def _links(
    snapshot: AcceptedSnapshot, iri: Iri, *, records: bool = True
) -> Iterator[tuple[str, str, Iri]]:
    """Each link once: relation, direction, the entity at its other end."""
    if is_claim(iri):
        yield from claim_links(snapshot, iri) if records else ()
        return
    if iri.startswith(_RECORDS):
        if records:
            yield from record_links(snapshot, iri)
        described = {s for s, *_ in snapshot.quads(graph=iri) if s.startswith(ID)} - {iri}
        for name in sorted({snapshot.canonical(s) for s in described}):
            yield DESCRIBES, "out", name
        return
    for _, predicate, value, _ in snapshot.quads(iri):
        if isinstance(value, Iri) and _is_link(predicate, value):
            yield predicate, "out", value
    for subject, predicate, *_ in islice(snapshot.quads(object=iri), MAX_LINKS + 1):
        if predicate not in _HIDDEN and subject.startswith(ID):
            yield predicate, "in", subject
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
        label=_label(snapshot, predicate),
        direction=way,
        total=min(len(results), MAX_LINKS),
        at_least=len(results) > MAX_LINKS,
        items=[
            Entity(other, short_id(other), words_of(snapshot, *claims[other]), "claim")
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
    """The claims that a group lists, read once for all of them; none where it lists none."""
    if way == "in" and predicate == PG.about:
        return {name: (one.claim, one) for name, one in claims_about(snapshot, iri).items()}
    if way == "in" and predicate == IN_RECORD:
        return {name: (claim, None) for name, claim in claims_in(snapshot, iri).items()}
    return {}


def _sources(
    snapshot: AcceptedSnapshot, predicate: str, iri: Iri, other: Iri, way: str
) -> list[LinkSource]:
    """The claims that state a link and still count, the latest first."""
    if predicate in (DESCRIBED_IN, DESCRIBES, *CLAIM_LINKS) or is_claim(iri):
        return []
    subject, value = (iri, other) if way == "out" else (other, iri)
    results = {
        _link_source(one)
        for one in snapshot.claims(subject, Iri(predicate))
        if one.standing is not AcceptanceStatus.SUPERSEDED
        and isinstance(one.claim.value, Iri)
        and snapshot.canonical(one.claim.value) == value
    }
    return sorted(results, key=lambda one: (one.retrieved, one.record), reverse=True)


def _link_source(one: SourcedClaim) -> LinkSource:
    """Who states a link, as a claim's header and basis say."""
    header = one.header
    return LinkSource(
        short_id(header.publisher),
        one.basis.label,
        header.retrieved[:10],
        header.record,
        header.custody.label,
    )


def _contested(snapshot: AcceptedSnapshot, predicate: str, iri: Iri, other: Iri, way: str) -> bool:
    """Whether sources disagree about the property of which the link is a value."""
    if predicate in (DESCRIBED_IN, DESCRIBES, *CLAIM_LINKS) or is_claim(iri):
        return False
    subject = iri if way == "out" else other
    return any(True for _ in snapshot.quads(subject, PG.contested, Iri(predicate)))


def _label(snapshot: AcceptedSnapshot, predicate: str) -> str:
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
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):
        raise UsageError(f"{cursor!r} is no cursor; take it from `next` of the page before")
    return int(cursor)
