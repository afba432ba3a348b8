"""Routes of the graph explorer: neighbours of any entity, and paths between two."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, iri
from provenance_graph.core.results import dump_json
from provenance_graph.core.terms import DERIVATIONS, INFLUENCES
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.marks import marks_of
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.pages.neighbours import Neighbourhood, neighbours
from provenance_graph.model.pages.path import Path, path
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf
from provenance_graph.service.api.common.reply import api_router, reply

Name = Annotated[str, Query(max_length=400, description="An IRI, an id or a name.")]
PREFERRED = {
    "model": ("model", "family"),
    "dataset": ("dataset",),
    "organization": ("organization",),
}


def router(access: Access) -> APIRouter:
    """The routes of the graph explorer over one store."""
    routes = api_router("graph")

    @routes.get("/graph", response_model=None, responses={200: {"model": Neighbourhood}})
    def graph(
        request: Request,
        node: Name,
        relation: Annotated[str, Query(max_length=100)] = "",
        direction: Literal["", "out", "in"] = "",
        limit: Annotated[int, Query(ge=1, le=200), DIGITS] = 12,
        cursor: Annotated[str, Query(max_length=20)] = "",
        breaches: Annotated[bool, Query(description="Licence findings of the links.")] = False,
        asOf: AsOf = "",
    ) -> Response:
        """The neighbours of an entity in both directions, by relation; each relation is paged."""
        snapshot = access.prepared("lineage", asOf) if breaches else access.snapshot(asOf)

        def made() -> object:
            result = neighbours(
                snapshot,
                named(snapshot, node),
                relation=relation,
                direction=direction,
                limit=limit,
                cursor=cursor,
            )
            return with_marks(result, LicenceGraph(snapshot)) if breaches else result

        return reply(access, request, snapshot, made, write=dump_json)

    @routes.get("/graph/path", response_model=None, responses={200: {"model": Path}})
    def graph_path(
        request: Request,
        start: Name,
        end: Name,
        depth: Annotated[int, Query(ge=1, le=8), DIGITS] = 6,
        asOf: AsOf = "",
    ) -> Response:
        """A shortest path of links between two entities; empty where none was found."""
        snapshot = access.snapshot(asOf)

        def made() -> object:
            return path(snapshot, named(snapshot, start), named(snapshot, end), depth=depth)

        return reply(access, request, snapshot, made, write=dump_json)

    return routes


def with_marks(around: Neighbourhood, graph: LicenceGraph) -> Neighbourhood:
    """A neighbourhood whose links carry the licence findings that start on each link."""
    steps = {str(relation) for relation in (*DERIVATIONS, *INFLUENCES)}
    groups = []
    marks: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    seen: set[str] = set()
    for group in around.groups:
        pairs = {
            item.iri: (item.iri, around.node.iri)
            if group.direction == "in"
            else (around.node.iri, item.iri)
            for item in group.items
            if group.relation in steps
        }
        for child, _ in pairs.values():
            if child not in seen:
                seen.add(child)
                for (below, relation, above), one in marks_of(graph, Iri(child)):
                    marks[below, relation, above].append(f"{one.rule} {one.message}")
        starting = {
            other: marks[child, group.relation, parent]
            for other, (child, parent) in pairs.items()
            if (child, group.relation, parent) in marks
        }
        groups.append(replace(group, breaches=starting) if starting else group)
    return replace(around, groups=groups)


def named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """The entity of any kind that a text denotes; raises NotFound, with similar names of models.

    An HTTP address is taken as an IRI, also of a record, a file or an entity outside our namespace.
    Any other text is looked up as a model first, then as a dataset, an organisation, and any kind.
    """
    name = text.strip()
    if name.startswith(("http://", "https://")):
        return snapshot.canonical(iri(name))
    missing: NotFound | None = None
    for kind in ("model", "dataset", "organization", ""):
        try:
            return find_entity(snapshot, name, PREFERRED.get(kind, ())).iri
        except NotFound as error:
            missing = missing or error
    assert missing is not None
    raise missing
