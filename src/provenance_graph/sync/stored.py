"""The places from which the records of a store were fetched."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance import identity
from provenance_graph.core import hub
from provenance_graph.core.claims import collection_of
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.store.base import ANY, Store

RECORDED = frozenset({"findings", "measurements"})
"""Collections recorded by people and by comparisons, whose documents were never imported."""


def stored_sources(store: Store, collections: Iterable[str] = ()) -> dict[str, list[str]]:
    """Sorted places by collection: Hub repositories as ``hf:org/name``, other addresses unchanged.

    Without ``collections``, the places of imported records are returned. A collection given by its
    short name includes shipped records too.
    """
    wanted = set(collections)
    shipped = {name for name, *_ in store.quads(graph=identity.SHIPPED)}
    results: dict[str, dict[str, None]] = {}
    for record, _, _, graph in store.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY):
        if record != graph:
            continue
        header = {p: o for _, p, o, _ in store.quads(record, graph=graph)}
        collection = str(header.get(PG.inCollection, collection_of(record))).rpartition("/")[2]
        if (collection not in wanted) if wanted else (record in shipped):
            continue
        if not wanted and collection in RECORDED:
            continue
        document = header.get(SCHEMA.url)
        if isinstance(document, Iri) and (location := address_of(document)):
            results.setdefault(collection or "imported", {})[location] = None
    return {name: sorted(places) for name, places in sorted(results.items())}


def address_of(document: str) -> str:
    """The place from which a document can be fetched again; empty where it has no address.

    >>> address_of("https://huggingface.co/api/models/org/name")
    'hf:org/name'
    """
    if not document.startswith(("http://", "https://")):
        return ""
    address = hub.address(document)
    if address is not None and address.kind is hub.RepositoryKind.MODEL and address.owner:
        return f"hf:{address.name}"
    return document
