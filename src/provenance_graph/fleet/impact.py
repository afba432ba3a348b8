"""Where an impact ends: the systems that run what is affected, and the offers of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.licences.inheritance.near import part_near
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.results import Impact

_OF_MODEL = (PROV.specializationOf, PG.offerOf, PG.resolvesTo)
_SCAN_FROM = 2_000
"""From so many affected entities on, all offers are read once instead of asked for one by one."""


def impact(snapshot: AcceptedSnapshot, subject: Iri, *, limit: int = 100) -> Impact:
    """What is affected if a model or dataset is withdrawn, down to deployments and offers.

    ``limit`` bounds the nodes that are listed; deployments and offers are of all of them.
    """
    index = part_near(snapshot, [subject]) if snapshot.as_of else None
    lineage = LineageGraph(snapshot, index)
    affected = {subject, *lineage.descendants(subject, influences=True)}
    return replace(
        lineage.impact(subject, limit=limit),
        deployments=tuple(deployed(snapshot, affected)),
        offers=tuple(offered(snapshot, affected)),
    )


def deployed(snapshot: AcceptedSnapshot, affected: Collection[Iri]) -> list[tuple[Iri, Iri]]:
    """Each deployment that uses one of some entities, a version or an offer of it, with that one."""
    known = set(affected)
    return [
        (system, entity)
        for system in snapshot.related(RDF.type, PG.Deployment)
        for entity in sorted(known & set(_used(snapshot, system)))
    ]


def offered(snapshot: AcceptedSnapshot, affected: Collection[Iri]) -> list[tuple[Iri, Iri]]:
    """Each provider's offer of one of some entities or of a version of it, with that entity."""
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
    """What a system uses, and the models of which that is a version, an offer or an alias."""
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
