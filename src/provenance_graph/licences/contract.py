"""The terms of the service under which a model is offered."""

from __future__ import annotations

from dataclasses import dataclass

from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG
from provenance_graph.licences.context import UNNAMED, LicenceContext
from provenance_graph.licences.results import Unknown
from provenance_graph.licences.texts.catalogue import Licence


@dataclass(frozen=True, slots=True)
class Contract:
    """The terms of the service that offers a model.

    ``general``: they are the provider's terms for everything that it offers. ``service_only``: no
    weights are supplied. ``without_terms``: the model is offered as a service, and neither terms
    nor a licence are on record.
    """

    terms: tuple[Licence, ...] = ()
    general: bool = False
    service_only: bool = False
    without_terms: bool = False

    def unread(self, now: LicenceContext) -> list[Unknown]:
        """Unknowns for terms that the model does not declare and whose text is not on record."""
        named = {one.iri for one in now.declared}
        return [
            Unknown(why, now.subject, one, cause="text")
            for one in self.terms
            if one.iri not in named
            if (why := now.text_gap(one) if one.known else _not_read(one))
        ]


def contract(now: LicenceContext) -> Contract:
    """The terms of the service that offers a model, by the texts in force on the day.

    They are those that the model declares as its licence, else those that a source names as its
    terms of use, else the general terms of the developer's own service, where that offers the
    model.
    """
    declared = tuple(one for one in now.declared if one.service)
    terms = declared or _named(now)
    general = () if terms else _general(now)
    agreed = terms or general
    bare = not agreed and not now.declared and _is_offered(now)
    return Contract(agreed, bool(general), _is_service_only(now, agreed), bare)


def _is_offered(now: LicenceContext) -> bool:
    """Whether a provider offers the model as a service and no weights are known."""
    quads = now.graph.snapshot.quads
    if any(o == PG.ApiOnly for _, _, o, _ in quads(now.subject, PG.weightsAvailability)):
        return True
    return bool(_offers(now)) and not any(True for _ in quads(now.subject, PG.hubRepository))


def _offers(now: LicenceContext) -> list[Iri]:
    """The offers of the model, and of its versions where all of them are services."""
    quads = now.graph.snapshot.quads
    versions = [one for one in now.versions if not _has_weights(now, one)]
    offered = (now.subject, *(versions if len(versions) == len(now.versions) else ()))
    return [offer for one in offered for offer, *_ in quads(predicate=PG.offerOf, object=one)]


def _has_weights(now: LicenceContext, version: Iri) -> bool:
    """Whether weights of a version are known, or a licence that is not a service's."""
    quads = now.graph.snapshot.quads
    if any(o == PG.OpenWeights for _, _, o, _ in quads(version, PG.weightsAvailability)):
        return True
    if any(True for _ in quads(version, PG.hubRepository)):
        return True
    return any(not one.service for one in now.licences_of(version))


def _is_service_only(now: LicenceContext, terms: tuple[Licence, ...]) -> bool:
    """Whether the model is offered only as a service: no licence supplies weights."""
    quads = now.graph.snapshot.quads(now.subject, PG.weightsAvailability)
    if not terms or any(o == PG.OpenWeights for _, _, o, _ in quads):
        return False
    return all(one.service or one.key in UNNAMED for one in now.declared)


def _named(now: LicenceContext) -> tuple[Licence, ...]:
    """Terms of use that the accepted view names and the catalogue describes."""
    catalogue = now.graph.catalogue
    quads = now.graph.snapshot.quads(now.subject, PG.termsOfUse)
    named = (catalogue.by_url(o) for _, _, o, _ in quads if isinstance(o, Iri))
    return tuple(
        catalogue.in_force(one, now.day)
        for one in named
        if one is not None and one.known and one.service
    )


def _general(now: LicenceContext) -> tuple[Licence, ...]:
    """General terms of the developer's own service, where that service offers the model."""
    catalogue, snapshot = now.graph.catalogue, now.graph.snapshot
    owner = short_id(now.subject).partition("/")[0]
    services = [one for one in catalogue.services if owner in one.namespaces]
    if not services or catalogue.named_like_weights(now.subject):
        return ()
    if any(True for _ in snapshot.quads(now.subject, PG.hubRepository)):
        return ()
    providers = {
        local_name(provider)
        for offer in _offers(now)
        for _, _, provider, _ in snapshot.quads(offer, PG.provider)
        if isinstance(provider, Iri)
    }
    return tuple(catalogue.in_force(one, now.day) for one in services if providers & one.namespaces)


def _not_read(licence: Licence) -> str:
    where = f" ({licence.url})" if licence.url else ""
    return f"the text of {licence.label or licence.name} was not read{where}"
