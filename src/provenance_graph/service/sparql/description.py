"""SPARQL Service Description and VoID: descriptions of the service and of its dataset.

Both are small graphs made here. The engine serialises them, as the template of a CONSTRUCT, so that
the serving process needs no RDF library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.service.http.cache import etag, is_held
from provenance_graph.service.http.calls import header, query_string
from provenance_graph.service.http.context import Service
from provenance_graph.service.http.negotiate import GRAPH_OFFERS, Offer, accept_of, choose
from provenance_graph.service.http.problems import bad_request, not_acceptable
from provenance_graph.service.http.responses import NO_SCRIPTS, respond
from provenance_graph.service.sparql.request import parameters, refuse_day, single, wanted_format
from provenance_graph.service.sparql.rows import read_rows
from provenance_graph.store.base import Limits
from provenance_graph.store.values import SparqlQuery

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = "http://rdfs.org/ns/void#"
_DCT: Final = iris.PREFIXES["dcterms"]
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_GRAPHS_SHOWN: Final = 100
"""Named graphs on one page of the description; ``?graphs=N`` is the page that starts at N."""
_MAX_GRAPHS: Final = 10_000_000
_INPUT_FORMATS: Final = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG")
_RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    *_INPUT_FORMATS,
)
_PREFIXES: Final = (
    f"PREFIX sd: <{_SD}> PREFIX void: <{_VOID}> PREFIX dcterms: <{_DCT}> "
    f"PREFIX xsd: <{iris.PREFIXES['xsd']}> PREFIX rdfs: <{iris.PREFIXES['rdfs']}> "
    f"PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX pg: <{iris.NS}> "
)


def offered(request: Request, offers: tuple[Offer, ...] = GRAPH_OFFERS) -> Offer:
    """The RDF representation that a request accepts, by ``format=`` or Accept.

    Raises RequestRefused: 406 where there is none, 400 for ``asOf``.
    """
    params = parameters(query_string(request))
    refuse_day(params)
    wanted = wanted_format(params)
    accept = accept_of(wanted) if wanted else header(request, "accept")
    offer = choose(accept, offers)
    if offer is None:
        raise not_acceptable(", ".join(offer.media_type for offer in offers))
    return offer


async def graph_reply(
    service: Service, request: Request, template: str, more: Mapping[str, str] | None = None
) -> Response:
    """The triples of ``template`` in the representation that the client prefers."""
    offer = offered(request)
    tag = etag(service.backend.version, template, offer.media_type)
    headers = {**NO_SCRIPTS, "etag": tag, "cache-control": "no-cache", **(more or {})}
    if is_held(request, headers, exists=True):
        return respond(headers=headers, status=304, vary="Accept")
    answer = service.cache.find(tag)
    if answer is None:
        query = f"{_PREFIXES} CONSTRUCT {{ {template} }} WHERE {{ }}"
        limits = Limits(text_bytes=1 << 20, depth=64)
        answer = await service.evaluate(request, SparqlQuery(query, limits=limits), offer.written)
        service.cache.keep(tag, answer)
    return respond(answer.body, offer.content_type, headers, vary="Accept")


async def service_description(service: Service, request: Request) -> Response:
    """The service description at the query endpoint (SPARQL 1.1 Service Description §2)."""
    start = _start(request)
    template = await description(service, request, start)
    void = service.url(request, "/.well-known/void")
    link = {"link": f'<{void}>; rel="describedby"'}
    return await graph_reply(service, request, template, link)


def _start(request: Request) -> int:
    """The first named graph to list, by number, from ``?graphs=``; raises RequestRefused (400)."""
    text = single(parameters(query_string(request)), "graphs") or "0"
    if not (is_digits(text) and len(text) < 9):
        raise bad_request("graphs is the number of the first named graph to list", "graphs")
    return min(int(text), _MAX_GRAPHS)


async def description(service: Service, request: Request, start: int = 0) -> str:
    """The triples of the service description in Turtle, with one page of the named graphs."""
    endpoint = service.url(request, "/sparql")
    settings = service.settings
    limits = (
        f"time limit {settings.query_seconds:g} s (timeout= up to "
        f"{settings.slow_query_seconds:g} s with a token), answers up to {settings.rows} rows "
        f"and {settings.answer_mb} MB, queries up to {settings.query_kb} kB nested "
        f"{settings.depth} deep; an answer is whole or refused, never cut short"
    )
    lines = [
        f"<{endpoint}> a sd:Service ; sd:endpoint <{endpoint}> ; sd:supportedLanguage "
        f"sd:SPARQL11Query ; sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple> ; "
        f"rdfs:comment {quoted(limits)} ; sd:defaultDataset _:dataset .",
        "_:dataset a sd:Dataset ; sd:defaultGraph _:default . _:default a sd:Graph .",
        *(f"<{endpoint}> sd:resultFormat <{_FORMATS}{name}> ." for name in _RESULT_FORMATS),
    ]
    if service.writable:
        lines.append(f"<{endpoint}> sd:supportedLanguage sd:SPARQL11Update .")
        lines += [f"<{endpoint}> sd:inputFormat <{_FORMATS}{name}> ." for name in _INPUT_FORMATS]
    if settings.federation:
        lines.append(f"<{endpoint}> sd:feature sd:BasicFederatedQuery .")
    total, graphs = await named_graphs(service, request, start)
    lines += [
        f"_:dataset sd:namedGraph _:g{n} . _:g{n} a sd:NamedGraph ; sd:name <{graph}> ."
        for n, graph in enumerate(graphs)
    ]
    end = start + len(graphs)
    if total > len(graphs):
        note = f"{len(graphs)} of {total} named graphs are listed, from number {start}"
        lines.append(f"_:dataset rdfs:comment {quoted(note)} .")
    if end < total and graphs:
        lines.append(f"_:dataset rdfs:seeAlso <{endpoint}?graphs={end}> .")
    return "\n".join(lines)


def quoted(text: str) -> str:
    """A text as a Turtle string literal, with quotes and escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


async def named_graphs(service: Service, request: Request, start: int) -> tuple[int, list[Iri]]:
    """The number of named graphs, and the sorted names of the page that starts at ``start``."""
    counting = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { } }"
    [counted] = await read_rows(service, request, counting)
    query = (
        f"SELECT DISTINCT ?g {{ GRAPH ?g {{ }} }} ORDER BY ?g LIMIT {_GRAPHS_SHOWN} OFFSET {start}"
    )
    rows = await read_rows(service, request, query)
    return int(counted["n"]), [Iri(row["g"]) for row in rows if row.get("g")]
