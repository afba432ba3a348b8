"""The Reconciliation Service API of the W3C community group, versions 0.2 and 1.0-draft.

Requests are parsed to ``Query`` values, and candidates converted to the schema of the version. A
value of another type than in the schema is refused with its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Value
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import ID, NS, Iri, local_name, short_id
from provenance_graph.core.json_values import JsonObject
from provenance_graph.core.terms import DCTERMS, SCHEMA, XSD
from provenance_graph.model.fields import fields, property_named
from provenance_graph.reconciliation.match import (
    MAX_CANDIDATES,
    MAX_QUERIES,
    MAX_TEXT,
    TYPES,
    MatchCandidate,
    PropertyCondition,
    Query,
    entity_id,
    entity_of,
    kind_named,
)

MAX_PROPERTIES = 50
MAX_IDS = 1_000
MAX_VALUES = 100
_NUMBERS = (XSD.integer, XSD.decimal, XSD.double)
PREVIEW = (430, 260)
"""Width and height of a preview, in pixels."""


def type_json(kind: str) -> dict[str, str]:
    """A kind as a type of the protocol."""
    return {"id": kind, "name": TYPES[kind]}


def manifest(base: str, version: str) -> JsonObject:
    """The service manifest; ``base`` is the service's address without a trailing slash."""
    common: JsonObject = {
        "name": "provenance-graph: AI models, datasets, organisations, licences",
        "documentation": f"{base}/manual/",
        "identifierSpace": ID,
        "schemaSpace": NS,
        "defaultTypes": [type_json(kind) for kind in TYPES],
        "batchSize": 50,
    }
    if version == "1.0-draft":
        return {
            **common,
            "versions": ["1.0-draft"],
            "view": {"url": f"{base}/reconcile/view?id={{id}}"},
            "suggest": {"entity": True, "property": True, "type": True},
            "preview": {"width": PREVIEW[0], "height": PREVIEW[1]},
            "extend": {"proposeProperties": True, "propertySettings": []},
            "standardizedScore": True,
        }
    at = {"service_url": base}
    return {
        **common,
        "versions": ["0.2"],
        "view": {"url": f"{base}/reconcile/view?id={{{{id}}}}"},
        "preview": {
            "url": f"{base}/reconcile/preview?id={{{{id}}}}",
            "width": PREVIEW[0],
            "height": PREVIEW[1],
        },
        "suggest": {
            name: {**at, "service_path": f"/reconcile/suggest/{name}"}
            for name in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {**at, "service_path": "/reconcile/properties"},
            "property_settings": [],
        },
    }


# ---- requests ------------------------------------------------------------------------------


def parsed(text: str | bytes, what: str) -> object:
    """Parse JSON from a client; raises UsageError if it is invalid, too deep or not text."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # an escape may be a lone surrogate
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what} is not JSON: {error}") from error
    return value


def queries_02(data: object) -> dict[str, Query]:
    """Parse a batch of 0.2 queries by key; raises UsageError with the place of a fault."""
    if not isinstance(data, Mapping):
        raise UsageError('queries is an object of queries: {"q0": {"query": "Llama 3.1 8B"}}')
    _bounded(len(data))
    return {str(key): _query_02(str(key), one) for key, one in data.items()}


def queries_draft(data: object) -> list[Query]:
    """Parse a batch of 1.0-draft queries; raises UsageError with the place of a fault."""
    listed = data.get("queries") if isinstance(data, Mapping) else None
    if not isinstance(listed, list):
        raise UsageError('send {"queries": [{"conditions": [{"matchType": "name", "v": "…"}]}]}')
    _bounded(len(listed))
    return [_query_draft(f"queries/{number}", one) for number, one in enumerate(listed)]


def _bounded(count: int) -> None:
    if count > MAX_QUERIES:
        raise UsageError(
            f"{count:,} queries in one batch; at most {MAX_QUERIES:,} are taken, send them in parts"
        )


def _query_02(location: str, data: object) -> Query:
    if isinstance(data, str):
        data = {"query": data}
    data = _object(location, data)
    text = data.get("query", "")
    if not isinstance(text, str):
        raise UsageError(f"{location}/query: expected a text, not {_kind(text)}")
    listed = data.get("properties", [])
    if not isinstance(listed, list):
        raise UsageError(f"{location}/properties: expected a list, not {_kind(listed)}")
    if not text.strip() and not listed:
        raise UsageError(f"{location}: neither a query nor properties")
    types = data.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise UsageError(f"{location}/type: expected the id of a type or a list of them")
    conditions = [
        _condition(f"{location}/properties/{n}", one, ("pid",), ("v",))
        for n, one in enumerate(listed[:MAX_PROPERTIES])
    ]
    kinds = tuple(dict.fromkeys(kind_named(one) for one in types if one.strip()))
    return Query(text[:MAX_TEXT], kinds, _limit(location, data), tuple(conditions))


def _query_draft(location: str, data: object) -> Query:
    data = _object(location, data)
    listed = data.get("conditions")
    if not isinstance(listed, list) or not listed:
        raise UsageError(f"{location}/conditions: expected a list of at least one condition")
    text, conditions = "", []
    for number, one in enumerate(listed[:MAX_PROPERTIES]):
        where = f"{location}/conditions/{number}"
        one = _object(where, one)
        kind = one.get("matchType")
        if kind == "name":
            values = _values(f"{where}/v", one.get("v", one.get("propertyValue")))
            text = values[0] if values else ""
        elif kind == "property":
            conditions.append(_condition(where, one, ("pid", "propertyId"), ("v", "propertyValue")))
        else:
            raise UsageError(f"{where}/matchType: name or property, not {_display_text(kind)}")
    type_ = data.get("type", "")
    if not isinstance(type_, str):
        raise UsageError(f"{location}/type: expected the id of one type, not {_kind(type_)}")
    kinds = (kind_named(type_),) if type_.strip() else ()
    return Query(text[:MAX_TEXT], kinds, _limit(location, data), tuple(conditions))


def _condition(
    location: str, data: object, ids: Sequence[str], values: Sequence[str]
) -> PropertyCondition:
    data = _object(location, data)
    name = next((data[key] for key in ids if key in data), None)
    if not isinstance(name, str):
        raise UsageError(f"{location}/{ids[0]}: expected the id of a property")
    stored = next((data[key] for key in values if key in data), None)
    quantifier = data.get("matchQuantifier", "any")
    if quantifier not in ("any", "all", "none"):
        raise UsageError(
            f"{location}/matchQuantifier: any, all or none, not {_display_text(quantifier)}"
        )
    required = data.get("required", False) is True
    return PropertyCondition(
        name, tuple(_values(f"{location}/{values[0]}", stored)), required, quantifier
    )


def _values(location: str, data: object) -> list[str]:
    listed = data if isinstance(data, list) else [data]
    return [_value(location, one) for one in listed[:MAX_VALUES]]


def _value(location: str, one: object) -> str:
    if isinstance(one, str):
        return one[:MAX_TEXT]
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, int | float):
        return str(one)[:MAX_TEXT]
    if isinstance(one, Mapping) and isinstance(one.get("id"), str):
        return str(one["id"])[:MAX_TEXT]
    raise UsageError(
        f"{location}: expected a text, a number, true or false, or an object with an id, "
        f"not {_kind(one)}"
    )


def _limit(location: str, data: Mapping[str, object]) -> int:
    limit = data.get("limit", 10)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 1 <= limit < 1e9:
        raise UsageError(
            f"{location}/limit: a whole number of at least 1, not {_display_text(limit)}"
        )
    return min(int(limit), MAX_CANDIDATES)


def _object(location: str, data: object) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise UsageError(f"{location}: expected an object, not {_kind(data)}")
    return data


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "nothing" if value is None else names.get(type(value), "a number")


def _display_text(value: object) -> str:
    return repr(value)[:60]


# ---- responses -----------------------------------------------------------------------------


def candidate_json(one: MatchCandidate, version: str) -> JsonObject:
    """A candidate in the schema of a version, with its features."""
    named = version == "1.0-draft"
    return {
        "id": entity_id(one.iri),
        "name": one.name,
        "description": one.description,
        "type": [type_json(one.kind)],
        "score": one.score,
        "match": one.match,
        "features": [
            {"id": key, **({"name": name} if named else {}), "value": value}
            for key, name, value in one.features
        ],
    }


def extension(snapshot: AcceptedSnapshot, data: object, version: str) -> JsonObject:
    """The response to a data extension request; raises UsageError for an invalid request."""
    data = _object("the request", data)
    ids, wanted = data.get("ids"), data.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise UsageError("ids: expected a list of ids")
    if not isinstance(wanted, list) or not wanted:
        raise UsageError('properties: expected a list such as [{"id": "contextLength"}]')
    if len(ids) > MAX_IDS or len(wanted) > MAX_PROPERTIES:
        raise UsageError(f"at most {MAX_IDS:,} ids and {MAX_PROPERTIES} properties a request")
    names = [_object(f"properties/{n}", one).get("id") for n, one in enumerate(wanted)]
    known: dict[str, Iri] = {}
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise UsageError(f"properties/{number}/id: expected the id of a property")
        try:
            known[name] = property_named(snapshot, name[:200])
        except NotFound as missing:
            raise UsageError(str(missing)) from missing
    labels = {field.property: field.label for field in fields(snapshot)}
    rows = {one: _row(snapshot, one, known) for one in dict.fromkeys(ids)}
    return {
        "meta": [
            {"id": name, "name": labels.get(prop, local_name(prop))} for name, prop in known.items()
        ],
        "rows": rows
        if version == "0.2"
        else [
            {
                "id": one,
                "properties": [{"id": name, "values": values} for name, values in row.items()],
            }
            for one, row in rows.items()
        ],
    }


def _row(
    snapshot: AcceptedSnapshot, identifier: str, known: Mapping[str, Iri]
) -> dict[str, list[JsonObject]]:
    try:
        subject = snapshot.canonical(entity_of(identifier))
    except UsageError:
        return {name: [] for name in known}
    return {
        name: [value_json(snapshot, value) for value in snapshot.values(subject, prop)[:MAX_VALUES]]
        for name, prop in known.items()
    }


def value_json(snapshot: AcceptedSnapshot, value: Value) -> JsonObject:
    """A value in the protocol's form: an entity, a number, a date, or a text."""
    if isinstance(value, Iri):
        return {"id": entity_id(value), "name": snapshot.label(value) or short_id(value)}
    if value.datatype in _NUMBERS:
        if value.datatype == XSD.integer:
            return {"int": int(value.lexical)}
        return {"float": float(value.lexical)}
    if value.datatype == XSD.date:
        return {"date": f"{value.lexical[:10]}T00:00:00Z"}
    return {"str": value.lexical}


def proposals(snapshot: AcceptedSnapshot, kind: str, limit: int) -> list[dict[str, str]]:
    """Properties that entities of a kind have; for models in the order of the model page."""
    if kind == "model" or not kind:
        listed = [(field.property, field.label) for field in fields(snapshot)]
    else:
        terms = {
            "dataset": (
                SCHEMA.name,
                DCTERMS.license,
                DCTERMS.creator,
                DCTERMS.issued,
                SCHEMA.sameAs,
            ),
            "organization": (SCHEMA.name, SCHEMA.alternateName, SCHEMA.sameAs),
            "licence": (SCHEMA.name, SCHEMA.sameAs),
        }[kind]
        names = {field.property: field.label for field in fields(snapshot)}
        listed = [(term, names.get(term, local_name(term))) for term in terms]
    return [{"id": local_name(prop), "name": name} for prop, name in listed[:limit]]


def suggested_properties(
    snapshot: AcceptedSnapshot, prefix: str, limit: int
) -> list[dict[str, str]]:
    """Properties whose label or id contains a text, those whose label begins with it first."""
    folded = prefix.strip().casefold()
    results = [
        (not field.label.casefold().startswith(folded), number, field)
        for number, field in enumerate(fields(snapshot))
        if folded in field.label.casefold() or folded in local_name(field.property).casefold()
    ]
    return [
        {
            "id": local_name(field.property),
            "name": field.label,
            "description": field.definition[:300],
        }
        for _, _, field in sorted(results, key=lambda item: item[:2])[:limit]
    ]


def preview(snapshot: AcceptedSnapshot, iri: Iri) -> tuple[str, list[tuple[str, str]]]:
    """The name of an entity and up to eight facts for a preview; raises NotFound."""
    subject = snapshot.canonical(iri)
    rows: list[tuple[str, str]] = []
    for field in fields(snapshot):
        values = snapshot.values(subject, field.property)
        if values:
            texts = [
                snapshot.label(v) or short_id(v) if isinstance(v, Iri) else v.lexical
                for v in values
            ]
            rows.append((field.label, ", ".join(texts[:4])[:200]))
        if len(rows) == 8:
            break
    name = snapshot.label(subject)
    if not rows and not name:
        raise NotFound(entity_id(iri), "entity")
    return name or short_id(subject), rows
