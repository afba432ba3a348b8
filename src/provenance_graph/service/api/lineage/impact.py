"""``/api/v1/impact``: what is affected if a model or dataset is withdrawn."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.fleet import impact as affected
from provenance_graph.lineage.answers import ImpactAnswer
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf
from provenance_graph.service.api.common.reply import api_router, reply


def router(access: Access) -> APIRouter:
    """The route over one store."""
    routes = api_router("store")
    _impact(routes, access)
    return routes


def _impact(routes: APIRouter, access: Access) -> None:
    @routes.get("/impact", responses={200: {"model": ImpactAnswer}})
    def impact(
        request: Request,
        thing: Annotated[str, Query(max_length=300, description="A model or a dataset.")],
        limit: Annotated[int, Query(ge=1, le=5000)] = 200,
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """What is affected if a model or dataset is withdrawn, down to our deployments and offers."""
        snapshot = access.prepared("lineage", asOf)

        def made() -> ImpactAnswer:
            subject = entity_named(snapshot, thing)
            return affected(snapshot, subject, limit=limit).to_json()

        return reply(access, request, snapshot, made)


def entity_named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """A model, or a dataset, by what a user types; raises NotFound, Ambiguous."""
    return resolve(snapshot, text, "described")
