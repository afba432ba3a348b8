"""OpenAPI descriptions of the SPARQL protocol and graph store routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provenance_graph.service.http.negotiate import GRAPH_OFFERS, SELECT_OFFERS
from provenance_graph.service.http.problems import MEDIA_TYPE
from provenance_graph.service.sparql.request import FORM, QUERY
from provenance_graph.service.sparql.request import UPDATE as UPDATE_TYPE

_TEXT: Final = {"schema": {"type": "string"}}
_PROBLEM: Final = {
    "description": "What is wrong, and what would work.",
    "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
}
_PROBLEMS: Final = {
    str(status): _PROBLEM
    for status in (400, 401, 403, 404, 405, 406, 412, 413, 415, 422, 429, 503, 504)
}
_ANSWERS: Final = {
    "200": {
        "description": "The answer, in the representation that Accept or format= asks for.",
        "content": {o.media_type: _TEXT for o in (*SELECT_OFFERS, *GRAPH_OFFERS)},
    },
    "304": {"description": "The client has this answer already."},
    **_PROBLEMS,
}
_GRAPHS: Final = {
    **_ANSWERS,
    "200": {
        "description": "The graph, in the representation that Accept or format= asks for.",
        "content": {o.media_type: _TEXT for o in GRAPH_OFFERS},
    },
}
_WRITTEN: Final = {
    "201": {"description": "The graph was created."},
    "204": {"description": "Done; every later read sees it."},
    **_PROBLEMS,
}
_TOKEN: Final = [{"token": list[str]()}]


def _parameter(
    name: str, about: str, *, required: bool = False, many: bool = False
) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    schema = {"type": "array", "items": text} if many else text
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": about,
        "schema": schema,
    }


_DATASET: Final = [
    _parameter("default-graph-uri", "Graphs that together are the default graph.", many=True),
    _parameter("named-graph-uri", "Named graphs of the dataset.", many=True),
    _parameter("format", "json, xml, csv, tsv, turtle, ntriples, rdfxml or jsonld."),
    _parameter("timeout", "Seconds that the query may take."),
]
_GRAPH: Final = [
    _parameter("graph", "The graph's IRI."),
    _parameter("default", "The default graph (takes no value)."),
]


def _form(name: str) -> dict[str, Any]:
    properties = {name: {"type": "string"}}
    return {"schema": {"type": "object", "required": [name], "properties": properties}}


def _operation(
    name: str, summary: str, responses: Mapping[str, Any], **extra: Any
) -> dict[str, Any]:
    return {
        "operation_id": name,
        "summary": summary,
        "tags": ["sparql"],
        "openapi_extra": {"responses": dict(responses), **extra},
    }


QUERY_GET: Final = _operation(
    "sparql_get",
    "Answer a SPARQL 1.1 query; without one, describe the service.",
    _ANSWERS,
    parameters=[_parameter("query", "The query."), *_DATASET],
)
QUERY_POST: Final = _operation(
    "sparql_post",
    "Answer a SPARQL 1.1 query.",
    _ANSWERS,
    parameters=_DATASET,
    requestBody={"required": True, "content": {QUERY: _TEXT, FORM: _form("query")}},
)
UPDATE: Final = _operation(
    "update",
    "Run a SPARQL 1.1 update on the records of the token's holder.",
    _WRITTEN,
    parameters=[
        _parameter("using-graph-uri", "Graphs that WHERE sees as the default graph.", many=True),
        _parameter("using-named-graph-uri", "Named graphs that WHERE sees.", many=True),
    ],
    requestBody={"required": True, "content": {UPDATE_TYPE: _TEXT, FORM: _form("update")}},
    security=_TOKEN,
)
_DOCUMENT: Final = {
    "required": True,
    "content": dict.fromkeys(
        ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"),
        _TEXT,
    ),
}
_PATCH: Final = {"required": True, "content": {UPDATE_TYPE: _TEXT}}
GRAPHS: Final[Mapping[str, Mapping[str, Any]]] = {
    "get": _operation("graph_get", "A graph as RDF.", _GRAPHS, parameters=_GRAPH),
    "put": _operation(
        "graph_put",
        "Replace a graph by a document.",
        _WRITTEN,
        parameters=_GRAPH,
        requestBody=_DOCUMENT,
        security=_TOKEN,
    ),
    "post": _operation(
        "graph_post",
        "Add a document to a graph, or to a new one.",
        _WRITTEN,
        parameters=_GRAPH,
        requestBody=_DOCUMENT,
        security=_TOKEN,
    ),
    "patch": _operation(
        "graph_patch",
        "Run an update of one graph.",
        _WRITTEN,
        parameters=_GRAPH,
        requestBody=_PATCH,
        security=_TOKEN,
    ),
    "delete": _operation(
        "graph_delete", "Drop a graph.", _WRITTEN, parameters=_GRAPH, security=_TOKEN
    ),
}
