"""Read any SPARQL 1.1 service as a store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from typing import Any, Self

import httpx2

from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.errors import (
    NotASelect,
    QueryError,
    QuerySyntax,
    QueryTooLarge,
    StoreError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import stated_count
from provenance_graph.core.terms import RDF, SCHEMA, XSD
from provenance_graph.store.base import OWN_DATASET, Answer, AnyGraph, DatasetChoice, Limits, Rows
from provenance_graph.store.remote import dataset
from provenance_graph.store.remote.http import RemoteAnswer, RemoteClient
from provenance_graph.store.remote.probe import STATE, UNDER_WAY, Capabilities, probe
from provenance_graph.store.remote.settings import RemoteSettings
from provenance_graph.store.sparql.answers import JSON_RESULTS, assert_holds, syntax_error_of
from provenance_graph.store.sparql.binding import bind
from provenance_graph.store.sparql.tokens import query_form
from provenance_graph.store.values import Bindings, SparqlQuery

_DEFAULT = Limits()
_TRUNCATED = "x-truncated"
_MAX_ROWS = "x-sparql-maxrows"
_HALF = "SELECT (1 / 2 AS ?half) {}"
COUNTED = 1000
"""Rows of a listing from which a COUNT is requested, since services cut answers silently."""


class RemoteStore:
    """A SPARQL 1.1 service, read over its protocol.

    The service decides on its default graph. ``version`` is the service's ETag; a service without
    one gets a new version at each access, so that nothing is cached.
    """

    def __init__(
        self,
        url: str,
        client: httpx2.Client | None = None,
        settings: RemoteSettings | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        self.url = url
        self.settings = settings or RemoteSettings(retries=0)
        self.capabilities = capabilities or Capabilities()
        self._http = RemoteClient(self.settings, client)
        self._looks = count(1)
        self._given_whole = 0
        self._half: str | None = None
        self.etag = ""
        """The ETag of the service's last answer."""

    @classmethod
    def open(cls, url: str, settings: RemoteSettings | None = None) -> Self:
        """Open a service and probe its capabilities; raises StoreError where it is unreliable."""
        store = cls(url, settings=settings or RemoteSettings.of())
        with ExitStack() as undo:
            undo.callback(store.close)
            writing = cls is not RemoteStore
            store.capabilities = probe(url, store.settings, store.ask, store._rows, writing=writing)
            if not writing and store.capabilities.version == UNDER_WAY:
                raise StoreError(
                    f"{url}: a change is in progress or was interrupted; wait for it, or run "
                    "`build --fresh` or the same import again"
                )
            undo.pop_all()
        return store

    def _rows(self, query: str) -> list[Mapping[str, object]]:
        return list(self.select(query))

    @property
    def version(self) -> str:
        """The service's present ETag, else the version stored in it."""
        answer = self._ask("ASK {}", JSON_RESULTS, OWN_DATASET, _DEFAULT)
        if etag := answer.headers.get("etag", ""):
            return str(etag)
        if not self.capabilities.version:
            return f"unknown-{next(self._looks)}"
        rows = self.select(
            f"SELECT ?v {{ GRAPH <{STATE}> {{ <{STATE}> <{SCHEMA.version}> ?v }} }} LIMIT 2"
        ).rows
        return str(rows[0][0]) if len(rows) == 1 else f"unknown-{next(self._looks)}"

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
        *,
        limit: int = 0,
    ) -> Iterator[Quad]:
        """Yield matching quads; ``graph`` None is the default graph, ``ANY`` every named graph.

        ``limit`` is the maximum number of quads; 0 means all.
        """
        own = self.capabilities.default_graph
        within = own if graph is None else None if isinstance(graph, AnyGraph) else graph
        pattern = "?s ?p ?o"
        if within is not None or isinstance(graph, AnyGraph):
            pattern = f"GRAPH ?g {{ {pattern} }}"
        if own is not None and isinstance(graph, AnyGraph):
            pattern += dataset.named_only(own)
        terms = (("s", subject), ("p", predicate), ("o", object), ("g", within))
        given = {name: value for name, value in terms if value is not None}
        names = "?s ?p ?o ?g"
        some = f"SELECT {names} WHERE {{ {pattern} }} LIMIT {limit}"
        for row in self.select(some, given) if limit else self.all_rows(names, pattern, given):
            named = row.get("g")
            yield (
                Iri(str(row["s"])),
                Iri(str(row["p"])),
                row["o"],
                None if named is None or graph is None else Iri(str(named)),
            )

    def all_rows(
        self,
        names: str,
        pattern: str,
        bindings: Bindings,
        distinct: str = "",
        *,
        many: bool = False,
    ) -> Iterable[dict[str, Value]]:
        """Every row of a pattern, compared with its COUNT where the service may have cut it.

        A service that once returned so many rows completely is trusted with fewer. With ``many``,
        the count is requested together with the rows. Raises QueryTooLarge where rows are missing
        even page by page.
        """
        if many and not bindings and self.capabilities.default_graph is None:
            with_count = self._counted(names, pattern)
            if with_count is not None:
                return with_count
        query = f"SELECT {f'{distinct} {names}'.strip()} WHERE {{ {pattern} }}"
        limits = Limits(seconds=self.settings.seconds)
        first = self.select(query, bindings, limits)
        if len(first) < max(COUNTED, self._given_whole) and not first.truncated:
            return first
        counted = f"(COUNT({distinct} {names if distinct else '*'}) AS ?n)"
        number = self.select(f"SELECT {counted} WHERE {{ {pattern} }}", bindings, limits).rows
        total = int(str(number[0][0])) if number else -1
        if total == len(first):
            self._given_whole = max(total, self._given_whole)
            return first
        return self._paged(query, names, bindings, limits, len(first), total)

    def _counted(self, names: str, pattern: str) -> list[dict[str, Value]] | None:
        """Every row of a pattern, requested with their count; None where the count differs."""
        count = f"{{ SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }} }}"
        query = f"SELECT {names} ?n WHERE {{ {count} UNION {{ {pattern} }} }}"
        rows: list[dict[str, Value]] = list(
            self.select(query, {}, Limits(seconds=self.settings.seconds))
        )
        number = next((int(str(row["n"])) for row in rows if row.get("n") is not None), -1)
        rest = [row for row in rows if row.get("n") is None]
        if number != len(rest):
            return None
        self._given_whole = max(number, self._given_whole)
        return rest

    def _paged(
        self,
        query: str,
        names: str,
        bindings: Bindings,
        limits: Limits,
        page: int,
        total: int,
    ) -> Iterable[dict[str, Value]]:
        """All rows of a listing that the service cuts, read page by page; raises QueryTooLarge."""
        results: list[dict[str, Value]] = []
        while len(results) < total:
            part = f"{query} ORDER BY {names} LIMIT {page} OFFSET {len(results)}"
            rows = list(self.select(part, bindings, limits))
            if not rows:
                break
            results += rows
        if len(results) != total:
            raise QueryTooLarge(
                f"{self.url} counts {total:,} rows and gives {len(results):,}: it cuts its answers, "
                "also page by page; raise its limit of rows, or ask for less"
            )
        return results

    def select(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows of a SELECT; raises QueryError and its kinds, or StoreError."""
        limits = limits or _DEFAULT
        result, cut = self._json(bind(query, bindings), limits)
        if "results" not in result or query_form(query) == "ask":
            raise NotASelect
        names = tuple(name for name in result["head"]["vars"] if not dataset.is_ours(name))
        bound = result["results"]["bindings"]
        rows = [
            tuple([_value(row[name]) if name in row else None for name in names])
            for row in bound[: limits.rows]
        ]
        return Rows(names, rows, truncated=cut or len(bound) > limits.rows)

    def assure(self) -> None:
        """Raise StoreError where the service deviates from SPARQL 1.1 in arithmetic.

        It is asked once. Reading records and views by their names does not depend on it.
        """
        if self._half is None:
            self._half = next((str(half) for (half,) in self.select(_HALF).rows), "nothing")
        if self._half not in ("0.5", "0.50", ".5"):
            raise StoreError(
                f"{self.url} says that 1 / 2 is {self._half}, and not 0.5 as SPARQL 1.1 has it: its "
                "answers to stored questions and checks would mislead; `backup DIR` reads the store "
                "whole into a folder, where they can be asked"
            )

    def ask(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> bool:
        """The result of an ASK query; raises QueryError and its kinds, or StoreError."""
        result, _ = self._json(bind(query, bindings), limits or _DEFAULT)
        if result["head"].get("vars") == [
            "__ASK_RETVAL"
        ]:  # Virtuoso: a row for true, none for false
            return bool(result["results"]["bindings"])
        if "boolean" not in result or query_form(query) != "ask":
            raise QueryError("this query is not an ASK")
        return _boolean(self.url, result["boolean"])

    def serialize(self, query: SparqlQuery, media_type: str) -> Answer:
        """The answer of any query as the service serialises it; ``rows`` is not counted.

        Raises QueryError where the service sends another media type.
        """
        assert_holds(query_form(query.text), media_type)
        answer = self._ask(
            bind(query.text, query.bindings), media_type, query.dataset, query.limits or _DEFAULT
        )
        if answer.media_type != media_type:
            raise QueryError(f"{self.url} answered in {answer.media_type}, not in {media_type}")
        return Answer(
            answer.body,
            media_type,
            query_form(query.text),
            truncated=_TRUNCATED in answer.headers or _MAX_ROWS in answer.headers,
            version=answer.headers.get("etag", ""),
        )

    def graphs(self) -> Iterator[Iri]:
        """The names of the named graphs."""
        own = self.capabilities.default_graph
        for row in self.all_rows("?g", "GRAPH ?g { ?s ?p ?o }", {}, "DISTINCT"):
            if own is None or row["g"] not in (own, *dataset.OF_ENGINES):
                yield Iri(str(row["g"]))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _json(self, query: str, limits: Limits) -> tuple[dict[str, Any], bool]:
        """The answer in SPARQL JSON, and whether the service states that it is cut."""
        answer = self._ask(query, JSON_RESULTS, OWN_DATASET, limits)
        try:
            result = json.loads(answer.body)
            head = result["head"]
        except (ValueError, TypeError, KeyError):
            head = None
        if not isinstance(head, dict):
            text = "a page for people" if answer.body.lstrip()[:1] == b"<" else "something else"
            raise QueryError(
                f"{self.url} did not answer with SPARQL results in JSON but with {text} "
                f"({answer.media_type or 'of no type'}): is it the address of a SPARQL service?"
            )
        max_rows = stated_count(answer.headers.get(_MAX_ROWS, ""))
        rows = len(result.get("results", {}).get("bindings", ()))
        cut = _TRUNCATED in answer.headers or (max_rows is not None and rows >= max_rows)
        return result, cut

    def _ask(
        self, query: str, media_type: str, chosen: DatasetChoice, limits: Limits
    ) -> RemoteAnswer:
        own = self.capabilities.default_graph
        default = chosen.default_graphs or ((own,) if own and not chosen else ())
        form = {
            "query": query if own is None or chosen else dataset.by_variable(query, own),
            "default-graph-uri": list(default),
            "named-graph-uri": list(chosen.named_graphs),
        }
        try:
            answer = self._http.send(
                self.url,
                form,
                headers={"accept": media_type},
                seconds=limits.seconds,
                limit=limits.answer_bytes,
            )
        except QuerySyntax:
            if where := syntax_error_of(query):
                raise QuerySyntax(f"{self.url}: {where}") from None
            raise
        self.etag = str(answer.headers.get("etag", ""))
        return answer


def _boolean(url: str, value: object) -> bool:
    """The boolean of an ASK answer; some services send a text or a number. Raises QueryError."""
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    if isinstance(value, bool | int | str) and value in known:
        return known[value]
    raise QueryError(f"{url} answered an ASK with {value!r}, which is neither true nor false")


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
    datatype = Iri(result.get("datatype", XSD.string))
    if datatype == XSD.boolean:  # Virtuoso writes 1 and 0
        text = {"1": "true", "0": "false"}.get(text, text)
    return Literal(text, datatype)
