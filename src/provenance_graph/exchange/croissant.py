"""Croissant 1.1: the metadata of one dataset as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.fair4ml import licence, page, stated_licence
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundles.results import Bundle, BundleEntity

VERSION = "http://mlcommons.org/croissant/1.1"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs",
    "md5": "cr:md5",
    "containedIn": "cr:containedIn",
}
_COLLECTION = {
    PG.WebCrawl: "Web Scraping",
    PG.HumanCreatedData: "Manual Human Curator",
    PG.UserData: "User-generated content data",
}
_TEXTS: Mapping[Iri, str] = {
    SCHEMA.description: "description",
    PG.collectionProcess: "rai:dataCollection",
    PG.dataPreprocessing: "rai:dataPreprocessingProtocol",
    PG.usesSensitiveData: "rai:personalSensitiveInformation",
    PG.knownBias: "rai:dataBiases",
    PG.knownLimitation: "rai:dataLimitations",
    PG.intendedUse: "rai:dataUseCases",
    PG.updateMechanism: "rai:dataReleaseMaintenancePlan",
}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "name",
        SCHEMA.alternateName: "alternateName",
        DCTERMS.creator: "creator",
        DCTERMS.license: "license",
        DCTERMS.language: "inLanguage",
        SCHEMA.version: "version",
        PG.hubRepository: "url",
        SCHEMA.url: "url, where there is no repository",
        SCHEMA.sameAs: "sameAs",
        PG.paper: "citeAs",
        PG.dataAcquisition: "rai:dataCollectionType, the kinds that Croissant names",
        PROV.wasDerivedFrom: "prov:wasDerivedFrom",
        PG.artifactOf: "distribution: files with an address and a digest",
        **writing.SCHEMA_DATES,
        **_TEXTS,
        PG.suppliedBy: "publisher",
    }
)
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        DCTERMS.conformsTo: "the document states what it conforms to itself",
        PG.generatedBy: "Croissant has no term for the model that wrote the data",
    }
)
OTHERWISE = "Croissant has no term for it"


def write(bundle: Bundle) -> Exported:
    """The metadata of the dataset that a bundle is about."""
    entity = bundle.entity(bundle.subjects[0])
    ledger = Ledger(bundle, (entity.iri,))
    whole = {"@context": CONTEXT, "@type": "sc:Dataset", **dict(_dataset(bundle, ledger, entity))}
    return ledger.done(writing.json_text(whole), TERMS, REASONS, OTHERWISE)


def _dataset(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    keep = ledger.keep
    name = bundle.name(entity.iri)
    yield "@id", page(entity, dataset=True)
    yield "conformsTo", VERSION
    yield "name", name
    keep(
        entity.iri,
        SCHEMA.name,
        *(v for v in entity.texts(SCHEMA.name) if v.lexical == name and not v.language),
    )
    others = [v for v in entity.texts(SCHEMA.alternateName) if v.lexical != name and not v.language]
    if others:
        yield "alternateName", [value.lexical for value in others]
        keep(entity.iri, SCHEMA.alternateName, *others)
    if makers := entity.iris(DCTERMS.creator):
        yield "creator", [{"@type": "sc:Organization", "name": bundle.name(m)} for m in makers]
        keep(entity.iri, DCTERMS.creator, *makers)
    stated = [bundle.licences[one] for one in entity.iris(DCTERMS.license)]
    if result := [licence(info) for info in stated] or list(
        map(stated_licence, entity.stated_licences)
    ):
        yield "license", result
    if len(stated) == 1 and stated[0].unambiguous:
        keep(entity.iri, DCTERMS.license, stated[0].iri)
    yield from _plain(ledger, entity)
    yield from _links(ledger, entity)
    yield from _sources(bundle, ledger, entity)
    yield from _documented(bundle, ledger, entity)
    if files := list(_files(bundle, ledger, entity)):
        yield "distribution", files
    yield "sdPublisher", {"@type": "sc:Organization", "name": "provenance-graph"}
    yield "creditText", writing.mark(bundle, "croissant")


def _documented(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    """Yield the texts for which Croissant and its responsible-AI extension have fields."""
    for predicate, key in _TEXTS.items():
        if values := [v for v in entity.texts(predicate) if not v.language]:
            yield key, [value.lexical for value in values]
            ledger.keep(entity.iri, predicate, *values)
    for publisher in entity.iris(PG.suppliedBy)[:1]:
        yield "publisher", {"@type": "sc:Organization", "name": bundle.name(publisher)}
        ledger.keep(entity.iri, PG.suppliedBy, publisher)


def _plain(ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    for predicate, key in writing.SCHEMA_DATES.items():
        for value in entity.texts(predicate)[:1]:
            yield key, writing.date_of(entity, predicate)
            ledger.keep(entity.iri, predicate, value)
    for value in entity.texts(SCHEMA.version)[:1]:
        yield "version", value.lexical
        ledger.keep(entity.iri, SCHEMA.version, value)
    if languages := [v for v in entity.texts(DCTERMS.language) if not v.language]:
        yield "inLanguage", [value.lexical for value in languages]
        ledger.keep(entity.iri, DCTERMS.language, *languages)
    kinds = [kind for kind in entity.iris(PG.dataAcquisition) if kind in _COLLECTION]
    if kinds:
        yield "rai:dataCollectionType", [_COLLECTION[kind] for kind in kinds]
        ledger.keep(entity.iri, PG.dataAcquisition, *kinds)


def _links(ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    if entity.repository:
        yield "url", page(entity, dataset=True)
        ledger.keep(entity.iri, PG.hubRepository, Iri(page(entity, dataset=True)))
    else:
        for url in entity.iris(SCHEMA.url)[:1]:
            yield "url", str(url)
            ledger.keep(entity.iri, SCHEMA.url, url)
    same = [s for s in entity.iris(SCHEMA.sameAs) if s.startswith(("http://", "https://"))]
    if same:
        yield "sameAs", [str(s) for s in same]
        ledger.keep(entity.iri, SCHEMA.sameAs, *same)
    if papers := entity.iris(PG.paper):
        yield "citeAs", " ".join(papers)
        ledger.keep(
            entity.iri, PG.paper, *(p for p in papers if "arxiv.org/" in p or "doi.org/" in p)
        )


def _sources(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    parents = [p for p in entity.iris(PROV.wasDerivedFrom) if p in bundle.datasets]
    if parents:
        yield (
            "prov:wasDerivedFrom",
            [
                {"@id": page(bundle.entity(p), dataset=True), "name": bundle.name(p)}
                for p in parents
            ],
        )
        ledger.keep(entity.iri, PROV.wasDerivedFrom, *parents)


def _files(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    for node in bundle.hanging(entity.iri, PG.artifactOf):
        name, urls = node.text(PG.fileName), node.iris(SCHEMA.url)
        digests = {
            algorithm: content
            for algorithm, _, content in (v.lexical.partition(":") for v in node.texts(PG.digest))
            if algorithm in ("sha256", "md5")
        }
        if not name or not urls or not digests:
            why = "Croissant requires an address and a digest of every file"
            ledger.refuse(node.iri, PG.artifactOf, entity.iri, why)
            continue
        results: dict[str, Any] = {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": str(urls[0]),
            "encodingFormat": node.text(PG.fileFormat) or "application/octet-stream",
            **digests,
        }
        for size in node.texts(PG.byteSize)[:1]:
            results["contentSize"] = f"{size.lexical} B"
        yield results
        ledger.keep(node.iri, PG.artifactOf, entity.iri)


EXPORTER = Exporter(
    format="croissant",
    title="Croissant 1.1 metadata of a dataset (JSON-LD)",
    media_type="application/ld+json",
    suffix="croissant.json",
    terms=TERMS,
    reasons=REASONS,
    otherwise=OTHERWISE,
    write=write,
    alone="dataset",
)
