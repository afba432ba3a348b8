"""PROV-O: entities, their derivations, the training that made them, and the records behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provenance_graph import vocab
from provenance_graph.analysis.bundle_model import Bundle, Thing
from provenance_graph.claims import Literal, Quad
from provenance_graph.exports.graphs import turtle
from provenance_graph.exports.writing import Exported, Exporter, Ledger
from provenance_graph.names import PREFIXES, Iri, local_name

_PROV = PREFIXES["prov"]
ENTITY, ACTIVITY, AGENT, BUNDLE, DERIVED = (
    Iri(_PROV + name) for name in ("Entity", "Activity", "Agent", "Bundle", "Derivation")
)
GENERATED_BY, USED, ASSOCIATED, GENERATED_AT, PRIMARY = (
    Iri(_PROV + name)
    for name in (
        "wasGeneratedBy", "used", "wasAssociatedWith", "generatedAtTime", "hadPrimarySource",
    )
)  # fmt: skip
TYPE = Iri(PREFIXES["dcterms"] + "type")
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        vocab.NAME: "schema:name, and rdfs:label",
        vocab.WAS_DERIVED_FROM: "prov:wasDerivedFrom, with a qualified derivation for its kind",
        vocab.SPECIALIZATION_OF: "prov:specializationOf",
        vocab.CREATOR: "prov:wasAttributedTo",
        vocab.TRAINED_ON: "prov:used of the training that generated the model",
        **dict.fromkeys(vocab.DERIVATIONS, "dcterms:type of the qualified derivation"),
        **{p: "prov:wasInfluencedBy" for p in vocab.INFLUENCES if p != vocab.TRAINED_ON},
    }
)
OTHERWISE = "PROV-O speaks of origin alone, not of what a thing is like"


def write(bundle: Bundle) -> Exported:
    """Where the models of a bundle come from, in PROV-O alone."""
    ledger = Ledger(bundle)
    quads: set[Quad] = set()
    for thing in bundle.described():
        quads.update(_entity(bundle, ledger, thing))
        for link in (vocab.SPECIALIZATION_OF,):
            for node in bundle.hanging(thing.iri, link):
                quads.add((node.iri, vocab.RDF_TYPE, ENTITY, None))
                for above in node.things(link):
                    quads.add((node.iri, link, above, None))
                    ledger.keep(node.iri, link, above)
    quads.update(_records(bundle))
    ordered = sorted(quads, key=lambda q: (q[0], q[1] != vocab.RDF_TYPE, q[1], str(q)))
    return ledger.done(turtle(ordered), TERMS, {}, OTHERWISE)


def _entity(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[Quad]:
    it = thing.iri
    yield it, vocab.RDF_TYPE, ENTITY, None
    yield it, vocab.RDFS_LABEL, Literal(bundle.name(it)), None
    for name in thing.texts(vocab.NAME):
        yield it, vocab.NAME, name, None
    for link in (vocab.WAS_DERIVED_FROM, vocab.WAS_INFLUENCED_BY, vocab.SPECIALIZATION_OF):
        for other in thing.things(link):
            yield it, link, other, None
            yield other, vocab.RDF_TYPE, ENTITY, None
        ledger.keep(it, link, *thing.things(link))
    ledger.keep(it, vocab.NAME, *thing.texts(vocab.NAME))
    for relation in vocab.DERIVATIONS:
        for number, parent in enumerate(thing.things(relation), 1):
            node = Iri(f"{it}#{local_name(relation)}-{number}")
            yield it, vocab.QUALIFIED_DERIVATION, node, None
            yield node, vocab.RDF_TYPE, DERIVED, None
            yield node, vocab.ENTITY, parent, None
            yield node, TYPE, relation, None
    for maker in thing.things(vocab.CREATOR):
        yield it, vocab.WAS_ATTRIBUTED_TO, maker, None
        yield maker, vocab.RDF_TYPE, AGENT, None
        yield maker, vocab.RDFS_LABEL, Literal(bundle.name(maker)), None
    if data := thing.things(vocab.TRAINED_ON):
        training = Iri(f"{it}#training")
        yield it, GENERATED_BY, training, None
        yield training, vocab.RDF_TYPE, ACTIVITY, None
        for used in data:
            yield training, USED, used, None
        for maker in thing.things(vocab.CREATOR):
            yield training, ASSOCIATED, maker, None


def _records(bundle: Bundle) -> Iterator[Quad]:
    """Which records speak of these things: bundles, attributed to their publishers."""
    about = {*bundle.models, *bundle.datasets}
    for held in bundle.claims:
        if held.subject not in about:
            continue
        header = held.header
        stamp = header.retrieved if "T" in header.retrieved else f"{header.retrieved}T00:00:00Z"
        yield header.record, vocab.RDF_TYPE, BUNDLE, None
        yield header.record, vocab.SUBJECT, held.subject, None
        yield header.record, vocab.WAS_ATTRIBUTED_TO, header.publisher, None
        yield header.record, PRIMARY, header.document, None
        yield header.record, GENERATED_AT, Literal(stamp, vocab.XSD_DATE_TIME), None


EXPORTER = Exporter(
    format="prov",
    title="PROV-O (Turtle)",
    media_type="text/turtle",
    suffix="prov.ttl",
    terms=TERMS,
    reasons=MappingProxyType({}),
    otherwise=OTHERWISE,
    write=write,
)
