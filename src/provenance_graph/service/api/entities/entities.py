"""Routes of entities other than models: ``/api/v1/datasets``, ``/organizations`` etc."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.errors import BadIri, NotFound
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.results import dump_json
from provenance_graph.core.terms import PG, RDF
from provenance_graph.model.answers import ClaimsAnswer, EntityAnswer, SearchPage
from provenance_graph.model.naming.entities import EntityMatch, find_entity
from provenance_graph.model.pages.entity import entity_page
from provenance_graph.model.pages.source import SourceAcceptance, source_acceptance
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf, Cursor, Limit
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.entities.claims import claims_about
from provenance_graph.store.values import ANY

KINDS = {
    "datasets": "dataset",
    "organizations": "organization",
    "licences": "licence",
    "families": "family",
    "benchmarks": "benchmark",
    "sources": "source",
    "records": "record",
}
"""Kinds of entity that can be listed, by their name in the path."""
ANY_KIND = "entities"


def router(access: Access) -> APIRouter:
    """The routes of all entities that are not models, over one store."""
    routes = api_router("entities")
    _standing(routes, access)
    for collection, kind in KINDS.items():
        _listed(routes, access, collection, kind)
    for collection, kind in {**KINDS, ANY_KIND: ""}.items():
        if kind not in ("source", "record"):  # the claims of these are in their record graphs
            _claims(routes, access, collection, kind)
        _page(routes, access, collection, kind)
    return routes


def _standing(routes: APIRouter, access: Access) -> None:
    @routes.get(
        "/sources/{name:path}/standing",
        response_model=None,
        responses={200: {"model": SourceAcceptance}},
    )
    def standing(request: Request, name: str, asOf: AsOf = "") -> Response:
        """The standing of a source's claims: accepted, alone, in disagreement, overruled."""
        snapshot = access.snapshot(asOf)

        def made() -> SourceAcceptance:
            return source_acceptance(snapshot, entity_of(snapshot, name, "source").iri)

        return reply(access, request, snapshot, made, write=dump_json)


def _listed(routes: APIRouter, access: Access, collection: str, kind: str) -> None:
    @routes.get(f"/{collection}", name=collection, responses={200: {"model": SearchPage}})
    def every(
        request: Request,
        q: Annotated[str, Query(max_length=200, description="Words to look for.")] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
        asOf: AsOf = "",
    ) -> Response:
        """Entities of this kind, the best documented first; with `q` those whose names match."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> SearchPage:
            table = SearchIndex.open(snapshot)
            result = (
                table.search(q, limit, [kind], cursor)
                if q.strip()
                else table.listed(kind, limit, cursor)
            )
            return result.to_json()

        return reply(access, request, snapshot, made)


def _page(routes: APIRouter, access: Access, collection: str, kind: str) -> None:
    @routes.get(
        f"/{collection}/{{name:path}}",
        name=f"{collection}-page",
        responses={200: {"model": EntityAnswer}},
    )
    def page(request: Request, name: str, asOf: AsOf = "") -> Response:
        """The facts of one entity, the entities that refer to it, and its records."""
        snapshot = access.snapshot(asOf)

        def made() -> EntityAnswer:
            return entity_page(snapshot, entity_of(snapshot, name, kind)).to_json()

        return reply(access, request, snapshot, made)


def _claims(routes: APIRouter, access: Access, collection: str, kind: str) -> None:
    @routes.get(
        f"/{collection}/{{name:path}}/claims",
        name=f"{collection}-claims",
        responses={200: {"model": ClaimsAnswer}},
    )
    def claims(
        request: Request,
        name: str,
        property: Annotated[str, Query(max_length=200)] = "",
        asOf: AsOf = "",
    ) -> Response:
        """The claims about an entity, each with its source, basis and standing."""
        snapshot = access.snapshot(asOf)

        def made() -> ClaimsAnswer:
            return claims_about(snapshot, entity_of(snapshot, name, kind).iri, property)

        return reply(access, request, snapshot, made)


def entity_of(snapshot: AcceptedSnapshot, name: str, kind: str) -> EntityMatch:
    """The entity that a name in a path denotes; raises NotFound.

    ``kind`` limits the kind of entity; an empty one allows any.
    """
    if kind == "source":
        return EntityMatch(_collection(snapshot, name), kind)
    if kind == "record":
        try:
            record = iris.record_named(name)
        except BadIri:
            raise NotFound(name, kind) from None
        present = snapshot.present
        if not any(True for _ in present.quads(record, RDF.type, PG.SourceRecord, record)):
            raise NotFound(name, kind)
        return EntityMatch(record, kind)
    return find_entity(snapshot, name, (kind,) if kind else ())


def _collection(snapshot: AcceptedSnapshot, name: str) -> Iri:
    present = snapshot.present
    known = sorted(s for s, *_ in present.quads(predicate=RDF.type, object=PG.Collection))
    collection = iris.mint("collection", "")
    for one in known:
        if name in (
            one,
            short_id(one),
            one.removeprefix(collection),
            f"collection/{one.removeprefix(collection)}",
        ):
            return one
    meant = iris.mint("collection", name.removeprefix("collection/"))
    records = present.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
    if any(_in_collection(present, record, meant) for record, *_ in records):
        return meant
    raise NotFound(name, "source", [one.removeprefix(collection) for one in known][:12])


def _in_collection(present: AcceptedSnapshot, record: Iri, collection: Iri) -> bool:
    header = present.header(record)
    return header is not None and header.collection == collection
