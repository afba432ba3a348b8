"""``/openapi.json``: the API description, made once in a thread, each refusal by reference."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.service.http.cache import etag, is_held
from provenance_graph.service.http.problems import MEDIA_TYPE
from provenance_graph.service.http.responses import respond
from provenance_graph.service.http.threads import in_thread

PATH: Final = "/openapi.json"
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A refusal (RFC 9457): what is wrong, and what would work.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
CONDITIONAL: Final[dict[str, Any]] = {
    "304": {"description": "The client has this answer already (`If-None-Match`)."},
    "412": {"$ref": "#/components/responses/Problem"},
}
"""The answers of a GET to a client that names the ETag of the answer that it has."""
_TOKEN: Final = {"type": "http", "scheme": "bearer", "description": "See `serve --new-token`."}


def describe(app: FastAPI) -> None:
    """Make the application's OpenAPI document refer to one Problem, and describe its tokens."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM
        components.setdefault("securitySchemes", {})["token"] = _TOKEN
        components.setdefault("responses", {})["Problem"] = {
            "description": "What is wrong, and what would work.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for path, operations in document.get("paths", {}).items():
            if path.startswith("/api/v1/") and "get" in operations:  # each answer has an ETag
                operations["get"]["responses"] |= CONDITIONAL
            for operation in operations.values():
                _refer(operation.get("responses", {}))
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's manual extends it


def _refer(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if list(response.get("content", ())) == [MEDIA_TYPE]:
            responses[status] = {"$ref": "#/components/responses/Problem"}


class DescriptionEndpoint:
    """Answers ``/openapi.json``."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._body, self._tag = b"", ""
        self._lock = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The OpenAPI document; the first request makes it, in a thread."""
        async with self._lock:
            if not self._body:
                self._body = await in_thread(self._made)
                self._tag = etag("openapi", self._body.decode())
        headers = {"etag": self._tag, "cache-control": "no-cache"}
        if is_held(request, headers, exists=True):
            return respond(headers=headers, status=304)
        return respond(self._body, "application/json", headers)

    def _made(self) -> bytes:
        return json.dumps(self._app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()
