"""Reading back what was exported, and holding it to what the export says it carries."""

from __future__ import annotations

from collections import defaultdict

from provenance_graph import names, vocab
from provenance_graph.analysis.bundle_model import NODE_LINKS, Bundle
from provenance_graph.claims import Claim, Record, Value
from provenance_graph.exports import exporter
from provenance_graph.exports.writing import Exported
from provenance_graph.names import Iri
from provenance_graph.sources import readers
from provenance_graph.sources.document import Document
from provenance_graph.sources.records import records_of

READERS = {
    "spdx3": "spdx3", "cyclonedx": "cyclonedx", "croissant": "croissant", "fair4ml": "fair4ml",
    "hf-card": "huggingface", "turtle": "rdf", "jsonld": "rdf", "trig": "rdf", "prov": "rdf",
}  # fmt: skip


def read_back(format: str, made: Exported, name: str) -> list[Claim]:
    """What our own reader of the format makes of a document."""
    reader = readers()[READERS[format]]
    document = Document(
        Iri(f"https://example.org/{names.slug(name)}"),
        made.text.encode(),
        "2026-01-31",
        f"{name}.{exporter(format).suffix}",
    )
    found = [item for item in records_of(reader, document) if isinstance(item, Record)]
    return [claim for record in found for claim in record.claims]


def aliases(bundle: Bundle, format: str) -> dict[Iri, Iri]:
    """What a reader may call the things of a bundle, where it finds no repository."""
    found: dict[Iri, Iri] = {}
    for iri, thing in bundle.things.items():
        name = bundle.name(iri)
        if iri in bundle.datasets:
            found[names.entity(format, "dataset", names.slug(name))] = iri
            found[names.dataset(name)] = iri
            if thing.repository:
                found[names.dataset(thing.repository)] = iri
        elif iri in bundle.models:
            found[names.entity(format, "model", names.slug(name))] = iri
            if thing.repository:
                found[names.model(thing.repository)] = iri
        elif thing.is_a(vocab.ORGANIZATION_CLASS):
            found[names.organization(name)] = iri
    for iri in {v for t in bundle.things.values() for v in t.things(vocab.CREATOR)}:
        found[names.organization(bundle.name(iri))] = iri
    for iri in bundle.things:
        found.pop(iri, None)
    return found


def missing(bundle: Bundle, format: str, made: Exported, name: str = "document") -> list[str]:
    """Every statement that the export says it carries and the reader does not find."""
    known = aliases(bundle, format)
    if format == "hf-card":  # a card does not say whose it is; its file's name does
        known.setdefault(names.entity("huggingface", "model", name), bundle.subjects[0])

    def ours(value: Value | None) -> Value | None:
        return known.get(value, value) if isinstance(value, Iri) else value

    read = read_back(format, made, name)
    said = {(ours(c.subject), c.predicate, ours(c.value)) for c in read}
    by_node: dict[Iri, dict[Iri, set[Value | None]]] = defaultdict(lambda: defaultdict(set))
    for claim in read:
        by_node[claim.subject][claim.predicate].add(ours(claim.value))
    lost = []
    for subject, predicate, value in sorted(made.kept, key=str):
        if (subject, predicate, value) in said:
            continue
        if predicate in NODE_LINKS and _like(bundle, subject, predicate, value, by_node):
            continue
        lost.append(f"{names.said(subject)} {names.shorten(predicate)} {value}")
    return lost


def _like(
    bundle: Bundle,
    node: Iri,
    link: Iri,
    of: Value,
    by_node: dict[Iri, dict[Iri, set[Value | None]]],
) -> bool:
    """Whether a node that says the same was read: a reader gives it a name of its own."""
    thing = bundle.thing(node)
    wanted = {
        vocab.EVALUATION_OF: (vocab.SCORE,),
        vocab.ARTIFACT_OF: (vocab.FILE_NAME, vocab.DIGEST),
        vocab.SPECIALIZATION_OF: (vocab.VERSION,),
    }.get(link)
    if wanted is None:
        return False
    for found in by_node.values():
        if of not in found[link] or not all(set(thing.all(p)) <= found[p] for p in wanted):
            continue
        if link != vocab.EVALUATION_OF:
            return True
        told = {
            name
            for benchmark in found[vocab.BENCHMARK]
            if isinstance(benchmark, Iri)
            for name in by_node[benchmark][vocab.NAME]
        }
        if any(str(name) == bundle.name(b) for b in thing.things(vocab.BENCHMARK) for name in told):
            return True
    return False
