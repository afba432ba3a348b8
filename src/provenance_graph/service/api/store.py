"""``/api/v1/…`` beside models: impact, questions, disclosure, checking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.fleet import impact as affected
from provenance_graph.lineage.answers import ImpactAnswer
from provenance_graph.model import questions as stored
from provenance_graph.model.answers import MatrixPage
from provenance_graph.model.disclosure_matrix import matrix
from provenance_graph.model.naming import resolve
from provenance_graph.model.search_index import SearchIndex
from provenance_graph.service import backend as backends
from provenance_graph.service.api import schema
from provenance_graph.service.api.access import Access
from provenance_graph.service.api.body import limited_body
from provenance_graph.service.api.lists import AsOf, Cursor, Filters, resolved
from provenance_graph.service.api.reply import (
    PROBLEMS,
    ProblemRoute,
    answer_key,
    as_json,
    etag_of,
    problem,
    reply,
)
from provenance_graph.service.http.problems import HttpProblem, method_not_allowed
from provenance_graph.service.http.responses import methods_at
from provenance_graph.store.sparql.rewrite import limited
from provenance_graph.store.values import SparqlQuery

QUESTION_ROWS = 10_000
"""Rows of a stored question that are shown; one more is asked for, to know of it."""


def router(access: Access) -> APIRouter:
    """The routes over a whole store."""
    routes = APIRouter(
        prefix="/api/v1", tags=["store"], route_class=ProblemRoute, responses=PROBLEMS
    )
    _impact(routes, access)
    _disclosure(routes, access)
    _questions(routes, access)
    _validation(routes)
    _elsewhere(routes)
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


def _disclosure(routes: APIRouter, access: Access) -> None:
    @routes.get("/disclosure", responses={200: {"model": MatrixPage}})
    def disclosure(
        request: Request,
        filters: Filters,
        q: Annotated[str, Query(max_length=200)] = "",
        sort: Annotated[str, Query(max_length=20)] = "-sources",
        limit: Annotated[int, Query(ge=1, le=2000)] = 200,
        cursor: Cursor = "",
        asOf: AsOf = "",  # noqa: N803
    ) -> Response:
        """Models × fields: what is disclosed, withheld, left blank or not looked for."""
        snapshot = access.prepared("catalogue", asOf)

        def made() -> MatrixPage:
            page = SearchIndex.open(snapshot).models(
                resolved(filters, snapshot), text=q, sort=sort, limit=limit, cursor=cursor
            )
            return {**matrix(snapshot, page.items), "total": page.total, "next": page.cursor}

        return reply(access, request, snapshot, made)


def _questions(routes: APIRouter, access: Access) -> None:
    @routes.get("/questions", responses={200: {"model": list[schema.QuestionAnswer]}})
    def questions(request: Request) -> Response:
        """The stored questions with their parameters and SPARQL."""
        listed = access.snapshot()
        return reply(
            access, request, listed, lambda: [_described(q) for q in stored.questions().values()]
        )

    @routes.get("/questions/{question}", responses={200: {"model": schema.TableAnswer}})
    async def question(request: Request, question: str) -> Response:
        """The answer of a stored question; parameters go in the query string."""
        asked = stored.find(question)
        given = {k: v for k, v in request.query_params.items() if k not in ("format", "asOf")}
        service = request.app.state.service
        of_day = request.query_params.get("asOf", "")

        def prepared() -> tuple[AcceptedSnapshot, dict[str, Value]]:
            snapshot = access.snapshot(of_day)
            return snapshot, stored.bind(snapshot, asked, given)

        snapshot, bound = await service.work(request, prepared)
        key = answer_key(request, snapshot)
        body = access.remembered(key)
        if body is None:
            query = SparqlQuery(limited(asked.text, QUESTION_ROWS + 1), bound)
            media_type = backends.JSON
            day = snapshot.version, snapshot.as_of
            result = (
                await service.evaluate_day(request, day, query, media_type)
                if snapshot.as_of
                else await service.evaluate(request, query, media_type)
            )
            body = as_json(_table(asked.name, json.loads(result.body)))
            access.remember(key, body)
        headers = {
            "ETag": etag_of(snapshot),
            "X-Store-Version": snapshot.version,
            "Cache-Control": "no-cache",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")


def _validation(routes: APIRouter) -> None:
    @routes.post("/validate", responses={200: {"model": schema.CheckAnswer}})
    async def validate(
        request: Request,
        format: Annotated[str, Query(max_length=40, description="The format, if known.")] = "",
        name: Annotated[str, Query(max_length=200, description="The file's name.")] = "",
    ) -> Response:
        """Read a document in any import format and say what is wrong; nothing is stored.

        The document is parsed in a confined process that is thrown away.
        """
        body = await limited_body(request)
        head = json.dumps({"format": format, "name": Path(name).name}).encode()
        backend = request.app.state.service.backend
        result = await backend.run("provenance_graph.service.api.check:check", head + b"\n" + body)
        return Response(
            result, media_type="application/json", headers={"Cache-Control": "no-store"}
        )


def _elsewhere(routes: APIRouter) -> None:
    @routes.api_route(
        "/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
    )
    def nothing(request: Request, rest: str) -> Response:
        """What is not there, or takes another method."""
        if methods := methods_at(request):
            raise method_not_allowed(request.method, ", ".join(methods))
        detail = f"there is no /api/v1/{rest[:100]}; /docs lists what there is"
        return problem(HttpProblem(404, "Not found", detail, "not-found"))


def _described(question: stored.Question) -> schema.QuestionAnswer:
    return {
        "id": question.name,
        "topic": question.topic,
        "question": question.question,
        "parameters": [
            {"name": p.name, "kind": p.kind, "description": p.description, "default": p.default}
            for p in question.parameters
        ],
        "sparql": question.text,
    }


def _table(name: str, result: dict[str, Any]) -> schema.TableAnswer:
    def cell(term: dict[str, str] | None) -> schema.TableCell:
        if term is None:
            return None
        if term["type"] == "uri":
            return {"iri": term["value"], "id": short_id(term["value"])}
        kind = term.get("datatype", "").rpartition("#")[2]
        if kind in ("integer", "decimal", "double"):
            return int(term["value"]) if kind == "integer" else float(term["value"])
        return term["value"]

    columns = result["head"]["vars"]
    bound = result["results"]["bindings"]
    rows = [[cell(row.get(column)) for column in columns] for row in bound[:QUESTION_ROWS]]
    return {
        "question": name,
        "columns": columns,
        "rows": rows,
        "truncated": len(bound) > QUESTION_ROWS,
    }
