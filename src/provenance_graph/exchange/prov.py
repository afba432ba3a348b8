"""Writer of PROV-O: entities, their derivations, training activities, and the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provenance_graph.core import terms
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import PREFIXES, Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, RDFS, SCHEMA, XSD
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.graphs import in_order, standings, stated_licences, turtle
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundles.results import Bundle, BundleEntity

_PROV = PREFIXES["prov"]
ENTITY, ACTIVITY, AGENT, BUNDLE, DERIVED = (
    Iri(_PROV + name) for name in ("Entity", "Activity", "Agent", "Bundle", "Derivation")
)
GENERATED_BY, USED, ASSOCIATED, GENERATED_AT, PRIMARY = (
    Iri(_PROV + name)
    for name in (
        "wasGeneratedBy",
        "used",
        "wasAssociatedWith",
        "generatedAtTime",
        "hadPrimarySource",
    )
)
TYPE = Iri(PREFIXES["dcterms"] + "type")
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "schema:name, and rdfs:label",
        PROV.wasDerivedFrom: "prov:wasDerivedFrom, with a qualified derivation for its kind",
        PROV.specializationOf: "prov:specializationOf",
        DCTERMS.creator: "prov:wasAttributedTo",
        DCTERMS.license: "dcterms:license, which PROV allows next to its own terms",
        PG.trainedOn: "prov:used of the training that generated the model",
        **dict.fromkeys(
            terms.DERIVATIONS, "itself, and as dcterms:type of the qualified derivation"
        ),
        PG.inferred: "itself, our own term, of the values that are written",
        PG.implausible: "itself, our own term, of the values that are written",
        **{p: "prov:wasInfluencedBy" for p in terms.INFLUENCES if p != PG.trainedOn},
    }
)
OTHERWISE = "PROV-O describes only origin, not the properties of an entity"


def write(bundle: Bundle) -> Exported:
    """The provenance of a bundle's models, in PROV-O terms."""
    ledger = Ledger(bundle)
    quads: set[Quad] = set()
    for entity in bundle.described():
        quads.update(_entity(bundle, ledger, entity))
        for link in (PROV.specializationOf,):
            for node in bundle.hanging(entity.iri, link):
                quads.add((node.iri, RDF.type, ENTITY, None))
                for above in node.iris(link):
                    quads.add((node.iri, link, above, None))
                    ledger.keep(node.iri, link, above)
    quads.update(_records(bundle))
    text = f"{turtle(in_order(quads))}# {writing.mark(bundle, 'prov')}\n"
    return ledger.done(text, TERMS, {}, OTHERWISE)


def _entity(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[Quad]:
    it = entity.iri
    yield it, RDF.type, ENTITY, None
    yield it, RDFS.label, Literal(bundle.name(it)), None
    for name in entity.texts(SCHEMA.name):
        yield it, SCHEMA.name, name, None
    for link in (PROV.wasDerivedFrom, PROV.wasInfluencedBy, PROV.specializationOf):
        for other in entity.iris(link):
            yield it, link, other, None
            yield other, RDF.type, ENTITY, None
        ledger.keep(it, link, *entity.iris(link))
    ledger.keep(it, SCHEMA.name, *entity.texts(SCHEMA.name))
    for relation in terms.DERIVATIONS:
        ledger.keep(it, relation, *entity.iris(relation))
        for number, parent in enumerate(entity.iris(relation), 1):
            node = Iri(f"{it}#{local_name(relation)}-{number}")
            yield it, PROV.qualifiedDerivation, node, None
            yield node, RDF.type, DERIVED, None
            yield node, PROV.entity, parent, None
            yield node, TYPE, relation, None
            yield it, relation, parent, None
            if parent in entity.revisions:
                yield from _pinned(node, parent, entity.revisions[parent])
    for licence in entity.iris(DCTERMS.license):
        yield it, DCTERMS.license, licence, None
        ledger.keep(it, DCTERMS.license, licence)
    yield from stated_licences(entity, it)
    yield from standings(ledger, entity, it)
    for maker in entity.iris(DCTERMS.creator):
        yield it, PROV.wasAttributedTo, maker, None
        yield maker, RDF.type, AGENT, None
        yield maker, RDFS.label, Literal(bundle.name(maker)), None
    if data := entity.iris(PG.trainedOn):
        training = Iri(f"{it}#training")
        yield it, GENERATED_BY, training, None
        yield training, RDF.type, ACTIVITY, None
        for used in data:
            yield training, USED, used, None
        for maker in entity.iris(DCTERMS.creator):
            yield training, ASSOCIATED, maker, None


def _pinned(derivation: Iri, parent: Iri, revision: str) -> Iterator[Quad]:
    """Yield the fixed revision of a parent from which a model was derived."""
    version = Iri(f"{derivation}-version")
    yield derivation, PG.derivedFromVersion, version, None
    yield version, RDF.type, ENTITY, None
    yield version, PROV.specializationOf, parent, None
    yield version, SCHEMA.version, Literal(revision), None


def _records(bundle: Bundle) -> Iterator[Quad]:
    """Yield the records about these entities as bundles, attributed to their publishers."""
    about = {*bundle.models, *bundle.datasets}
    for stored in bundle.claims:
        if stored.subject not in about:
            continue
        header = stored.header
        stamp = header.retrieved if "T" in header.retrieved else f"{header.retrieved}T00:00:00Z"
        yield header.record, RDF.type, BUNDLE, None
        yield header.record, DCTERMS.subject, stored.subject, None
        yield header.record, PROV.wasAttributedTo, header.publisher, None
        yield header.record, PRIMARY, header.document, None
        yield header.record, PG.custody, header.custody.value, None
        yield header.record, GENERATED_AT, Literal(stamp, XSD.dateTime), None


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
