"""``/reconcile``: the Reconciliation Service API 0.2 and 1.0-draft, as OpenRefine uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.encoding import as_json
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import ID
from provenance_graph.core.json_values import JsonObject
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.reconciliation import TYPES, entity_id, entity_of, match_all, protocol
from provenance_graph.reconciliation.match import kind_named
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.body import JSON_BODY, form_body
from provenance_graph.service.api.common.parameters import DIGITS
from provenance_graph.service.api.common.reply import PROBLEMS, ProblemRoute
from provenance_graph.service.http.problems import too_large
from provenance_graph.service.http.threads import in_thread
from provenance_graph.service.sparql.request import parameters, single

BODY_BYTES = 4 << 20
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,100}")
_IRI = ":/?#[]@!$&'()*+,;=%~"
"""Characters that are not percent-encoded where an IRI becomes a Location header."""
OLD, DRAFT = "0.2", "1.0-draft"

Prefix = Annotated[str, Query(max_length=300)]
Cursor = Annotated[int, Query(ge=0, le=10_000), DIGITS]
Callback = Annotated[str, Query(max_length=100, description="A function's name, for JSONP.")]
Identifier = Annotated[str, Query(max_length=500)]
_OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {**_OBJECT}}}
CALLABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {**_OBJECT, "application/javascript": {"schema": {"type": "string"}}}}
}
"""The answers of routes that take a callback."""


def router(access: Access) -> APIRouter:
    """The routes of both protocol versions over one store."""
    routes = APIRouter(tags=["reconciliation"], route_class=ProblemRoute, responses=PROBLEMS)
    _service(routes, access)
    _draft(routes, access)
    for base, version in (("/reconcile", OLD), (f"/reconcile/{DRAFT}", DRAFT)):
        _suggest(routes, access, base, version)
    return routes


def _service(routes: APIRouter, access: Access) -> None:
    @routes.get("/reconcile", responses=CALLABLE)
    def service(
        request: Request,
        queries: Annotated[str, Query(max_length=100_000)] = "",
        extend: Annotated[str, Query(max_length=100_000)] = "",
        callback: Callback = "",
    ) -> Response:
        """The service manifest; with ``queries`` or ``extend``, the answer to these."""
        return _sent(_answered(access, request, queries, extend), callback)

    @routes.post("/reconcile", responses=ANSWER, openapi_extra=form_body("queries", "extend"))
    async def batch(request: Request) -> Response:
        """Answer a form with reconciliation queries, or with a data extension request."""
        body = await _body(request)

        def made() -> JsonObject:
            fields = parameters(body)
            queries, extend = (single(fields, name) for name in ("queries", "extend"))
            if not queries and not extend:
                raise UsageError("send a form with queries={…} or extend={…}")
            return _answered(access, request, queries, extend)

        return await in_thread(lambda: _sent(made(), ""))

    @routes.get("/reconcile/properties", responses=CALLABLE)
    def properties(
        type: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=500), DIGITS] = 100,
        callback: Callback = "",
    ) -> Response:
        """Properties that can be requested for entities of a type (data extension)."""
        return _sent(_proposed(access, type, limit), callback)

    @routes.get("/reconcile/preview", response_class=Response)
    def preview(id: Identifier) -> Response:
        """A small HTML page about an entity."""
        return _preview(access.snapshot(), id)

    @routes.get("/reconcile/view", response_class=Response, status_code=303)
    def view(request: Request, id: Identifier) -> Response:
        """Redirect to the page of an entity."""
        iri = entity_of(id)
        service = request.app.state.service
        if iri.startswith(ID):
            location = f"/id/{quote(iri.removeprefix(ID), safe='/:@+~')}"
            return Response(status_code=303, headers={"Location": service.url(request, location)})
            # Redirect to known entities only: raises NotFound for any other address.
        protocol.preview(access.snapshot(), iri)
        return Response(status_code=303, headers={"Location": quote(iri, safe=_IRI)})


def _draft(routes: APIRouter, access: Access) -> None:
    base = f"/reconcile/{DRAFT}"

    @routes.get(base, responses=ANSWER)
    def manifest(request: Request) -> Response:
        """The service manifest of version 1.0-draft."""
        return _sent(protocol.manifest(_origin(request), DRAFT), "")

    @routes.post(f"{base}/match", responses=ANSWER, openapi_extra=JSON_BODY)
    async def matched(request: Request) -> Response:
        """Answer a batch of reconciliation queries; candidates are in the order of the queries."""
        body = await _body(request)

        def made() -> JsonObject:
            parsed_queries = protocol.queries_draft(protocol.parsed(body, "the body"))
            snapshot = access.prepared("catalogue")
            return {
                "results": [
                    {"candidates": [protocol.candidate_json(c, DRAFT) for c in candidates]}
                    for candidates in match_all(snapshot, parsed_queries)
                ]
            }

        return await in_thread(lambda: _sent(made(), ""))

    @routes.post(f"{base}/extend", responses=ANSWER, openapi_extra=JSON_BODY)
    async def extended(request: Request) -> Response:
        """Answer a data extension request: values of properties of entities."""
        body = await _body(request)

        def made() -> JsonObject:
            data = protocol.parsed(body, "the body")
            return protocol.extension(access.snapshot(), data, DRAFT)

        return await in_thread(lambda: _sent(made(), ""))

    @routes.get(f"{base}/extend/propose", responses=ANSWER)
    def proposed(
        type: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=500), DIGITS] = 100,
    ) -> Response:
        """Properties that can be requested for entities of a type (data extension)."""
        return _sent(_proposed(access, type, limit), "")

    @routes.get(f"{base}/preview", response_class=Response)
    def preview(id: Identifier) -> Response:
        """A small HTML page about an entity."""
        return _preview(access.snapshot(), id)


def _suggest(routes: APIRouter, access: Access, base: str, version: str) -> None:
    @routes.get(f"{base}/suggest/entity", responses=CALLABLE, name=f"suggest_entity_{version}")
    def entity(
        prefix: Prefix = "",
        cursor: Cursor = 0,
        type: Annotated[str, Query(max_length=100)] = "",
        callback: Callback = "",
    ) -> Response:
        """Entities whose names contain a text."""
        snapshot = access.prepared("catalogue")
        kinds = (kind_named(type),) if type else tuple(TYPES)
        hits = SearchIndex.open(snapshot).search(prefix, 20, kinds, str(cursor or ""))
        results: list[JsonObject] = [
            {
                "id": entity_id(item["iri"]),
                "name": item["name"],
                "description": f"{TYPES[item['kind']].casefold()} {item['id']}",
                "notable": [protocol.type_json(item["kind"])],
            }
            for item in hits.items
        ]
        return _sent({"result": results}, callback)

    @routes.get(f"{base}/suggest/property", responses=CALLABLE, name=f"suggest_property_{version}")
    def property_(prefix: Prefix = "", cursor: Cursor = 0, callback: Callback = "") -> Response:
        """Properties whose names contain a text."""
        results = protocol.suggested_properties(access.snapshot(), prefix, cursor + 20)
        return _sent({"result": results[cursor:]}, callback)

    @routes.get(f"{base}/suggest/type", responses=CALLABLE, name=f"suggest_type_{version}")
    def type_(prefix: Prefix = "", cursor: Cursor = 0, callback: Callback = "") -> Response:
        """Types whose names contain a text."""
        folded = prefix.strip().casefold()
        results = [
            protocol.type_json(kind) for kind, name in TYPES.items() if folded in name.casefold()
        ]
        return _sent({"result": results[cursor:]}, callback)


def _answered(access: Access, request: Request, queries: str, extend: str) -> JsonObject:
    if queries:
        parsed_queries = protocol.queries_02(protocol.parsed(queries, "queries"))
        snapshot = access.prepared("catalogue")
        return {
            key: {"result": [protocol.candidate_json(c, OLD) for c in candidates]}
            for key, candidates in zip(
                parsed_queries, match_all(snapshot, list(parsed_queries.values())), strict=True
            )
        }
    if extend:
        return protocol.extension(access.snapshot(), protocol.parsed(extend, "extend"), OLD)
    return protocol.manifest(_origin(request), OLD)


def _proposed(access: Access, type_: str, limit: int) -> JsonObject:
    kind = kind_named(type_) if type_ else ""
    results = protocol.proposals(access.snapshot(), kind, limit)
    return {"properties": results, **({"type": type_} if type_ else {}), "limit": limit}


def _preview(snapshot: AcceptedSnapshot, identifier: str) -> Response:
    name, rows = protocol.preview(snapshot, entity_of(identifier))
    table = Markup("").join(
        Markup("<tr><th>{}</th><td>{}</td></tr>").format(label, text) for label, text in rows
    )
    page = Markup(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<title>{name}</title><style>body{{font:13px sans-serif;margin:8px}}"
        "th{{text-align:left;padding-right:8px;vertical-align:top}}</style>"
        "<strong>{name}</strong><table>{table}</table></html>"
    ).format(name=name, table=table)
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _origin(request: Request) -> str:
    service = request.app.state.service
    url: Callable[[Request, str], str] = service.url
    return url(request, "")


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES:
            raise too_large(f"at most {BODY_BYTES >> 20} MB a batch; send it in parts")
        parts.append(part)
    return b"".join(parts)


def _sent(value: JsonObject, callback: str) -> Response:
    """A JSON response, or JSONP for clients of version 0.2 that give a callback.

    Raises UsageError where ``callback`` is not a function name.
    """
    headers = {"Cache-Control": "no-cache"}
    if not callback:
        return Response(as_json(value), media_type="application/json", headers=headers)
    if not _CALLBACK.fullmatch(callback):
        raise UsageError(f"callback={callback[:40]!r} is not a name of a function")
    text = json.dumps(value).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(
        f"/**/{callback}({text});", media_type="application/javascript", headers=headers
    )
