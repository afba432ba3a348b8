"""Which names and canonical subjects a change of records touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance_graph.acceptance.evidence import (
    Overlay,
    StoreStatements,
)
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.ingest.repeated import repeated
from provenance_graph.store.base import ANY, Store


def turned(store: Store, was: str, day: str) -> Iterator[Iri]:
    """Every name of which a claim began or ended to hold after one day and by another."""
    for term in (PG.validFrom, PG.validUntil):
        for node, _, bound, graph in store.quads(predicate=term, graph=ANY):
            if was < str(bound)[:10] <= day:
                for *_, entity, _ in store.quads(node, PG.about, graph=graph):
                    if isinstance(entity, Iri):
                        yield entity


def near(store: Store, name: Iri, most: int = 5) -> list[str]:
    """Records whose names hold the one asked for, or its last steps, as `retract` takes them."""
    asked = name.removeprefix(f"{ID}record/").strip("/")
    records = [
        g.removeprefix(f"{ID}record/") for g in store.graphs() if g.startswith(f"{ID}record/")
    ]
    tail = "/".join(asked.split("/")[-2:])
    whole = [one for one in records if f"/{asked}/" in f"/{one}/"]
    return (whole or [one for one in records if f"/{tail}/" in f"/{one}/"])[:most]


def touched(store: Store, pending: Overlay, policy: Policy) -> set[Iri]:
    """Every name of which a changed record, or one it replaces or uncovers, says something new."""
    names = set(pending.dropped)
    documents = {record.header.of_document for record in pending.added.values()}
    for name in pending.dropped:
        documents.update(Iri(str(o)) for _, _, o, _ in store.quads(name, PG.ofDocument, graph=name))
    for document in documents:
        siblings = store.quads(predicate=PG.ofDocument, object=document, graph=ANY)
        names.update(subject for subject, *_ in siblings)
    records = list(pending.added.values())
    results = set(pending.statements)
    for name in names:
        if quads := list(store.quads(graph=name)):
            records.append(rdf.from_quads(quads))
            results.update(_entities(quads, name))
    return results - repeated(store, policy, records, results)


def _entities(quads: Iterable[Quad], record: Iri) -> Iterator[Iri]:
    for subject, predicate, value, _ in quads:
        if predicate == PG.about and isinstance(value, Iri):
            yield value
        elif not rdf.is_header_or_claim(subject, record):
            yield subject


def subjects_of(
    store: Store,
    entities: Iterable[Iri],
    moved: Iterable[Iri],
    before: StoreStatements,
    after: StoreStatements,
) -> set[Iri]:
    """The canonical subjects whose view may change, where names moved or are spoken of anew."""
    subjects = {s.canonical(entity) for entity in entities for s in (before, after)}
    for entity in moved:
        names = {
            *before.names_of(before.canonical(entity)),
            *after.names_of(after.canonical(entity)),
        }
        for name in names | {entity}:
            nodes = {before.canonical(name), after.canonical(name)}
            subjects |= nodes
            if len(nodes) == 1:
                continue  # what refers to it reads the same: half the store may do so
            for who in _referrers(store, name, after):
                subjects.update((before.canonical(who), after.canonical(who)))
    return subjects


def _referrers(store: Store, name: Iri, after: StoreStatements) -> Iterator[Iri]:
    for subject, predicate, _, graph in store.quads(object=name, graph=ANY):
        if predicate == PG.value and graph is not None:
            yield from (
                o
                for _, _, o, _ in store.quads(subject, PG.about, graph=graph)
                if isinstance(o, Iri)
            )
        elif graph is not None and predicate == PROV.wasAttributedTo and subject == graph:
            yield from _entities(
                store.quads(graph=graph), graph
            )  # who published it decides how it counts
        elif graph is not None and not rdf.is_header_or_claim(subject, graph):
            yield subject
    yield from after.pending.referrers.get(name, ())
