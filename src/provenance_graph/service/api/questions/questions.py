"""``/api/v1/questions``: the stored questions, and their answers as tables."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.encoding import as_json
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import XSD
from provenance_graph.model.questions import stored
from provenance_graph.model.questions.reach import REACHED, Part, QuestionRows
from provenance_graph.service.api.common import cited
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS
from provenance_graph.service.api.common.reply import answer_key, api_router, etag_of, only, reply
from provenance_graph.service.api.questions import answers
from provenance_graph.service.http.cache import is_held
from provenance_graph.service.http.context import Service
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.sparql.rewrite import limited
from provenance_graph.store.values import Bindings, Rows, SparqlQuery

TAKEN = ("format", "asOf", "limit", cited.PARAMETER)
"""Query parameters of the route itself, which are not parameters of a question."""
QUESTION_ROWS = 10_000
"""Maximum number of rows shown for a stored question; one more is requested, to detect a longer
answer."""
ORDERED_ROWS = 100_000
"""Maximum number of rows that are sorted here; for more rows the engine sorts and returns the
first."""


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
    async def question(
        request: Request,
        question: str,
        limit: Annotated[int, Query(ge=1, le=QUESTION_ROWS), DIGITS] = REACHED,
    ) -> Response:
        """The answer of a stored question; its parameters are in the query string.

        `limit` is the maximum number of entities in an answer on everything that lineage reaches.
        """
        only(request, dict.fromkeys(request.query_params, False))
        stored_question = stored.find(question)
        given = {k: v for k, v in request.query_params.items() if k not in TAKEN}
        service = request.app.state.service
        of_day = request.query_params.get("asOf", "")

        def prepared() -> tuple[AcceptedSnapshot, Part, Rows | None]:
            snapshot = access.snapshot(of_day)
            bound = stored.bind(snapshot, stored_question, given)
            known = asking.known(snapshot, stored_question, bound)
            # while the lineage index of a new version is made, the engine follows lineage itself
            indexed = bool(snapshot.as_of) or access.at_hand("lineage", snapshot)
            part = asking.part if indexed else asking.whole
            return snapshot, part(snapshot, stored_question.reach, bound, limit), known

        snapshot, wanted, known = await service.work(request, prepared)
        key = answer_key(request, snapshot)
        body = access.answers.find(key)
        if body is None:
            if known is None:
                put = asking.put(stored_question, wanted)
                known = await _evaluated(service, request, snapshot, put, wanted.bound)
            table: object = _table(stored_question.name, wanted.answered(known))
            if cited.wants(request):
                table = await service.work(request, partial(cited.cited, request, snapshot, table))
            body = as_json(table)
            access.answers.keep(key, body)
        headers = {
            "ETag": etag_of(snapshot),
            "X-Store-Version": snapshot.version,
            "Cache-Control": "no-cache",
        }
        if is_held(request, headers, exists=True):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")


async def _evaluated(
    service: Service,
    request: Request,
    snapshot: AcceptedSnapshot,
    question: stored.Question,
    bound: Bindings,
) -> Rows:
    """The rows of a question: sorted here, or by the engine for more than ORDERED_ROWS."""

    async def rows(text: str, limit: int) -> Rows:
        query = SparqlQuery(limited(text, limit + 1), bound)
        day = snapshot.version, snapshot.as_of
        answer = (
            await service.evaluate_day(request, day, query, JSON_RESULTS)
            if snapshot.as_of
            else await service.evaluate(request, query, JSON_RESULTS)
        )
        return _rows(json.loads(answer.body))

    if question.unordered:
        result_rows = await rows(question.unordered, ORDERED_ROWS)
        result = question.in_order(result_rows) if len(result_rows) <= ORDERED_ROWS else None
        if result is not None:
            return result
    return await rows(question.text, QUESTION_ROWS)


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


def _rows(result: dict[str, Any]) -> Rows:
    """The rows of an answer in SPARQL JSON; None for an unbound variable."""

    def value(term: dict[str, str] | None) -> Value | None:
        if term is None:
            return None
        text = term["value"]
        if term["type"] == "uri":
            return Iri(text)
        return Literal(text, Iri(term.get("datatype", XSD.string)), term.get("xml:lang", ""))

    names = tuple(result["head"]["vars"])
    bound = result["results"]["bindings"]
    return Rows(names, [tuple([value(row.get(name)) for name in names]) for row in bound])


def _cell(value: Value | None) -> answers.TableCell:
    if value is None or isinstance(value, Iri):
        return value and {"iri": value, "id": short_id(value)}
    if value.datatype == XSD.integer:
        return int(value.lexical)
    return float(value.lexical) if value.datatype in _FRACTIONS else value.lexical


_FRACTIONS = (XSD.decimal, XSD.double)


def _table(name: str, rows: QuestionRows) -> answers.TableAnswer:
    share = rows.share
    answer: answers.TableAnswer = {
        "question": name,
        "columns": list(rows.names),
        "rows": [[_cell(value) for value in row] for row in rows.rows[:QUESTION_ROWS]],
        "truncated": len(rows) > QUESTION_ROWS or share is not None,
    }
    if share is not None:
        answer["share"] = {"column": share.variable, "shown": share.count, "of": share.of}
    return answer
