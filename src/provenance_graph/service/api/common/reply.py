"""Responses of the REST API: JSON with an ETag, cached answers, problem documents of RFC 9457."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Coroutine, Mapping
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.utils import create_model_field
from starlette.exceptions import HTTPException

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.encoding import as_json
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.threads import releasing_frames
from provenance_graph.service.api.common import cited
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.http.cache import etag, is_held
from provenance_graph.service.http.problems import MEDIA_TYPE, HttpProblem, problem_of, refuse

PROBLEM = {
    "description": "What is wrong, and what would work.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 404, 405, 409, 413, 415, 422, 429, 503, 504), PROBLEM
)
"""OpenAPI description of the refusals that any route may answer with, by status."""


FREE = frozenset({"question", "nothing"})
"""Names of routes whose query parameters are not checked here: the route of a stored question, which
checks them itself, and the one for paths and methods that there are not. Reconciliation routes are not checked either, since clients send parameters of later protocol
versions, which have no effect here."""


class ProblemRoute(APIRoute):
    """A route whose refusals are problem documents.

    The models of its answers are needed by the OpenAPI description only, and are read when that is
    made.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        responses: dict[int | str, dict[str, Any]] | None = None,
        **how: Any,
    ) -> None:
        self._answers: dict[int | str, ModelField] = {}
        whole = responses or {}
        bare = {
            status: {key: value for key, value in response.items() if key != "model"}
            for status, response in whole.items()
        }
        if not iscoroutinefunction(endpoint):  # FastAPI calls it in a thread
            endpoint = releasing_frames(endpoint)
        super().__init__(path, endpoint, responses=bare, **how)
        self.responses = whole

    @property
    def response_fields(self) -> dict[int | str, ModelField]:
        """The schemas of the answers, by status; each is made at its first use."""
        for status, response in self.responses.items():
            if "model" in response and status not in self._answers:
                name = f"Response_{status}_{self.unique_id}"
                self._answers[status] = create_model_field(
                    name=name, type_=response["model"], mode="serialization"
                )
        return self._answers

    @response_fields.setter
    def response_fields(self, _: dict[int | str, ModelField]) -> None:
        """Ignore the value: FastAPI sets what it derived from the responses without models."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler; it answers every expected error as a problem, the gateway answers a bug."""
        handle = super().get_route_handler()
        known = parameters(self.dependant)
        if "GET" in (self.methods or ()) and cited.takes(self.path):
            known[cited.PARAMETER] = False
        free = self.name in FREE or self.path.startswith("/reconcile")

        async def answer(request: Request) -> Response:
            try:
                if not free:
                    only(request, known)
                return await handle(request)
            except RequestValidationError as error:
                return problem(HttpProblem(422, "Bad parameter", described(error), "parameter"))
            except HTTPException as error:
                detail = str(error.detail)
                return problem(HttpProblem(error.status_code, "Refused", detail))
            except ProvenanceError as error:
                return problem(problem_of(error))

        return answer


def api_router(tag: str) -> APIRouter:
    """A router of the REST API, whose refusals are problem documents."""
    return APIRouter(prefix="/api/v1", tags=[tag], route_class=ProblemRoute, responses=PROBLEMS)


def parameters(dependant: Dependant) -> dict[str, bool]:
    """The query parameters of a route and its dependencies; True for one that may be repeated."""
    known = {
        field.alias: field_annotation_is_sequence(field.field_info.annotation)
        for field in dependant.query_params
    }
    for inner in dependant.dependencies:
        known |= parameters(inner)
    return known


def only(request: Request, known: Mapping[str, bool]) -> None:
    """Refuse a query parameter that would be ignored: an unknown one, or a second different value.

    Raises RequestRefused (422), which names the parameters that the route takes. ``known`` maps
    each parameter to whether it may be given several times.
    """
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            hint = hint if known else "it takes none"
            detail = f"{name[:60]!r} is not a parameter of this route; {hint}"
            raise refuse(422, "Unknown parameter", detail, "parameter")
        values = set(request.query_params.getlist(name))
        if len(values) > 1 and not known[name]:
            detail = f"{name} is given with {len(values)} different values; it takes one"
            raise refuse(422, "Bad parameter", detail, "parameter")


_OBJECT = "a JSON object is expected, sent as application/json"
_WORDED = {"dataclass_type": _OBJECT, "model_attributes_type": _OBJECT, "json_invalid": "no JSON"}
"""Wording for messages of Pydantic that name its own classes or no place."""


def described(error: RequestValidationError) -> str:
    """One line that says which parameters are wrong and how, for the first five errors."""
    parts = []
    for item in error.errors()[:5]:
        location = ".".join(str(part) for part in item["loc"][1:]) or "the body"
        blank = item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] == r"\S"
        message = "it is blank" if blank else _WORDED.get(item["type"], item["msg"])
        parts.append(f"{location}: {message}")
    return "; ".join(parts)


def problem(result: HttpProblem) -> Response:
    """The response for a problem; it is not to be cached."""
    headers = {**dict(result.headers), "Cache-Control": "no-store"}
    return Response(result.body(), result.status, headers, MEDIA_TYPE)


def reply(
    access: Access,
    request: Request,
    snapshot: AcceptedSnapshot,
    produce: Callable[[], object],
    *,
    media_type: str = "application/json",
    write: Callable[[Any], bytes] = as_json,
) -> Response:
    """The response from a snapshot: 304 where the client holds it, else a cached or new answer.

    ``produce`` computes the value, ``write`` turns it into bytes. Which claims are accepted and
    which licence text is in force depend on the day, so the day is part of the ETag and of the
    cache key.
    """
    headers = {
        "ETag": etag_of(snapshot),
        "X-Store-Version": snapshot.version,
        "Cache-Control": "no-cache",
        "Vary": "Accept",
    }
    if is_held(request, headers):
        return Response(status_code=304, headers=headers)
    key = answer_key(request, snapshot)
    body = access.answers.find(key)
    if body is None:
        body = write(produce())
        if cited.wants(request):
            plain = json.loads(body) if media_type == "application/json" else None
            body = as_json(cited.cited(request, snapshot, plain))
        access.answers.keep(key, body)
    if is_held(request, headers, exists=True):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def answer_key(request: Request, snapshot: AcceptedSnapshot) -> str:
    """The cache key of an answer: a short digest of version, day, path and query string."""
    return etag(snapshot.version, snapshot.day, request.url.path, request.url.query)


def etag_of(snapshot: AcceptedSnapshot, form: str = "") -> str:
    """The ETag of answers from a snapshot: weak, since a question may leave rows unordered.

    ``form`` is the format chosen by Accept, where it chooses: one address then has an ETag for each
    format.
    """
    return f'W/"{snapshot.version}.{snapshot.day}{f".{form}" if form else ""}"'
