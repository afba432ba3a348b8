"""Framing of JSON-LD models: expanded keys, and referenced nodes in place of their ids.

JSON-LD may write a dataset, a parent or an author inside the model, or as a node of its own that
the model references by ``@id``, under any prefix of the document's context. Both mean the same
statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from provenance_graph.formats.fields import jsonld
from provenance_graph.formats.fields.jsonld import Context, JsonNode
from provenance_graph.formats.statements import as_list, scalar_text

NODE = "@node"
"""The key under which a framed value keeps the id of its node."""

_MAX_DEPTH = 20


def by_id(top: Iterable[tuple[str, dict[Any, Any]]]) -> dict[str, dict[Any, Any]]:
    """The nodes of a document by their id."""
    return {
        id_: raw for _, raw in top if (id_ := scalar_text(raw.get("@id", raw.get("id")))) and raw
    }


def framed(node: JsonNode, context: Context, others: Mapping[str, Mapping[Any, Any]]) -> JsonNode:
    """The node with its values' keys expanded, and other nodes in place of references to them."""
    rows = {
        key: [(where, _value(value, context, others)) for where, value in items]
        for key, items in node.properties.items()
    }
    return replace(node, properties=rows)


def _value(value: Any, context: Context, others: Mapping[str, Mapping[Any, Any]]) -> Any:
    if not isinstance(value, dict):
        return value
    id_ = reference(value)
    target = others.get(id_)
    return _by_meaning({**target, **value, NODE: id_} if target else value, context, _MAX_DEPTH)


def reference(value: Any) -> str:
    """The id of a value that is only a reference to another node; else empty."""
    if isinstance(value, dict) and value.keys() <= {"@id", "id", "@type", "type"}:
        return scalar_text(value.get("@id", value.get("id")))
    return ""


def pointed_at(models: Iterable[Mapping[Any, Any]]) -> frozenset[str]:
    """The ids of the nodes that models reference."""
    values = (value for raw in models for value in raw.values())
    return frozenset(filter(None, map(reference, chain.from_iterable(map(as_list, values)))))


def within_document(id_: str) -> bool:
    """Whether an id is local to its document: a fragment or a blank node."""
    return id_.startswith(("#", "_:"))


def _by_meaning(value: Any, context: Context, depth: int) -> Any:
    """A value with its keys as key tables write them, without prefix for schema.org.

    An id that is local to the document is replaced by the address beside it.
    """
    if isinstance(value, list) and depth:
        return [_by_meaning(item, context, depth - 1) for item in value]
    if not isinstance(value, dict) or not depth:
        return value
    result = {
        jsonld.short(context.expand(str(key))): _by_meaning(inner, context, depth - 1)
        for key, inner in value.items()
    }
    if "url" in result and within_document(scalar_text(result.get("@id"))):
        del result["@id"]
    return result
