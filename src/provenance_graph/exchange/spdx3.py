"""SPDX 3.0.1 with the AI and Dataset profiles, in its compact JSON-LD form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import terms
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, mint, shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundle_results import Bundle, LicenceInfo, Thing

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
NO_ASSERTION = "NOASSERTION"
NO_LICENCE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
_INFO = "_:creationInfo"
_HYPERPARAMETERS: Mapping[Iri, str] = {
    PG.parameterCount: "num_parameters",
    PG.hiddenSize: "hidden_size",
    PG.layerCount: "num_hidden_layers",
    PG.attentionHeadCount: "num_attention_heads",
    PG.keyValueHeadCount: "num_key_value_heads",
    PG.feedForwardSize: "intermediate_size",
    PG.vocabularySize: "vocab_size",
    PG.contextLength: "max_position_embeddings",
}
_RELATIONS: Mapping[Iri, str] = {
    PG.trainedOn: "trainedOn",
    PG.testedOn: "testedOn",
    PROV.wasDerivedFrom: "descendantOf",
    PG.usesComponent: "dependsOn",
}
_DATES = {DCTERMS.issued: "releaseTime", DCTERMS.created: "builtTime"}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        SCHEMA.name: "name",
        DCTERMS.creator: "originatedBy",
        DCTERMS.issued: "releaseTime",
        DCTERMS.created: "builtTime",
        DCTERMS.license: "a hasDeclaredLicense relationship",
        PG.hubRepository: "software_packageUrl (pkg:huggingface)",
        PG.weightsLocation: "software_downloadLocation",
        PG.homepage: "software_homePage",
        PG.architectureFamily: "ai_typeOfModel",
        PG.trainingEnergyMWh: "ai_energyConsumption, in kilowatt hours",
        PG.evaluationOf: "ai_metric: the benchmark and the score, without setup and evaluator",
        PG.artifactOf: "a software_File by a contains relationship, with its digests",
        PG.byteSize: "dataset_datasetSize",
        SCHEMA.version: "software_packageVersion",
        **{p: f"ai_hyperparameter {key}" for p, key in _HYPERPARAMETERS.items()},
        **{p: f"a {key} relationship" for p, key in _RELATIONS.items()},
    }
)
_KIND = "SPDX 3.0 has descendantOf alone; the kind stands in the relationship's comment"
_COMMENT = "SPDX 3.0 has no term for it; it stands in the package's comment"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        **dict.fromkeys(terms.DERIVATIONS, _KIND),
        **dict.fromkeys(ledger.STATUSES, _COMMENT),
        PG.validatedOn: "SPDX 3.0 has trainedOn and testedOn alone",
        PG.rankOf: "SPDX 3.0 has no term for a place in a ranking",
    }
)
OTHERWISE = "SPDX 3.0 has no term for it"


class _Document:
    """The elements of one document, and the names they get in it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.ledger = bundle, Ledger(bundle)
        self.base = mint("export", "spdx3", ledger.serial(bundle, "spdx3"))
        self.elements: list[dict[str, Any]] = []
        self.ids = {
            thing.iri: f"{self.base}#{'dataset' if thing.iri in bundle.datasets else 'model'}-{n}"
            for n, thing in enumerate(bundle.described(), 1)
        }
        self.agents: dict[Iri, str] = {}
        self.licences: dict[Iri, str] = {}
        self.count = 0

    def add(self, kind: str, element: str, **said: Any) -> str:
        """One more element; what is empty is left out."""
        full = {"type": kind, "spdxId": element, "creationInfo": _INFO, **said}
        self.elements.append({key: value for key, value in full.items() if value not in ("", [])})
        return element

    def relate(self, kind: str, source: str, target: str, comment: str = "") -> None:
        """A relationship from one element to another."""
        self.count += 1
        self.add(
            "Relationship",
            f"{self.base}#relationship-{self.count}",
            comment=comment,
            **{"from": source},
            to=[target],
            relationshipType=kind,
        )

    def agent(self, iri: Iri) -> str:
        """The organization's element."""
        if iri not in self.agents:
            name = f"{self.base}#organization-{len(self.agents) + 1}"
            self.agents[iri] = self.add("Organization", name, name=self.bundle.name(iri))
        return self.agents[iri]

    def licence(self, info: LicenceInfo) -> str:
        """The licence's element: an expression where SPDX lists it, else a custom licence."""
        if info.iri not in self.licences:
            element = f"{self.base}#licence-{len(self.licences) + 1}"
            self.licences[info.iri] = element
            if info.spdx or info.expression:
                self.add(
                    "simplelicensing_LicenseExpression",
                    element,
                    simplelicensing_licenseExpression=info.key,
                )
            else:
                self.add(
                    "expandedlicensing_CustomLicense",
                    element,
                    name=info.key,
                    comment=info.label,
                    simplelicensing_licenseText=f"The text is at {info.url}"
                    if info.url
                    else NO_ASSERTION,
                    expandedlicensing_seeAlso=[info.url] if info.url else [],
                )
        return self.licences[info.iri]


def write(bundle: Bundle) -> Exported:
    """An SPDX document of AI packages and dataset packages with their lineage."""
    document = _Document(bundle)
    maker = document.add("SoftwareAgent", f"{document.base}#agent", name="provenance-graph")
    for thing in bundle.described():
        _package(document, thing)
    for thing in bundle.described():
        _relations(document, thing)
        _licences(document, thing)
        _files(document, thing)
    head: list[dict[str, Any]] = [
        {
            "type": "CreationInfo",
            "@id": _INFO,
            "specVersion": "3.0.1",
            "created": f"{bundle.stamp}T00:00:00Z",
            "createdBy": [maker],
        },
        {
            "type": "SpdxDocument",
            "spdxId": str(document.base),
            "creationInfo": _INFO,
            "name": ", ".join(bundle.name(subject) for subject in bundle.subjects),
            "profileConformance": [
                "core", "software", "ai", "dataset", "simpleLicensing", "expandedLicensing",
            ],
            "rootElement": [document.ids[s] for s in bundle.subjects if s in document.ids],
            "element": [element["spdxId"] for element in document.elements],
        },
    ]  # fmt: skip
    text = ledger.json_text({"@context": CONTEXT, "@graph": head + document.elements})
    return document.ledger.done(text, TERMS, REASONS, OTHERWISE)


def _package(document: _Document, thing: Thing) -> None:
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
    if dataset:
        said["dataset_datasetType"] = ["noAssertion"]
        for size in thing.texts(PG.byteSize)[:1]:
            said["dataset_datasetSize"] = ledger.number(size)
            document.ledger.keep(thing.iri, PG.byteSize, size)
    else:
        said.update(_model(document, thing))
    kind = "dataset_DatasetPackage" if dataset else "ai_AIPackage"
    document.add(kind, document.ids[thing.iri], **said)


def _equal(thing: Thing, predicate: Iri, text: str) -> list[Literal]:
    return [value for value in thing.texts(predicate) if value.lexical == text]


def _makers(document: _Document, thing: Thing) -> dict[str, Any]:
    makers = thing.things(DCTERMS.creator)
    agents = [document.agent(maker) for maker in makers]
    document.ledger.keep(thing.iri, DCTERMS.creator, *makers)
    return {"originatedBy": agents, "suppliedBy": agents[0]} if agents else {}


def _dates(document: _Document, thing: Thing) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for predicate, key in _DATES.items():
        for value in thing.texts(predicate)[:1]:
            if predicate in thing.dates:
                why = f"known as {thing.dates[predicate]} alone; SPDX wants the second"
                document.ledger.refuse(thing.iri, predicate, value, why)
            else:
                found[key] = f"{value.lexical[:10]}T00:00:00Z"
                document.ledger.keep(thing.iri, predicate, value)
    return found


def _places(document: _Document, thing: Thing) -> dict[str, Any]:
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


def _version(document: _Document, thing: Thing) -> str:
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


def _model(document: _Document, thing: Thing) -> dict[str, Any]:
    """What the AI profile has places for."""
    keep = document.ledger.keep
    found: dict[str, Any] = {}
    kinds = thing.texts(PG.architectureFamily)
    if len(kinds) == 1:
        found["ai_typeOfModel"] = [kinds[0].lexical]
        keep(thing.iri, PG.architectureFamily, kinds[0])
    rows = []
    for predicate, key in _HYPERPARAMETERS.items():
        for value in thing.texts(predicate)[:1]:
            rows.append(_entry(key, value.lexical))
            keep(thing.iri, predicate, value)
    found["ai_hyperparameter"] = rows
    found["ai_metric"] = [_entry(*scored) for scored in _scores(document, thing)]
    for energy in thing.texts(PG.trainingEnergyMWh)[:1]:
        amount = ledger.plain_decimal(ledger.scaled(energy, "1000"))
        found["ai_energyConsumption"] = {
            "type": "ai_EnergyConsumption",
            "ai_trainingEnergyConsumption": [
                {
                    "type": "ai_EnergyConsumptionDescription",
                    "ai_energyQuantity": amount,
                    "ai_energyUnit": "kilowattHour",
                }
            ],
        }
        keep(thing.iri, PG.trainingEnergyMWh, energy)
    return {key: value for key, value in found.items() if value}


def _entry(key: str, value: str) -> dict[str, Any]:
    return {"type": "DictionaryEntry", "key": key, "value": value}


def _scores(document: _Document, thing: Thing) -> Iterator[tuple[str, str]]:
    for node in document.bundle.hanging(thing.iri, PG.evaluationOf):
        benchmark = next(iter(node.things(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if thing.iri in node.things(PG.evaluationOf) and benchmark and score:
            yield document.bundle.name(benchmark), score.lexical
            document.ledger.keep(node.iri, PG.evaluationOf, thing.iri)


def _relations(document: _Document, thing: Thing) -> None:
    here = document.ids[thing.iri]
    dataset = thing.iri in document.bundle.datasets
    for predicate, kind in _RELATIONS.items():
        for other in thing.things(predicate):
            same = document.bundle.thing(other).repository
            alike = other == thing.iri or (same and same == thing.repository)
            if other not in document.ids or alike:
                why = "no other element: a text, or the same repository"
                document.ledger.refuse(thing.iri, predicate, other, why)
                continue
            comment = ""
            if predicate == PROV.wasDerivedFrom:
                known = [p for p in terms.DERIVATIONS if other in thing.things(p)]
                comment = ", ".join(map(shorten, known))
            document.relate(kind, here, document.ids[other], comment)
            if not (dataset and predicate == PG.usesComponent):
                document.ledger.keep(thing.iri, predicate, other)


def _licences(document: _Document, thing: Thing) -> None:
    here = document.ids[thing.iri]
    stated = thing.things(DCTERMS.license)
    for licence in stated:
        info = document.bundle.licences[licence]
        document.relate("hasDeclaredLicense", here, document.licence(info), info.label)
        if info.told:
            document.ledger.keep(thing.iri, DCTERMS.license, licence)
        else:
            why = "written by its id, which readers do not take for one licence"
            document.ledger.refuse(thing.iri, DCTERMS.license, licence, why)
    if not stated:
        document.relate("hasDeclaredLicense", here, NO_LICENCE)


def _files(document: _Document, thing: Thing) -> None:
    for number, node in enumerate(document.bundle.hanging(thing.iri, PG.artifactOf), 1):
        name = node.text(PG.fileName)
        if not name or thing.iri not in node.things(PG.artifactOf):
            continue
        hashes = [value.lexical.partition(":") for value in node.texts(PG.digest)]
        file = f"{document.ids[thing.iri]}-file-{number}"
        document.add(
            "software_File",
            file,
            name=name,
            verifiedUsing=[
                {"type": "Hash", "algorithm": algorithm, "hashValue": content}
                for algorithm, _, content in hashes
            ],
        )
        document.relate("contains", document.ids[thing.iri], file)
        document.ledger.keep(node.iri, PG.artifactOf, thing.iri)


EXPORTER = Exporter(
    format="spdx3",
    title="SPDX 3.0.1 with the AI and Dataset profiles",
    media_type="application/spdx+json",
    suffix="spdx.json",
    terms=TERMS,
    reasons=REASONS,
    otherwise=OTHERWISE,
    write=write,
)
