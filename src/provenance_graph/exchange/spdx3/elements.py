"""The elements of one SPDX document, and their ids."""

from __future__ import annotations

import re
from typing import Any

from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.exchange import ledger
from provenance_graph.exchange.ledger import Ledger
from provenance_graph.exchange.spdx3.terms import INFO, NO_ASSERTION
from provenance_graph.model.bundles.results import Bundle, BundleEntity, LicenceInfo, StatedLicence

_PROJECT = (PG.homepage, SCHEMA.url, PG.codeRepository, PG.modelCard)
_ALGORITHMS = frozenset(("md5", "sha1", "sha224", "sha256", "sha384", "sha512"))


def identifier(kind: str, text: str) -> dict[str, str]:
    """An external identifier of an element, of a type of SPDX."""
    return {
        "type": "ExternalIdentifier",
        "externalIdentifierType": kind,
        "identifier": text,
    }


def reference(kind: str, address: Iri) -> dict[str, Any]:
    """An external reference of a type of SPDX."""
    return {"type": "ExternalRef", "externalRefType": kind, "locator": [str(address)]}


def hashes_of(node: BundleEntity) -> list[dict[str, str]]:
    """The digests of an artifact as SPDX writes them."""
    parts = (value.lexical.partition(":") for value in node.texts(PG.digest))
    return [
        {"type": "Hash", "algorithm": algorithm, "hashValue": value}
        for algorithm, _, value in parts
        if algorithm in _ALGORITHMS
    ]


def project_pages(entity: BundleEntity, dataset: bool) -> list[str]:
    """The pages of a model or dataset: its own first, then its code's."""
    stated = (p for term in _PROJECT for p in entity.iris(term) if p.startswith("http"))
    return [*filter(None, [entity.hub_page(dataset)]), *map(str, stated)]


class SpdxDocument:
    """The elements of one document, and their ids."""

    def __init__(self, bundle: Bundle, version: str = "3.0.1") -> None:
        self.bundle, self.ledger, self.version = bundle, Ledger(bundle), version
        self.format = "spdx3" if version == "3.0.1" else f"spdx{version}"
        self.base = mint("export", "spdx3", ledger.serial(bundle, self.format))
        self.elements: list[dict[str, Any]] = []
        self.ids = {
            entity.iri: f"{self.base}#{'dataset' if entity.iri in bundle.datasets else 'model'}-{n}"
            for n, entity in enumerate(bundle.described(), 1)
        }
        self.agents: dict[Iri, dict[str, Any]] = {}
        self.licences: dict[Iri, str] = {}
        self.expressions: set[str] = set()
        self.count = 0

    def add(self, kind: str, id_: str, **fields: Any) -> str:
        """Add an element without its empty fields; return its id."""
        full = {"type": kind, "spdxId": id_, "creationInfo": INFO, **fields}
        self.elements.append({key: value for key, value in full.items() if value not in ("", [])})
        return id_

    def relate(self, kind: str, source: str, target: str, comment: str = "") -> None:
        """Add a relationship from one element to another."""
        self.count += 1
        self.add(
            "Relationship",
            f"{self.base}#relationship-{self.count}",
            comment=comment,
            **{"from": source},
            to=[target],
            relationshipType=kind,
        )

    def agent(self, iri: Iri, project: Iri | None = None) -> str:
        """The id of an organization's element, with its own address or that of a project."""
        if iri not in self.agents:
            own = self.bundle.entity(iri).pages()[:1]
            self.add(
                "Organization",
                f"{self.base}#organization-{len(self.agents) + 1}",
                name=self.bundle.name(iri),
                externalIdentifier=[identifier("urlScheme", page) for page in own],
            )
            self.agents[iri] = self.elements[-1]
        element = self.agents[iri]
        if project is not None and "externalIdentifier" not in element:
            # BSI TR-03183-2 takes the page of a project where its creator has no address
            pages = project_pages(self.bundle.entity(project), project in self.bundle.datasets)
            comment = f"the page of {self.bundle.name(project)}"
            for page in pages[:1]:
                element["externalIdentifier"] = [{**identifier("other", page), "comment": comment}]
        return str(element["spdxId"])

    def expression(self, info: LicenceInfo) -> str:
        """The licence as an expression; one that SPDX does not list by a reference."""
        known = self.licence(info)
        if info.spdx or info.expression:
            return known
        element = f"{known}-expression"
        if element not in self.expressions:
            self.expressions.add(element)
            self._reference(element, info.key, known)
        return element

    def _reference(self, element: str, name: str, known: str) -> None:
        """Add an expression of one local reference, which stands for a licence's element."""
        key = f"LicenseRef-{re.sub(r'[^A-Za-z0-9.-]+', '-', name).strip('-') or 'stated'}"
        self.add(
            "simplelicensing_LicenseExpression",
            element,
            name=name,
            simplelicensing_licenseExpression=key,
            simplelicensing_customIdToUri=[{"type": "DictionaryEntry", "key": key, "value": known}],
        )

    def unknown_licence(self, licence: StatedLicence) -> tuple[str, str]:
        """The text and expression elements of a licence in no table."""
        text = f"{self.base}#licence-{self.count + 1}-stated"
        self.add(
            "simplelicensing_SimpleLicensingText",
            text,
            name=licence.name,
            simplelicensing_licenseText=f"The text is at {licence.url}"
            if licence.url
            else NO_ASSERTION,
        )
        self._reference(f"{text}-expression", licence.name, text)
        return text, f"{text}-expression"

    def licence(self, info: LicenceInfo) -> str:
        """The id of a licence's element: an expression if SPDX lists it, else a custom one."""
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
