"""Convert systems to records and back: deployments that use models, versions or offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Record
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, mint, short_id
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.fleet.read import System
from provenance_graph.model.naming.entities import find_entity


def to_record(
    snapshot: AcceptedSnapshot, system: System, source: str, today: str
) -> tuple[Record, list[str]]:
    """The record of a system, and a message for each of its models that is unknown.

    An unknown model is stored under its own name.
    """
    subject = mint("deployment", iris.slug(system.id))
    unknown: list[str] = []
    claims = [
        Claim(subject, RDF.type, PG.Deployment),
        Claim(subject, SCHEMA.name, literals.text(system.name)),
        *(Claim(subject, PG.plannedFor, literals.text(use)) for use in system.uses),
        *(Claim(subject, PG.runsAt, literals.text(location)) for location in system.places),
    ]
    if system.since:
        claims.append(Claim(subject, PG.runsSince, Literal(system.since, XSD.date)))
    for name in system.models:
        try:
            used = find_entity(snapshot, name).iri
        except NotFound as error:
            unknown.append(str(error))
            used = iris.model(name)
        claims.append(Claim(subject, PROV.used, used))
    header = Header(
        record=iris.record("fleet", iris.slug(system.id), today),
        document=Iri(f"urn:file:{iris.slug(source)}"),
        publisher=iris.organization("operator"),
        retrieved=today,
        reader="fleet",
        basis=Basis.DEVELOPER,
        title=f"Deployment {system.name}",
        custody=Custody.ASSERTED,
    )
    return Record(header, tuple(claims)).sort(), unknown


def systems_of(snapshot: AcceptedSnapshot) -> Iterator[System]:
    """Yield the systems of the deployments that a store holds."""
    for subject in snapshot.related(RDF.type, PG.Deployment):
        yield System(
            short_id(subject).rpartition("/")[2],
            snapshot.label(subject) or short_id(subject),
            tuple(short_id(one) for one in _iris(snapshot.values(subject, PROV.used))),
            tuple(sorted(map(str, snapshot.values(subject, PG.plannedFor)))),
            tuple(sorted(map(str, snapshot.values(subject, PG.runsAt)))),
            str(snapshot.value(subject, PG.runsSince) or ""),
        )


def _iris(values: Iterable[object]) -> list[Iri]:
    return sorted(value for value in values if isinstance(value, Iri))
