"""An SPDX 3.0.1 document with the AI and Dataset profiles, in its compact JSON-LD form."""

from __future__ import annotations

from typing import Any

from provenance_graph.exchange import ledger
from provenance_graph.exchange.ledger import Exported, Exporter
from provenance_graph.exchange.spdx3.elements import Document
from provenance_graph.exchange.spdx3.packages import package
from provenance_graph.exchange.spdx3.relationships import files, libraries, licences, relations
from provenance_graph.exchange.spdx3.terms import CONTEXT, INFO, OTHERWISE, REASONS, TERMS
from provenance_graph.model.bundle_results import Bundle


def write(bundle: Bundle) -> Exported:
    """An SPDX document of AI packages and dataset packages with their lineage."""
    document = Document(bundle)
    maker = document.add("SoftwareAgent", f"{document.base}#agent", name="provenance-graph")
    for entity in bundle.described():
        package(document, entity)
    for entity in bundle.described():
        relations(document, entity)
        licences(document, entity)
        files(document, entity)
        libraries(document, entity)
    roots = [document.ids[s] for s in bundle.subjects if s in document.ids]
    sbom = document.add(
        "software_Sbom",
        f"{document.base}#sbom",
        software_sbomType=["analyzed"],
        rootElement=roots,
        element=[element["spdxId"] for element in document.elements],
        profileConformance=["core", "software", "ai", "dataset"],
    )
    head: list[dict[str, Any]] = [
        {
            "type": "CreationInfo",
            "@id": INFO,
            "specVersion": "3.0.1",
            "created": f"{bundle.stamp}T00:00:00Z",
            "createdBy": [maker],
        },
        {
            "type": "SpdxDocument",
            "spdxId": str(document.base),
            "creationInfo": INFO,
            "name": ", ".join(bundle.name(subject) for subject in bundle.subjects),
            "comment": ledger.mark(bundle),
            "profileConformance": [
                "core", "software", "ai", "dataset", "simpleLicensing", "expandedLicensing",
            ],
            "rootElement": [sbom],
            "element": [element["spdxId"] for element in document.elements],
        },
    ]  # fmt: skip
    text = ledger.json_text({"@context": CONTEXT, "@graph": head + document.elements})
    return document.ledger.done(text, TERMS, REASONS, OTHERWISE)


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
