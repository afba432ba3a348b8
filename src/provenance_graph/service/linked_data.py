"""Linked data: ``/id/…`` and ``/ns`` redirect to documents, ``/doc/…`` serves them."""

from __future__ import annotations

import csv
import json
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core import iris
from provenance_graph.core.errors import BadIri
from provenance_graph.core.iris import Iri, iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, PROV
from provenance_graph.service.http.cache import etag, is_held
from provenance_graph.service.http.calls import header, query_string
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.negotiate import GRAPH_OFFERS, prefers_html
from provenance_graph.service.http.problems import (
    bad_request,
    refuse,
)
from provenance_graph.service.http.responses import NO_SCRIPTS, respond
from provenance_graph.service.http.static import Pages
from provenance_graph.service.http.threads import in_thread
from provenance_graph.service.sparql.description import graph_reply, offered, quoted
from provenance_graph.service.sparql.rows import read_rows
from provenance_graph.store.values import SparqlQuery

_MAX_TRIPLES: Final = 500
_SAFE: Final = "/-._~@:+()!,;='*$&"
_TERMS: Final = (
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "CONSTRUCT { ?term ?p ?o } WHERE { ?term rdfs:isDefinedBy ?module . ?term ?p ?o "
    f'FILTER(STRSTARTS(STR(?term), "{iris.NS}")) }}'
)
_STYLED: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
}


def describe_query(entity: Iri, document: str) -> str:
    """The CONSTRUCT query for the statements with an entity as subject or object, and its records.

    The graph named like the entity counts only for a record, whose triples are its own; a graph
    named like a model does not.
    """
    own = f"UNION {{ GRAPH <{entity}> {{ ?a ?b ?c }} }}" if entity.startswith(iris.RECORDS) else ""
    return f"""PREFIX pg: <{iris.NS}> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
CONSTRUCT {{
  <{entity}> ?p ?o . ?s ?q <{entity}> . ?a ?b ?c .
  <{document}> foaf:primaryTopic <{entity}> ; dcterms:source ?record .
}} WHERE {{
  {{ <{entity}> ?p ?o }}
  UNION {{ SELECT ?s ?q {{ ?s ?q <{entity}> }} LIMIT {_MAX_TRIPLES} }}
  {own}
  UNION {{ SELECT DISTINCT ?record {{
    {{ BIND(<{entity}> AS ?e) }} UNION {{ <{entity}> pg:describedAs ?e }}
    GRAPH ?record {{ {{ ?e ?x ?y }} UNION {{ ?claim pg:about ?e }} }} }} LIMIT {_MAX_TRIPLES} }}
}}"""


def moved_names() -> dict[str, str]:
    """The present names below ``/id/`` of shipped records and models, by their former names."""
    with (folder("data") / "moved.tsv").open(encoding="utf-8", newline="") as table:
        return {row["old"]: row["new"] for row in csv.DictReader(table, delimiter="\t")}


class LinkedData:
    """Answers ``/id/…``, ``/doc/…``, ``/ns``, ``/context.jsonld`` and ``/.well-known/void``."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service, self._pages = service, pages
        self._moved = moved_names()

    async def entity(self, request: Request) -> Response:
        """Redirect (303) from an entity to a document about it: a page for browsers, else RDF.

        A former name of a shipped record or model redirects (308) to its present name.
        """
        path = _path(request, "/id/")
        if (current := self._moved.get(path)) is not None:
            query = query_string(request).decode("ascii", "replace")
            return respond(
                headers={"location": f"/id/{current}" + (f"?{query}" if query else "")}, status=308
            )
        if prefers_html(header(request, "accept"), GRAPH_OFFERS):
            model = path.removeprefix("model/")
            at = f"/models/{model}" if model != path else f"/things/{path}"
        else:
            at = f"/doc/{path}"
            if raw_query := query_string(request):
                at += "?" + raw_query.decode("ascii", "replace")
        return _see_other(at)

    async def document(self, request: Request) -> Response:
        """The statements about an entity as RDF, with links to the records that state them.

        Answers 404 for an entity without statements.
        """
        path = _path(request, "/doc/")
        entity = Iri(iris.ID + path)
        offer = offered(request)
        version = self._service.backend.version
        tag = etag(version, "doc", entity, offer.media_type)
        here = self._service.url(request, f"/doc/{path}")
        links = [f'<{entity}>; rel="http://xmlns.com/foaf/0.1/primaryTopic"']
        links += [
            f'<{here}?format={name}>; rel="alternate"; type="{kind}"'
            for name, kind in (
                ("ttl", "text/turtle"),
                ("jsonld", "application/ld+json"),
                ("rdf", "application/rdf+xml"),
                ("nt", "application/n-triples"),
            )
        ]
        headers = {**NO_SCRIPTS, "etag": tag, "cache-control": "no-cache", "link": ", ".join(links)}
        if is_held(request, headers):
            return respond(headers=headers, status=304, vary="Accept")
        answer = await self._service.evaluate(
            request, SparqlQuery(describe_query(entity, here)), offer.written
        )
        if not answer.rows:
            raise refuse(404, "Not found", f"nothing is known of <{entity}>", "not-found")
        if is_held(request, headers, exists=True):
            return respond(headers=headers, status=304, vary="Accept")
        return respond(answer.body, offer.content_type, headers, vary="Accept")

    async def vocabulary(self, request: Request) -> Response:
        """The ontology: a page of its terms for browsers, else the terms as RDF."""
        if b"format=" not in query_string(request) and prefers_html(
            header(request, "accept"), GRAPH_OFFERS
        ):
            from provenance_graph.report.vocabulary import vocabulary_page  # with its templates

            page = (await in_thread(vocabulary_page)).encode()
            return respond(page, "text/html; charset=utf-8", _STYLED, vary="Accept")
        offer = offered(request)
        tag = etag(self._service.backend.version, "ns", offer.media_type)
        headers = {**NO_SCRIPTS, "etag": tag, "cache-control": "no-cache"}
        if is_held(request, headers):
            return respond(headers=headers, status=304, vary="Accept")
        answer = await self._service.evaluate(request, SparqlQuery(_TERMS), offer.written)
        return respond(answer.body, offer.content_type, headers, vary="Accept")

    async def context(self, _: Request) -> Response:
        """The JSON-LD context with the prefixes that our documents use."""
        body = json.dumps({"@context": {"@version": 1.1, **iris.PREFIXES}}, indent=1).encode()
        return respond(body, "application/ld+json", {"cache-control": "public, max-age=3600"})

    async def void(self, request: Request) -> Response:
        """The VoID description of the dataset: counts, licences, sources and example resources."""
        here = self._service.url(request, "/.well-known/void")
        template = await self._void(request, here)
        return await graph_reply(self._service, request, template)

    async def _void(self, request: Request, here: str) -> str:
        service = self._service
        endpoint = service.url(request, "/sparql")
        data = f"{here}#dataset"
        [total] = await read_rows(service, request, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        classes = await read_rows(
            service,
            request,
            "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY ?class",
        )
        sources = await read_rows(service, request, _SOURCES)
        examples = await read_rows(
            service, request, f"SELECT ?m {{ ?m a <{PG.Model}> }} ORDER BY ?m LIMIT 3"
        )
        lines = [
            f"<{here}> a void:DatasetDescription ; foaf:primaryTopic <{data}> .",
            f"<{data}> a void:Dataset ; dcterms:title {quoted('provenance-graph')} ; "
            f"void:sparqlEndpoint <{endpoint}> ; void:triples {total['n']} ; "
            f"void:uriSpace {quoted(iris.ID)} ; void:vocabulary <{iris.NS}> .",
        ]
        for n, row in enumerate(classes):
            lines.append(
                f"<{data}> void:classPartition _:c{n} . "
                f"_:c{n} void:class <{row['class']}> ; void:entities {row['n']} ."
            )
        for n, row in enumerate(sources):
            lines.append(f"<{data}> void:subset _:s{n} . _:s{n} a void:Dataset .")
            lines.append(f"_:s{n} void:documents {row['n']} .")
            if publisher := row.get("publisher"):
                value = f"<{publisher}>" if iris.is_iri(publisher) else quoted(publisher)
                lines.append(f"_:s{n} dcterms:publisher {value} .")
            if licence := row.get("licence"):
                value = f"<{licence}>" if iris.is_iri(licence) else quoted(licence)
                lines.append(f"_:s{n} dcterms:license {value} .")
        lines += [f"<{data}> void:exampleResource <{row['m']}> ." for row in examples]
        return "\n".join(lines)


_SOURCES: Final = f"""SELECT ?publisher ?licence (COUNT(DISTINCT ?record) AS ?n) {{
  GRAPH ?record {{ ?record a <{PG.SourceRecord}> ; <{PROV.wasAttributedTo}> ?publisher .
    OPTIONAL {{ ?record <{PG.sourceLicence}> ?licence }} }} }}
GROUP BY ?publisher ?licence ORDER BY ?publisher ?licence"""


def _path(request: Request, prefix: str) -> str:
    """The part of the path that names an entity, percent-encoded like our IRIs.

    Raises RequestRefused (400) where it is not the name of an entity.
    """
    raw = bytes(request.scope.get("raw_path") or request.url.path.encode())
    try:
        decoded = unquote_to_bytes(raw.removeprefix(prefix.encode())).decode("utf-8")
        path = quote(decoded, safe=_SAFE)
        iri(iris.ID + path)
    except (UnicodeDecodeError, BadIri) as error:
        raise bad_request("the path is not the name of an entity") from error
    return path


def _see_other(at: str) -> Response:
    location = at.encode("ascii", "replace").decode()
    return respond(headers={"location": location}, status=303, vary="Accept")
