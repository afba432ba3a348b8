"""A component of a CycloneDX document: a model or dataset with all that the format holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import terms
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name, said, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDFS, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Ledger
from provenance_graph.formats.cyclonedx.keys import LINKS, MODALITIES, MODEL, PARAMETERS
from provenance_graph.formats.fields.named import LANGUAGES
from provenance_graph.model.bundle_results import Bundle, LicenceInfo, Thing

RELATION = "provenance-graph:relation"
"""The property of an ancestor that says which kind of derivation it is."""

_LINKS: Mapping[Iri, str] = {
    **{p: kind for kind, p in LINKS.items() if p != RDFS.seeAlso},
    PG.paper: "documentation",
}
_TEXTS: Mapping[Iri, str] = {p: key for key, p in PARAMETERS.items()}
_FORMATS = {PG.inputModality: "inputs", PG.outputModality: "outputs"}
_MODALITIES = {code: text for text, code in MODALITIES.items()}
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
OTHERWISE = "no field of CycloneDX; it stands among the component's properties, under our name"
_NO_PROVIDER = "CycloneDX has energy and emissions only with the energy's providers"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        PG.trainingEnergyMWh: _NO_PROVIDER,
        PG.trainingCO2eTonnes: _NO_PROVIDER,
        PG.testedOn: "CycloneDX does not tell training data from test data",
        PG.validatedOn: "CycloneDX does not tell training data from validation data",
        **{
            link: f"{why}; it is left out"
            for link, why in writing.OURS.items()
            if link in (PG.rankOf, PG.assessmentOf, PG.offerOf, PG.resolvesTo)
        },
    }
)


def component(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    """A model or dataset as a component; what has no field stands among its properties."""
    dataset = thing.iri in bundle.datasets
    name = bundle.name(thing.iri)
    ledger.keep(thing.iri, SCHEMA.name, *(v for v in thing.texts(SCHEMA.name) if v.lexical == name))
    if thing.repository:
        kind = "datasets/" if dataset else ""
        page = Iri(f"https://huggingface.co/{kind}{thing.repository}")
        ledger.keep(thing.iri, PG.hubRepository, page)
    found: dict[str, Any] = {
        "type": "data" if dataset else MODEL,
        "bom-ref": said(thing.iri),
        **_makers(bundle, ledger, thing),
        **_identity(bundle, thing),
        "version": _version(bundle, ledger, thing),
        **_told(bundle, ledger, thing),
        "hashes": _whole(bundle, ledger, thing),
        "licenses": list(_licences(bundle, ledger, thing)),
        "externalReferences": list(_links(ledger, thing, dataset)),
    }
    if dataset:
        found["data"] = [_data(bundle, ledger, thing)]
        found["properties"] = list(_stages(bundle, ledger, thing))
    else:
        ancestors = list(_ancestors(bundle, ledger, thing))
        found["pedigree"] = {"ancestors": ancestors} if ancestors else {}
        found["components"] = list(_files(bundle, ledger, thing))
        found["modelCard"] = _card(bundle, ledger, thing)
    found["properties"] = [*found.get("properties", ()), *_rest(ledger, thing)]
    return {key: value for key, value in found.items() if value not in ("", [], {})}


def _told(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    """Description, copyright, supplier, day of release and languages."""
    found: dict[str, Any] = {}
    for predicate, key in ((SCHEMA.description, "description"), (PG.copyrightText, "copyright")):
        for value in thing.texts(predicate)[:1]:
            found[key] = value.lexical
            ledger.keep(thing.iri, predicate, value)
    for supplier in thing.things(PG.suppliedBy)[:1]:
        found["supplier"] = {"name": bundle.name(supplier)}
        ledger.keep(thing.iri, PG.suppliedBy, supplier)
    if released := _released(ledger, thing):
        found["releaseNotes"] = {"type": "major", "timestamp": released}
    if tags := [v for v in thing.texts(DCTERMS.language) if v.lexical in LANGUAGES]:
        found["tags"] = [value.lexical for value in tags]
        ledger.keep(thing.iri, DCTERMS.language, *tags)
    return found


def _released(ledger: Ledger, thing: Thing) -> str:
    """The day of release as CycloneDX writes it; a month or a year is no day."""
    for value in thing.texts(DCTERMS.issued)[:1]:
        if DCTERMS.issued in thing.dates:
            why = f"known as {thing.dates[DCTERMS.issued]} alone; CycloneDX wants the second"
            ledger.refuse(thing.iri, DCTERMS.issued, value, why)
        else:
            ledger.keep(thing.iri, DCTERMS.issued, value)
            return f"{value.lexical[:10]}T00:00:00Z"
    return ""


def _whole(bundle: Bundle, ledger: Ledger, thing: Thing) -> list[dict[str, str]]:
    """The digests of the component as a whole: those of a file without a name."""
    found = []
    for node in bundle.hanging(thing.iri, PG.artifactOf):
        named = node.text(PG.fileName) or node.text(SCHEMA.name)
        if not named and (hashes := _hashes(node)):
            found += hashes
            ledger.keep(node.iri, PG.artifactOf, thing.iri)
    return found


def _hashes(node: Thing) -> list[dict[str, str]]:
    parts = (value.lexical.partition(":") for value in node.texts(PG.digest))
    return [
        {"alg": _HASHES[algorithm], "content": content}
        for algorithm, _, content in parts
        if algorithm in _HASHES
    ]


def _stages(bundle: Bundle, ledger: Ledger, data: Thing) -> Iterator[dict[str, str]]:
    """In which stages a dataset was used, where the models of the document agree on it."""
    for predicate, stage in _STAGES.items():
        users = [m for m in bundle.models if data.iri in bundle.thing(m).things(predicate)]
        trained = [m for m in bundle.models if data.iri in bundle.thing(m).things(PG.trainedOn)]
        if users and users == trained:
            yield {"name": "cdx:ai-ml:dataset:stage", "value": stage}
            for user in users:
                ledger.keep(user, predicate, data.iri)


def _identity(bundle: Bundle, thing: Thing) -> dict[str, Any]:
    """What names a component in the document and in a pedigree alike."""
    found: dict[str, Any] = {"name": bundle.name(thing.iri)}
    if thing.repository:
        kind = "datasets/" if thing.iri in bundle.datasets else ""
        found["purl"] = f"pkg:huggingface/{kind}{thing.repository}"
    return found


def _makers(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    makers = thing.things(DCTERMS.creator)
    ledger.keep(thing.iri, DCTERMS.creator, *makers)
    if len(makers) == 1:
        return {"manufacturer": {"name": bundle.name(makers[0])}}
    return {"authors": [{"name": bundle.name(maker)} for maker in makers]} if makers else {}


def _version(bundle: Bundle, ledger: Ledger, thing: Thing) -> str:
    versions = [
        node
        for node in bundle.hanging(thing.iri, PROV.specializationOf)
        if node.is_a(PG.ModelVersion)
        and node.text(SCHEMA.version)
        and thing.iri in node.things(PROV.specializationOf)
    ]
    if len(versions) != 1:
        return ""
    ledger.keep(versions[0].iri, PROV.specializationOf, thing.iri)
    return versions[0].text(SCHEMA.version)


def _licences(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    stated = thing.things(DCTERMS.license)
    for licence in stated:
        info = bundle.licences[licence]
        if len(stated) == 1 and info.told:
            ledger.keep(thing.iri, DCTERMS.license, licence)
        yield _licence(info)
        if info.expression:
            break  # the schema has one expression, alone
    for unknown in thing.stated_licences if not stated else ():
        yield {"license": {"name": unknown.name, **({"url": unknown.url} if unknown.url else {})}}


def _licence(info: LicenceInfo) -> dict[str, Any]:
    if info.expression:
        return {"expression": info.expression}
    single: dict[str, Any] = {"id" if info.spdx else "name": info.key}
    return {"license": {**single, "url": info.url} if info.url and not info.spdx else single}


def _links(ledger: Ledger, thing: Thing, dataset: bool) -> Iterator[dict[str, Any]]:
    for predicate, kind in _LINKS.items():
        for page in () if dataset else thing.things(predicate):
            yield {"type": kind, "url": str(page)}
            plain = "huggingface.co/" not in page
            if plain and _property(kind, page) == predicate:
                ledger.keep(thing.iri, predicate, page)


def _property(kind: str, page: str) -> Iri:
    """What a link of a type means to a reader: papers and code are told by their hosts."""
    if any(host in page for host in ("arxiv.org/", "doi.org/", "aclanthology.org/")):
        return PG.paper
    if any(host in page for host in ("//github.com/", "//gitlab.com/", "//bitbucket.org/")):
        return PG.codeRepository
    return next((p for p, k in _LINKS.items() if k == kind and p != PG.paper), RDFS.seeAlso)


def _data(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "dataset", "name": bundle.name(thing.iri)}
    if owners := thing.things(DCTERMS.creator):
        parties = [{"organization": {"name": bundle.name(owner)}} for owner in owners]
        found["governance"] = {"owners": parties}
    for value in thing.texts(PG.confidentialityLevel)[:1]:
        found["classification"] = value.lexical
        ledger.keep(thing.iri, PG.confidentialityLevel, value)
    if sensitive := thing.texts(PG.usesSensitiveData):
        found["sensitiveData"] = [value.lexical for value in sensitive]
        ledger.keep(thing.iri, PG.usesSensitiveData, *sensitive)
    if thing.repository:
        found["contents"] = {"url": f"https://huggingface.co/datasets/{thing.repository}"}
    else:
        for page in thing.things(SCHEMA.url)[:1]:
            found["contents"] = {"url": str(page)}
            ledger.keep(thing.iri, SCHEMA.url, page)
    return found


def _files(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    for node in bundle.hanging(thing.iri, PG.artifactOf):
        name = node.text(PG.fileName)
        if not name or thing.iri not in node.things(PG.artifactOf):
            continue
        hashes = _hashes(node)
        yield {"type": "file", "name": name, **({"hashes": hashes} if hashes else {})}
        ledger.keep(node.iri, PG.artifactOf, thing.iri)


def _ancestors(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    for parent in thing.things(PROV.wasDerivedFrom):
        same = bundle.thing(parent).repository
        if (
            parent not in bundle.models
            or parent == thing.iri
            or (same and same == thing.repository)
        ):
            why = "no other component: a text, or the same repository"
            ledger.refuse(thing.iri, PROV.wasDerivedFrom, parent, why)
            continue
        kinds = [p for p in terms.DERIVATIONS if parent in thing.things(p)]
        found = {"type": MODEL, **_identity(bundle, bundle.thing(parent))}
        revision = thing.revisions.get(parent, "")
        if revision and "purl" in found:
            found["purl"] += f"@{revision}"
        elif revision:
            found["version"] = revision
        said_ = [{"name": RELATION, "value": local_name(kind)} for kind in kinds]
        yield {**found, **({"properties": said_} if said_ else {})}
        ledger.keep(thing.iri, PROV.wasDerivedFrom, parent)
        for kind in kinds:
            ledger.keep(thing.iri, kind, parent)


def _card(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    card: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for predicate, key in _TEXTS.items():
        for value in thing.texts(predicate)[:1]:
            parameters[key] = value.lexical
            ledger.keep(thing.iri, predicate, value)
    datasets = [data for data in thing.things(PG.trainedOn) if data in bundle.datasets]
    if datasets:
        parameters["datasets"] = [{"ref": said(data)} for data in datasets]
        ledger.keep(thing.iri, PG.trainedOn, *datasets)
    for predicate, key in _FORMATS.items():
        kinds = [kind for kind in thing.things(predicate) if kind in _MODALITIES]
        if kinds:
            parameters[key] = [{"format": _MODALITIES[kind]} for kind in kinds]
            ledger.keep(thing.iri, predicate, *kinds)
    for approach in thing.texts(PG.learningApproach)[:1]:
        if approach.lexical in _APPROACHES:
            parameters["approach"] = {"type": approach.lexical}
            ledger.keep(thing.iri, PG.learningApproach, approach)
    if parameters:
        card["modelParameters"] = parameters
    considerations = {}
    for predicate, key in _CONSIDERATIONS.items():
        if values := thing.texts(predicate):
            considerations[key] = [value.lexical for value in values]
            ledger.keep(thing.iri, predicate, *values)
    if considerations:
        card["considerations"] = considerations
    if metrics := list(_metrics(bundle, ledger, thing)):
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    return card


def _metrics(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    for node in bundle.hanging(thing.iri, PG.evaluationOf):
        benchmark = next(iter(node.things(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if thing.iri not in node.things(PG.evaluationOf) or not benchmark or not score:
            continue
        found = {"type": bundle.name(benchmark), "value": score.lexical}
        setup = [t for t in (node.text(PG.metric), node.text(PG.setup)) if t]
        yield {**found, "slice": ", ".join(setup)} if setup else found
        ledger.keep(node.iri, PG.evaluationOf, thing.iri)


def _rest(ledger: Ledger, thing: Thing) -> Iterator[dict[str, str]]:
    """Every other accepted value, so that no reader of the document has to go without it."""
    yield {"name": "provenance-graph:id", "value": str(thing.iri)}
    for predicate in sorted(thing.facts):
        if predicate in writing.SILENT or predicate == PG.disclosed:
            continue
        for value in thing.facts[predicate]:
            if predicate in (PG.vulnerability, PG.softwareDependency, *_STAGES):
                continue
            if (thing.iri, predicate, value) not in ledger.kept:
                shown = value.lexical if isinstance(value, Literal) else shorten(value)
                name = shorten(predicate).removeprefix("pg:")
                yield {"name": f"provenance-graph:{name}", "value": shown}
