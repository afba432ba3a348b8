"""The values of a model's properties with their keys by meaning, and references in place of ids.

JSON-LD may write a dataset, a parent or an author where the model names it or as a node of its own
to which the model points by ``@id``, under whatever prefix the document's context gives a
vocabulary. Both are the same statement.
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
"""Under this key a value keeps the id of the node that stands in its place."""

_MAX_DEPTH = 20


def by_id(top: Iterable[tuple[str, dict[Any, Any]]]) -> dict[str, dict[Any, Any]]:
    """The nodes of a document that others can point to."""
    return {
        id_: raw for _, raw in top if (id_ := scalar_text(raw.get("@id", raw.get("id")))) and raw
    }


def framed(node: JsonNode, context: Context, others: Mapping[str, Mapping[Any, Any]]) -> JsonNode:
    """The node with its values' keys by meaning, and other nodes in place of references to them."""
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
    """The id of a value that is nothing but a reference to another node; else nothing."""
    if isinstance(value, dict) and value.keys() <= {"@id", "id", "@type", "type"}:
        return scalar_text(value.get("@id", value.get("id")))
    return ""


def pointed_at(models: Iterable[Mapping[Any, Any]]) -> frozenset[str]:
    """The ids of the nodes to which models point."""
    values = (value for raw in models for value in raw.values())
    return frozenset(filter(None, map(reference, chain.from_iterable(map(as_list, values)))))


def within_document(id_: str) -> bool:
    """Whether an id means something in its document alone: a fragment or a blank node."""
    return id_.startswith(("#", "_:"))


def _by_meaning(value: Any, context: Context, depth: int) -> Any:
    """Keys as tables write them: schema.org's bare, others under the usual prefixes.

    An id that means something in the document alone gives way to the address beside it.
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
