"""Parse SPARQL 1.1 Protocol requests strictly by the specification."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import parse_qsl, unquote_plus

from provenance_graph.core.errors import BadIri
from provenance_graph.core.iris import Iri, iri
from provenance_graph.service.http.negotiate import media_types
from provenance_graph.service.http.problems import (
    bad_request,
    method_not_allowed,
    unsupported_media,
)
from provenance_graph.service.http.threads import in_thread
from provenance_graph.store.base import OWN_DATASET, DatasetChoice

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_FIELDS: Final = 1000
_SHORT: Final = 8_000
_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
T = TypeVar("T")
Parameters = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """A query or update with its dataset, timeout and format; ``seconds`` is None if not given."""

    text: str
    dataset: DatasetChoice = OWN_DATASET
    seconds: float | None = None
    format: str = ""


def parameters(encoded: bytes) -> dict[str, list[str]]:
    """The parameters of a query string or form body, percent-decoded once, as UTF-8.

    Raises RequestRefused (400) for malformed or too many parameters.

    >>> parameters(b"query=ASK+%7B%7D&default-graph-uri=urn%3Ax")
    {'query': ['ASK {}'], 'default-graph-uri': ['urn:x']}
    """
    if encoded.startswith(b"query=") and b"&" not in encoded:  # the commonest request, fast
        return {"query": [_decode(encoded[6:])]}
    results: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS
        )
    except UnicodeError as error:
        raise bad_request("parameters are not percent-encoded UTF-8", "encoding") from error
    except ValueError as error:
        raise bad_request(f"more than {_FIELDS} parameters", "parameters") from error
    for name, value in pairs:
        results.setdefault(name, []).append(value)
    return results


def _decode(encoded: bytes) -> str:
    try:
        return unquote_plus(encoded.decode("ascii"), errors="strict")
    except UnicodeError as error:
        raise bad_request("parameters are not percent-encoded UTF-8", "encoding") from error


def media_type(content_type: str) -> tuple[str, dict[str, str]]:
    """A Content-Type header as its type and parameters.

    >>> media_type('text/turtle; charset="UTF-8"')
    ('text/turtle', {'charset': 'UTF-8'})
    """
    head, *rest = content_type.split(";")
    named = (part.partition("=") for part in rest)
    return head.strip().lower(), {k.strip().lower(): v.strip().strip('"') for k, _, v in named if k}


def read_text(body: bytes, named: Mapping[str, str], what: str) -> str:
    """A body as text: SPARQL is always UTF-8 (§2.1.3). Raises RequestRefused (400 or 415)."""
    charset = named.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise unsupported_media(f"charset={charset}", "UTF-8")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_request(f"the {what} is not UTF-8 at byte {error.start}", "encoding") from error


def read_query(
    method: str, query_string: bytes, content_type: str, body: bytes
) -> SparqlRequest | None:
    """The query of a request by GET, URL-encoded POST or direct POST; None without one.

    A GET without ``query`` requests the service description. Raises RequestRefused.
    """
    params = parameters(query_string)
    if method in ("GET", "HEAD"):
        if "update" in params:
            raise bad_request("an update is sent by POST to /update, never by GET", "update")
        if "query" not in params:
            return None
        return _request(_one(params, "query"), params, "default-graph-uri", "named-graph-uri")
    if method != "POST":
        raise method_not_allowed(method, "GET, HEAD, POST, OPTIONS")
    text, params = _posted("query", QUERY, params, content_type, body)
    return _request(text, params, "default-graph-uri", "named-graph-uri")


def read_update(method: str, query_string: bytes, content_type: str, body: bytes) -> SparqlRequest:
    """The update of a request by URL-encoded or direct POST; raises RequestRefused."""
    params = parameters(query_string)
    if method != "POST":
        raise method_not_allowed(method, "POST, OPTIONS")
    text, params = _posted("update", UPDATE, params, content_type, body)
    return _request(text, params, "using-graph-uri", "using-named-graph-uri")


def _posted(
    name: str, direct: str, params: dict[str, list[str]], content_type: str, body: bytes
) -> tuple[str, dict[str, list[str]]]:
    kind, named = media_type(content_type)
    if kind == direct:
        if name in params:
            raise bad_request(f"the {name} is in the body and in the URL; send one", name)
        return read_text(body, named, name), params
    if kind != FORM:
        raise unsupported_media(content_type, f"{direct} or {FORM}")
    read_text(b"", named, name)
    for key, values in parameters(body).items():
        params.setdefault(key, []).extend(values)
    other = "query" if name == "update" else "update"
    if name not in params and other in params:
        location = "/sparql" if other == "query" else "/update"
        raise bad_request(f"this is for {name}s; send a {other} to {location}", name)
    return _one(params, name), params


def _one(params: Parameters, name: str) -> str:
    values = params.get(name, [])
    if len(values) != 1:
        raise bad_request(f"send exactly one {name} (got {len(values)})", name)
    return values[0]


def _request(text: str, params: Parameters, default: str, named: str) -> SparqlRequest:
    refuse_day(params)
    graphs = [_iris(params, name) for name in (default, named)]
    dataset = DatasetChoice(*graphs) if any(graphs) else OWN_DATASET
    chosen = wanted_format(params) or wanted_format(params, "output")
    return SparqlRequest(text, dataset, _seconds(params), chosen)


def single(params: Parameters, name: str) -> str:
    """The value of a parameter, or an empty string where it is not given.

    Raises RequestRefused (400) where it is given with different values.

    >>> single({"format": ["ttl"]}, "format"), single({}, "format")
    ('ttl', '')
    """
    values = dict.fromkeys(params.get(name, ()))
    if len(values) > 1:
        raise bad_request(f"{name} is given with {len(values)} different values; send one", name)
    return next(iter(values), "")


def wanted_format(params: Parameters, name: str = "format") -> str:
    """The requested format in lower case, or an empty string.

    Some clients name one format twice, by its short name and its media types (SPARQLWrapper does).
    Raises RequestRefused (400) where two formats are named.

    >>> wanted_format({"format": ["json-ld", "application/ld+json,application/x-json+ld"]})
    'json-ld'
    """
    values = list(dict.fromkeys(value.strip().lower() for value in params.get(name, ())))
    narrowest = min(values, key=lambda value: len(media_types(value)), default="")
    if all(media_types(narrowest) <= media_types(value) for value in values):
        return narrowest
    return single(params, name)


def refuse_day(params: Parameters) -> None:
    """Raise RequestRefused (400) for ``asOf``, which must not be ignored here."""
    if "asOf" in params:
        raise bad_request(
            "no asOf here: this reads the store as it is now; ask a stored question as of a day "
            "(/api/v1/questions/NAME?asOf=DATE), the REST API, or filter on pav:retrievedOn",
            "as-of",
        )


def _iris(params: Parameters, name: str) -> tuple[Iri, ...]:
    try:
        return tuple(iri(text) for text in params.get(name, ()))
    except BadIri as error:
        raise bad_request(f"{name}: {error}", "dataset") from error


def _seconds(params: Parameters) -> float | None:
    value = single(params, "timeout")
    if not value:
        return None
    seconds = float(value) if _SECONDS.fullmatch(value) else 0.0
    if not 0 < seconds < 1e6:
        raise bad_request("timeout is a number of seconds above 0", "timeout")
    return seconds


async def read_through(function: Callable[..., T], text: str, *others: str) -> T:
    """Call a function that reads a whole text; for a long text in a thread."""
    if len(text) <= _SHORT:
        return function(text, *others)
    return await in_thread(function, text, *others)
