"""SPDX 3.0.1 with the AI and Dataset profiles, in its compact JSON-LD form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph import vocab
from provenance_graph.analysis.bundle_model import Bundle, LicenceInfo, Thing
from provenance_graph.claims import Literal
from provenance_graph.exports import writing
from provenance_graph.exports.writing import Exported, Exporter, Ledger
from provenance_graph.names import Iri, mint, shorten

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
NO_ASSERTION = "NOASSERTION"
NO_LICENCE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
_INFO = "_:creationInfo"
_HYPERPARAMETERS: Mapping[Iri, str] = {
    vocab.PARAMETER_COUNT: "num_parameters",
    vocab.HIDDEN_SIZE: "hidden_size",
    vocab.LAYER_COUNT: "num_hidden_layers",
    vocab.ATTENTION_HEAD_COUNT: "num_attention_heads",
    vocab.KEY_VALUE_HEAD_COUNT: "num_key_value_heads",
    vocab.FEED_FORWARD_SIZE: "intermediate_size",
    vocab.VOCABULARY_SIZE: "vocab_size",
    vocab.CONTEXT_LENGTH: "max_position_embeddings",
}
_RELATIONS: Mapping[Iri, str] = {
    vocab.TRAINED_ON: "trainedOn",
    vocab.TESTED_ON: "testedOn",
    vocab.WAS_DERIVED_FROM: "descendantOf",
    vocab.USES_COMPONENT: "dependsOn",
}
_DATES = {vocab.ISSUED: "releaseTime", vocab.CREATED: "builtTime"}
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        vocab.NAME: "name",
        vocab.CREATOR: "originatedBy",
        vocab.ISSUED: "releaseTime",
        vocab.CREATED: "builtTime",
        vocab.LICENSE: "a hasDeclaredLicense relationship",
        vocab.HUB_REPOSITORY: "software_packageUrl (pkg:huggingface)",
        vocab.WEIGHTS_LOCATION: "software_downloadLocation",
        vocab.HOMEPAGE: "software_homePage",
        vocab.ARCHITECTURE_FAMILY: "ai_typeOfModel",
        vocab.TRAINING_ENERGY_M_WH: "ai_energyConsumption, in kilowatt hours",
        vocab.EVALUATION_OF: "ai_metric: the benchmark and the score, without setup and evaluator",
        vocab.ARTIFACT_OF: "a software_File by a contains relationship, with its digests",
        vocab.BYTE_SIZE: "dataset_datasetSize",
        vocab.VERSION: "software_packageVersion",
        **{p: f"ai_hyperparameter {key}" for p, key in _HYPERPARAMETERS.items()},
        **{p: f"a {key} relationship" for p, key in _RELATIONS.items()},
    }
)
_KIND = "SPDX 3.0 has descendantOf alone; the kind stands in the relationship's comment"
_COMMENT = "SPDX 3.0 has no term for it; it stands in the package's comment"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        **dict.fromkeys(vocab.DERIVATIONS, _KIND),
        **dict.fromkeys(writing.STATUSES, _COMMENT),
        vocab.VALIDATED_ON: "SPDX 3.0 has trainedOn and testedOn alone",
        vocab.RANK_OF: "SPDX 3.0 has no term for a place in a ranking",
    }
)
OTHERWISE = "SPDX 3.0 has no term for it"


class _Document:
    """The elements of one document, and the names they get in it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.ledger = bundle, Ledger(bundle)
        self.base = mint("export", "spdx3", writing.serial(bundle, "spdx3"))
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
    text = writing.json_text({"@context": CONTEXT, "@graph": head + document.elements})
    return document.ledger.done(text, TERMS, REASONS, OTHERWISE)


def _package(document: _Document, thing: Thing) -> None:
    """A package; what the profiles require and nobody disclosed is NOASSERTION."""
    dataset = thing.iri in document.bundle.datasets
    said: dict[str, Any] = {"name": document.bundle.name(thing.iri)}
    if named := thing.text(vocab.NAME):
        document.ledger.keep(thing.iri, vocab.NAME, *_equal(thing, vocab.NAME, named))
    said["externalIdentifier"] = [
        {
            "type": "ExternalIdentifier",
            "externalIdentifierType": "other",
            "identifier": str(thing.iri),
        }
    ]
    said["comment"] = "; ".join(writing.silences(thing))
    said.update(_makers(document, thing), **_dates(document, thing), **_places(document, thing))
    said["software_primaryPurpose"] = "data" if dataset else "model"
    said["software_packageVersion"] = _version(document, thing)
    if dataset:
        said["dataset_datasetType"] = ["noAssertion"]
        for size in thing.texts(vocab.BYTE_SIZE)[:1]:
            said["dataset_datasetSize"] = writing.number(size)
            document.ledger.keep(thing.iri, vocab.BYTE_SIZE, size)
    else:
        said.update(_model(document, thing))
    kind = "dataset_DatasetPackage" if dataset else "ai_AIPackage"
    document.add(kind, document.ids[thing.iri], **said)


def _equal(thing: Thing, predicate: Iri, text: str) -> list[Literal]:
    return [value for value in thing.texts(predicate) if value.lexical == text]


def _makers(document: _Document, thing: Thing) -> dict[str, Any]:
    makers = thing.things(vocab.CREATOR)
    agents = [document.agent(maker) for maker in makers]
    document.ledger.keep(thing.iri, vocab.CREATOR, *makers)
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
        document.ledger.keep(thing.iri, vocab.HUB_REPOSITORY, Iri(page))
    for place in thing.things(vocab.WEIGHTS_LOCATION)[:1]:
        if not dataset and not thing.repository:
            found["software_downloadLocation"] = str(place)
            document.ledger.keep(thing.iri, vocab.WEIGHTS_LOCATION, place)
    for page_ in thing.things(vocab.HOMEPAGE)[:1]:
        if not dataset and "huggingface.co/" not in page_:
            found["software_homePage"] = str(page_)
            document.ledger.keep(thing.iri, vocab.HOMEPAGE, page_)
    return found


def _version(document: _Document, thing: Thing) -> str:
    """The version of a dataset, or of a model that has just one."""
    if thing.iri in document.bundle.datasets:
        for value in thing.texts(vocab.VERSION)[:1]:
            document.ledger.keep(thing.iri, vocab.VERSION, value)
            return value.lexical
        return ""
    versions = [
        node
        for node in document.bundle.hanging(thing.iri, vocab.SPECIALIZATION_OF)
        if node.is_a(vocab.MODEL_VERSION_CLASS) and node.text(vocab.VERSION)
        and thing.iri in node.things(vocab.SPECIALIZATION_OF)
    ]  # fmt: skip
    if len(versions) != 1:
        return NO_ASSERTION
    document.ledger.keep(versions[0].iri, vocab.SPECIALIZATION_OF, thing.iri)
    return versions[0].text(vocab.VERSION)


def _model(document: _Document, thing: Thing) -> dict[str, Any]:
    """What the AI profile has places for."""
    keep = document.ledger.keep
    found: dict[str, Any] = {}
    kinds = thing.texts(vocab.ARCHITECTURE_FAMILY)
    if len(kinds) == 1:
        found["ai_typeOfModel"] = [kinds[0].lexical]
        keep(thing.iri, vocab.ARCHITECTURE_FAMILY, kinds[0])
    rows = []
    for predicate, key in _HYPERPARAMETERS.items():
        for value in thing.texts(predicate)[:1]:
            rows.append(_entry(key, value.lexical))
            keep(thing.iri, predicate, value)
    found["ai_hyperparameter"] = rows
    found["ai_metric"] = [_entry(*scored) for scored in _scores(document, thing)]
    for energy in thing.texts(vocab.TRAINING_ENERGY_M_WH)[:1]:
        amount = writing.plain_decimal(writing.scaled(energy, "1000"))
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
        keep(thing.iri, vocab.TRAINING_ENERGY_M_WH, energy)
    return {key: value for key, value in found.items() if value}


def _entry(key: str, value: str) -> dict[str, Any]:
    return {"type": "DictionaryEntry", "key": key, "value": value}


def _scores(document: _Document, thing: Thing) -> Iterator[tuple[str, str]]:
    for node in document.bundle.hanging(thing.iri, vocab.EVALUATION_OF):
        benchmark = next(iter(node.things(vocab.BENCHMARK)), None)
        score = next(iter(node.texts(vocab.SCORE)), None)
        if thing.iri in node.things(vocab.EVALUATION_OF) and benchmark and score:
            yield document.bundle.name(benchmark), score.lexical
            document.ledger.keep(node.iri, vocab.EVALUATION_OF, thing.iri)


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
            if predicate == vocab.WAS_DERIVED_FROM:
                known = [p for p in vocab.DERIVATIONS if other in thing.things(p)]
                comment = ", ".join(map(shorten, known))
            document.relate(kind, here, document.ids[other], comment)
            if not (dataset and predicate == vocab.USES_COMPONENT):
                document.ledger.keep(thing.iri, predicate, other)


def _licences(document: _Document, thing: Thing) -> None:
    here = document.ids[thing.iri]
    stated = thing.things(vocab.LICENSE)
    for licence in stated:
        info = document.bundle.licences[licence]
        document.relate("hasDeclaredLicense", here, document.licence(info), info.label)
        if info.told:
            document.ledger.keep(thing.iri, vocab.LICENSE, licence)
        else:
            why = "written by its id, which readers do not take for one licence"
            document.ledger.refuse(thing.iri, vocab.LICENSE, licence, why)
    if not stated:
        document.relate("hasDeclaredLicense", here, NO_LICENCE)


def _files(document: _Document, thing: Thing) -> None:
    for number, node in enumerate(document.bundle.hanging(thing.iri, vocab.ARTIFACT_OF), 1):
        name = node.text(vocab.FILE_NAME)
        if not name or thing.iri not in node.things(vocab.ARTIFACT_OF):
            continue
        hashes = [value.lexical.partition(":") for value in node.texts(vocab.DIGEST)]
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
        document.ledger.keep(node.iri, vocab.ARTIFACT_OF, thing.iri)


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
