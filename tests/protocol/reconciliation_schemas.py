"""What the schemas of the Reconciliation Service API ask for, 0.2 and 1.0-draft, in short form.

After https://github.com/reconciliation-api/specs, folders ``0.2/schemas`` and ``1.0-draft/schemas``.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}


def objects(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def lists(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TYPE = objects("id name", id=TEXT, name=TEXT)
TYPE_OF: Schema = {"oneOf": [objects("id", id=TEXT, name=TEXT), TEXT]}
SERVICE = objects("", service_url=TEXT, service_path=TEXT)
TEMPLATE: Schema = {"type": "string", "pattern": r".*\{\{id\}\}.*"}
DATE = (
    r"^(-?(?:[1-9][0-9]*)?[0-9]{4})-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12][0-9])"
    r"T(2[0-3]|[01][0-9]):([0-5][0-9]):([0-5][0-9])(\.[0-9]+)?(Z|[+-](?:2[0-3]|[01][0-9]):[0-5][0-9])?$"
)


def only(required: str, **properties: Schema) -> Schema:
    return {**objects(required, **properties), "additionalProperties": False}


VALUE: Schema = {
    "oneOf": [
        {"type": "object", "additionalProperties": False},
        only("id name", id=TEXT, name=TEXT, description=TEXT),
        only("str", str=TEXT),
        only("float", float={"type": "number"}),
        only("int", int={"type": "integer"}),
        only("date", date={"type": "string", "pattern": DATE}),
    ]
}
CANDIDATE = objects(
    "id name score",
    id=TEXT,
    name=TEXT,
    description=TEXT,
    score={"type": "number", "minimum": 0, "maximum": 100},
    match={"type": "boolean"},
    type=lists(TYPE_OF),
    features=lists(
        objects("id value", id=TEXT, value={"oneOf": [{"type": "boolean"}, {"type": "number"}]})
    ),
)
META = lists(objects("id name", id=TEXT, name=TEXT, type=objects("id", id=TEXT)))

MANIFEST_02 = objects(
    "versions name identifierSpace schemaSpace",
    versions={"type": "array", "items": TEXT, "contains": {"enum": ["0.2"]}},
    name=TEXT,
    identifierSpace=TEXT,
    schemaSpace=TEXT,
    view=objects("url", url=TEMPLATE),
    defaultTypes={"type": "array", "items": TYPE, "uniqueItems": True},
    preview=objects(
        "url width height", url=TEMPLATE, width={"type": "integer"}, height={"type": "integer"}
    ),
    suggest=objects("", entity=SERVICE, property=SERVICE, type=SERVICE),
    extend=objects("", propose_properties=SERVICE, property_settings={"type": "array"}),
)
RESULTS_02: Schema = {
    "type": "object",
    "additionalProperties": objects("result", result=lists(CANDIDATE)),
}
SUGGESTIONS = objects(
    "result",
    result=lists(objects("id name", id=TEXT, name=TEXT, description=TEXT, notable=lists(TYPE_OF))),
)
EXTENSION_02 = objects(
    "rows meta",
    meta=META,
    rows={
        "type": "object",
        "additionalProperties": {"type": "object", "additionalProperties": lists(VALUE)},
    },
)
PROPOSALS = objects(
    "properties",
    properties=lists(objects("id name", id=TEXT, name=TEXT)),
    type=TEXT,
    limit={"type": "number"},
)

MANIFEST_DRAFT = objects(
    "versions name view",
    versions={"type": "array", "items": TEXT, "contains": {"enum": ["1.0-draft"]}},
    name=TEXT,
    view=objects("url", url={"type": "string", "pattern": r".*\{.*id.*\}.*"}),
    suggest=objects(
        "entity property type",
        entity={"type": "boolean"},
        property={"type": "boolean"},
        type={"type": "boolean"},
    ),
    preview=objects("width height", width={"type": "integer"}, height={"type": "integer"}),
    extend=objects("", proposeProperties={"type": "boolean"}, propertySettings={"type": "array"}),
    standardizedScore={"type": "boolean"},
)
FEATURE = objects(
    "id name value",
    id=TEXT,
    name=TEXT,
    value={"oneOf": [{"type": "boolean"}, {"type": "number"}]},
)
RESULTS_DRAFT = objects(
    "results",
    results=lists(
        objects(
            "candidates",
            candidates=lists(
                {**CANDIDATE, "properties": {**CANDIDATE["properties"], "features": lists(FEATURE)}}
            ),
        )
    ),
)
EXTENSION_DRAFT = objects(
    "rows meta",
    meta=META,
    rows=lists(
        objects(
            "id properties",
            id=TEXT,
            properties=lists(objects("id values", id=TEXT, values=lists(VALUE))),
        )
    ),
)
