"""``/api/v1/questions``: the stored questions, and their answers as tables."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import short_id
from provenance_graph.model.questions import stored
from provenance_graph.service import backend as backends
from provenance_graph.service.api.common import cited
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.encoding import as_json
from provenance_graph.service.api.common.reply import answer_key, api_router, etag_of, reply
from provenance_graph.service.api.questions import answers
from provenance_graph.service.http.cache import matches
from provenance_graph.store.sparql.rewrite import limited
from provenance_graph.store.values import SparqlQuery

TAKEN = ("format", "asOf", cited.PARAMETER)
"""What a question takes beside its own parameters."""
QUESTION_ROWS = 10_000
"""Rows of a stored question that are shown; one more is asked for, to know of it."""


def router(access: Access) -> APIRouter:
    """The routes of the stored questions over one store."""
    routes = api_router("store")
    _questions(routes, access)
    return routes


def _questions(routes: APIRouter, access: Access) -> None:
    @routes.get("/questions", responses={200: {"model": list[answers.QuestionAnswer]}})
    def questions(request: Request) -> Response:
        """The stored questions with their parameters and SPARQL."""
        listed = access.snapshot()
        return reply(
            access, request, listed, lambda: [_described(q) for q in stored.questions().values()]
        )

    @routes.get("/questions/{question}", responses={200: {"model": answers.TableAnswer}})
    async def question(request: Request, question: str) -> Response:
        """The answer of a stored question; parameters go in the query string."""
        asked = stored.find(question)
        given = {k: v for k, v in request.query_params.items() if k not in TAKEN}
        service = request.app.state.service
        of_day = request.query_params.get("asOf", "")

        def prepared() -> tuple[AcceptedSnapshot, dict[str, Value]]:
            snapshot = access.snapshot(of_day)
            return snapshot, stored.bind(snapshot, asked, given)

        snapshot, bound = await service.work(request, prepared)
        key = answer_key(request, snapshot)
        body = access.answers.find(key)
        if body is None:
            query = SparqlQuery(limited(asked.text, QUESTION_ROWS + 1), bound)
            media_type = backends.JSON
            day = snapshot.version, snapshot.as_of
            result = (
                await service.evaluate_day(request, day, query, media_type)
                if snapshot.as_of
                else await service.evaluate(request, query, media_type)
            )
            table: object = _table(asked.name, json.loads(result.body))
            if cited.wants(request):
                table = await service.work(request, partial(cited.cited, request, snapshot, table))
            body = as_json(table)
            access.answers.keep(key, body)
        headers = {
            "ETag": etag_of(snapshot),
            "X-Store-Version": snapshot.version,
            "Cache-Control": "no-cache",
        }
        if matches(request.headers.get("if-none-match"), headers["ETag"], exists=True):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")


def _described(question: stored.Question) -> answers.QuestionAnswer:
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


def _table(name: str, result: dict[str, Any]) -> answers.TableAnswer:
    def cell(term: dict[str, str] | None) -> answers.TableCell:
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
