"""A CycloneDX document: components, dependencies, compositions, and citations of fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from provenance_graph.core import terms
from provenance_graph.core.claims import AcceptanceStatus, Stance
from provenance_graph.core.iris import short_id
from provenance_graph.core.resources import software
from provenance_graph.core.terms import PG, PROV
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.cyclonedx import component as components
from provenance_graph.exchange.cyclonedx.citations import Parts, citations
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.model.bundles.results import Bundle, BundleEntity


def write(bundle: Bundle, version: str) -> Exported:
    """A bill of materials of the bundle's subjects, their ancestors and their datasets."""
    ledger = Ledger(bundle)
    entities = list(bundle.described())
    parts = {entity.iri: components.component(bundle, ledger, entity) for entity in entities}
    first = bundle.subjects[0]
    others = [entity.iri for entity in entities if entity.iri != first]
    places = {first: "/metadata/component"}
    places |= {iri: f"/components/{n}" for n, iri in enumerate(others)}
    libraries = _libraries(ledger, entities)
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": f"urn:uuid:{writing.serial(bundle, f'cyclonedx {version}')}",
        "version": 1,
        "metadata": {
            "timestamp": f"{bundle.stamp}T00:00:00Z",
            "tools": {"components": [_tool()]},
            "lifecycles": [{"phase": "discovery"}],
            "authors": [{"name": "provenance-graph"}],
            "component": parts[first],
            "properties": [
                {
                    "name": MARK,
                    "value": writing.mark(
                        bundle, "cyclonedx-1.6" if version == "1.6" else "cyclonedx"
                    ),
                }
            ],
        },
        "components": [*(parts[iri] for iri in others), *libraries.values()],
        "dependencies": list(_dependencies(ledger, entities, parts)),
        "compositions": _compositions(bundle),
        "vulnerabilities": _vulnerabilities(ledger, entities),
    }
    if version != "1.6":
        sources, cited = citations(bundle, parts, places)
        document["declarations"] = {"assessors": sources} if sources else {}
        document["citations"] = cited
    retained = {key: value for key, value in document.items() if value not in ([], {})}
    return ledger.done(
        writing.json_text(retained), components.TERMS, components.REASONS, components.OTHERWISE
    )


MARK = "provenance-graph:source"
"""The property that marks a document as an export of this program and names its records."""


def _tool() -> dict[str, str]:
    name, _, version = software().partition(" ")
    return {"type": "application", "name": name, "version": version}


def _libraries(ledger: Ledger, entities: list[BundleEntity]) -> dict[str, dict[str, Any]]:
    """The libraries that models need, once each, by name and version."""
    results: dict[str, dict[str, Any]] = {}
    for entity in entities:
        for value in entity.texts(PG.softwareDependency):
            name, _, version = value.lexical.partition(" ")
            part = {"type": "library", "bom-ref": f"library {value.lexical}", "name": name}
            results[value.lexical] = {**part, "version": version} if version else part
            ledger.keep(entity.iri, PG.softwareDependency, value)
    return results


def _dependencies(
    ledger: Ledger, entities: list[BundleEntity], parts: Parts
) -> Iterator[dict[str, Any]]:
    for entity in entities:
        needs = [other for other in entity.iris(PG.usesComponent) if other in parts]
        needs = [other for other in needs if parts[other]["type"] != "data" and other != entity.iri]
        ledger.keep(entity.iri, PG.usesComponent, *needs)
        refs = [short_id(other) for other in needs]
        refs += [f"library {value.lexical}" for value in entity.texts(PG.softwareDependency)]
        if refs:
            yield {"ref": short_id(entity.iri), "dependsOn": refs}


def _compositions(bundle: Bundle) -> list[dict[str, Any]]:
    """The stated completeness of models' origins: only a source can state that they are complete.

    Data count among the parts: the origins are complete only where the data are disclosed too.
    """
    from_scratch = {
        stored.subject
        for stored in bundle.claims
        if stored.claim.stance is Stance.DECLARED_EMPTY
        and stored.status is not AcceptanceStatus.SUPERSEDED
        and stored.claim.predicate in (*terms.DERIVATIONS, PROV.wasDerivedFrom)
    }
    groups: dict[str, list[str]] = {}
    for model in bundle.models:
        parents = bundle.entity(model).iris(PROV.wasDerivedFrom)
        aggregate = "incomplete" if parents else "unknown"
        if model in from_scratch and not parents and _discloses_training_data(bundle.entity(model)):
            aggregate = "complete"
        groups.setdefault(aggregate, []).append(short_id(model))
    return [{"aggregate": kind, "assemblies": refs} for kind, refs in sorted(groups.items())]


def _discloses_training_data(entity: BundleEntity) -> bool:
    """Whether all datasets that a model was trained on are disclosed."""
    silences = (PG.partlyDisclosed, PG.undisclosed, PG.withheld, PG.leftBlank)
    return PG.trainedOn in entity.iris(PG.disclosed) and not any(
        PG.trainedOn in entity.iris(silence) for silence in silences
    )


def _vulnerabilities(ledger: Ledger, entities: list[BundleEntity]) -> list[dict[str, Any]]:
    results: dict[str, list[dict[str, str]]] = {}
    for entity in entities:
        for value in entity.texts(PG.vulnerability):
            results.setdefault(value.lexical, []).append({"ref": short_id(entity.iri)})
            ledger.keep(entity.iri, PG.vulnerability, value)
    return [{"id": id_, "affects": refs} for id_, refs in sorted(results.items())]


def _exporter(format: str, version: str) -> Exporter:
    return Exporter(
        format=format,
        title=f"CycloneDX {version} with machine-learning models",
        media_type=f"application/vnd.cyclonedx+json; version={version}",
        suffix="cdx.json",
        terms=components.TERMS,
        reasons=components.REASONS,
        otherwise=components.OTHERWISE,
        write=partial(write, version=version),
    )


EXPORTERS = (_exporter("cyclonedx", "1.7"), _exporter("cyclonedx-1.6", "1.6"))
