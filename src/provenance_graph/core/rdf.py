"""Lossless conversion between records and quads, and between the project's and the engine's terms.

A claim takes the smaller of two forms. *Plain*: an ordinary triple in the record graph, when the
source states the value outright on the record's default basis. *Annotated*: a ``pg:Claim`` node,
whenever a plain triple cannot express the claim. Never both.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from provenance_graph.core.claim_nodes import BASES, code_of, single_values, stated_claim
from provenance_graph.core.claims import (
    Claim,
    Custody,
    Header,
    Literal,
    Quad,
    Record,
    Value,
    claim_key,
    collection_of,
)
from provenance_graph.core.errors import RecordError, Unreadable
from provenance_graph.core.iris import PREFIXES, Iri, shorten
from provenance_graph.core.literals import canonical
from provenance_graph.core.memo import Remembered
from provenance_graph.core.terms import DCTERMS, PAV, PG, PROV, RDF, SCHEMA, XSD

_CLAIM = PG.Claim
_CUSTODIES = {code.value: code for code in Custody}


def claim_iri(record: Iri, claim: Claim) -> Iri:
    """The IRI of an annotated claim: the record's IRI and a digest of all fields of the claim."""
    digest = hashlib.sha256("\x1f".join(claim_key(claim)).encode()).hexdigest()
    return Iri(f"{record}#c-{digest[:16]}")


def is_header_or_claim(subject: Iri, record: Iri) -> bool:
    """Whether a subject is the record's header or one of its claim nodes, not an entity."""
    return subject == record or subject.startswith(f"{record}#c-")


def to_quads(record: Record) -> Iterator[Quad]:
    """A record as quads: its header, then its claims in canonical order."""
    graph = record.header.record
    for predicate, value in _header_values(record.header):
        yield graph, predicate, value, graph
    for claim in record.sort().claims:
        if claim.plain and claim.value is not None:
            yield claim.subject, claim.predicate, claim.value, graph
        else:
            node = claim_iri(graph, claim)
            for predicate, value in claim_values(claim):
                yield node, predicate, value, graph


def _header_values(header: Header) -> Iterator[tuple[Iri, Value]]:
    stamp = XSD.dateTime if "T" in header.retrieved else XSD.date
    yield RDF.type, PG.SourceRecord
    yield PG.ofDocument, header.of_document
    yield SCHEMA.url, header.document
    yield PROV.wasAttributedTo, header.publisher
    yield PAV.retrievedOn, Literal(header.retrieved, stamp)
    yield PG.reader, Literal(header.reader)
    yield PG.readerVersion, Literal(header.reader_version)
    yield PG.defaultBasis, header.basis.value
    for predicate, text in (
        (DCTERMS.title, header.title),
        (PG.digest, header.digest),
        (PG.sourceLicence, header.licence),
        (PG.attribution, header.attribution),
    ):
        if text:
            yield predicate, Literal(text)
    if header.collection != collection_of(header.record):
        yield PG.inCollection, header.collection
    if header.custody is not Custody.ASSUMED:
        yield PG.custody, header.custody.value
    if header.revision:
        yield PG.documentRevision, Literal(str(header.revision), XSD.integer)
    if header.edition:
        yield PG.editionDay, Literal(header.edition, XSD.date)
    if header.exported_from:
        yield PG.exportedFrom, header.exported_from


def claim_values(claim: Claim) -> Iterator[tuple[Iri, Value]]:
    """Yield the predicates and values of the node of an annotated claim."""
    yield RDF.type, _CLAIM
    yield PG.about, claim.subject
    yield PG.property, claim.predicate
    if claim.value is not None:
        yield PG.value, claim.value
    yield PG.stance, claim.stance.value
    if claim.basis is not None:
        yield PG.basis, claim.basis.value
    if claim.confidence is not None:
        lexical = format(claim.confidence, "f")
        yield PG.confidence, Literal(lexical, XSD.decimal)
    if claim.precision is not None:
        yield PG.datePrecision, claim.precision.value
    for predicate, text in (
        (PG.valueAsStated, claim.as_stated),
        (PG.locator, claim.locator),
        (PG.unusable, claim.unusable),
    ):
        if text:
            yield predicate, Literal(text)
    for predicate, day in (
        (PG.validFrom, claim.valid_from),
        (PG.validUntil, claim.valid_until),
    ):
        if day:
            yield predicate, Literal(day, XSD.date)


def from_quads(quads: Iterable[Quad]) -> Record:
    """Build a record from the quads of its graph.

    Raises RecordError, with the node at fault, when the header is missing, double or contradicts
    the graph's name, or when a claim is incomplete.
    """
    nodes: dict[Iri, list[tuple[Iri, Value]]] = defaultdict(list)
    graphs: set[Iri | None] = set()
    for subject, predicate, value, graph in quads:
        nodes[subject].append((predicate, value))
        graphs.add(graph)
    if len(graphs) != 1 or None in graphs:
        raise RecordError(f"a record is one named graph; found {len(graphs - {None})}")
    (graph,) = graphs
    assert graph is not None
    headers = [node for node, stated in nodes.items() if (RDF.type, PG.SourceRecord) in stated]
    if headers != [graph]:
        result = ", ".join(map(shorten, headers)) or "none"
        raise RecordError(
            f"{graph}: the graph needs exactly one pg:SourceRecord, named as the graph is; found {result}"
        )
    header = _header(graph, nodes.pop(graph))
    return Record(header, tuple(_claims(nodes))).sort()


def _header(graph: Iri, rows: list[tuple[Iri, Value]]) -> Header:
    values = single_values(graph, rows, _HEADER_TERMS)
    for needed in (SCHEMA.url, PROV.wasAttributedTo, PAV.retrievedOn):
        if needed not in values:
            raise RecordError(f"{graph}: the header lacks {shorten(needed)}")
    basis = code_of(graph, values.get(PG.defaultBasis, PG.ThirdPartyReport), BASES)
    document, publisher = values[SCHEMA.url], values[PROV.wasAttributedTo]
    if not isinstance(document, Iri) or not isinstance(publisher, Iri):
        raise RecordError(f"{graph}: schema:url and prov:wasAttributedTo must be IRIs")
    custody = code_of(graph, values.get(PG.custody, PG.Assumed), _CUSTODIES)
    return Header(
        record=graph,
        document=document,
        publisher=publisher,
        retrieved=str(values[PAV.retrievedOn]),
        reader=str(values.get(PG.reader, "rdf")),
        reader_version=str(values.get(PG.readerVersion, "1")),
        basis=basis,
        title=str(values.get(DCTERMS.title, "")),
        digest=str(values.get(PG.digest, "")),
        licence=str(values.get(PG.sourceLicence, "")),
        attribution=str(values.get(PG.attribution, "")),
        custody=custody,
        of_document=_named(graph, PG.ofDocument, values),
        collection=_named(graph, PG.inCollection, values),
        revision=_number(graph, values.get(PG.documentRevision)),
        edition=str(values.get(PG.editionDay, "")),
        exported_from=_named(graph, PG.exportedFrom, values),
    )


def _named(graph: Iri, term: Iri, values: Mapping[Iri, Value]) -> Iri:
    """The IRI of a term of the header, or an empty IRI; raises RecordError for a literal."""
    result = values.get(term, Iri(""))
    if not isinstance(result, Iri):
        raise RecordError(f"{graph}: {shorten(term)} must be an IRI")
    return result


def _number(graph: Iri, value: Value | None) -> int:
    text = "0" if value is None else str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise RecordError(f"{graph}: pg:documentRevision must be a whole number")
    return int(text)


_HEADER_TERMS = frozenset(
    {
        SCHEMA.url, PROV.wasAttributedTo, PAV.retrievedOn, PG.reader,
        PG.readerVersion, PG.defaultBasis, DCTERMS.title, PG.digest,
        PG.sourceLicence, PG.attribution, PG.ofDocument, PG.inCollection, PG.custody,
        PG.documentRevision, PG.editionDay, PG.exportedFrom,
    }
)  # fmt: skip


def _claims(nodes: Mapping[Iri, list[tuple[Iri, Value]]]) -> Iterator[Claim]:
    for node, stated in nodes.items():
        if (RDF.type, _CLAIM) in stated:
            yield stated_claim(node, stated)
        else:
            for predicate, value in stated:
                yield Claim(node, predicate, value)


# ---- to and from the engine's terms -----------------------------------------------------


node = Remembered(ox.NamedNode, 65_536).__getitem__
"""The engine's node for an IRI; raises ValueError if the text is not an IRI."""


def term(value: Value) -> ox.NamedNode | ox.Literal:
    """Convert a value to the engine's term."""
    if isinstance(value, Iri):
        return node(value)
    if value.language:
        return ox.Literal(value.lexical, language=value.language)
    if value.datatype == XSD.string:
        return ox.Literal(value.lexical)
    return ox.Literal(value.lexical, datatype=node(value.datatype))


def value(result: object) -> Value:
    """Convert an engine's term to a value.

    Raises RecordError for blank nodes and triple terms, which records do not hold.
    """
    if isinstance(result, ox.NamedNode):
        return _iri(result.value)
    if isinstance(result, ox.Literal):
        return Literal(result.value, _iri(result.datatype.value), result.language or "")
    raise RecordError(f"{result}: records name their nodes; give this one an IRI")


_iri = Remembered(Iri, 65_536).__getitem__


def engine_quad(quad: Quad) -> ox.Quad:
    """Convert a quad to the engine's quad."""
    subject, predicate, object_, graph = quad
    if graph is None:
        return ox.Quad(node(subject), node(predicate), term(object_))
    return ox.Quad(node(subject), node(predicate), term(object_), node(graph))


def our_quad(quad: ox.Quad) -> Quad:
    """Convert an engine's quad; raises RecordError for blank nodes and triple terms."""
    if not isinstance(quad.subject, ox.NamedNode):
        raise RecordError(f"{quad.subject}: records name their nodes; give this one an IRI")
    graph = quad.graph_name
    return (
        _iri(quad.subject.value),
        _iri(quad.predicate.value),
        value(quad.object),
        _iri(graph.value) if isinstance(graph, ox.NamedNode) else None,
    )


# ---- files ------------------------------------------------------------------------------


def write_trig(records: Iterable[Record]) -> bytes:
    """Serialise records as TriG; the same records give the same bytes in any order."""
    ordered = sorted(records, key=lambda record: record.header.record)
    quads = [engine_quad(quad) for record in ordered for quad in to_quads(record)]
    out = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    assert out is not None
    head = len(PREFIXES)  # the engine writes its prefixes in random order
    lines = out.split(b"\n", head)
    return b"\n".join([*sorted(lines[:head]), *lines[head:]])


def read_trig(data: bytes, url: str = "record") -> list[Record]:
    """Parse records from TriG or N-Quads, which is a subset of TriG.

    Raises Unreadable with the line on a syntax error and RecordError on a bad record. Only for
    files that this software wrote; text from outside is parsed in a disposable process first.
    """
    by_graph, _ = parse_trig(data, url)
    return [from_quads(quads) for quads in by_graph.values()]


def parse_trig(data: bytes, url: str = "record") -> tuple[dict[Iri, list[Quad]], bool]:
    """Parse TriG to quads by record IRI, and report whether every literal was already canonical.

    Literals of the quads are canonical. Raises Unreadable on a syntax error, and RecordError for
    blank nodes, triple terms and triples in the default graph.
    """
    by_graph: dict[Iri, list[Quad]] = defaultdict(list)
    unchanged = True
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TRIG):
            subject, predicate, object_, graph = our_quad(quad)
            if isinstance(object_, Literal):
                written, object_ = object_, canonical(object_)
                unchanged = unchanged and written == object_
            if graph is None:
                raise RecordError(f"{url}: triples outside any record graph")
            by_graph[graph].append((subject, predicate, object_, graph))
    except SyntaxError as error:
        raise Unreadable(url, f"line {error.lineno}: {error.msg}") from error
    return dict(sorted(by_graph.items())), unchanged
