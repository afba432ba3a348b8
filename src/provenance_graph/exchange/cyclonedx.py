"""CycloneDX 1.6 bills of materials with machine-learning models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import terms
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name, said, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDFS, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundle_results import Bundle, LicenceInfo, Thing

_LINKS: Mapping[Iri, str] = {
    PG.homepage: "website",
    PG.codeRepository: "vcs",
    PG.modelCard: "model-card",
    PG.weightsLocation: "distribution",
    PG.paper: "documentation",
}
_TEXTS: Mapping[Iri, str] = {
    PG.task: "task",
    PG.architectureFamily: "architectureFamily",
    PG.architectureClass: "modelArchitecture",
}
_FORMATS = {PG.inputModality: "inputs", PG.outputModality: "outputs"}
_MODALITIES = {
    PG.Text: "text",
    PG.Image: "image",
    PG.Audio: "audio",
    PG.Video: "video",
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
    }
)
_KIND = "CycloneDX has ancestors alone; the kind stands among the component's properties"
OTHERWISE = "no field of CycloneDX; it stands among the component's properties, under our name"
_NO_PROVIDER = "CycloneDX has energy and emissions only with the energy's providers"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        **dict.fromkeys(terms.DERIVATIONS, _KIND),
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


def write(bundle: Bundle) -> Exported:
    """A bill of materials: what was asked for, its ancestors and its datasets."""
    ledger = Ledger(bundle)
    things = list(bundle.described())
    parts = {thing.iri: _component(bundle, ledger, thing) for thing in things}
    first = bundle.subjects[0]
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{writing.serial(bundle, 'cyclonedx')}",
        "version": 1,
        "metadata": {
            "timestamp": f"{bundle.stamp}T00:00:00Z",
            "tools": {"components": [{"type": "application", "name": "provenance-graph"}]},
            "component": parts[first],
        },
    }
    if others := [parts[thing.iri] for thing in things if thing.iri != first]:
        document["components"] = others
    depends = [_dependency(ledger, thing, parts) for thing in things]
    document["dependencies"] = [entry for entry in depends if entry]
    if not document["dependencies"]:
        del document["dependencies"]
    return ledger.done(writing.json_text(document), TERMS, REASONS, OTHERWISE)


def _component(bundle: Bundle, ledger: Ledger, thing: Thing) -> dict[str, Any]:
    dataset = thing.iri in bundle.datasets
    found = {
        "type": "data" if dataset else "machine-learning-model",
        "bom-ref": said(thing.iri),
        **_identity(bundle, thing),
    }
    if version := _version(bundle, ledger, thing):
        found["version"] = version
    found = {
        "type": found.pop("type"),
        "bom-ref": found.pop("bom-ref"),
        **_makers(bundle, ledger, thing),
        **found,
    }
    ledger.keep(
        thing.iri, SCHEMA.name, *(v for v in thing.texts(SCHEMA.name) if v.lexical == found["name"])
    )
    if thing.repository:
        kind = "datasets/" if dataset else ""
        page = Iri(f"https://huggingface.co/{kind}{thing.repository}")
        ledger.keep(thing.iri, PG.hubRepository, page)
    if licences := list(_licences(bundle, ledger, thing)):
        found["licenses"] = licences
    if links := list(_links(ledger, thing, dataset)):
        found["externalReferences"] = links
    if dataset:
        found["data"] = [_data(ledger, thing)]
    else:
        if files := list(_files(bundle, ledger, thing)):
            found["components"] = files
        if ancestors := list(_ancestors(bundle, ledger, thing)):
            found["pedigree"] = {"ancestors": ancestors}
        if card := _card(bundle, ledger, thing):
            found["modelCard"] = card
    if rest := list(_rest(ledger, thing)):
        found["properties"] = rest
    return found


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


def _data(ledger: Ledger, thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "dataset"}
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
        hashes = [
            {"alg": _HASHES[algorithm], "content": content}
            for algorithm, _, content in (v.lexical.partition(":") for v in node.texts(PG.digest))
            if algorithm in _HASHES
        ]
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
        yield {
            "type": "machine-learning-model",
            **_identity(bundle, bundle.thing(parent)),
            "properties": [
                {"name": "provenance-graph:relation", "value": local_name(kind)} for kind in kinds
            ],
        }
        ledger.keep(thing.iri, PROV.wasDerivedFrom, parent)


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
    if parameters:
        card["modelParameters"] = parameters
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
            if (thing.iri, predicate, value) not in ledger.kept:
                shown = value.lexical if isinstance(value, Literal) else shorten(value)
                name = shorten(predicate).removeprefix("pg:")
                yield {"name": f"provenance-graph:{name}", "value": shown}


def _dependency(
    ledger: Ledger, thing: Thing, parts: Mapping[Iri, dict[str, Any]]
) -> dict[str, Any] | None:
    needs = [other for other in thing.things(PG.usesComponent) if other in parts]
    needs = [other for other in needs if parts[other]["type"] != "data" and other != thing.iri]
    if not needs:
        return None
    ledger.keep(thing.iri, PG.usesComponent, *needs)
    return {"ref": said(thing.iri), "dependsOn": [said(other) for other in needs]}


EXPORTER = Exporter(
    format="cyclonedx",
    title="CycloneDX 1.6 with machine-learning models",
    media_type="application/vnd.cyclonedx+json; version=1.6",
    suffix="cdx.json",
    terms=TERMS,
    reasons=REASONS,
    otherwise=OTHERWISE,
    write=write,
)
