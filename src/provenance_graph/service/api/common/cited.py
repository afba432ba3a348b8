"""``?receipts=true``: add to an answer the receipts of the entities whose values it gives.

These are the entities that the request names. Where it names none, as in a list or a search, they
are the subjects of the answer's rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.receipt import cited as cited_by
from provenance_graph.model.receipt import named_in, receipts_of
from provenance_graph.service.http.problems import refuse

MAX_ENTITIES = 20
_WITHOUT_VALUES = ("/bundle", "/export/{format}", "/receipts", "/facets")
_NAMES = ("model", "models", "thing", "entity", "of")
PARAMETER = "receipts"
_YES, _NO = ("true", "1", "yes", "on"), ("", "false", "0", "no", "off")
_DESCRIBED = {
    "name": PARAMETER,
    "in": "query",
    "required": False,
    "description": "Also the receipt of every accepted value of what the answer is about.",
    "schema": {"type": "boolean", "default": False, "title": "Receipts"},
}
_ITEMS = {"type": "array", "items": {"$ref": "#/components/schemas/ReceiptsOf"}}
_COUNT = {"type": "integer", "description": "How many entities; receipts are of the first 20."}


def takes(path: str) -> bool:
    """Whether a GET of ``path`` takes the parameter ``receipts``.

    It does where it answers with values, and not with a file, with counts or with receipts alone.
    """
    return path.startswith("/api/v1/") and not path.endswith(_WITHOUT_VALUES)


def wants(request: Request) -> bool:
    """Whether a GET or HEAD request asks for receipts.

    Raises RequestRefused (422) where the parameter is neither yes nor no.
    """
    value = request.query_params.get(PARAMETER, "").casefold()
    if value not in (*_YES, *_NO):
        raise refuse(422, "Bad parameter", f"{PARAMETER} is true or false", "parameter")
    return value in _YES and request.method in ("GET", "HEAD")


def cited(request: Request, snapshot: AcceptedSnapshot, value: object) -> object:
    """The answer ``value`` with the receipts of its entities; a list is wrapped as ``results``.

    Raises RequestRefused (422) where the answer is neither a JSON object nor a list.
    """
    names = [request.path_params[key] for key in ("name",) if key in request.path_params]
    names = names or [n for key in _NAMES for n in request.query_params.getlist(key)]
    if not isinstance(value, dict | list):
        detail = "receipts go with an answer in JSON; this one is a file"
        raise refuse(422, "No receipts here", detail, "parameter")
    body = value if isinstance(value, dict) else {"results": value}
    if not names:
        return {**body, **cited_by(snapshot, [*named_in(value)] or _by_id(snapshot, body))}
    subjects: list[Iri] = [find_entity(snapshot, name).iri for name in names[:MAX_ENTITIES]]
    return {**body, "receipts": receipts_of(snapshot, subjects)}


def _by_id(snapshot: AcceptedSnapshot, body: Mapping[str, Any]) -> list[Iri]:
    """The entities of the rows under ``models``, which have their short ids only."""
    rows = body.get("models")
    ids = [row["id"] for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [find_entity(snapshot, one).iri for one in ids]


def describe(app: FastAPI) -> None:
    """Add the parameter ``receipts`` and its result to the application's OpenAPI document."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        schemas = document.get("components", {}).get("schemas", {})
        for path, operations in document.get("paths", {}).items():
            operation = operations.get("get")
            if operation is None:
                continue
            known = {p.get("name") for p in operation.get("parameters", ())}
            if takes(path) and PARAMETER not in known:
                operation.setdefault("parameters", []).append(_DESCRIBED)
                _allow(schemas, operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's manual extends it


def _allow(schemas: dict[str, Any], operation: dict[str, Any]) -> None:
    answer = operation.get("responses", {}).get("200", {}).get("content", {})
    media = answer.get("application/json", {})
    schema = media.get("schema", {})
    for one in (schema, *schema.get("anyOf", ())):
        named = schemas.get(str(one.get("$ref", "")).rpartition("/")[2])
        if named is not None and named.get("type") == "object" and "properties" in named:
            named["properties"].setdefault("receipts", _ITEMS)
            named["properties"].setdefault("receiptsOf", _COUNT)
    if schema.get("type") == "array":
        others = {"results": dict(schema), "receipts": _ITEMS, "receiptsOf": _COUNT}
        media["schema"] = {
            "anyOf": [schema, {"type": "object", "required": ["results"], "properties": others}]
        }
