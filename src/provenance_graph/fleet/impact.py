"""Where an impact ends: the systems that run what is hit."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV

_OF_MODEL = (PROV.specializationOf, PG.offerOf)


def deployed(snapshot: AcceptedSnapshot, entities: Iterable[Iri]) -> list[tuple[Iri, Iri]]:
    """Each deployment that uses one of the things, a version or an offer of it, with that thing."""
    results: dict[tuple[Iri, Iri], None] = {}
    for entity in entities:
        for used in (entity, *_below(snapshot, entity)):
            for system in snapshot.related(PROV.used, used):
                results[system, entity] = None
    return list(results)


def offered(snapshot: AcceptedSnapshot, entities: Iterable[Iri]) -> list[tuple[Iri, Iri]]:
    """Each provider's offer of one of the things or of a version of it, with that thing."""
    results: dict[tuple[Iri, Iri], None] = {}
    for entity in entities:
        for one in (entity, *snapshot.related(PROV.specializationOf, entity)):
            for offer in snapshot.related(PG.offerOf, one):
                results[offer, entity] = None
    return list(results)


def _below(snapshot: AcceptedSnapshot, entity: Iri) -> list[Iri]:
    """Versions, configurations and offers of a model."""
    return [one for term in _OF_MODEL for one in snapshot.related(term, entity)]
