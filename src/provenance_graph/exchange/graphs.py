"""Writers of the graph itself: the accepted view as Turtle and JSON-LD, with evidence as TriG."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pyoxigraph as ox

from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Header, Literal, Quad, Record, Value, undated
from provenance_graph.core.iris import PREFIXES, Iri, mint, shorten
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, XSD
from provenance_graph.exchange import ledger
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger, Loss, accepted
from provenance_graph.model.bundles.results import Bundle, BundleEntity

TERMS: Mapping[Iri, str] = MappingProxyType({})
_EVIDENCE = "the accepted view only; publisher, date, basis and custody of each claim are in trig"
LICENCE_DOCUMENT = Iri(PREFIXES["dcterms"] + "LicenseDocument")
REASONS: Mapping[Iri, str] = MappingProxyType({PG.Claim: _EVIDENCE})


def view(bundle: Bundle) -> list[Quad]:
    """The accepted values of every entity of a bundle, as sorted quads."""
    quads: set[Quad] = {
        (entity.iri, predicate, value, None)
        for entity in bundle.entities.values()
        for predicate, values in entity.facts.items()
        for value in values
    }
    for entity in bundle.described():
        quads.update(stated_licences(entity, entity.iri))
    return in_order(quads)


def stated_licences(entity: BundleEntity, it: Iri) -> Iterator[Quad]:
    """Yield licences that a source names and no table holds: documents with the stated name."""
    for number, stated in enumerate(entity.stated_licences, 1):
        node = Iri(stated.url) if stated.url.startswith("http") else Iri(f"{it}#licence-{number}")
        yield it, DCTERMS.license, node, None
        yield node, RDF.type, LICENCE_DOCUMENT, None
        yield node, RDFS.label, Literal(stated.name), None


def standings(ledger: Ledger, entity: BundleEntity, it: Iri) -> Iterator[Quad]:
    """Yield which properties of an entity have inferred or implausible values, in our own terms.

    Only for properties of which the document carries a value; other values are losses themselves.
    """
    carried = {predicate for subject, predicate, _ in ledger.written if subject == entity.iri}
    for mark in (PG.inferred, PG.implausible):
        for predicate in entity.iris(mark):
            if predicate in carried:
                yield it, mark, predicate, None
                ledger.annotated.add((entity.iri, mark, predicate))


def in_order(quads: Iterable[Quad]) -> list[Quad]:
    """Quads sorted by subject, types first, so that one graph is always written the same way."""
    return sorted(quads, key=lambda quad: (quad[0], quad[1] != RDF.type, quad[1], str(quad)))


def turtle(quads: Iterable[Quad], prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Triples as Turtle; the same triples give the same text."""
    out = ox.serialize(map(_triple, quads), format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes))
    assert out is not None
    return _steady(out.decode(), len(prefixes))


def _triple(quad: Quad) -> ox.Triple:
    return ox.Triple(rdf.node(quad[0]), rdf.node(quad[1]), rdf.term(quad[2]))


def _steady(text: str, count: int = len(PREFIXES)) -> str:
    """The text with its prefixes sorted, since the engine does not keep their order."""
    lines = text.split("\n")
    head = sum(line.startswith("@prefix ") for line in lines[:count])
    return "\n".join([*sorted(lines[:head]), *lines[head:]])


def _document(bundle: Bundle, text: str, losses: tuple[Loss, ...]) -> Exported:
    return Exported(text, losses, frozenset(accepted(bundle)))


def write_turtle(bundle: Bundle) -> Exported:
    """The accepted view as Turtle."""
    text = f"{turtle(view(bundle))}# {ledger.mark(bundle, 'turtle')}\n"
    return _document(bundle, text, (Loss(PG.Claim, _EVIDENCE),))


def write_jsonld(bundle: Bundle) -> Exported:
    """The accepted view as JSON-LD with an inline context."""
    nodes: dict[Iri, dict[str, Any]] = {}
    for subject, predicate, value, _ in view(bundle):
        node = nodes.setdefault(subject, {"@id": str(subject)})
        if predicate == RDF.type:
            node.setdefault("@type", []).append(shorten(str(value)))
        else:
            node.setdefault(shorten(predicate), []).append(_json(value))
    whole: dict[str, Any] = {
        "@context": dict(sorted(PREFIXES.items())),
        "@graph": list(nodes.values()),
    }
    known = mint("export", "jsonld", ledger.serial(bundle, "jsonld"))
    whole["@graph"].append({"@id": known, "rdfs:comment": [ledger.mark(bundle, "jsonld")]})
    losses = (Loss(PG.Claim, _EVIDENCE),)
    return _document(bundle, ledger.json_text(whole), losses)


def _json(value: Value) -> Any:
    if isinstance(value, Iri):
        return {"@id": str(value)}
    if value.language:
        return {"@value": value.lexical, "@language": value.language}
    if value.datatype == XSD.string:
        return value.lexical
    return {"@value": value.lexical, "@type": shorten(value.datatype)}


def write_trig(bundle: Bundle) -> Exported:
    """The accepted view in the default graph, and each record's claims in named graphs."""
    evidence = rdf.write_trig(records(bundle)).decode()
    lines = turtle(view(bundle)).split("\n")
    body = [line for line in lines if not (evidence and line.startswith("@prefix "))]
    return _document(
        bundle, "\n".join([evidence, *body, f"# {ledger.mark(bundle, 'trig')}", ""]), ()
    )


def records(bundle: Bundle) -> list[Record]:
    """Excerpts of each record with its claims about the bundle, under IRIs of their own.

    An excerpt must not have the record's IRI: importing it would replace the whole record.
    """
    stated: dict[Header, list[Claim]] = defaultdict(list)
    for stored in bundle.claims:
        stated[stored.header].append(stored.claim)
    mark = hashlib.sha256("\n".join(sorted(bundle.subjects)).encode()).hexdigest()[:12]
    return [
        Record(_excerpt(header, mark), tuple(claims)).sort() for header, claims in stated.items()
    ]


def _excerpt(header: Header, mark: str) -> Header:
    """The header of an excerpt: an IRI of its own, and the record that it comes from."""
    whole = undated(header.record)
    name = Iri(f"{whole}/excerpt-{mark}{header.record[len(whole) :]}")
    return replace(header, record=name, exported_from=header.record)


def _exporter(format: str, title: str, media_type: str, suffix: str, **how: Any) -> Exporter:
    reasons = how.get("reasons", REASONS)
    return Exporter(
        format=format,
        title=title,
        media_type=media_type,
        suffix=suffix,
        terms=how.get("terms", TERMS),
        reasons=reasons,
        otherwise=how.get("otherwise", "nothing else is lost"),
        write=how["write"],
    )


EXPORTERS = (
    _exporter("turtle", "The accepted view as Turtle", "text/turtle", "ttl", write=write_turtle),
    _exporter(
        "jsonld",
        "The accepted view as JSON-LD",
        "application/ld+json",
        "jsonld",
        write=write_jsonld,
    ),
    _exporter(
        "trig",
        "The accepted view with the evidence, record by record, as TriG",
        "application/trig",
        "trig",
        write=write_trig,
        reasons=MappingProxyType({}),
    ),
)
