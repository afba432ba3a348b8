"""Writer of RDF 1.2: the accepted view in the default graph, each claim as a reifier of its triple.

A claim with a value reifies the triple that it states, in the graph of its record's excerpt, which
also holds the header, as in ``trig``. Readers of RDF 1.1 use ``trig``.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Record
from provenance_graph.core.iris import PREFIXES, Iri
from provenance_graph.core.terms import PG
from provenance_graph.exchange import ledger
from provenance_graph.exchange.graphs import records, view
from provenance_graph.exchange.ledger import Exported, Exporter, accepted
from provenance_graph.model.bundles.results import Bundle

REIFIES = Iri(PREFIXES["rdf"] + "reifies")
_IN_THE_TRIPLE = frozenset({PG.about, PG.property, PG.value})


def write(bundle: Bundle) -> Exported:
    """The accepted view, and the evidence as reifiers."""
    quads = [rdf.engine_quad(quad) for quad in view(bundle)]
    for record in sorted(records(bundle), key=lambda each: each.header.record):
        quads += _record(record)
    out = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    assert out is not None
    lines = out.decode().split("\n")
    head = sum(line.startswith("@prefix ") for line in lines[: len(PREFIXES)])
    text = "\n".join([*sorted(lines[:head]), 'VERSION "1.2"', *lines[head:]])
    return Exported(f"{text}# {ledger.mark(bundle, 'trig12')}\n", (), frozenset(accepted(bundle)))


def _record(record: Record) -> Iterator[ox.Quad]:
    graph = rdf.node(record.header.record)
    for quad in rdf.to_quads(Record(record.header)):
        yield rdf.engine_quad(quad)
    for claim in record.sort().claims:
        yield from _claim(record.header.record, claim, graph)


def _claim(record: Iri, claim: Claim, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Yield a claim as the reifier of its triple; one without a value as the node of RDF 1.1."""
    node = rdf.node(rdf.claim_iri(record, claim))
    if claim.value is not None:
        stated = ox.Triple(
            rdf.node(claim.subject), rdf.node(claim.predicate), rdf.term(claim.value)
        )
        yield ox.Quad(node, rdf.node(REIFIES), stated, graph)
    for predicate, value in rdf.claim_values(claim):
        if claim.value is None or predicate not in _IN_THE_TRIPLE:
            yield ox.Quad(node, rdf.node(predicate), rdf.term(value), graph)


EXPORTER = Exporter(
    format="trig12",
    title="The accepted view with each claim as a reifier, as TriG of RDF 1.2",
    media_type="application/trig",
    suffix="trig",
    terms=MappingProxyType({}),
    reasons=MappingProxyType({}),
    otherwise="nothing else is lost",
    write=write,
)
