"""The SPARQL 1.1 Graph Store HTTP Protocol at ``/data``: direct and indirect graph names."""

from __future__ import annotations

import re
import uuid
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core import iris
from provenance_graph.core.errors import BadIri
from provenance_graph.core.iris import Iri, iri
from provenance_graph.service.backend import UploadPart, Written
from provenance_graph.service.http.body import read_body
from provenance_graph.service.http.cache import Precondition, graph_tag, is_held
from provenance_graph.service.http.calls import header, query_string
from provenance_graph.service.http.context import Large, Service
from provenance_graph.service.http.problems import (
    bad_request,
    refuse,
    unsupported_media,
)
from provenance_graph.service.http.responses import NO_SCRIPTS, respond
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.sparql.description import offered
from provenance_graph.service.sparql.query import large
from provenance_graph.service.sparql.request import (
    UPDATE,
    media_type,
    parameters,
    read_text,
    refuse_day,
)
from provenance_graph.service.sparql.update import allow_write, written_headers
from provenance_graph.store.base import DatasetChoice, Limits
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.sparql.rewrite import UpdateRequest
from provenance_graph.store.values import SparqlQuery

PATH: Final = "/data"
_SHORT: Final = Limits(text_bytes=1 << 20)
_ALL: Final = "CONSTRUCT WHERE { ?s ?p ?o }"
READ: Final = frozenset(
    {
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "text/n3",
        "application/x-turtle",
    }
)
_PARTS: Final = 100
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")


class GraphStoreEndpoint:
    """Answers ``/data`` and all paths below it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def get(self, request: Request) -> Response:
        """GET: a graph as RDF."""
        graph, named = self._graph(request)
        if not named:
            raise bad_request("name a graph: ?default, ?graph=<IRI encoded>, or /data/path")
        return await self._get(request, graph)

    async def put(self, request: Request) -> Response:
        """PUT: replace a graph by documents."""
        graph, named = self._graph(request)
        if not named:
            raise bad_request("PUT needs a graph: ?default or ?graph=<IRI encoded>")
        return await self._put(request, graph, replace=True)

    async def post(self, request: Request) -> Response:
        """POST: add documents to a graph, or create a new graph from them."""
        graph, named = self._graph(request)
        if not named:
            return await self._create(request)
        return await self._put(request, graph, replace=False)

    def _graph(self, request: Request) -> tuple[Iri | None, bool]:
        """The graph that a request names (None: the default graph), and whether it names one.

        Raises RequestRefused (400) for several or malformed names.
        """
        params = parameters(query_string(request))
        refuse_day(params)
        below = str(request.scope["path"]).removeprefix(PATH).lstrip("/")
        given = [*params.get("graph", []), *(["default"] if "default" in params else [])]
        if len(given) > 1 or (below and given) or len(params.get("default", [])) > 1:
            raise bad_request("name one graph, by ?default, by ?graph= or by path")
        if below:
            return self._direct(request, below), True
        if not given:
            return None, False
        if "default" in params:
            return None, True
        try:
            return iri(given[0]), True
        except BadIri as error:
            raise bad_request(f"graph: {error}", "graph") from error

    def _direct(self, request: Request, below: str) -> Iri:
        """The graph of a path: the URL itself for a plain dataset, else an IRI in our namespace."""
        path = quote(below, safe="/-._~@:+()!,;='*$&")
        if self._service.settings.raw:
            return Iri(self._service.url(request, f"{PATH}/{path}"))
        return Iri(iris.ID + path)

    async def _exists(self, request: Request, graph: Iri) -> bool:
        query = f"ASK {{ GRAPH <{graph}> {{ }} }}"
        answer = await self._service.evaluate(
            request, SparqlQuery(query, limits=_SHORT), JSON_RESULTS
        )
        return b"true" in answer.body

    async def _get(self, request: Request, graph: Iri | None) -> Response:
        offer = offered(request)
        version = self._service.backend.version
        tag = graph_tag(version, graph or "", offer.media_type)
        headers = {**NO_SCRIPTS, "etag": tag, "cache-control": "no-cache"}
        if is_held(request, headers):
            return respond(headers=headers, status=304, vary="Accept")
        dataset = DatasetChoice((graph,)) if graph else DatasetChoice()
        query = SparqlQuery(_ALL, dataset=dataset, limits=self._service.settings.limits())
        answer = await self._service.open(request, query, offer.written)
        if isinstance(answer, Large):
            return await large(request, answer, offer, headers)
        if graph is not None and not answer.rows and not await self._exists(request, graph):
            raise refuse(404, "Not found", f"there is no graph <{graph}>", "not-found")
        if is_held(request, headers, exists=True):
            return respond(headers=headers, status=304, vary="Accept")
        return respond(answer.body, offer.content_type, headers, vary="Accept")

    async def _parts(self, request: Request, base: str) -> list[UploadPart]:
        """The RDF documents in a request body, not yet parsed; raises RequestRefused."""
        if header(request, "content-range") is not None:
            raise bad_request("a graph cannot be written in ranges (RFC 9110 §14.4)")
        body = await read_body(request, self._service.settings.bounds)
        kind, named = media_type(header(request, "content-type") or "")
        if kind == "multipart/form-data":
            return [
                UploadPart(content, _input(part_type), base)
                for part_type, content in split_parts(body, named.get("boundary", ""))
            ]
        return [UploadPart(body, _input(header(request, "content-type") or ""), base)]

    async def _put(self, request: Request, graph: Iri | None, *, replace: bool) -> Response:
        writer, who = allow_write(self._service, request)
        base = str(graph) if graph else self._service.url(request, PATH)
        parts = await self._parts(request, base)
        with await self._service.writing(request):
            written = await writer.put(graph, parts, who, replace, _when(request))
        return _reply(written)

    async def _create(self, request: Request) -> Response:
        """Create a new graph by POST to the graph store itself (§5.5)."""
        writer, who = allow_write(self._service, request)
        where = "" if self._service.settings.raw else namespace(who).removeprefix(iris.ID)
        path = f"{PATH}/{where}{uuid.uuid4()}"
        graph = self._direct(request, path.removeprefix(f"{PATH}/"))
        parts = await self._parts(request, graph)
        with await self._service.writing(request):
            written = await writer.put(graph, parts, who, replace=False)
        location = {"location": self._service.url(request, path)}
        return respond(headers={**written_headers(written.version), **location}, status=201)

    async def delete(self, request: Request) -> Response:
        """DELETE: drop a graph.

        Answers 404 for a graph that does not exist.
        """
        graph, named = self._graph(request)
        writer, who = allow_write(self._service, request)
        if not named:
            raise bad_request("DELETE needs a graph: ?default or ?graph=<IRI encoded>")
        if graph is not None and not await self._exists(request, graph):
            raise refuse(404, "Not found", f"there is no graph <{graph}>", "not-found")
        with await self._service.writing(request):
            return _reply(await writer.delete(graph, who, _when(request)))

    async def patch(self, request: Request) -> Response:
        """PATCH: run a SPARQL update on this graph only (§5.7)."""
        graph, named = self._graph(request)
        writer, who = allow_write(self._service, request)
        if not named:
            raise bad_request("PATCH needs a graph: ?default or ?graph=<IRI encoded>")
        kind, given = media_type(header(request, "content-type") or "")
        if kind != UPDATE:
            raise unsupported_media(kind, UPDATE)
        text = read_text(await read_body(request, self._service.settings.bounds), given, "update")
        if graph is not None and not await self._exists(request, graph):
            raise refuse(404, "Not found", f"there is no graph <{graph}>", "not-found")
        base = graph or self._service.url(request, PATH)
        update = UpdateRequest(text, base, within=graph)
        with await self._service.writing(request):
            return _reply(await writer.update(update, who, _when(request)))


def _when(request: Request) -> Precondition:
    """The precondition of a write, from If-Match and If-None-Match."""
    return Precondition(header(request, "if-match") or "", header(request, "if-none-match") or "")


def _reply(written: Written) -> Response:
    status = 201 if written.created else 204
    return respond(headers=written_headers(written.version), status=status)


def _input(content_type: str) -> str:
    kind, named = media_type(content_type)
    if kind not in READ or named.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise unsupported_media(content_type, ", ".join(sorted(READ)) + " in UTF-8")
    return "text/turtle" if kind in ("text/n3", "application/x-turtle") else kind


def split_parts(body: bytes, boundary: str) -> list[tuple[str, bytes]]:
    r"""The parts of a multipart body, each with its Content-Type, in linear time.

    >>> split_parts(b"--x\r\nContent-Type: text/turtle\r\n\r\n<a> <b> <c> .\r\n--x--", "x")
    [('text/turtle', b'<a> <b> <c> .')]
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise bad_request("multipart/form-data needs a boundary", "multipart")
    border = b"--" + boundary.encode()
    if not body.startswith(border):
        body = b"\r\n" + body
        at = body.find(b"\r\n" + border)
        body = body[at + 2 :] if at >= 0 else b""
    pieces = body[len(border) :].split(b"\r\n" + border)
    if not body or not pieces[-1].startswith(b"--"):
        raise bad_request("the multipart body does not end with its boundary", "multipart")
    if len(pieces) - 1 > _PARTS:
        raise bad_request(f"at most {_PARTS} parts", "multipart")
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> tuple[str, bytes]:
    head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise bad_request("a part has no blank line after its headers", "multipart")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            return value.strip().decode("latin-1"), content
    raise unsupported_media("a part without Content-Type", ", ".join(sorted(READ)))
