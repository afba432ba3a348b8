"""An SPDX 3.0.1 document with the AI and Dataset profiles, in its compact JSON-LD form."""

from __future__ import annotations

from functools import partial
from typing import Any

from provenance_graph.core.iris import ID
from provenance_graph.core.resources import software
from provenance_graph.exchange import ledger
from provenance_graph.exchange.ledger import Exported, Exporter
from provenance_graph.exchange.spdx3.elements import SpdxDocument, identifier
from provenance_graph.exchange.spdx3.packages import package
from provenance_graph.exchange.spdx3.relationships import (
    files,
    libraries,
    licences,
    relations,
    sources,
)
from provenance_graph.exchange.spdx3.terms import CONTEXTS, INFO, OTHERWISE, REASONS, TERMS
from provenance_graph.model.bundles.results import Bundle

PROFILES = ("core", "software", "ai", "dataset")


def write(bundle: Bundle, version: str = "3.0.1") -> Exported:
    """An SPDX document of AI packages and dataset packages with their lineage."""
    document = SpdxDocument(bundle, version)
    head = _about(document)
    for entity in bundle.described():
        package(document, entity)
    for entity in bundle.described():
        relations(document, entity)
        licences(document, entity)
        files(document, entity)
        libraries(document, entity)
        sources(document, entity)
    head.append(_whole(document))
    text = ledger.json_text({"@context": CONTEXTS[version], "@graph": head + document.elements})
    return document.ledger.done(text, TERMS, REASONS, OTHERWISE)


def _about(document: SpdxDocument) -> list[dict[str, Any]]:
    """The creation info: time of writing, and the elements of the maker and of the tool."""
    maker = document.add(
        "Organization",
        f"{document.base}#maker",
        name="provenance-graph",
        externalIdentifier=[identifier("urlScheme", ID.removesuffix("id/"))],
    )
    tool = document.add("Tool", f"{document.base}#tool", name=software())
    info = {
        "type": "CreationInfo",
        "@id": INFO,
        "specVersion": document.version,
        "created": f"{document.bundle.stamp}T00:00:00Z",
        "createdBy": [maker],
        "createdUsing": [tool],
    }
    return [info]


def _whole(document: SpdxDocument) -> dict[str, Any]:
    """The document element, with one bill of materials of all its elements."""
    bundle = document.bundle
    sbom = document.add(
        "software_Sbom",
        f"{document.base}#sbom",
        software_sbomType=["analyzed"],
        rootElement=[document.ids[s] for s in bundle.subjects if s in document.ids],
        element=[element["spdxId"] for element in document.elements],
        profileConformance=[*PROFILES],
    )
    return {
        "type": "SpdxDocument",
        "spdxId": str(document.base),
        "creationInfo": INFO,
        "name": ", ".join(bundle.name(subject) for subject in bundle.subjects),
        "comment": ledger.mark(bundle, document.format),
        "profileConformance": [*PROFILES, "simpleLicensing", "expandedLicensing"],
        "rootElement": [sbom],
        "element": [element["spdxId"] for element in document.elements],
    }


def _exporter(format: str, version: str) -> Exporter:
    return Exporter(
        format=format,
        title=f"SPDX {version} with the AI and Dataset profiles",
        media_type="application/spdx+json",
        suffix="spdx.json",
        terms=TERMS,
        reasons=REASONS,
        otherwise=OTHERWISE,
        write=partial(write, version=version),
    )


EXPORTERS = (_exporter("spdx3", "3.0.1"), _exporter("spdx3.1", "3.1"))
"""SPDX 3.0.1, and as an option 3.1: stages of training distinguished, no ``datasetSize``."""
