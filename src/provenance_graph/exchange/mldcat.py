"""Writer of MLDCAT-AP 3.1: models and datasets as in an open-data catalogue, in Turtle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from provenance_graph.core import terms
from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.iris import PREFIXES, Iri, short_id, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, RDFS, SCHEMA, XSD
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.fair4ml import page
from provenance_graph.exchange.graphs import in_order, standings, stated_licences, turtle
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger, file_address
from provenance_graph.formats import statements
from provenance_graph.formats.mldcat import keys, vocabularies
from provenance_graph.formats.mldcat.profile import CLASSES, ProfileField, ValueKind
from provenance_graph.model.bundles.results import Bundle, BundleEntity

_BY_NAME: Mapping[str, ProfileField] = {field.name: field for field in keys.FIELDS}
V = TypeVar("V", bound=Value)
_MODEL, _DATASET = keys.CLASSES_OF_SUBJECTS
_PLAIN = frozenset(
    {
        ValueKind.TITLE,
        ValueKind.TEXT,
        ValueKind.DATE,
        ValueKind.LINK,
        ValueKind.LANGUAGE,
        ValueKind.COUNT,
    }
)
_NOT_WRITTEN = frozenset(
    {
        "MachineLearningModel.hasUploader",
        "Dataset.versionLabel",
        "MachineLearningModel.trainingMethodologies",
    }
)
"""Fields that repeat another field."""
_SINGLE = frozenset(
    {
        "created",
        "version",
        "releaseDate",
        "limitations",
        "bias",
        "trainingProcess",
        "collectionDate",
        "collectionMethod",
        "accessRights",
        "publisher",
    }
)
"""Fields for which the profile allows one value."""
_WRITTEN = tuple(
    field
    for field in (*keys.MODEL_FIELDS, *keys.DATASET_FIELDS)
    if field.term is not None and field.name not in _NOT_WRITTEN
)
_OUR_RELATION = "also under our own term: the profile has only fineTunedFrom"
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        **{
            field.term: field.name
            for field in reversed(_WRITTEN)
            if field.term is not None and field.kind is not ValueKind.LANGUAGE
        },
        PG.hubRepository: "the node's own IRI",
        PG.inferred: "itself, our own term, of the values that are written",
        PG.implausible: "itself, our own term, of the values that are written",
        PG.artifactOf: "MachineLearningModel.hasFile: files with an address",
        **dict.fromkeys(terms.DERIVATIONS, _OUR_RELATION),
        PG.fineTunedFrom: "MachineLearningModel.fineTunedFrom",
    }
)
_IMPACT = "the profile gives the impact of a run, which needs its flow and output files"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        PG.trainingEnergyMWh: _IMPACT,
        PG.trainingCO2eTonnes: _IMPACT,
        PG.evaluationOf: "the profile gives evaluations of a run, which needs its flow",
        DCTERMS.language: "the profile requires a node of the EU's list of languages",
        PROV.wasDerivedFrom: "the kind of derivation is written, which implies it",
        PG.paper: "a reference needs the citation, which nobody states",
    }
)
OTHERWISE = "MLDCAT-AP has no term for it"


def write(bundle: Bundle) -> Exported:
    """The models and datasets of a bundle as nodes of the profile."""
    ledger = Ledger(bundle)
    quads: set[Quad] = set()
    for entity in bundle.described():
        owner = _DATASET if entity.iri in bundle.datasets else _MODEL
        quads.update(_node(bundle, ledger, entity, owner))
    text = f"{_turtle(quads)}# {writing.mark(bundle, 'mldcat-ap')}\n"
    return ledger.done(text, TERMS, REASONS, OTHERWISE)


def _turtle(quads: Iterable[Quad]) -> str:
    prefixes = {**PREFIXES, **vocabularies.PREFIXES}
    del prefixes["dcterms"]  # the prefix in the profile's examples is dct
    return turtle(in_order(quads), prefixes)


def _node(bundle: Bundle, ledger: Ledger, entity: BundleEntity, owner: str) -> Iterator[Quad]:
    """Yield a model or dataset with all that the profile has fields for."""
    it = Iri(page(entity, owner == _DATASET))
    yield it, RDF.type, CLASSES[owner], None
    yield it, _BY_NAME[f"{owner}.identifier"].iri, Literal(short_id(entity.iri)), None
    if "/" in entity.repository:  # a name without an owner is read as no repository
        ledger.keep(entity.iri, PG.hubRepository, it)
    if not entity.texts(SCHEMA.name):
        yield it, DCTERMS.title, Literal(bundle.name(entity.iri)), None
    for field in _WRITTEN:
        if field.name.partition(".")[0] == owner:
            yield from _field(bundle, ledger, entity, it, field)
    only = None if entity.texts(SCHEMA.version) else bundle.only_version(entity.iri)
    if only is not None:
        yield it, _BY_NAME[f"{owner}.version"].iri, Literal(only.text(SCHEMA.version)), None
    yield from _relations(bundle, ledger, entity, it)
    yield from standings(ledger, entity, it)


def _field(
    bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri, field: ProfileField
) -> Iterator[Quad]:
    writer = _WRITERS.get(field.kind, _plain if field.kind in _PLAIN else None)
    if writer is not None:
        yield from writer(bundle, ledger, entity, it, field)


_TYPED = {"Dataset.isReferencedBy": "Paper", "MachineLearningModel.hasPolicy": "Policy"}
"""The class that the profile's shapes require of a link's target."""


def _few(field: ProfileField, values: tuple[V, ...]) -> tuple[V, ...]:
    """All values, or the first where the profile allows one."""
    return values[:1] if field.name.partition(".")[2] in _SINGLE else values


def _plain(
    bundle: Bundle,  # noqa: ARG001 - every writer takes the same
    ledger: Ledger,
    entity: BundleEntity,
    it: Iri,
    field: ProfileField,
) -> Iterator[Quad]:
    assert field.term is not None
    for value in _few(field, entity.all(field.term)):
        written = _literal(entity, field, value)
        if written is not None:
            yield it, field.iri, written, None
            if field.name in _TYPED and isinstance(written, Iri):
                yield written, RDF.type, CLASSES[_TYPED[field.name]], None
            ledger.keep(entity.iri, field.term, value)


def _agents(
    bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri, field: ProfileField
) -> Iterator[Quad]:
    assert field.term is not None
    for agent in _few(field, entity.iris(field.term)):
        yield it, field.iri, agent, None
        yield agent, RDF.type, CLASSES["Agent"], None
        yield agent, _BY_NAME["Agent.name"].iri, Literal(bundle.name(agent)), None
        ledger.keep(entity.iri, field.term, agent)


def _datasets(
    bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri, field: ProfileField
) -> Iterator[Quad]:
    assert field.term is not None
    for data in entity.iris(field.term):
        if data in bundle.datasets:
            yield it, field.iri, Iri(page(bundle.entity(data), dataset=True)), None
            ledger.keep(entity.iri, field.term, data)


def _repositories(
    bundle: Bundle,  # noqa: ARG001
    ledger: Ledger,
    entity: BundleEntity,
    it: Iri,
    field: ProfileField,
) -> Iterator[Quad]:
    assert field.term is not None
    for repository in entity.iris(field.term):
        yield it, field.iri, repository, None
        yield repository, RDF.type, CLASSES["Repository"], None
        name = repository.rstrip("/").rpartition("/")[2]
        yield repository, _BY_NAME["Repository.name"].iri, Literal(name), None
        if statements.link_property(repository) == field.term:
            ledger.keep(entity.iri, field.term, repository)
        else:
            why = "readers tell a repository of code by its host, which this is not one of"
            ledger.refuse(entity.iri, field.term, repository, why)


def _literal(entity: BundleEntity, field: ProfileField, value: Value) -> Value | None:
    """A value in the form that the profile requires; None where it cannot be given."""
    if field.kind is ValueKind.LINK:
        return value if isinstance(value, Iri) else None
    if not isinstance(value, Literal):
        return None
    if field.kind is ValueKind.DATE:
        known = entity.dates.get(field.term or Iri(""))
        if known:
            return Literal(known, XSD.gYear if len(known) == 4 else XSD.gYearMonth)
        return value
    if field.kind is ValueKind.COUNT:
        return Literal(value.lexical, XSD.nonNegativeInteger)
    if field.kind is ValueKind.LANGUAGE:
        return None  # the profile requires a node of the EU's list of languages
    return value


def _licences(
    bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri, field: ProfileField
) -> Iterator[Quad]:
    term = field.iri
    for licence in entity.iris(DCTERMS.license):
        info = bundle.licences[licence]
        licence_iri = Iri(f"https://spdx.org/licenses/{info.key}") if info.spdx else licence
        yield it, term, licence_iri, None
        yield licence_iri, RDF.type, CLASSES["LicenceDocument"], None
        yield licence_iri, RDFS.label, Literal(info.label or info.key), None
        if info.unambiguous:
            ledger.keep(entity.iri, DCTERMS.license, licence)
    yield from stated_licences(entity, it)


def _modalities(
    bundle: Bundle,  # noqa: ARG001
    ledger: Ledger,
    entity: BundleEntity,
    it: Iri,
    field: ProfileField,
) -> Iterator[Quad]:
    assert field.term is not None
    concept = CLASSES["Concept"]
    for kind in entity.iris(field.term):
        node = Iri(f"{it}#{field.name.rpartition('.')[2]}-{kind.rpartition('#')[2]}")
        yield it, field.iri, node, None
        yield node, RDF.type, CLASSES["Modality"], None
        yield node, _BY_NAME["Modality.classification"].iri, kind, None
        yield kind, RDF.type, concept, None
        ledger.keep(entity.iri, field.term, kind)


def _files(
    bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri, field: ProfileField
) -> Iterator[Quad]:
    """Yield files with an address: their own, else that of their name in the repository."""
    dataset = field.kind is ValueKind.DISTRIBUTION
    for node in bundle.hanging(entity.iri, PG.artifactOf):
        if entity.iri not in node.iris(PG.artifactOf):
            continue
        name = node.text(PG.fileName) or node.text(SCHEMA.name)
        address = file_address(node, it if entity.repository else "")
        if address is None or not name:
            why = "a file of the profile has an address and a name"
            ledger.refuse(node.iri, PG.artifactOf, entity.iri, why)
            continue
        owner = "Distribution" if dataset else "File"
        link = "Distribution.accessUrl" if dataset else "File.url"
        yield it, field.iri, node.iri, None
        yield node.iri, RDF.type, CLASSES[owner], None
        yield (
            node.iri,
            _BY_NAME[f"{owner}.{'identifier' if dataset else 'id'}"].iri,
            Literal(name),
            None,
        )
        yield node.iri, _BY_NAME[f"{owner}.title"].iri, Literal(name), None
        yield node.iri, _BY_NAME[link].iri, address, None
        yield address, RDF.type, CLASSES["CataloguedResource"], None
        if not dataset and (kind := node.text(PG.fileFormat) or name.rpartition(".")[2]):
            concept = Iri(f"https://www.iana.org/assignments/media-types/{_media(kind)}")
            yield node.iri, _BY_NAME["File.format"].iri, concept, None
            yield concept, RDF.type, CLASSES["Concept"], None
        yield from _checksums(node)
        ledger.keep(node.iri, PG.artifactOf, entity.iri)


def _media(kind: str) -> str:
    return kind if "/" in kind else f"application/{kind.casefold()}"


def _checksums(node: BundleEntity) -> Iterator[Quad]:
    for value in node.texts(PG.digest):
        algorithm, _, content = value.lexical.partition(":")
        checksum = Iri(f"{node.iri}#checksum-{algorithm}")
        method = Iri(f"{vocabularies.SPDX}checksumAlgorithm_{algorithm}")
        yield node.iri, _BY_NAME["File.checksum"].iri, checksum, None
        yield checksum, RDF.type, CLASSES["Checksum"], None
        yield checksum, _BY_NAME["Checksum.algorithm"].iri, method, None
        yield method, RDF.type, CLASSES["ChecksumAlgorithm"], None
        yield (
            checksum,
            _BY_NAME["Checksum.checksumValue"].iri,
            Literal(content, XSD.hexBinary),
            None,
        )


def _references(
    bundle: Bundle,  # noqa: ARG001
    ledger: Ledger,
    entity: BundleEntity,
    it: Iri,
    field: ProfileField,
) -> Iterator[Quad]:
    """Yield papers: the address is the node, with the stated citation."""
    citation = entity.text(PG.citeAs)
    for paper in entity.iris(PG.paper) if citation else ():
        yield it, field.iri, paper, None
        yield paper, RDF.type, CLASSES["BibliographicReference"], None
        yield (
            paper,
            _BY_NAME["BibliographicReference.bibliographicCitation"].iri,
            Literal(citation),
            None,
        )
        yield paper, _BY_NAME["BibliographicReference.format"].iri, Literal("text"), None
        ledger.keep(entity.iri, PG.paper, paper)
    if not citation:
        for paper in entity.iris(PG.paper):
            yield it, RDFS.seeAlso, paper, None


def _relations(bundle: Bundle, ledger: Ledger, entity: BundleEntity, it: Iri) -> Iterator[Quad]:
    """Yield parents: by the profile's one relation, else by our own terms, with the revision."""
    tuned = _BY_NAME["MachineLearningModel.fineTunedFrom"].iri
    for relation in terms.DERIVATIONS:
        parents = [p for p in entity.iris(relation) if p in bundle.models]
        for number, parent in enumerate(parents):
            other = Iri(page(bundle.entity(parent)))
            if other == it:
                why = "the same repository: no model descends from itself"
                ledger.refuse(entity.iri, relation, parent, why)
                continue
            profiles_own = relation == PG.fineTunedFrom and number == 0
            yield it, tuned if profiles_own else relation, other, None
            ledger.keep(entity.iri, relation, parent)
            if revision := entity.revisions.get(parent):
                node = Iri(f"{it}#{shorten(relation).partition(':')[2]}-{number + 1}")
                yield it, PROV.qualifiedDerivation, node, None
                yield node, PROV.entity, other, None
                yield node, SCHEMA.version, Literal(revision), None


Writer = Callable[[Bundle, Ledger, BundleEntity, Iri, ProfileField], Iterator[Quad]]
_WRITERS: Mapping[ValueKind, Writer] = {
    ValueKind.LICENCE: _licences,
    ValueKind.AGENT: _agents,
    ValueKind.DATASET: _datasets,
    ValueKind.MODALITY: _modalities,
    ValueKind.REPOSITORY: _repositories,
    ValueKind.FILE: _files,
    ValueKind.DISTRIBUTION: _files,
    ValueKind.REFERENCE: _references,
}

EXPORTER = Exporter(
    format="mldcat-ap",
    title="MLDCAT-AP 3.1: models and datasets for a catalogue (Turtle)",
    media_type="text/turtle",
    suffix="mldcat.ttl",
    terms=TERMS,
    reasons=REASONS,
    otherwise=OTHERWISE,
    write=write,
)
