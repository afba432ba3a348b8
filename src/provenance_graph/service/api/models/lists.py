"""``/api/v1/models``, ``/facets``, ``/search``: catalogue lists; loaded first at a start."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.stored import models_index
from provenance_graph.core.results import FacetCount
from provenance_graph.model.answers import ModelPage, SearchAnswer
from provenance_graph.model.search.filters import understood, wholes
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Cursor, Limit, Many
from provenance_graph.service.api.common.reply import api_router, reply


def chosen(
    developer: Many = [],
    licence: Many = [],
    openness: Many = [],
    family: Many = [],
    modality: Many = [],
    architecture: Many = [],
    year: Many = [],
    weights: Many = [],
    disclosure: Many = [],
    undisclosed: Many = [],
    licenceClass: Many = [],
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    contextMin: Annotated[str, Query(max_length=20)] = "",
    contextMax: Annotated[str, Query(max_length=20)] = "",
    parametersMin: Annotated[str, Query(max_length=20)] = "",
    parametersMax: Annotated[str, Query(max_length=20)] = "",
    releasedFrom: date | None = None,
    releasedTo: date | None = None,
    descendsFrom: Annotated[str, Query(max_length=300)] = "",
) -> dict[str, list[str]]:
    """The filters of a list of models, by name, as the catalogue takes them."""
    lists = {
        "developer": developer,
        "licence": licence,
        "openness": openness,
        "family": family,
        "modality": modality,
        "architecture": architecture,
        "year": year,
        "weights": weights,
        "disclosure": disclosure,
        "undisclosed": undisclosed,
        "licenceClass": licenceClass,
    }
    single = {
        "contextMin": contextMin,
        "contextMax": contextMax,
        "parametersMin": parametersMin,
        "parametersMax": parametersMax,
        "releasedFrom": str(releasedFrom or ""),
        "releasedTo": str(releasedTo or ""),
        "descendsFrom": descendsFrom,
        "since": since,
        "until": until,
    }
    return {**lists, **{key: [value] for key, value in single.items() if value}}


Filters = Annotated[dict[str, list[str]], Depends(chosen)]


def resolved(filters: dict[str, list[str]], snapshot: AcceptedSnapshot) -> dict[str, list[str]]:
    """The filters with their values checked and resolved against the catalogue.

    Raises UsageError for a wrong value, NotFound for an unknown model in ``descendsFrom``.
    """
    return understood(snapshot, SearchIndex.open(snapshot), filters)


def router(access: Access) -> APIRouter:
    """The lists of one store."""
    routes = api_router("models")
    _lists(routes, access)
    return routes


def _lists(routes: APIRouter, access: Access) -> None:
    @routes.get("/models", responses={200: {"model": ModelPage}})
    def models(
        request: Request,
        filters: Filters,
        q: Annotated[str, Query(max_length=200, description="Words to look for.")] = "",
        sort: Annotated[str, Query(max_length=20)] = "name",
        limit: Limit = 50,
        cursor: Cursor = "",
        asOf: AsOf = "",
    ) -> Response:
        """A page of models, filtered and sorted."""
        snapshot = access.prepared("models", asOf)

        def made() -> ModelPage:
            result = models_index(snapshot).models(
                resolved(filters, snapshot), text=q, sort=sort, limit=limit, cursor=cursor
            )
            return result.to_json()

        return reply(access, request, snapshot, made)

    @routes.get("/facets", responses={200: {"model": dict[str, list[FacetCount]]}})
    def facets(
        request: Request,
        filters: Filters,
        q: Annotated[str, Query(max_length=200)] = "",
        asOf: AsOf = "",
    ) -> Response:
        """For each filter, its values with the number of models that the other filters leave."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> dict[str, list[FacetCount]]:
            catalogue = SearchIndex.open(snapshot)
            parts = wholes(snapshot, catalogue)
            return catalogue.facets(resolved(filters, snapshot), text=q, parts=parts)

        return reply(access, request, snapshot, made)

    @routes.get("/search", responses={200: {"model": SearchAnswer}})
    def search(
        request: Request,
        q: Annotated[str, Query(max_length=200, description="Part of a name, id or developer.")],
        kind: Annotated[list[str], Query(max_length=20)] = [],
        limit: Annotated[int, Query(ge=1, le=100), DIGITS] = 20,
        cursor: Cursor = "",
        asOf: AsOf = "",
    ) -> Response:
        """Entities of every kind whose names match a text, best first; tolerates typing errors."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> SearchAnswer:
            result = SearchIndex.open(snapshot).search(q, limit, kind, cursor)
            return {"query": q, **result.to_json()}

        return reply(access, request, snapshot, made)
