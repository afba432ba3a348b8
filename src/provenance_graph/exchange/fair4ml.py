"""Writer of FAIR4ML: models as JSON-LD with schema.org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, terms
from provenance_graph.core.iris import Iri, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundles.results import Bundle, BundleEntity, LicenceInfo, StatedLicence

CONTEXT = {
    "@vocab": "https://schema.org/",
    "schema": "https://schema.org/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "codemeta": "https://w3id.org/codemeta/",
}
_TEXTS: Mapping[Iri, str] = {
    PG.task: "fair4ml:mlTask",
    PG.architectureClass: "fair4ml:modelCategory",
    DCTERMS.language: "inLanguage",
    PG.minimumHardware: "processorRequirements",
    SCHEMA.version: "version",
}
_LINKS = {
    PG.codeRepository: "codeRepository",
    PG.paper: "citation",
    PG.modelCard: "codemeta:readme",
}
_DATA = {
    PG.trainedOn: "fair4ml:trainedOn",
    PG.testedOn: "fair4ml:testedOn",
    PG.validatedOn: "fair4ml:validatedOn",
}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "name",
        DCTERMS.creator: "author",
        DCTERMS.license: "license",
        PG.hubRepository: "@id",
        PG.homepage: "url",
        SCHEMA.sameAs: "identifier, where it is a DOI",
        PG.fineTunedFrom: "fair4ml:fineTunedFrom",
        PG.trainingCO2eTonnes: "fair4ml:hasCO2eEmissions",
        PG.minimumMemoryGB: "memoryRequirements",
        PG.evaluationOf: "fair4ml:hasEvaluation, with benchmark, metric and score",
        **_TEXTS,
        **writing.SCHEMA_DATES,
        **_LINKS,
        **_DATA,
        PG.softwareDependency: "softwareRequirements",
        PG.intendedUse: "fair4ml:intendedUse",
        PG.knownLimitation: "fair4ml:modelRisksBiasLimitations",
    }
)
_MORE: Mapping[Iri, str] = {
    PG.softwareDependency: "softwareRequirements",
    PG.intendedUse: "fair4ml:intendedUse",
    PG.knownLimitation: "fair4ml:modelRisksBiasLimitations",
}
_RELATION = "FAIR4ML has only fineTunedFrom; isBasedOn is written for parents with a repository"
OTHERWISE = "FAIR4ML has no term for it"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        **{p: _RELATION for p in terms.DERIVATIONS if p != PG.fineTunedFrom},
        PROV.wasDerivedFrom: f"{_RELATION}, not derivation at large",
        **dict.fromkeys(writing.STATUSES, f"{OTHERWISE}; it is written in the description"),
    }
)


def write(bundle: Bundle) -> Exported:
    """The models of a bundle as ``fair4ml:MLModel``."""
    ledger = Ledger(bundle, bundle.models)
    models = [dict(_model(bundle, ledger, bundle.entity(m))) for m in bundle.models]
    whole = {"@context": CONTEXT, "@graph": models}
    return ledger.done(writing.json_text(whole), TERMS, REASONS, OTHERWISE)


def page(entity: BundleEntity, dataset: bool = False) -> str:
    """The public identifier of an entity: its page on the Hub, else its IRI in this graph."""
    return entity.hub_page(dataset) or entity.iri


def _model(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    keep = ledger.keep
    name = bundle.name(entity.iri)
    yield "@type", "fair4ml:MLModel"
    yield "@id", page(entity)
    yield "name", name
    keep(entity.iri, SCHEMA.name, *(v for v in entity.texts(SCHEMA.name) if v.lexical == name))
    if entity.repository:
        keep(entity.iri, PG.hubRepository, Iri(page(entity)))
    if makers := entity.iris(DCTERMS.creator):
        yield "author", [{"@type": "Organization", "name": bundle.name(m)} for m in makers]
        keep(entity.iri, DCTERMS.creator, *makers)
    yield from _licences(bundle, ledger, entity)
    yield from _plain(ledger, entity)
    yield from _data(bundle, ledger, entity)
    if parents := list(_parents(bundle, ledger, entity)):
        yield "fair4ml:fineTunedFrom", parents
    for predicate, key, unit in (
        (PG.trainingCO2eTonnes, "fair4ml:hasCO2eEmissions", "tonnes"),
        (PG.minimumMemoryGB, "memoryRequirements", "GB"),
    ):
        for value in entity.texts(predicate)[:1]:
            yield key, f"{value.lexical} {unit}"
            keep(entity.iri, predicate, value)
    if scores := list(_evaluations(bundle, ledger, entity)):
        yield "fair4ml:hasEvaluation", scores
    yield from _origins(bundle, ledger, entity)
    if silent := writing.silences(entity):
        yield "description", "; ".join(silent)
    yield "sdPublisher", {"@type": "Organization", "name": "provenance-graph"}
    yield "creditText", writing.mark(bundle, "fair4ml")


def _origins(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    """Yield parents other than by fine-tuning, with their kind; libraries; limits and uses."""
    others = []
    for relation in terms.DERIVATIONS:
        for parent in entity.iris(relation) if relation != PG.fineTunedFrom else ():
            other = bundle.entity(parent)
            if other.repository and page(other) != page(entity):
                others.append(
                    {**_parent(bundle, entity, other), "additionalType": shorten(relation)}
                )
                ledger.keep(entity.iri, relation, parent)
    if others:
        yield "isBasedOn", others
    for predicate, key in _MORE.items():
        if values := [v for v in entity.texts(predicate) if not v.language]:
            yield key, [value.lexical for value in values]
            ledger.keep(entity.iri, predicate, *values)


def _parent(bundle: Bundle, entity: BundleEntity, other: BundleEntity) -> dict[str, str]:
    """A parent, addressed at its revision where one is pinned."""
    named = _named(bundle, other)
    revision = entity.revisions.get(other.iri, "")
    return {**named, "@id": f"{named['@id']}/tree/{revision}"} if revision else named


def _plain(ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    for predicate, key in _TEXTS.items():
        if values := entity.texts(predicate):
            yield key, [value.lexical for value in values]
            ledger.keep(entity.iri, predicate, *(v for v in values if not v.language))
    for predicate, key in writing.SCHEMA_DATES.items():
        for value in entity.texts(predicate)[:1]:
            yield key, writing.date_of(entity, predicate)
            ledger.keep(entity.iri, predicate, value)
    for predicate, key in _LINKS.items():
        pages = [p for p in entity.iris(predicate) if p.startswith(("http://", "https://"))]
        if pages:
            yield key, [str(p) for p in pages]
            ledger.keep(entity.iri, predicate, *pages)
    for home in entity.iris(PG.homepage)[:1]:
        if not hub.on_hub(home):
            yield "url", str(home)
            ledger.keep(entity.iri, PG.homepage, home)
    dois = [same for same in entity.iris(SCHEMA.sameAs) if same.startswith("https://doi.org/")]
    if dois:
        yield "identifier", [str(doi) for doi in dois]
        ledger.keep(entity.iri, SCHEMA.sameAs, *dois)


def _licences(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    stated = [bundle.licences[licence] for licence in entity.iris(DCTERMS.license)]
    if result := [licence(info) for info in stated] or list(
        map(stated_licence, entity.stated_licences)
    ):
        yield "license", result
    ledger.keep(entity.iri, DCTERMS.license, *(info.iri for info in stated if info.unambiguous))


def licence(info: LicenceInfo) -> str | dict[str, str]:
    """A licence in schema.org: SPDX's page where SPDX lists it, else its name and address."""
    if info.spdx:
        return f"https://spdx.org/licenses/{info.key}"
    named = {"@type": "CreativeWork", "name": info.key}
    return {**named, "url": info.url} if info.url else named


def stated_licence(stated: StatedLicence) -> str | dict[str, str]:
    """A licence in no table, by the name and address that its source gives."""
    if not stated.url:
        return stated.name
    return {"@type": "CreativeWork", "name": stated.name, "url": stated.url}


def _data(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    for predicate, key in _DATA.items():
        results = [data for data in entity.iris(predicate) if data in bundle.datasets]
        if results:
            yield key, [_named(bundle, bundle.entity(data), dataset=True) for data in results]
            ledger.keep(entity.iri, predicate, *results)


def _named(bundle: Bundle, entity: BundleEntity, *, dataset: bool = False) -> dict[str, str]:
    kind = "Dataset" if dataset else "fair4ml:MLModel"
    return {"@type": kind, "@id": page(entity, dataset), "name": bundle.name(entity.iri)}


def _parents(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, str]]:
    for parent in entity.iris(PG.fineTunedFrom):
        other = bundle.entity(parent)
        if parent == entity.iri or page(other) == page(entity):
            why = "the same repository: no model descends from itself"
            ledger.refuse(entity.iri, PG.fineTunedFrom, parent, why)
            continue
        yield _parent(bundle, entity, other)
        if other.repository:
            ledger.keep(entity.iri, PG.fineTunedFrom, parent)
        else:
            why = f"{shorten(parent)} has no repository, by which parents are identified"
            ledger.refuse(entity.iri, PG.fineTunedFrom, parent, why)


def _evaluations(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    for node in bundle.hanging(entity.iri, PG.evaluationOf):
        benchmark = next(iter(node.iris(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if entity.iri not in node.iris(PG.evaluationOf) or not benchmark or not score:
            continue
        measured = {"name": node.text(PG.metric) or "score", "value": writing.number(score)}
        yield {
            "@type": "fair4ml:MLModelEvaluation",
            "fair4ml:evaluationDataset": {"@type": "Dataset", "name": bundle.name(benchmark)},
            "fair4ml:evaluationMetrics": [measured],
        }
        ledger.keep(node.iri, PG.evaluationOf, entity.iri)


EXPORTER = Exporter(
    format="fair4ml",
    title="FAIR4ML metadata (JSON-LD)",
    media_type="application/ld+json",
    suffix="fair4ml.jsonld",
    terms=TERMS,
    reasons=REASONS,
    otherwise=OTHERWISE,
    write=write,
)
