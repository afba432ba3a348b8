"""The impact of a withdrawal on deployments and offers: systems that use affected entities."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.licences.inheritance.near import part_near
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.results import Impact

_OF_MODEL = (PROV.specializationOf, PG.offerOf, PG.resolvesTo)
_SCAN_FROM = 2_000
"""Number of affected entities above which all offers are read once instead of looked up one by
one."""


def impact(snapshot: AcceptedSnapshot, subject: Iri, *, limit: int = 100) -> Impact:
    """The entities affected if a model or dataset is withdrawn, with deployments and offers.

    ``limit`` is the maximum number of listed nodes; deployments and offers of all affected entities
    are listed. Raises UsageError for a negative limit.
    """
    if limit < 0:
        raise UsageError(f"limit is 0 or more, not {limit}")
    index = part_near(snapshot, [subject]) if snapshot.as_of else None
    lineage = LineageGraph(snapshot, index)
    affected = {subject, *lineage.descendants(subject, influences=True)}
    return replace(
        lineage.impact(subject, limit=limit),
        deployments=tuple(deployed(snapshot, affected)),
        offers=tuple(offered(snapshot, affected)),
    )


def deployed(snapshot: AcceptedSnapshot, affected: Collection[Iri]) -> list[tuple[Iri, Iri]]:
    """Pairs of a deployment and the affected entity that it uses.

    The use may be of the entity itself, or of a version, an offer or an alias of it.
    """
    known = set(affected)
    return [
        (system, entity)
        for system in snapshot.related(RDF.type, PG.Deployment)
        for entity in sorted(known & set(_used(snapshot, system)))
    ]


def offered(snapshot: AcceptedSnapshot, affected: Collection[Iri]) -> list[tuple[Iri, Iri]]:
    """Sorted pairs of a provider's offer and the affected entity offered, or a version of it."""
    known, pairs = set(affected), set()
    if len(known) > _SCAN_FROM:
        for offer, _, offered_, _ in snapshot.quads(predicate=PG.offerOf):
            for entity in known & set(_upward(snapshot, offered_)):
                pairs.add((offer, entity))
    else:
        for entity in known:
            for one in (entity, *snapshot.related(PROV.specializationOf, entity)):
                pairs.update((offer, entity) for offer in snapshot.related(PG.offerOf, one))
    return sorted(pairs)


def _used(snapshot: AcceptedSnapshot, system: Iri) -> Iterator[Iri]:
    """Yield the entities that a system uses, and the models of used versions and offers."""
    for value in snapshot.values(system, PROV.used):
        yield from _upward(snapshot, value)


def _upward(snapshot: AcceptedSnapshot, value: object) -> Iterator[Iri]:
    waiting, seen = [value], set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Iri) or one in seen:
            continue
        seen.add(one)
        yield one
        waiting += [o for term in _OF_MODEL for o in snapshot.values(one, term)]
