"""``/api/v1/models/…``: profiles, claims, conflicts, lineage."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.changes.profiles import profile_bytes
from provenance_graph.conflicts.answers import ConflictList
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.selection import select_conflicts
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.near import part_near
from provenance_graph.licences.rules.marks import with_breaches
from provenance_graph.lineage import formats
from provenance_graph.lineage.answers import CytoscapeAnswer, LineageAnswer
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.answers import (
    ClaimsAnswer,
    ProfileAnswer,
)
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Many
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.entities.claims import claims_about

LINEAGE_TYPES = {
    "json": "application/json",
    "tree": "text/plain",
    "dot": "text/vnd.graphviz",
    "mermaid": "text/vnd.mermaid",
    "graphml": "application/graphml+xml",
    "csv": "text/csv; charset=utf-8",
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


def router(access: Access) -> APIRouter:
    """The routes of models over one store."""
    routes = api_router("models")
    _below_a_model(routes, access)
    _derived(routes, access)
    _one_model(routes, access)
    return routes


def _one_model(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}", responses={200: {"model": ProfileAnswer}})
    def model(request: Request, name: str, asOf: AsOf = "") -> Response:
        """The profile of a model: every field with its value or disclosure status."""
        snapshot = access.snapshot(asOf)

        def made() -> bytes:
            access.look_at_profiles(snapshot)
            return profile_bytes(snapshot, resolve(snapshot, name))

        return reply(access, request, snapshot, made, write=bytes)


def _below_a_model(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/claims", responses={200: {"model": ClaimsAnswer}})
    def claims(
        request: Request,
        name: str,
        property: Annotated[str, Query(max_length=200)] = "",
        asOf: AsOf = "",
    ) -> Response:
        """The claims about a model, each with its source, basis and standing."""
        snapshot = access.snapshot(asOf)

        def made() -> ClaimsAnswer:
            return claims_about(snapshot, resolve(snapshot, name), property)

        return reply(access, request, snapshot, made)

    @routes.get("/models/{name:path}/conflicts", responses={200: {"model": ConflictList}})
    def disagreements(
        request: Request,
        name: str,
        all: Annotated[
            bool, Query(description="Every kind; without it those that accuse.")
        ] = False,
        asOf: AsOf = "",
    ) -> Response:
        """Disagreements between sources on a model, the worst first."""
        snapshot = access.snapshot(asOf)

        def made() -> ConflictList:
            every = conflicts(snapshot, [resolve(snapshot, name)])
            return select_conflicts(every, every_kind=all)

        return reply(access, request, snapshot, made)


def _derived(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/lineage", responses=LINEAGE)
    def lineage(
        request: Request,
        name: str,
        direction: Literal["up", "down", "both"] = "both",
        depth: Annotated[int | None, Query(ge=1, le=1000), DIGITS] = None,
        relation: Many = [],
        influences: bool = False,
        evidence: bool = True,
        breaches: bool = True,
        limit: Annotated[int | None, Query(ge=1, le=5000), DIGITS] = None,
        format: Literal["json", "tree", "csv", "dot", "mermaid", "graphml", "cytoscape"] = "json",
        asOf: AsOf = "",
    ) -> Response:
        """Ancestors and descendants with the evidence of every edge; "N of M" where cut.

        Without `limit` up to 500 nodes are shown; of more nodes, with evidence, the nearest 50.
        """
        snapshot = access.for_few(asOf)

        def made() -> object:
            subject = resolve(snapshot, name)
            index = part_near(snapshot, [subject]) if asOf else None
            result = LineageGraph(snapshot, index).of(
                subject,
                direction=direction,
                depth=depth,
                relations=relation,
                influences=influences,
                evidence=evidence,
                limit=limit,
            )
            if breaches:
                result = with_breaches(result, LicenceGraph(snapshot, index))
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
