"""``/api/v1/disclosure``: a matrix of models and fields, with the disclosure status of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.conflicts.stored import models_index
from provenance_graph.model.answers import MatrixPage
from provenance_graph.model.disclosure.matrix import layout, matrix
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Cursor
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.models.lists import Filters, resolved


def router(access: Access) -> APIRouter:
    """The route over one store."""
    routes = api_router("store")
    _disclosure(routes, access)
    return routes


def _disclosure(routes: APIRouter, access: Access) -> None:
    @routes.get("/disclosure", responses={200: {"model": MatrixPage}})
    def disclosure(
        request: Request,
        filters: Filters,
        q: Annotated[str, Query(max_length=200)] = "",
        sort: Annotated[str, Query(max_length=20)] = "-sources",
        limit: Annotated[int, Query(ge=1, le=2000), DIGITS] = 200,
        cursor: Cursor = "",
        asOf: AsOf = "",
    ) -> Response:
        """A matrix of models and fields with the disclosure status of each."""
        snapshot = access.prepared("models", asOf)

        def made() -> MatrixPage:
            index = models_index(snapshot)
            page = index.models(
                resolved(filters, snapshot), text=q, sort=sort, limit=limit, cursor=cursor
            )
            rows = list(zip(page.items, index.states(page.items), strict=True))
            answer = matrix(layout(snapshot), rows)
            return {**answer, "total": page.total, "next": page.cursor}

        return reply(access, request, snapshot, made)
