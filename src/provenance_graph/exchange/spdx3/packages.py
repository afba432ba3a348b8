"""An SPDX package: a model or dataset with all that the profiles have fields for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provenance_graph.core import hub
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger
from provenance_graph.exchange.spdx3 import as_text
from provenance_graph.exchange.spdx3.elements import (
    SpdxDocument,
    hashes_of,
    identifier,
    reference,
)
from provenance_graph.exchange.spdx3.terms import (
    DATA_TEXTS,
    DATES,
    ENERGY,
    HYPERPARAMETERS,
    MODEL_TEXTS,
    NO_ASSERTION,
    WORDS,
)
from provenance_graph.model.bundles.results import BundleEntity


def package(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add a package; fields that the profiles require and nobody disclosed are NOASSERTION."""
    dataset = entity.iri in document.bundle.datasets
    stated: dict[str, Any] = {"name": document.bundle.name(entity.iri)}
    if named := entity.text(SCHEMA.name):
        document.ledger.keep(entity.iri, SCHEMA.name, *_equal(entity, SCHEMA.name, named))
    purls = filter(None, [document.bundle.package_url(entity)])
    stated["externalIdentifier"] = [
        identifier("other", str(entity.iri)),
        *(identifier("packageUrl", purl) for purl in purls),
    ]
    stated["comment"] = "; ".join(ledger.silences(entity))
    stated.update(
        _makers(document, entity), **_dates(document, entity), **_locations(document, entity)
    )
    stated["software_primaryPurpose"] = "data" if dataset else "model"
    stated["software_packageVersion"] = _version(document, entity)
    stated.update(_texts(document, entity, DATA_TEXTS if dataset else MODEL_TEXTS))
    stated.setdefault("software_copyrightText", NO_ASSERTION)
    stated.update(_integrity(document, entity))
    stated["externalRef"] = [
        *_code(document, entity),
        *as_text.documents(document, entity),
        *_evidence(document, entity),
    ]
    if dataset:
        stated.setdefault("dataset_datasetType", ["noAssertion"])
        for size in entity.texts(PG.byteSize)[:1] if document.version == "3.0.1" else ():
            stated["dataset_datasetSize"] = ledger.number(size)
            document.ledger.keep(entity.iri, PG.byteSize, size)
    else:
        stated.update(_model(document, entity), **as_text.training(document, entity))
    kind = "dataset_DatasetPackage" if dataset else "ai_AIPackage"
    document.add(kind, document.ids[entity.iri], **stated)


def _texts(
    document: SpdxDocument, entity: BundleEntity, keys: Mapping[Iri, tuple[str, bool]]
) -> dict[str, Any]:
    """The texts for which the profiles have fields; a word outside SPDX's list is a loss."""
    results: dict[str, Any] = {}
    for predicate, key in ((SCHEMA.description, "description"), (PG.copyrightText, "copyright")):
        for value in entity.texts(predicate)[:1]:
            results["software_copyrightText" if key == "copyright" else key] = value.lexical
            document.ledger.keep(entity.iri, predicate, value)
    for predicate, (key, several) in keys.items():
        words = WORDS.get(key)
        values = [v for v in entity.texts(predicate) if words is None or v.lexical in words]
        if values:
            retained = values if several else values[:1]
            results[key] = [v.lexical for v in retained] if several else retained[0].lexical
            document.ledger.keep(entity.iri, predicate, *retained)
    return results


def _integrity(document: SpdxDocument, entity: BundleEntity) -> dict[str, Any]:
    """The digests of a package as a whole: those of a file without a name."""
    hashes = []
    for node in document.bundle.hanging(entity.iri, PG.artifactOf):
        if node.text(PG.fileName) or node.text(SCHEMA.name):
            continue
        if result := hashes_of(node):
            hashes += result
            document.ledger.keep(node.iri, PG.artifactOf, entity.iri)
    return {"verifiedUsing": hashes} if hashes else {}


MAX_EVIDENCE = 20


def _evidence(document: SpdxDocument, entity: BundleEntity) -> list[dict[str, Any]]:
    """References to the documents that make claims about a package, the latest first."""
    headers = {
        stored.header for stored in document.bundle.claims if stored.subject == entity.iri
    }  # one reference per header, however many claims it has
    latest = sorted(headers, key=lambda h: (h.retrieved, h.record), reverse=True)
    return [
        {
            "type": "ExternalRef",
            "externalRefType": "other",
            "locator": [str(header.document)],
            "comment": f"{header.record}, retrieved {header.retrieved[:10]}, "
            f"custody {ledger.custody(header)}",
        }
        for header in latest[:MAX_EVIDENCE]
    ]


def _code(document: SpdxDocument, entity: BundleEntity) -> list[dict[str, Any]]:
    """References to the code repositories of a model or dataset."""
    places = entity.iris(PG.codeRepository)
    document.ledger.keep(entity.iri, PG.codeRepository, *places)
    return [reference("vcs", address) for address in places]


def _equal(entity: BundleEntity, predicate: Iri, text: str) -> list[Literal]:
    return [value for value in entity.texts(predicate) if value.lexical == text]


def _makers(document: SpdxDocument, entity: BundleEntity) -> dict[str, Any]:
    makers = entity.iris(DCTERMS.creator)
    agents = [document.agent(maker, entity.iri) for maker in makers]
    document.ledger.keep(entity.iri, DCTERMS.creator, *makers)
    result: dict[str, Any] = {"originatedBy": agents, "suppliedBy": agents[0]} if agents else {}
    for supplier in entity.iris(PG.suppliedBy)[:1]:
        result["suppliedBy"] = document.agent(supplier)
        document.ledger.keep(entity.iri, PG.suppliedBy, supplier)
    return result


def _dates(document: SpdxDocument, entity: BundleEntity) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for predicate, key in DATES.items():
        for value in entity.texts(predicate)[:1]:
            if predicate in entity.dates:
                why = f"known as {entity.dates[predicate]} only; SPDX requires the second"
                document.ledger.refuse(entity.iri, predicate, value, why)
            else:
                results[key] = f"{value.lexical[:10]}T00:00:00Z"
                document.ledger.keep(entity.iri, predicate, value)
    return results


def _locations(document: SpdxDocument, entity: BundleEntity) -> dict[str, Any]:
    """Package URL, download location and home page."""
    results: dict[str, Any] = {"software_downloadLocation": NO_ASSERTION}
    dataset = entity.iri in document.bundle.datasets
    if entity.repository:
        page = entity.hub_page(dataset)
        results["software_packageUrl"] = document.bundle.package_url(entity)
        results["software_downloadLocation"] = page
        document.ledger.keep(entity.iri, PG.hubRepository, Iri(page))
    for address in entity.iris(PG.weightsLocation)[:1]:
        if not dataset and not entity.repository:
            results["software_downloadLocation"] = str(address)
            document.ledger.keep(entity.iri, PG.weightsLocation, address)
    for page_ in entity.iris(PG.homepage)[:1]:
        if not dataset and not hub.on_hub(page_):
            results["software_homePage"] = str(page_)
            document.ledger.keep(entity.iri, PG.homepage, page_)
    return results


def _version(document: SpdxDocument, entity: BundleEntity) -> str:
    """The version of a dataset, or of a model that has exactly one.

    Empty for a dataset without a version, NOASSERTION for a model without one or with several.
    """
    if entity.iri in document.bundle.datasets:
        for value in entity.texts(SCHEMA.version)[:1]:
            document.ledger.keep(entity.iri, SCHEMA.version, value)
            return value.lexical
        return ""
    versions = [
        node
        for node in document.bundle.hanging(entity.iri, PROV.specializationOf)
        if node.is_a(PG.ModelVersion)
        and node.text(SCHEMA.version)
        and entity.iri in node.iris(PROV.specializationOf)
    ]
    if len(versions) != 1:
        return NO_ASSERTION
    document.ledger.keep(versions[0].iri, PROV.specializationOf, entity.iri)
    return versions[0].text(SCHEMA.version)


def _model(document: SpdxDocument, entity: BundleEntity) -> dict[str, Any]:
    """The fields of the AI profile."""
    keep = document.ledger.keep
    results: dict[str, Any] = {}
    kinds = entity.texts(PG.architectureFamily)
    if len(kinds) == 1:
        results["ai_typeOfModel"] = [kinds[0].lexical]
        keep(entity.iri, PG.architectureFamily, kinds[0])
    rows = []
    for predicate, key in HYPERPARAMETERS.items():
        for value in entity.texts(predicate)[:1]:
            rows.append(_entry(key, value.lexical))
            keep(entity.iri, predicate, value)
    for value in entity.texts(PG.hyperparameter):
        key, _, text = value.lexical.partition(": ")
        if text:
            rows.append(_entry(key, text))
            keep(entity.iri, PG.hyperparameter, value)
    results["ai_hyperparameter"] = rows
    results["ai_metric"] = [_entry(*scored) for scored in _scores(document, entity)]
    for predicate, key in ENERGY.items():
        for energy in entity.texts(predicate)[:1]:
            amount = ledger.plain_decimal(ledger.scaled(energy, "1000"))
            described = {
                "type": "ai_EnergyConsumptionDescription",
                "ai_energyQuantity": amount,
                "ai_energyUnit": "kilowattHour",
            }
            whole = results.setdefault("ai_energyConsumption", {"type": "ai_EnergyConsumption"})
            whole[key] = [described]
            keep(entity.iri, predicate, energy)
    return {key: value for key, value in results.items() if value}


def _entry(key: str, value: str) -> dict[str, Any]:
    return {"type": "DictionaryEntry", "key": key, "value": value}


def _scores(document: SpdxDocument, entity: BundleEntity) -> Iterator[tuple[str, str]]:
    for node in document.bundle.hanging(entity.iri, PG.evaluationOf):
        benchmark = next(iter(node.iris(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if entity.iri in node.iris(PG.evaluationOf) and benchmark and score:
            yield document.bundle.name(benchmark), score.lexical
            document.ledger.keep(node.iri, PG.evaluationOf, entity.iri)
