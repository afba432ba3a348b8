"""The routers of the REST API under ``/api/v1``: JSON views of what the command line prints."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response

from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.reply import api_router, problem
from provenance_graph.service.api.documents import examine
from provenance_graph.service.api.entities import entities, fleet, neighbours, reconcile
from provenance_graph.service.api.first import first_routers
from provenance_graph.service.api.lineage import impact, licences
from provenance_graph.service.api.models import (
    assessments,
    disclosure,
    evidence,
    export,
    models,
    report,
)
from provenance_graph.service.api.questions import questions
from provenance_graph.service.api.review import changes, flags, identity, policy
from provenance_graph.service.http.problems import HttpProblem, method_not_allowed
from provenance_graph.service.http.responses import methods_at


def routers(
    root: Path, access: Access | None = None, *, indexed: bool = False, public: bool = False
) -> list[APIRouter]:
    """The routers over the store in the folder ``root``, which is opened with the first request.

    ``indexed``: another process makes the indexes of each version. ``public``: the routes read the
    public state, where the store has private collections.
    """
    access = access or Access(root, indexed=indexed, public=public)
    return [
        *first_routers(access),
        # a model's name takes the rest of the path, so routes below a model come first
        assessments.router(access),
        evidence.router(access),
        export.router(access),
        licences.router(access),
        models.router(access),
        impact.router(access),
        entities.router(access),
        neighbours.router(access),
        fleet.router(access),
        disclosure.router(access),
        report.router(access),
        questions.router(access),
        examine.router(access),
        changes.router(access),
        flags.router(),
        identity.router(access),
        policy.router(access),
        reconcile.router(access),
        elsewhere(),
    ]


def elsewhere() -> APIRouter:
    """The router that answers paths under ``/api/v1`` that no other route takes: 404, or 405."""
    routes = api_router("store")

    @routes.api_route(
        "/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
    )
    def nothing(request: Request, rest: str) -> Response:
        """Answer 404 for an unknown path; raise RequestRefused (405) for a wrong method."""
        if methods := methods_at(request):
            raise method_not_allowed(request.method, ", ".join(methods))
        detail = f"there is no /api/v1/{rest[:100]}; /docs lists what there is"
        return problem(HttpProblem(404, "Not found", detail, "not-found"))

    return routes
