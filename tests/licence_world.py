"""Small hand-made worlds for tests of licences: entities, what they came from, what they declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import pyoxigraph as ox

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import rdf
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Quad, Record, Stance
from provenance_graph.core.iris import Iri, dataset, mint, model, organization, record
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, RDF
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.results import LicenceFinding
from provenance_graph.licences.texts.catalogue import Catalogue
from provenance_graph.licences.texts.reading import load
from provenance_graph.store.memory import MemoryStore

RELATIONS = {
    "finetune": PG.fineTunedFrom,
    "adapter": PG.adapterOf,
    "merge": PG.mergedFrom,
    "quantize": PG.quantizedFrom,
    "distill": PG.distilledFrom,
    "trained": PG.trainedOn,
    "written": PG.generatedBy,
    "synthetic": PG.usedSyntheticDataFrom,
    "derived": PROV.wasDerivedFrom,
}


@cache
def catalogue() -> Catalogue:
    """The licences that are shipped."""
    quads = []
    for pattern in ("licen*.ttl", "spdx-*.ttl"):
        for path in sorted(folder("ontology").glob(pattern)):
            quads += [
                rdf.our_quad(quad) for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
            ]
    return load(AcceptedSnapshot(MemoryStore(quads)))


def thing(name: str) -> Iri:
    """``model`` names hold a slash, datasets begin with ``data:``."""
    return dataset(name[5:]) if name.startswith("data:") else model(name)


def licence(key: str) -> Iri:
    """A licence by its id in the catalogue."""
    result = catalogue().by_key.get(key)
    return result.iri if result else mint("licence", key)


def world(
    edges: Iterable[tuple[str, str, str]],
    licences: Mapping[str, str],
    more: Iterable[Quad] = (),
    records: Iterable[Record] = (),
    *,
    recorded: bool = True,
) -> LicenceGraph:
    """A graph of ``(child, kind, parent)`` and what entities declare (ids, split by spaces).

    ``recorded``: a developer's record states every edge, and that what has no parent was trained
    from scratch.
    """
    edges = list(edges)
    quads: list[Quad] = [(thing(c), RELATIONS[r], thing(p), None) for c, r, p in edges]
    quads += [
        (thing(name), DCTERMS.license, licence(key), None)
        for name, keys in licences.items()
        for key in keys.split()
    ]
    quads += [
        (thing(name), RDF.type, PG.Dataset, None)
        for name in sorted({*licences, *(name for c, _, p in edges for name in (c, p))})
        if name.startswith("data:")
    ]
    quads += more
    quads += policy()
    reported = developer_records(edges, licences) if recorded else []
    for one in (*records, *reported):
        quads += rdf.to_quads(one)
    store = MemoryStore(quads)
    from provenance_graph.lineage.index import LineageIndex

    return LicenceGraph(
        AcceptedSnapshot(store), LineageIndex.build(AcceptedSnapshot(store)), catalogue()
    )


def developer_records(
    edges: Iterable[tuple[str, str, str]], licences: Mapping[str, str]
) -> list[Record]:
    """Each owner's statement of its models' edges, and of training from scratch at the roots."""
    edges = list(edges)
    claims: dict[str, list[Claim]] = defaultdict(list)
    for child, kind, parent in edges:
        claims[owner(child)].append(Claim(thing(child), RELATIONS[kind], thing(parent)))
    made = {c for c, r, _ in edges if RELATIONS[r] in (*DERIVATIONS, PROV.wasDerivedFrom)}
    names = {name for c, _, p in edges for name in (c, p)} | set(licences)
    for name in sorted(names - made):
        if not name.startswith("data:"):
            empty = Claim(thing(name), PROV.wasDerivedFrom, None, Stance.DECLARED_EMPTY)
            claims[owner(name)].append(empty)
    return [Record(_header(who), tuple(stored)) for who, stored in sorted(claims.items())]


def card(name: str, *claims: Claim) -> Record:
    """The owner's own document about a model."""
    header = Header(
        record("test", name.replace("/", "-"), "2024-02-01"),
        Iri(f"https://example.org/{name}"),
        organization(owner(name)),
        "2024-02-01",
        "test",
        Basis.DEVELOPER,
        custody=Custody.ASSERTED,
    )
    return Record(header, claims)


def owner(name: str) -> str:
    """The namespace of an entity."""
    return name.removeprefix("data:").partition("/")[0]


def _header(who: str) -> Header:
    return Header(
        record("test", who, "2024-01-01"),
        Iri(f"https://example.org/{who}"),
        organization(who),
        "2024-01-01",
        "test",
        Basis.DEVELOPER,
        custody=Custody.ASSERTED,
    )


@cache
def policy() -> tuple[Quad, ...]:
    """The acceptance policy that is shipped."""
    paths = [folder("ontology") / name for name in ("claims.ttl", "acceptance.ttl")]
    return tuple(
        rdf.our_quad(quad)
        for path in paths
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    )


def rules(graph: LicenceGraph, name: str) -> dict[str, LicenceFinding]:
    """The findings on a model of the world, by rule; the first of each."""
    assert any(True for _ in graph.snapshot.quads(thing(name))), f"{name} is not in this world"
    findings: dict[str, LicenceFinding] = {}
    for one in graph.findings(thing(name)):
        findings.setdefault(one.rule.id, one)
    return findings


def steps(finding: LicenceFinding) -> list[tuple[str, str]]:
    """A finding's path as relation names and parents."""
    from provenance_graph.core.iris import local_name, short_id

    return [(local_name(edge.relation), short_id(edge.parent)) for edge in finding.path]
