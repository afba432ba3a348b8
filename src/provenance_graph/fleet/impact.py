"""Where an impact ends: the systems that run what is hit."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV

_OF_MODEL = (PROV.specializationOf, PG.offerOf)


def deployed(snapshot: AcceptedSnapshot, things: Iterable[Iri]) -> list[tuple[Iri, Iri]]:
    """Each deployment that uses one of the things, a version or an offer of it, with that thing."""
    found: dict[tuple[Iri, Iri], None] = {}
    for thing in things:
        for used in (thing, *_below(snapshot, thing)):
            for system in snapshot.related(PROV.used, used):
                found[system, thing] = None
    return list(found)


def offered(snapshot: AcceptedSnapshot, things: Iterable[Iri]) -> list[tuple[Iri, Iri]]:
    """Each provider's offer of one of the things or of a version of it, with that thing."""
    found: dict[tuple[Iri, Iri], None] = {}
    for thing in things:
        for one in (thing, *snapshot.related(PROV.specializationOf, thing)):
            for offer in snapshot.related(PG.offerOf, one):
                found[offer, thing] = None
    return list(found)


def _below(snapshot: AcceptedSnapshot, thing: Iri) -> list[Iri]:
    """Versions, configurations and offers of a model."""
    return [one for term in _OF_MODEL for one in snapshot.related(term, thing)]
