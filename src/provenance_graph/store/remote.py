"""Any SPARQL 1.1 service as a store to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, Self

import httpx2

from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.errors import (
    QueryBusy,
    QueryError,
    QueryRefused,
    QuerySyntax,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import RDF, XSD
from provenance_graph.store.base import OWN_DATASET, Answer, AnyGraph, DatasetChoice, Limits, Rows
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.sparql.binding import bind
from provenance_graph.store.sparql.tokens import query_form

_DEFAULT = Limits()
_TRUNCATED = "x-truncated"
_KINDS: Mapping[int, type[QueryError]] = {
    400: QuerySyntax,
    403: QueryRefused,
    408: QueryTimeout,
    413: QueryTooLarge,
    414: QueryRefused,
    429: QueryBusy,
    503: QueryBusy,
    504: QueryTimeout,
}


class RemoteStore:
    """A SPARQL 1.1 service, read over its protocol.

    Its default graph is whatever the service makes it. ``version`` is the service's ETag;
    a service without one gets a new version at every look, so that nothing is cached.
    """

    def __init__(self, url: str, client: httpx2.Client | None = None) -> None:
        self.url = url
        self._own = client is None
        self._client = client or httpx2.Client(follow_redirects=False)
        self._looks = count(1)

    @property
    def version(self) -> str:
        """The service's ETag now."""
        response, _ = self._ask("ASK {}", JSON_RESULTS, OWN_DATASET, _DEFAULT)
        return response.headers.get("etag", "") or f"unknown-{next(self._looks)}"

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match; ``graph`` None is the default graph, ``ANY`` every named graph."""
        pattern = "?s ?p ?o"
        if graph is not None:
            pattern = f"GRAPH ?g {{ {pattern} }}"
        place = None if isinstance(graph, AnyGraph) else graph
        terms = (("s", subject), ("p", predicate), ("o", object), ("g", place))
        given = {name: value for name, value in terms if value is not None}
        for row in self._all(f"SELECT ?s ?p ?o ?g WHERE {{ {pattern} }}", given):
            named = row.get("g")
            yield (
                Iri(str(row["s"])),
                Iri(str(row["p"])),
                row["o"],
                None if named is None else Iri(str(named)),
            )

    def _all(self, query: str, bindings: Mapping[str, Value]) -> Rows:
        select = self.select(query, bindings)
        if select.truncated:
            raise QueryTooLarge(f"{self.url} holds more than can be listed; ask for less")
        return select

    def select(
        self,
        query: str,
        bindings: Mapping[str, Value] | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows of a SELECT; raises QueryError and its kinds, or StoreError."""
        limits = limits or _DEFAULT
        result, cut = self._json(bind(query, bindings), limits)
        if "results" not in result:
            raise QueryError("this query is not a SELECT")
        names = tuple(result["head"]["vars"])
        bound = result["results"]["bindings"]
        rows = [
            tuple([_value(row[name]) if name in row else None for name in names])
            for row in bound[: limits.rows]
        ]
        return Rows(names, rows, truncated=cut or len(bound) > limits.rows)

    def ask(
        self,
        query: str,
        bindings: Mapping[str, Value] | None = None,
        limits: Limits | None = None,
    ) -> bool:
        """The answer of an ASK; raises QueryError and its kinds, or StoreError."""
        result, _ = self._json(bind(query, bindings), limits or _DEFAULT)
        if "boolean" not in result:
            raise QueryError("this query is not an ASK")
        return bool(result["boolean"])

    def serialize(
        self,
        query: str,
        media_type: str,
        *,
        bindings: Mapping[str, Value] | None = None,
        dataset: DatasetChoice = OWN_DATASET,
        limits: Limits | None = None,
    ) -> Answer:
        """Any query's answer as the service writes it; ``rows`` is not counted."""
        response, body = self._ask(bind(query, bindings), media_type, dataset, limits or _DEFAULT)
        sent = response.headers.get("content-type", media_type).partition(";")[0].strip()
        if sent != media_type:
            raise QueryError(f"{self.url} answered in {sent}, not in {media_type}")
        return Answer(
            body,
            media_type,
            query_form(query),
            truncated=_TRUNCATED in response.headers,
            version=response.headers.get("etag", ""),
        )

    def graphs(self) -> Iterator[Iri]:
        """The names of the named graphs."""
        for row in self._all("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", {}):
            yield Iri(str(row["g"]))

    def close(self) -> None:
        """Close the connections."""
        if self._own:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _json(self, query: str, limits: Limits) -> tuple[dict[str, Any], bool]:
        """The answer, and whether the service says that it cut it short."""
        response, body = self._ask(query, JSON_RESULTS, OWN_DATASET, limits)
        try:
            result = json.loads(body)
            head = result["head"]
        except (ValueError, TypeError, KeyError):
            head = None
        if not isinstance(head, dict):
            raise QueryError(f"{self.url} did not answer with SPARQL results in JSON")
        return result, _TRUNCATED in response.headers

    def _ask(
        self, query: str, media_type: str, dataset: DatasetChoice, limits: Limits
    ) -> tuple[httpx2.Response, bytes]:
        form = {
            "query": query,
            "default-graph-uri": list(dataset.default_graphs),
            "named-graph-uri": list(dataset.named_graphs),
        }
        try:
            with self._client.stream(
                "POST",
                self.url,
                data=form,
                headers={"accept": media_type},
                timeout=limits.seconds,
            ) as response:
                body = self._read(response, limits)
        except httpx2.TimeoutException:
            raise QueryTimeout(f"{self.url} did not answer within {limits.seconds:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise StoreError(f"{self.url} cannot be reached: {error}") from error
        if response.status_code != 200:
            raise self._failure(response.status_code, body)
        return response, body

    def _read(self, response: httpx2.Response, limits: Limits) -> bytes:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > limits.answer_bytes:
                raise QueryTooLarge(f"{self.url} sent more than {limits.answer_bytes} bytes")
        return bytes(body)

    def _failure(self, status: int, body: bytes) -> StoreError | QueryError:
        text = body[:2000].decode("utf-8", "replace").strip()
        with suppress(ValueError, TypeError, KeyError):  # else the words as they are
            text = str(json.loads(text)["detail"])
        kind = _KINDS.get(status)
        if kind is None:
            return StoreError(f"{self.url} answered {status}: {text[:500]}")
        return kind(f"{self.url}: {text[:500] or status}")


def _value(result: Mapping[str, str]) -> Value:
    kind, text = result["type"], result["value"]
    if kind == "uri":
        return Iri(text)
    if kind == "bnode":
        return Iri(f"_:{text}")
    if kind not in ("literal", "typed-literal"):
        raise QueryError(f"a value of type {kind!r} is not supported here")
    if language := result.get("xml:lang"):
        return Literal(text, RDF.langString, language)
    return Literal(text, Iri(result.get("datatype", XSD.string)))
