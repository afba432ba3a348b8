"""A component of a CycloneDX document: a model or dataset with all that the format can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, terms
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name, short_id, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDFS, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Ledger
from provenance_graph.formats import statements
from provenance_graph.formats.cyclonedx.keys import LINKS, MODEL, PARAMETERS
from provenance_graph.formats.fields.languages import TAGS
from provenance_graph.formats.fields.modalities import notations
from provenance_graph.model.bundles.results import Bundle, BundleEntity, LicenceInfo

RELATION = "provenance-graph:relation"
"""The property of an ancestor that names the kind of derivation."""

_LINKS: Mapping[Iri, str] = {
    **{p: kind for kind, p in LINKS.items() if p != RDFS.seeAlso},
    PG.paper: "documentation",
}
_TEXTS: Mapping[Iri, str] = {p: key for key, p in PARAMETERS.items()}
_FORMATS = {PG.inputModality: "inputs", PG.outputModality: "outputs"}
_CONSIDERATIONS: Mapping[Iri, str] = {
    PG.intendedUse: "useCases",
    PG.knownLimitation: "technicalLimitations",
}
_APPROACHES = frozenset(
    ("supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised")
)
_STAGES: Mapping[Iri, str] = {
    PG.pretrainedOn: "pre-training",
    PG.finetunedOn: "fine-tuning",
    PG.preferenceTrainedOn: "preference",
}
_HASHES = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "name",
        DCTERMS.creator: "manufacturer",
        DCTERMS.license: "licenses",
        PG.hubRepository: "purl (pkg:huggingface)",
        PROV.wasDerivedFrom: "pedigree.ancestors",
        PG.usesComponent: "dependencies",
        PG.trainedOn: "modelCard.modelParameters.datasets",
        PG.evaluationOf: "performanceMetrics: benchmark and score, without evaluator and date",
        PG.artifactOf: "a file among the components, with its hashes",
        PROV.specializationOf: "version, where there is just one",
        SCHEMA.url: "data.contents.url of a dataset",
        **{p: f"externalReferences of type {kind}" for p, kind in _LINKS.items()},
        **{p: f"modelCard.modelParameters.{key}" for p, key in _TEXTS.items()},
        **{p: f"modelCard.modelParameters.{key}" for p, key in _FORMATS.items()},
        **{p: f"modelCard.considerations.{key}" for p, key in _CONSIDERATIONS.items()},
        **dict.fromkeys(_STAGES, "a property of the dataset that names the stage"),
        DCTERMS.issued: "releaseNotes.timestamp, where the day is known",
        DCTERMS.language: "tags",
        SCHEMA.description: "description",
        PG.copyrightText: "copyright",
        PG.suppliedBy: "supplier",
        PG.learningApproach: "modelCard.modelParameters.approach.type",
        PG.vulnerability: "vulnerabilities",
        PG.softwareDependency: "a component and a dependency on it",
        **dict.fromkeys(terms.DERIVATIONS, "pedigree.ancestors, the kind as a property of each"),
    }
)
OTHERWISE = "no field of CycloneDX; it is written as a property of the component, under our name"
_NO_PROVIDER = "CycloneDX records energy and emissions only together with the energy's providers"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        PG.trainingEnergyMWh: _NO_PROVIDER,
        PG.trainingCO2eTonnes: _NO_PROVIDER,
        PG.inferred: OTHERWISE,
        PG.testedOn: "CycloneDX does not distinguish training data from test data",
        PG.validatedOn: "CycloneDX does not distinguish training data from validation data",
        **{
            link: f"{why}; it is left out"
            for link, why in writing.OURS.items()
            if link in (PG.rankOf, PG.assessmentOf, PG.offerOf, PG.resolvesTo)
        },
    }
)


def component(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> dict[str, Any]:
    """A model or dataset as a component; values without a field become its properties."""
    dataset = entity.iri in bundle.datasets
    name = bundle.name(entity.iri)
    ledger.keep(
        entity.iri, SCHEMA.name, *(v for v in entity.texts(SCHEMA.name) if v.lexical == name)
    )
    if page := entity.hub_page(dataset):
        ledger.keep(entity.iri, PG.hubRepository, Iri(page))
    results: dict[str, Any] = {
        "type": "data" if dataset else MODEL,
        "bom-ref": short_id(entity.iri),
        **_makers(bundle, ledger, entity),
        **_identity(bundle, entity),
        "version": _version(bundle, ledger, entity),
        **_stated(bundle, ledger, entity),
        "hashes": _whole(bundle, ledger, entity),
        "licenses": list(_licences(bundle, ledger, entity)),
        "externalReferences": list(_links(ledger, entity, dataset)),
    }
    if dataset:
        results["data"] = [_data(bundle, ledger, entity)]
        results["properties"] = list(_stages(bundle, ledger, entity))
    else:
        ancestors = list(_ancestors(bundle, ledger, entity))
        results["pedigree"] = {"ancestors": ancestors} if ancestors else {}
        results["components"] = list(_files(bundle, ledger, entity))
        results["modelCard"] = _card(bundle, ledger, entity)
    results["properties"] = [*results.get("properties", ()), *_rest(ledger, entity)]
    return {key: value for key, value in results.items() if value not in ("", [], {})}


def _stated(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> dict[str, Any]:
    """Description, copyright, supplier, release day and languages."""
    results: dict[str, Any] = {}
    for predicate, key in ((SCHEMA.description, "description"), (PG.copyrightText, "copyright")):
        for value in entity.texts(predicate)[:1]:
            results[key] = value.lexical
            ledger.keep(entity.iri, predicate, value)
    for supplier in entity.iris(PG.suppliedBy)[:1]:
        results["supplier"] = _organization(bundle, supplier)
        ledger.keep(entity.iri, PG.suppliedBy, supplier)
    if released := _released(ledger, entity):
        results["releaseNotes"] = {"type": "major", "timestamp": released}
    if tags := [v for v in entity.texts(DCTERMS.language) if v.lexical in TAGS]:
        results["tags"] = [value.lexical for value in tags]
        ledger.keep(entity.iri, DCTERMS.language, *tags)
    return results


def _released(ledger: Ledger, entity: BundleEntity) -> str:
    """The release day as CycloneDX writes it; empty where only the month or year is known."""
    for value in entity.texts(DCTERMS.issued)[:1]:
        if DCTERMS.issued in entity.dates:
            why = f"known as {entity.dates[DCTERMS.issued]} only; CycloneDX requires the second"
            ledger.refuse(entity.iri, DCTERMS.issued, value, why)
        else:
            ledger.keep(entity.iri, DCTERMS.issued, value)
            return f"{value.lexical[:10]}T00:00:00Z"
    return ""


def _whole(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> list[dict[str, str]]:
    """The digests of the component as a whole: those of a file without a name."""
    results = []
    for node in nameless_files(bundle, entity):
        results += _hashes(node)
        ledger.keep(node.iri, PG.artifactOf, entity.iri)
    return results


def nameless_files(bundle: Bundle, entity: BundleEntity) -> Iterator[BundleEntity]:
    """Yield the files without a name, whose digests are those of the whole component."""
    for node in bundle.hanging(entity.iri, PG.artifactOf):
        named = node.text(PG.fileName) or node.text(SCHEMA.name)
        if not named and _hashes(node):
            yield node


def _hashes(node: BundleEntity) -> list[dict[str, str]]:
    parts = (value.lexical.partition(":") for value in node.texts(PG.digest))
    return [
        {"alg": _HASHES[algorithm], "content": content}
        for algorithm, _, content in parts
        if algorithm in _HASHES
    ]


def _stages(bundle: Bundle, ledger: Ledger, data: BundleEntity) -> Iterator[dict[str, str]]:
    """Yield the stages in which a dataset was used, where all models of the document agree."""
    for predicate, stage in _STAGES.items():
        users = [m for m in bundle.models if data.iri in bundle.entity(m).iris(predicate)]
        trained = [m for m in bundle.models if data.iri in bundle.entity(m).iris(PG.trainedOn)]
        if users and users == trained:
            yield {"name": "cdx:ai-ml:dataset:stage", "value": stage}
            for user in users:
                ledger.keep(user, predicate, data.iri)


def _identity(bundle: Bundle, entity: BundleEntity) -> dict[str, Any]:
    """The fields that identify an entity, both as a component and in a pedigree."""
    results: dict[str, Any] = {"name": bundle.name(entity.iri)}
    if purl := bundle.package_url(entity):
        results["purl"] = purl
    return results


def _makers(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> dict[str, Any]:
    makers = entity.iris(DCTERMS.creator)
    ledger.keep(entity.iri, DCTERMS.creator, *makers)
    if len(makers) == 1:
        return {"manufacturer": _organization(bundle, makers[0])}
    return {"authors": [{"name": bundle.name(maker)} for maker in makers]} if makers else {}


def _organization(bundle: Bundle, maker: Iri) -> dict[str, Any]:
    pages = bundle.entity(maker).pages()[:1]
    return {"name": bundle.name(maker), **({"url": list(pages)} if pages else {})}


def _version(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> str:
    only = bundle.only_version(entity.iri)
    if only is None:
        return ""
    ledger.keep(only.iri, PROV.specializationOf, entity.iri)
    return only.text(SCHEMA.version)


def _licences(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    stated = entity.iris(DCTERMS.license)
    for licence in stated:
        info = bundle.licences[licence]
        if len(stated) == 1 and info.unambiguous:
            ledger.keep(entity.iri, DCTERMS.license, licence)
        yield _licence(info)
        if info.expression:
            break  # the schema allows a single expression
    for unknown in entity.stated_licences if not stated else ():
        yield {"license": {"name": unknown.name, **({"url": unknown.url} if unknown.url else {})}}


def _licence(info: LicenceInfo) -> dict[str, Any]:
    if info.expression:
        return {"expression": info.expression}
    single: dict[str, Any] = {"id" if info.spdx else "name": info.key}
    return {"license": {**single, "url": info.url} if info.url and not info.spdx else single}


def _links(ledger: Ledger, entity: BundleEntity, dataset: bool) -> Iterator[dict[str, Any]]:
    for predicate, kind in _LINKS.items():
        for page in () if dataset else entity.iris(predicate):
            yield {"type": kind, "url": str(page)}
            if not hub.on_hub(page) and _property(kind, page) == predicate:
                ledger.keep(entity.iri, predicate, page)


def _property(kind: str, page: str) -> Iri:
    """The property that a link means to a reader: papers and code are recognised by address."""
    known = statements.link_property(page)
    if known != RDFS.seeAlso or (
        kind == _LINKS[PG.codeRepository] and statements.on_code_host(page)
    ):
        return known
    return next((p for p, k in _LINKS.items() if k == kind and p != PG.paper), RDFS.seeAlso)


def _data(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> dict[str, Any]:
    results: dict[str, Any] = {"type": "dataset", "name": bundle.name(entity.iri)}
    if owners := entity.iris(DCTERMS.creator):
        parties = [{"organization": _organization(bundle, owner)} for owner in owners]
        results["governance"] = {"owners": parties}
    for value in entity.texts(PG.confidentialityLevel)[:1]:
        results["classification"] = value.lexical
        ledger.keep(entity.iri, PG.confidentialityLevel, value)
    if sensitive := entity.texts(PG.usesSensitiveData):
        results["sensitiveData"] = [value.lexical for value in sensitive]
        ledger.keep(entity.iri, PG.usesSensitiveData, *sensitive)
    if page := entity.hub_page(dataset=True):
        results["contents"] = {"url": page}
    else:
        for page in entity.iris(SCHEMA.url)[:1]:
            results["contents"] = {"url": str(page)}
            ledger.keep(entity.iri, SCHEMA.url, page)
    return results


def named_files(bundle: Bundle, entity: BundleEntity) -> Iterator[BundleEntity]:
    """Yield the files of a model itself that have a name."""
    for node in bundle.hanging(entity.iri, PG.artifactOf):
        if node.text(PG.fileName) and entity.iri in node.iris(PG.artifactOf):
            yield node


def _files(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    for node in named_files(bundle, entity):
        name, hashes = node.text(PG.fileName), _hashes(node)
        yield {"type": "file", "name": name, **({"hashes": hashes} if hashes else {})}
        ledger.keep(node.iri, PG.artifactOf, entity.iri)


def _ancestors(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    for parent in entity.iris(PROV.wasDerivedFrom):
        same = bundle.entity(parent).repository
        if (
            parent not in bundle.models
            or parent == entity.iri
            or (same and same == entity.repository)
        ):
            why = "no other component: a text, or the same repository"
            ledger.refuse(entity.iri, PROV.wasDerivedFrom, parent, why)
            continue
        kinds = [p for p in terms.DERIVATIONS if parent in entity.iris(p)]
        results = {"type": MODEL, **_identity(bundle, bundle.entity(parent))}
        revision = entity.revisions.get(parent, "")
        if (
            "purl" in results
        ):  # the parent's current revision need not be the one that the model was made from
            bare = results["purl"].partition("@")[0]
            results["purl"] = f"{bare}@{revision}" if revision else bare
        elif revision:
            results["version"] = revision
        properties = [{"name": RELATION, "value": local_name(kind)} for kind in kinds]
        yield {**results, **({"properties": properties} if properties else {})}
        ledger.keep(entity.iri, PROV.wasDerivedFrom, parent)
        for kind in kinds:
            ledger.keep(entity.iri, kind, parent)


def _card(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> dict[str, Any]:
    card: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for predicate, key in _TEXTS.items():
        for value in entity.texts(predicate)[:1]:
            parameters[key] = value.lexical
            ledger.keep(entity.iri, predicate, value)
    datasets = [data for data in entity.iris(PG.trainedOn) if data in bundle.datasets]
    if datasets:
        parameters["datasets"] = [{"ref": short_id(data)} for data in datasets]
        ledger.keep(entity.iri, PG.trainedOn, *datasets)
    for predicate, key in _FORMATS.items():
        kinds = [kind for kind in entity.iris(predicate) if kind in notations()]
        if kinds:
            parameters[key] = [{"format": notations()[kind]} for kind in kinds]
            ledger.keep(entity.iri, predicate, *kinds)
    for approach in entity.texts(PG.learningApproach)[:1]:
        if approach.lexical in _APPROACHES:
            parameters["approach"] = {"type": approach.lexical}
            ledger.keep(entity.iri, PG.learningApproach, approach)
    if parameters:
        card["modelParameters"] = parameters
    considerations = {}
    for predicate, key in _CONSIDERATIONS.items():
        if values := entity.texts(predicate):
            considerations[key] = [value.lexical for value in values]
            ledger.keep(entity.iri, predicate, *values)
    if considerations:
        card["considerations"] = considerations
    if metrics := list(_metrics(bundle, ledger, entity)):
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    return card


def scored(bundle: Bundle, entity: BundleEntity) -> Iterator[BundleEntity]:
    """Yield the evaluations of a model itself that have a benchmark and a score."""
    for node in bundle.hanging(entity.iri, PG.evaluationOf):
        own = entity.iri in node.iris(PG.evaluationOf)
        if own and node.iris(PG.benchmark) and node.texts(PG.score):
            yield node


def _metrics(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    for node in scored(bundle, entity):
        benchmark, score = node.iris(PG.benchmark)[0], node.texts(PG.score)[0]
        results = {"type": bundle.name(benchmark), "value": score.lexical}
        setup = [t for t in (node.text(PG.metric), node.text(PG.setup)) if t]
        yield {**results, "slice": ", ".join(setup)} if setup else results
        ledger.keep(node.iri, PG.evaluationOf, entity.iri)


def _rest(ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, str]]:
    """Yield every other accepted value as a property, so that no accepted value is missing."""
    yield {"name": "provenance-graph:id", "value": str(entity.iri)}
    for predicate in sorted(entity.facts):
        if predicate in writing.SILENT or predicate == PG.disclosed:
            continue
        for value in entity.facts[predicate]:
            if predicate in (PG.vulnerability, PG.softwareDependency, *_STAGES):
                continue
            if (entity.iri, predicate, value) not in ledger.written:
                text = value.lexical if isinstance(value, Literal) else shorten(value)
                text = entity.dates.get(
                    predicate, text
                )  # do not invent a day that no source states
                name = shorten(predicate).removeprefix("pg:")
                yield {"name": f"provenance-graph:{name}", "value": text}
