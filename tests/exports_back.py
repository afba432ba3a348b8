"""Reading back what was exported, and holding it to what the export says it carries."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Record, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange.ledger import Exported
from provenance_graph.exchange.registry import exporter
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from provenance_graph.model.bundles.results import NODE_LINKS, Bundle

if TYPE_CHECKING:
    from cyclonedx.validation.json import JsonStrictValidator

READERS = {
    "spdx3": "spdx3",
    "spdx3.1": "spdx3",
    "cyclonedx": "cyclonedx",
    "cyclonedx-1.6": "cyclonedx",
    "croissant": "croissant",
    "fair4ml": "fair4ml",
    "hf-card": "huggingface",
    "turtle": "rdf",
    "jsonld": "rdf",
    "trig": "rdf",
    "prov": "rdf",
    "trig12": "rdf",
    "mldcat-ap": "mldcat-ap",
}


def read_back(format: str, made: Exported, name: str) -> list[Claim]:
    """What our own reader of the format makes of a document."""
    reader = readers()[READERS[format]]
    document = Document(
        Iri(f"https://example.org/{iris.slug(name)}"),
        made.text.encode(),
        "2026-01-31",
        f"{name}.{exporter(format).suffix}",
    )
    results = [item for item in records_of(reader, document) if isinstance(item, Record)]
    return [claim for record in results for claim in record.claims]


def aliases(bundle: Bundle, format: str) -> dict[Iri, Iri]:
    """What a reader may call the entities of a bundle, where it finds no repository."""
    source = READERS[format]
    result: dict[Iri, Iri] = {}
    for iri, entity in bundle.entities.items():
        name = bundle.name(iri)
        if iri in bundle.datasets:
            result[iris.entity(source, "dataset", iris.slug(name))] = iri
            result[iris.dataset(name)] = iri
            if entity.repository:
                result[iris.dataset(entity.repository)] = iri
        elif iri in bundle.models:
            result[iris.entity(source, "model", iris.slug(name))] = iri
            if entity.repository:
                result[iris.model(entity.repository)] = iri
        elif entity.is_a(PG.Organization):
            result[iris.organization(name)] = iri
    for iri in {v for t in bundle.entities.values() for v in t.iris(DCTERMS.creator)}:
        result[iris.organization(bundle.name(iri))] = iri
    for iri in bundle.entities:
        result.pop(iri, None)
    return result


def missing(bundle: Bundle, format: str, made: Exported, name: str = "document") -> list[str]:
    """Every statement that the export says it carries and the reader does not find."""
    known = aliases(bundle, format)
    if format == "hf-card":  # a card does not say whose it is; its file's name does
        known.setdefault(iris.entity("huggingface", "model", name), bundle.subjects[0])

    def ours(value: Value | None) -> Value | None:
        return known.get(value, value) if isinstance(value, Iri) else value

    read = read_back(format, made, name)
    stated = {(ours(c.subject), c.predicate, ours(c.value)) for c in read}
    by_node: dict[Iri, dict[Iri, set[Value | None]]] = defaultdict(lambda: defaultdict(set))
    for claim in read:
        by_node[claim.subject][claim.predicate].add(ours(claim.value))
    lost = []
    for subject, predicate, value in sorted(made.written, key=str):
        if (subject, predicate, value) in stated:
            continue
        if predicate in NODE_LINKS and _like(bundle, subject, predicate, value, by_node):
            continue
        lost.append(f"{iris.short_id(subject)} {iris.shorten(predicate)} {value}")
    return lost


def _like(
    bundle: Bundle,
    node: Iri,
    link: Iri,
    of: Value,
    by_node: dict[Iri, dict[Iri, set[Value | None]]],
) -> bool:
    """Whether a node that says the same was read: a reader gives it a name of its own."""
    entity = bundle.entity(node)
    wanted = {
        PG.evaluationOf: (PG.score,),
        PG.artifactOf: (PG.fileName, PG.digest),
        PROV.specializationOf: (SCHEMA.version,),
    }.get(link)
    if wanted is None:
        return False
    for result in by_node.values():
        if of not in result[link] or not all(set(entity.all(p)) <= result[p] for p in wanted):
            continue
        if link != PG.evaluationOf:
            return True
        reported = {
            name
            for benchmark in result[PG.benchmark]
            if isinstance(benchmark, Iri)
            for name in by_node[benchmark][SCHEMA.name]
        }
        if any(str(name) == bundle.name(b) for b in entity.iris(PG.benchmark) for name in reported):
            return True
    return False


def not_strict(text: str, version: str) -> object:
    """What the strict validator of CycloneDX finds in a document; None where it is valid."""
    return _strict(version).validate_str(text)


@cache
def _strict(version: str) -> JsonStrictValidator:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator  # makes 38 grammars: seconds

    return JsonStrictValidator(SchemaVersion.from_version(version))
