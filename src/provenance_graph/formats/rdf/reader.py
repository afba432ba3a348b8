"""RDF of this program: record graphs are read as records, other triples as plain claims.

TriG, Turtle, N-Quads and N-Triples, and JSON-LD with an inline context. A graph with a record's
header becomes that record; where no graph has one, every triple is a plain claim of one record
whose header comes from the import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import InvalidOperation
from typing import Any

import pyoxigraph as ox

from provenance_graph.core import iris, literals
from provenance_graph.core import rdf as records_rdf
from provenance_graph.core.claim_nodes import stated_claim
from provenance_graph.core.claims import Claim, Literal, Problem, Record, Value
from provenance_graph.core.errors import RecordError, Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, TRAININGS
from provenance_graph.core.vocabulary import near, terms
from provenance_graph.formats import statements
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, later, skip
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.mldcat.vocabularies import is_profile
from provenance_graph.formats.provenance.prov_o import is_prov_o
from provenance_graph.formats.rdf import syntax
from provenance_graph.formats.records import claims_of, header

MAX_QUADS = 1_000_000
_REIFIES = iris.PREFIXES["rdf"] + "reifies"
LICENCE_DOCUMENT = iris.PREFIXES["dcterms"] + "LicenseDocument"


KEYS = KeyTable(
    (
        *coded("a claim, plain or written as a node, as it stands", "triple"),
        *coded("the header of the record", "header"),
        *skip("the notation of a statement about a statement; the claim's node is read", "reifier"),
        *later("outside any record"),
    )
)


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every triple by its kind; those outside any record apart, where others are in one."""
    results, homes = [], set()
    for quad in syntax.parsed(document):
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        predicate = quad.predicate.value
        if predicate == RDF.type and getattr(quad.object, "value", "") == PG.SourceRecord:
            homes.add(graph)
        about_record = isinstance(quad.subject, ox.NamedNode) and quad.subject.value == graph
        kind = "reifier" if predicate == _REIFIES else "header" if about_record else "triple"
        results.append((kind, graph, predicate))
    for kind, graph, predicate in results:
        outside = homes and graph not in homes
        yield Leaf(
            ("outside any record" if outside else kind,), graph, iris.shorten(Iri(predicate))
        )


def recognises(features: Features) -> bool:
    """Whether a document is Turtle, TriG or similar, or JSON-LD that uses this namespace."""
    if features.syntax == "trig":
        return not is_profile("\n".join(features.lines)) and not is_prov_o(features)
    if features.syntax != "json" or not features.keys & {"@context", "@graph", "@id"}:
        return False
    return any("w3id.org/provenance-graph/ns#" in line for line in features.lines)


def records(document: Document) -> Iterator[Record | Problem]:
    """Yield the records of a document; a problem for each graph that is no valid record.

    Raises Unreadable beyond MAX_QUADS quads.
    """
    named = _MintedNames(_plain_header(document))
    graphs: dict[Iri | None, list[tuple[Iri, Iri, Value, Iri | None]]] = defaultdict(list)
    for count, quad in enumerate(syntax.parsed(document), 1):
        if count > MAX_QUADS:
            raise Unreadable(document.url, f"more than {MAX_QUADS:,} triples; split the file")
        try:
            for ours in map(named.quad, _unreified(quad)):
                graphs[ours[3]].append(ours)
        except RecordError as error:
            yield Problem(_location(quad), str(error), "name the node with an IRI")
    retained = {graph for graph, quads in graphs.items() if graph and _has_header(quads)}
    if retained:
        yield from _as_they_are(graphs, retained)
    else:
        yield from _plain(document, graphs)


def _unreified(quad: ox.Quad) -> Iterator[ox.Quad]:
    """Yield a quad; in place of a reified triple, the quads of the claim's node."""
    stated = quad.object
    if quad.predicate.value != _REIFIES or not isinstance(stated, ox.Triple):
        yield quad
        return
    for predicate, value in (
        (PG.about, stated.subject),
        (PG.property, stated.predicate),
        (PG.value, stated.object),
    ):
        yield ox.Quad(quad.subject, ox.NamedNode(predicate), value, quad.graph_name)


def _as_they_are(
    graphs: dict[Iri | None, list[tuple[Iri, Iri, Value, Iri | None]]], retained: set[Iri]
) -> Iterator[Record | Problem]:
    for graph, quads in sorted(graphs.items(), key=lambda item: item[0] or ""):
        if graph not in retained:
            where = str(graph) if graph else "default graph"
            what = f"{len(quads):,} triples outside any record"
            yield Problem(where, what, "give the graph a pg:SourceRecord named as the graph is")
            continue
        try:
            record = records_rdf.from_quads(quads)
        except RecordError as error:
            yield Problem(str(graph), str(error), kind="record")
        except (ValueError, InvalidOperation) as error:
            yield Problem(str(graph), f"an impossible value: {error}", kind="record")
        else:
            claims = tuple(_usable(claim) for claim in record.claims)
            for before, claim in zip(record.claims, claims, strict=True):
                if claim.value is None and before.value is not None:
                    yield Problem(
                        str(claim.subject), f"{iris.shorten(claim.predicate)}: {claim.unusable}"
                    )
            yield Record(record.header, claims).sort()


def _plain(
    document: Document, graphs: dict[Iri | None, list[tuple[Iri, Iri, Value, Iri | None]]]
) -> Iterator[Record | Problem]:
    claims: list[Claim] = []
    names = _licence_documents(graphs)
    yield from _undefined(graphs)
    for _, quads in sorted(graphs.items(), key=lambda item: item[0] or ""):
        written = {s for s, p, o, _ in quads if p == RDF.type and o == PG.Claim}
        nodes: dict[Iri, list[tuple[Iri, Value]]] = {node: [] for node in sorted(written)}
        for subject, predicate, value, _ in quads:
            if subject in nodes:
                nodes[subject].append((predicate, value))
            elif predicate == DCTERMS.license and (isinstance(value, Literal) or value in names):
                claims += _licensed(subject, value, names)
            else:
                claims.append(_claim(subject, predicate, value))
                yield from _unheld(claims[-1])
        for node, rows in nodes.items():
            try:
                claims.append(_usable(stated_claim(node, rows)))
            except RecordError as error:
                yield Problem(str(node), str(error), "see docs/formats/rdf.md", kind="record")
            else:
                yield from _unheld(claims[-1])
    if not claims:
        if not any(graphs.values()):
            yield Problem(document.name or document.url, "holds no triples")
        return
    stated = {(c.subject, c.value) for c in claims if c.predicate == PG.trainedOn}
    claims += [
        replace(claim, predicate=PG.trainedOn)
        for claim in claims
        if claim.predicate in TRAININGS and (claim.subject, claim.value) not in stated
    ]
    yield Record(_plain_header(document), tuple(claims)).sort()


def _undefined(
    graphs: dict[Iri | None, list[tuple[Iri, Iri, Value, Iri | None]]],
) -> Iterator[Problem]:
    """Yield a problem for each property or class of our namespace that it does not define."""
    quads = [quad for each in graphs.values() for quad in each]
    used = {p for _, p, _, _ in quads} | {o for _, p, o, _ in quads if p == RDF.type}
    for term in sorted(map(str, used)):
        local = term.removeprefix(iris.NS)
        if local != term and local not in terms():
            similar = near(local)
            hint = f"did you mean {similar}?" if similar else "/ns lists the terms"
            yield Problem(f"pg:{local}", "is not a term of the ontology", hint)


def _unheld(claim: Claim) -> Iterator[Problem]:
    """Yield a problem where the value of a claim cannot be stored."""
    if claim.unusable and claim.value is None:
        yield Problem(str(claim.subject), f"{iris.shorten(claim.predicate)}: {claim.unusable}")


def _licence_documents(
    graphs: dict[Iri | None, list[tuple[Iri, Iri, Value, Iri | None]]],
) -> dict[Iri, str]:
    """The names of licences that the document describes itself, by IRI."""
    quads = [quad for each in graphs.values() for quad in each]
    described = {s for s, p, o, _ in quads if p == RDF.type and o == LICENCE_DOCUMENT}
    return {
        s: o.lexical
        for s, p, o, _ in quads
        if s in described
        and p in (RDFS.label, DCTERMS.title, SCHEMA.name)
        and isinstance(o, Literal)
    }


def _licensed(subject: Iri, value: Value, names: dict[Iri, str]) -> Iterator[Claim]:
    """Yield a licence given as a text or a named document, by the table of licence names."""
    if isinstance(value, Literal):
        yield from statements.licensed(subject, value.lexical)
    elif value.startswith(f"{iris.ID}licence/"):
        yield Claim(subject, DCTERMS.license, value)
    elif value.startswith(f"{subject}#"):  # a local node, which has only a name
        yield from statements.licensed(subject, names[value])
    else:
        yield from statements.licensed(subject, str(value), name=names[value], link=str(value))


def _claim(subject: Iri, predicate: Iri, value: Value) -> Claim:
    """A plain claim with its literal in normal form."""
    return _usable(Claim(subject, predicate, value))


def _usable(claim: Claim) -> Claim:
    """A claim with its literal in normal form; an invalid literal is kept as stated."""
    value = claim.value
    if not isinstance(value, Literal):
        return claim
    try:
        return replace(claim, value=literals.normalised(value))
    except (ValueError, ArithmeticError):
        why = f"not a {iris.shorten(value.datatype)} that can be stored"
        stated = claim.as_stated or value.lexical[:200]
        return replace(claim, value=None, as_stated=stated, unusable=claim.unusable or why)


class _MintedNames:
    """Quads with IRIs for their blank nodes, below the record and in order of appearance."""

    def __init__(self, plain: Any) -> None:
        self.plain: Iri = plain.record
        self.given: dict[tuple[Iri, str], Iri] = {}

    def quad(self, quad: ox.Quad) -> tuple[Iri, Iri, Value, Iri | None]:
        graph = quad.graph_name
        home = Iri(graph.value) if isinstance(graph, ox.NamedNode) else self.plain
        if isinstance(quad.subject, ox.BlankNode):
            subject = self._name(home, quad.subject)
        elif isinstance(quad.subject, ox.NamedNode):
            subject = Iri(quad.subject.value)
        else:
            raise RecordError("a triple as subject is not read")
        result = quad.object
        value: Value = (
            self._name(home, result)
            if isinstance(result, ox.BlankNode)
            else records_rdf.value(result)
        )
        named = Iri(graph.value) if isinstance(graph, ox.NamedNode) else None
        if isinstance(graph, ox.BlankNode):
            named = self._name(self.plain, graph)
        return subject, Iri(quad.predicate.value), value, named

    def _name(self, home: Iri, node: ox.BlankNode) -> Iri:
        key = (home, node.value)
        if key not in self.given:
            self.given[key] = Iri(f"{home}#b-{len(self.given) + 1}")
        return self.given[key]


def _has_header(quads: list[tuple[Iri, Iri, Value, Iri | None]]) -> bool:
    return any(
        predicate == RDF.type and value == PG.SourceRecord for _, predicate, value, _ in quads
    )


def _location(quad: ox.Quad) -> str:
    return str(quad.subject)[:200]


def _origin(document: Document) -> Origin:
    text = document.name or document.url.rstrip("/").rpartition("/")[2]
    return Origin(
        local=iris.slug(text.rsplit(".", 1)[0]),
        publisher=iris.organization("unstated"),
        title=text,
    )


def _plain_header(document: Document) -> Any:
    return header(READER, document, _origin(document))


SYNTAXES = ("trig", "json")

READER = Reader(
    format="rdf",
    version="2",
    title="Our own records, or any RDF, as Turtle, TriG, N-Quads or JSON-LD",
    recognises=recognises,
    origin=_origin,
    read=lambda document: claims_of(records(document)),
    records=records,
    keys=KEYS,
    leaves=leaves,
)
