"""Read the rows of the service's own queries."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request

from provenance_graph.core.claims import Value
from provenance_graph.service.http.cache import etag
from provenance_graph.service.http.context import Service
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.values import SparqlQuery


async def read_rows(
    service: Service, request: Request, query: str, bindings: Mapping[str, Value] | None = None
) -> list[dict[str, str]]:
    """The rows of one of the service's own SELECT queries, as texts by variable.

    The answer is cached for each version of the store.
    """
    key = etag(service.backend.version, "rows", query, repr(bindings))
    answer = service.cache.find(key)
    if answer is None:
        limits = Limits(text_bytes=1 << 20)
        answer = await service.evaluate(
            request, SparqlQuery(query, bindings, limits=limits), JSON_RESULTS
        )
        service.cache.keep(key, answer)
    result = json.loads(answer.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in result]
