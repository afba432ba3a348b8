"""An SPDX package: a model or dataset with all that the profiles have fields for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger
from provenance_graph.exchange.spdx3.elements import Document
from provenance_graph.exchange.spdx3.terms import (
    DATA_TEXTS,
    DATES,
    ENERGY,
    HYPERPARAMETERS,
    MODEL_TEXTS,
    NO_ASSERTION,
    WORDS,
)
from provenance_graph.model.bundle_results import Thing


def package(document: Document, thing: Thing) -> None:
    """A package; what the profiles require and nobody disclosed is NOASSERTION."""
    dataset = thing.iri in document.bundle.datasets
    said: dict[str, Any] = {"name": document.bundle.name(thing.iri)}
    if named := thing.text(SCHEMA.name):
        document.ledger.keep(thing.iri, SCHEMA.name, *_equal(thing, SCHEMA.name, named))
    said["externalIdentifier"] = [
        {
            "type": "ExternalIdentifier",
            "externalIdentifierType": "other",
            "identifier": str(thing.iri),
        }
    ]
    said["comment"] = "; ".join(ledger.silences(thing))
    said.update(_makers(document, thing), **_dates(document, thing), **_places(document, thing))
    said["software_primaryPurpose"] = "data" if dataset else "model"
    said["software_packageVersion"] = _version(document, thing)
    said.update(_texts(document, thing, DATA_TEXTS if dataset else MODEL_TEXTS))
    said.setdefault("software_copyrightText", NO_ASSERTION)
    said.update(_integrity(document, thing))
    said["externalRef"] = _evidence(document, thing)
    if dataset:
        said.setdefault("dataset_datasetType", ["noAssertion"])
        for size in thing.texts(PG.byteSize)[:1]:
            said["dataset_datasetSize"] = ledger.number(size)
            document.ledger.keep(thing.iri, PG.byteSize, size)
    else:
        said.update(_model(document, thing))
    kind = "dataset_DatasetPackage" if dataset else "ai_AIPackage"
    document.add(kind, document.ids[thing.iri], **said)


def _texts(
    document: Document, thing: Thing, keys: Mapping[Iri, tuple[str, bool]]
) -> dict[str, Any]:
    """The texts that the profiles have fields for; a word outside SPDX's list is a loss."""
    found: dict[str, Any] = {}
    for predicate, key in ((SCHEMA.description, "description"), (PG.copyrightText, "copyright")):
        for value in thing.texts(predicate)[:1]:
            found["software_copyrightText" if key == "copyright" else key] = value.lexical
            document.ledger.keep(thing.iri, predicate, value)
    for predicate, (key, several) in keys.items():
        words = WORDS.get(key)
        values = [v for v in thing.texts(predicate) if words is None or v.lexical in words]
        if values:
            kept = values if several else values[:1]
            found[key] = [v.lexical for v in kept] if several else kept[0].lexical
            document.ledger.keep(thing.iri, predicate, *kept)
    return found


def _integrity(document: Document, thing: Thing) -> dict[str, Any]:
    """The digests of a package as a whole: those of a file without a name."""
    hashes = []
    for node in document.bundle.hanging(thing.iri, PG.artifactOf):
        if node.text(PG.fileName) or node.text(SCHEMA.name):
            continue
        if found := hashes_of(node):
            hashes += found
            document.ledger.keep(node.iri, PG.artifactOf, thing.iri)
    return {"verifiedUsing": hashes} if hashes else {}


def hashes_of(node: Thing) -> list[dict[str, str]]:
    """The digests of an artifact as SPDX writes them."""
    parts = (value.lexical.partition(":") for value in node.texts(PG.digest))
    return [
        {"type": "Hash", "algorithm": algorithm, "hashValue": value}
        for algorithm, _, value in parts
        if algorithm in _ALGORITHMS
    ]


_ALGORITHMS = frozenset(("md5", "sha1", "sha224", "sha256", "sha384", "sha512"))
MAX_EVIDENCE = 20


def _evidence(document: Document, thing: Thing) -> list[dict[str, Any]]:
    """Where the documents are in which sources speak of a package, the latest first."""
    headers = {
        held.header for held in document.bundle.claims if held.subject == thing.iri
    }  # each once, whatever it says
    latest = sorted(headers, key=lambda h: (h.retrieved, h.record), reverse=True)
    return [
        {
            "type": "ExternalRef",
            "externalRefType": "other",
            "locator": [str(header.document)],
            "comment": f"{header.record}, retrieved {header.retrieved[:10]}",
        }
        for header in latest[:MAX_EVIDENCE]
    ]


def _equal(thing: Thing, predicate: Iri, text: str) -> list[Literal]:
    return [value for value in thing.texts(predicate) if value.lexical == text]


def _makers(document: Document, thing: Thing) -> dict[str, Any]:
    makers = thing.things(DCTERMS.creator)
    agents = [document.agent(maker) for maker in makers]
    document.ledger.keep(thing.iri, DCTERMS.creator, *makers)
    found: dict[str, Any] = {"originatedBy": agents, "suppliedBy": agents[0]} if agents else {}
    for supplier in thing.things(PG.suppliedBy)[:1]:
        found["suppliedBy"] = document.agent(supplier)
        document.ledger.keep(thing.iri, PG.suppliedBy, supplier)
    return found


def _dates(document: Document, thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for predicate, key in DATES.items():
        for value in thing.texts(predicate)[:1]:
            if predicate in thing.dates:
                why = f"known as {thing.dates[predicate]} alone; SPDX wants the second"
                document.ledger.refuse(thing.iri, predicate, value, why)
            else:
                found[key] = f"{value.lexical[:10]}T00:00:00Z"
                document.ledger.keep(thing.iri, predicate, value)
    return found


def _places(document: Document, thing: Thing) -> dict[str, Any]:
    """Package URL, download and home page."""
    found: dict[str, Any] = {"software_downloadLocation": NO_ASSERTION}
    dataset = thing.iri in document.bundle.datasets
    if thing.repository:
        page = f"https://huggingface.co/{'datasets/' if dataset else ''}{thing.repository}"
        found["software_packageUrl"] = (
            f"pkg:huggingface/{'datasets/' if dataset else ''}{thing.repository}"
        )
        found["software_downloadLocation"] = page
        document.ledger.keep(thing.iri, PG.hubRepository, Iri(page))
    for place in thing.things(PG.weightsLocation)[:1]:
        if not dataset and not thing.repository:
            found["software_downloadLocation"] = str(place)
            document.ledger.keep(thing.iri, PG.weightsLocation, place)
    for page_ in thing.things(PG.homepage)[:1]:
        if not dataset and "huggingface.co/" not in page_:
            found["software_homePage"] = str(page_)
            document.ledger.keep(thing.iri, PG.homepage, page_)
    return found


def _version(document: Document, thing: Thing) -> str:
    """The version of a dataset, or of a model that has just one."""
    if thing.iri in document.bundle.datasets:
        for value in thing.texts(SCHEMA.version)[:1]:
            document.ledger.keep(thing.iri, SCHEMA.version, value)
            return value.lexical
        return ""
    versions = [
        node
        for node in document.bundle.hanging(thing.iri, PROV.specializationOf)
        if node.is_a(PG.ModelVersion) and node.text(SCHEMA.version)
        and thing.iri in node.things(PROV.specializationOf)
    ]  # fmt: skip
    if len(versions) != 1:
        return NO_ASSERTION
    document.ledger.keep(versions[0].iri, PROV.specializationOf, thing.iri)
    return versions[0].text(SCHEMA.version)


def _model(document: Document, thing: Thing) -> dict[str, Any]:
    """What the AI profile has places for."""
    keep = document.ledger.keep
    found: dict[str, Any] = {}
    kinds = thing.texts(PG.architectureFamily)
    if len(kinds) == 1:
        found["ai_typeOfModel"] = [kinds[0].lexical]
        keep(thing.iri, PG.architectureFamily, kinds[0])
    rows = []
    for predicate, key in HYPERPARAMETERS.items():
        for value in thing.texts(predicate)[:1]:
            rows.append(_entry(key, value.lexical))
            keep(thing.iri, predicate, value)
    for value in thing.texts(PG.hyperparameter):
        key, _, text = value.lexical.partition(": ")
        if text:
            rows.append(_entry(key, text))
            keep(thing.iri, PG.hyperparameter, value)
    found["ai_hyperparameter"] = rows
    found["ai_metric"] = [_entry(*scored) for scored in _scores(document, thing)]
    for predicate, key in ENERGY.items():
        for energy in thing.texts(predicate)[:1]:
            amount = ledger.plain_decimal(ledger.scaled(energy, "1000"))
            described = {
                "type": "ai_EnergyConsumptionDescription",
                "ai_energyQuantity": amount,
                "ai_energyUnit": "kilowattHour",
            }
            whole = found.setdefault("ai_energyConsumption", {"type": "ai_EnergyConsumption"})
            whole[key] = [described]
            keep(thing.iri, predicate, energy)
    return {key: value for key, value in found.items() if value}


def _entry(key: str, value: str) -> dict[str, Any]:
    return {"type": "DictionaryEntry", "key": key, "value": value}


def _scores(document: Document, thing: Thing) -> Iterator[tuple[str, str]]:
    for node in document.bundle.hanging(thing.iri, PG.evaluationOf):
        benchmark = next(iter(node.things(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if thing.iri in node.things(PG.evaluationOf) and benchmark and score:
            yield document.bundle.name(benchmark), score.lexical
            document.ledger.keep(node.iri, PG.evaluationOf, thing.iri)
