"""``/api/v1/models…``: lists, profiles, claims, lineage, licences."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.answers import ConflictList
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.marks import with_breaches
from provenance_graph.lineage import formats
from provenance_graph.lineage.answers import CytoscapeAnswer, LineageAnswer
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.answers import (
    ClaimsAnswer,
    FacetCount,
    ModelPage,
    ProfileAnswer,
    SearchAnswer,
)
from provenance_graph.model.filters import understood
from provenance_graph.model.naming import resolve
from provenance_graph.model.profile import profile
from provenance_graph.model.search_index import SearchIndex
from provenance_graph.service.api.access import Access
from provenance_graph.service.api.claims import claims_about
from provenance_graph.service.api.reply import PROBLEMS, ProblemRoute, reply

AsOf = Annotated[str, Query(max_length=40, description="As known on that day (ISO date).")]
Many = Annotated[list[str], Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str, Query(max_length=20, description="The `next` of the part before.")]
SPOKEN = ("since", "until", "licenceClass", "descendsFrom")
"""Filters that are read as the command line reads them, a wrong value refused."""
LINEAGE_TYPES = {
    "json": "application/json",
    "tree": "text/plain",
    "dot": "text/vnd.graphviz",
    "mermaid": "text/vnd.mermaid",
    "graphml": "application/graphml+xml",
    "cytoscape": "application/json",
}
LINEAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": LineageAnswer | CytoscapeAnswer,
        "content": {
            media_type: {"schema": {"type": "string"}}
            for media_type in sorted(set(LINEAGE_TYPES.values()) - {"application/json"})
        },
    }
}


def chosen(
    developer: Many = [],  # noqa: B006 - FastAPI copies it
    licence: Many = [],  # noqa: B006
    openness: Many = [],  # noqa: B006
    family: Many = [],  # noqa: B006
    modality: Many = [],  # noqa: B006
    architecture: Many = [],  # noqa: B006
    year: Many = [],  # noqa: B006
    weights: Many = [],  # noqa: B006
    disclosure: Many = [],  # noqa: B006
    undisclosed: Many = [],  # noqa: B006
    licenceClass: Many = [],  # noqa: B006, N803
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    contextMin: Annotated[str, Query(max_length=20)] = "",  # noqa: N803 - the parameter's name
    contextMax: Annotated[str, Query(max_length=20)] = "",  # noqa: N803
    parametersMin: Annotated[str, Query(max_length=20)] = "",  # noqa: N803
    parametersMax: Annotated[str, Query(max_length=20)] = "",  # noqa: N803
    releasedFrom: date | None = None,  # noqa: N803
    releasedTo: date | None = None,  # noqa: N803
    descendsFrom: Annotated[str, Query(max_length=300)] = "",  # noqa: N803
) -> dict[str, list[str]]:
    """The filters of a list of models, as the catalogue takes them."""
    lists = {
        "developer": developer, "licence": licence, "openness": openness, "family": family,
        "modality": modality, "architecture": architecture, "year": year, "weights": weights,
        "disclosure": disclosure, "undisclosed": undisclosed, "licenceClass": licenceClass,
    }  # fmt: skip
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
    """Filters as the catalogue takes them; raises UsageError, and NotFound for a model above."""
    spoken = {key: values for key, values in filters.items() if key in SPOKEN}
    rest = {key: values for key, values in filters.items() if key not in SPOKEN}
    return rest | understood(snapshot, SearchIndex.open(snapshot), spoken)


def router(access: Access) -> APIRouter:
    """The routes of models over one store."""
    routes = APIRouter(
        prefix="/api/v1", tags=["models"], route_class=ProblemRoute, responses=PROBLEMS
    )
    _lists(routes, access)
    _below_a_model(routes, access)
    _derived(routes, access)
    _one_model(routes, access)
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
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """Models, filtered, sorted and paged."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> ModelPage:
            result = SearchIndex.open(snapshot).models(
                resolved(filters, snapshot), text=q, sort=sort, limit=limit, cursor=cursor
            )
            return result.to_json()

        return reply(access, request, snapshot, made)

    @routes.get("/facets", responses={200: {"model": dict[str, list[FacetCount]]}})
    def facets(
        request: Request,
        filters: Filters,
        q: Annotated[str, Query(max_length=200)] = "",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """How many models each value of each filter has, among those the other filters leave."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> dict[str, list[FacetCount]]:
            return SearchIndex.open(snapshot).facets(resolved(filters, snapshot), text=q)

        return reply(access, request, snapshot, made)

    @routes.get("/search", responses={200: {"model": SearchAnswer}})
    def search(
        request: Request,
        q: Annotated[str, Query(max_length=200, description="Part of a name, id or developer.")],
        kind: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Cursor = "",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """Entities of every kind that a text names, best first; typing errors are forgiven."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> SearchAnswer:
            result = SearchIndex.open(snapshot).search(q, limit, kind, cursor)
            return {"query": q, **result.to_json()}

        return reply(access, request, snapshot, made)


def _one_model(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}", responses={200: {"model": ProfileAnswer}})
    def model(request: Request, name: str, asOf: AsOf = "") -> Response:  # noqa: N803
        """The profile of a model: every field with its value or disclosure status."""
        snapshot = access.snapshot(asOf)

        def made() -> ProfileAnswer:
            return profile(snapshot, resolve(snapshot, name)).to_json()

        return reply(access, request, snapshot, made)


def _below_a_model(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/claims", responses={200: {"model": ClaimsAnswer}})
    def claims(
        request: Request,
        name: str,
        property: Annotated[str, Query(max_length=200)] = "",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """Who says what about a model, on what basis, and what became of each claim."""
        snapshot = access.snapshot(asOf)

        def made() -> ClaimsAnswer:
            return claims_about(snapshot, resolve(snapshot, name), property)

        return reply(access, request, snapshot, made)

    @routes.get("/models/{name:path}/conflicts", responses={200: {"model": ConflictList}})
    def disagreements(request: Request, name: str, asOf: AsOf = "") -> Response:  # noqa: N803
        """Where sources disagree about a model, worst first."""
        snapshot = access.snapshot(asOf)

        def made() -> ConflictList:
            result = conflicts(snapshot, [resolve(snapshot, name)])
            return {"items": [conflict.to_json() for conflict in result], "total": len(result)}

        return reply(access, request, snapshot, made)


def _derived(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/lineage", responses=LINEAGE)
    def lineage(
        request: Request,
        name: str,
        direction: Literal["up", "down", "both"] = "both",
        depth: Annotated[int | None, Query(ge=1, le=1000)] = None,
        relation: Many = [],  # noqa: B006
        influences: bool = False,
        evidence: bool = True,
        breaches: bool = True,
        limit: Annotated[int, Query(ge=1, le=5000)] = 500,
        format: Literal["json", "tree", "dot", "mermaid", "graphml", "cytoscape"] = "json",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """Ancestors and descendants with the evidence of every edge; "N of M" when cut."""
        snapshot = access.prepared("lineage", asOf)

        def made() -> object:
            result = LineageGraph(snapshot).of(
                resolve(snapshot, name),
                direction=direction,
                depth=depth,
                relations=relation,
                influences=influences,
                evidence=evidence,
                limit=limit,
            )
            if breaches:
                result = with_breaches(result, LicenceGraph(snapshot))
            return result.to_json() if format == "json" else formats.FORMATS[format](result)

        if format == "json":
            return reply(access, request, snapshot, made)
        return reply(
            access,
            request,
            snapshot,
            made,
            media_type=LINEAGE_TYPES[format],
            write=lambda t: t.encode(),
        )
