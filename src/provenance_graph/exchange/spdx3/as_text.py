"""Values without a term in SPDX 3, written as text for readers of the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.exchange.spdx3.elements import SpdxDocument
from provenance_graph.model.bundles.results import BundleEntity

_TRAINING: Mapping[Iri, str] = {
    PG.trainingStage: "stages",
    PG.trainingMethod: "methods",
    PG.trainingTokenCount: "tokens",
    PG.trainingComputeFLOP: "compute in FLOP",
    PG.acceleratorHours: "accelerator hours",
    PG.trainingHardware: "hardware",
    PG.trainingFramework: "framework",
    PG.trainingCO2eTonnes: "emissions in tonnes of CO2 equivalent",
    PG.trainingDataCutoff: "data until",
    PG.knowledgeCutoff: "knowledge until",
}
_DOCUMENTS: Mapping[Iri, str] = {
    PG.modelCard: "documentation",
    PG.systemCard: "documentation",
    PG.paper: "documentation",
    PG.changelog: "releaseNotes",
}
_IN_WORDS = "SPDX 3.0 has no term for it; it is written as text in ai_informationAboutTraining"
_AS_LINK = "it is written as an externalRef, whose type does not say which document it is"


def training(document: SpdxDocument, entity: BundleEntity) -> dict[str, str]:
    """The accepted facts of a model's training as one text, where no source gives a text."""
    if entity.texts(PG.trainingInformation):
        return {}
    parts = []
    for predicate, name in _TRAINING.items():
        values = entity.all(predicate)
        names = [v.lexical if isinstance(v, Literal) else document.bundle.name(v) for v in values]
        if predicate in entity.dates:
            names = [entity.dates[predicate]]
        if names:
            parts.append(f"{name}: {', '.join(sorted(names))}")
        for value in values:
            document.ledger.refuse(entity.iri, predicate, value, _IN_WORDS)
    return {"ai_informationAboutTraining": "; ".join(parts)} if parts else {}


def documents(document: SpdxDocument, entity: BundleEntity) -> list[dict[str, Any]]:
    """References to the documents that describe a model or dataset."""
    results = []
    for predicate, kind in _DOCUMENTS.items():
        for link in entity.iris(predicate):
            results.append({"type": "ExternalRef", "externalRefType": kind, "locator": [str(link)]})
            document.ledger.refuse(entity.iri, predicate, link, _AS_LINK)
    return results
