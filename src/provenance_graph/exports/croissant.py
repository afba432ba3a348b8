"""Croissant 1.1: the metadata of one dataset as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph import vocab
from provenance_graph.analysis.bundle_model import Bundle, Thing
from provenance_graph.exports import writing
from provenance_graph.exports.fair4ml import licence, page
from provenance_graph.exports.writing import Exported, Exporter, Ledger
from provenance_graph.names import Iri

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
_DATES = {
    vocab.ISSUED: "datePublished",
    vocab.CREATED: "dateCreated",
    vocab.MODIFIED: "dateModified",
}
_COLLECTION = {
    vocab.WEB_CRAWL: "Web Scraping",
    vocab.HUMAN_CREATED_DATA: "Manual Human Curator",
    vocab.USER_DATA: "User-generated content data",
}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        vocab.NAME: "name",
        vocab.ALTERNATE_NAME: "alternateName",
        vocab.CREATOR: "creator",
        vocab.LICENSE: "license",
        vocab.LANGUAGE: "inLanguage",
        vocab.VERSION: "version",
        vocab.HUB_REPOSITORY: "url",
        vocab.URL: "url, where there is no repository",
        vocab.SAME_AS: "sameAs",
        vocab.PAPER: "citeAs",
        vocab.DATA_ACQUISITION: "rai:dataCollectionType, the kinds that Croissant names",
        vocab.WAS_DERIVED_FROM: "prov:wasDerivedFrom",
        vocab.ARTIFACT_OF: "distribution: files with an address and a digest",
        **_DATES,
    }
)
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        vocab.CONFORMS_TO: "the document states what it conforms to itself",
        vocab.GENERATED_BY: "Croissant has no term for the model that wrote the data",
    }
)
OTHERWISE = "Croissant has no term for it"


def write(bundle: Bundle) -> Exported:
    """The metadata of the dataset that a bundle is about."""
    thing = bundle.thing(bundle.subjects[0])
    ledger = Ledger(bundle, (thing.iri,))
    whole = {"@context": CONTEXT, "@type": "sc:Dataset", **dict(_dataset(bundle, ledger, thing))}
    return ledger.done(writing.json_text(whole), TERMS, REASONS, OTHERWISE)


def _dataset(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    keep = ledger.keep
    name = bundle.name(thing.iri)
    yield "@id", page(thing, dataset=True)
    yield "conformsTo", VERSION
    yield "name", name
    keep(
        thing.iri,
        vocab.NAME,
        *(v for v in thing.texts(vocab.NAME) if v.lexical == name and not v.language),
    )
    others = [v for v in thing.texts(vocab.ALTERNATE_NAME) if v.lexical != name and not v.language]
    if others:
        yield "alternateName", [value.lexical for value in others]
        keep(thing.iri, vocab.ALTERNATE_NAME, *others)
    if makers := thing.things(vocab.CREATOR):
        yield "creator", [{"@type": "sc:Organization", "name": bundle.name(m)} for m in makers]
        keep(thing.iri, vocab.CREATOR, *makers)
    stated = [bundle.licences[one] for one in thing.things(vocab.LICENSE)]
    if stated:
        yield "license", [licence(info) for info in stated]
    if len(stated) == 1 and stated[0].told:
        keep(thing.iri, vocab.LICENSE, stated[0].iri)
    yield from _plain(ledger, thing)
    yield from _links(ledger, thing)
    yield from _sources(bundle, ledger, thing)
    if files := list(_files(bundle, ledger, thing)):
        yield "distribution", files


def _plain(ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    for predicate, key in _DATES.items():
        for value in thing.texts(predicate)[:1]:
            yield key, writing.date_of(thing, predicate)
            ledger.keep(thing.iri, predicate, value)
    for value in thing.texts(vocab.VERSION)[:1]:
        yield "version", value.lexical
        ledger.keep(thing.iri, vocab.VERSION, value)
    if languages := [v for v in thing.texts(vocab.LANGUAGE) if not v.language]:
        yield "inLanguage", [value.lexical for value in languages]
        ledger.keep(thing.iri, vocab.LANGUAGE, *languages)
    kinds = [kind for kind in thing.things(vocab.DATA_ACQUISITION) if kind in _COLLECTION]
    if kinds:
        yield "rai:dataCollectionType", [_COLLECTION[kind] for kind in kinds]
        ledger.keep(thing.iri, vocab.DATA_ACQUISITION, *kinds)


def _links(ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    if thing.repository:
        yield "url", page(thing, dataset=True)
        ledger.keep(thing.iri, vocab.HUB_REPOSITORY, Iri(page(thing, dataset=True)))
    else:
        for url in thing.things(vocab.URL)[:1]:
            yield "url", str(url)
            ledger.keep(thing.iri, vocab.URL, url)
    same = [s for s in thing.things(vocab.SAME_AS) if s.startswith(("http://", "https://"))]
    if same:
        yield "sameAs", [str(s) for s in same]
        ledger.keep(thing.iri, vocab.SAME_AS, *same)
    if papers := thing.things(vocab.PAPER):
        yield "citeAs", " ".join(papers)
        ledger.keep(
            thing.iri, vocab.PAPER, *(p for p in papers if "arxiv.org/" in p or "doi.org/" in p)
        )


def _sources(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    parents = [p for p in thing.things(vocab.WAS_DERIVED_FROM) if p in bundle.datasets]
    if parents:
        yield (
            "prov:wasDerivedFrom",
            [{"@id": page(bundle.thing(p), dataset=True), "name": bundle.name(p)} for p in parents],
        )
        ledger.keep(thing.iri, vocab.WAS_DERIVED_FROM, *parents)


def _files(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    for node in bundle.hanging(thing.iri, vocab.ARTIFACT_OF):
        name, urls = node.text(vocab.FILE_NAME), node.things(vocab.URL)
        digests = {
            algorithm: content
            for algorithm, _, content in (
                v.lexical.partition(":") for v in node.texts(vocab.DIGEST)
            )
            if algorithm in ("sha256", "md5")
        }
        if not name or not urls or not digests:
            why = "Croissant wants an address and a digest of every file"
            ledger.refuse(node.iri, vocab.ARTIFACT_OF, thing.iri, why)
            continue
        found: dict[str, Any] = {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": str(urls[0]),
            "encodingFormat": node.text(vocab.FILE_FORMAT) or "application/octet-stream",
            **digests,
        }
        for size in node.texts(vocab.BYTE_SIZE)[:1]:
            found["contentSize"] = f"{size.lexical} B"
        yield found
        ledger.keep(node.iri, vocab.ARTIFACT_OF, thing.iri)


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
