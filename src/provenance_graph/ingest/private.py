"""Private collections, and the public state of a store, which holds none of their records.

A collection is private if the store's graph of collections says so. A commit is applied to the full
state and, without private records, to the public state; each has its own accepted view.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.claims import Header, Quad, collection_of
from provenance_graph.core.graph_names import COLLECTIONS
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.store.base import ANY
from provenance_graph.store.embedded import EmbeddedWriter
from provenance_graph.store.values import QuadSource

NON_PUBLIC: Final = Iri("http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC")
"""The access right for non-public material in the EU's list of access rights."""


_FOLLOWS: Final = "FOLLOWS"
"""The file of the public state that holds the version of the full state it corresponds to."""


def mark(collection: Iri) -> Quad:
    """The quad that marks a collection as private."""
    return collection, DCTERMS.accessRights, NON_PUBLIC, COLLECTIONS


def private_collections(store: QuadSource, notes: Iterable[Quad] = ()) -> frozenset[Iri]:
    """The collections that a store, or quads about to be committed, mark as private."""
    results = {s for s, *_ in store.quads(None, DCTERMS.accessRights, NON_PUBLIC, COLLECTIONS)}
    results |= {s for s, p, o, _ in notes if (p, o) == (DCTERMS.accessRights, NON_PUBLIC)}
    return frozenset(results)


def is_private(header: Header, private: frozenset[Iri]) -> bool:
    """Whether a record belongs to a private collection."""
    return header.collection in private


def collections_of(store: QuadSource) -> dict[Iri, Iri]:
    """The collection of every record, from its header, else from its name."""
    stated = {
        record: collection
        for record, _, collection, _ in store.quads(predicate=PG.inCollection, graph=ANY)
        if isinstance(collection, Iri)
    }
    records = store.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
    return {record: stated.get(record) or collection_of(record) for record, *_ in records}


def records_of(store: QuadSource, collections: Iterable[Iri]) -> list[Iri]:
    """The records of some collections, sorted."""
    wanted = frozenset(collections)
    return sorted(
        name for name, collection in collections_of(store).items() if collection in wanted
    )


def public_writer(store: QuadSource, notes: Iterable[Quad] = ()) -> EmbeddedWriter | None:
    """The writer of the public state, which is created if private data is about to be committed.

    None if nothing is private or the store is not an embedded one.
    """
    if not isinstance(store, EmbeddedWriter):
        return None
    if store.public is None and private_collections(store, notes):
        public = store.make_public()
        ChangeLog(store.root).copy_to(public.root)  # no private data has been committed yet
        followed(public, store.version)
    return store.public


def followed(public: EmbeddedWriter, version: str) -> None:
    """Record the version of the full state to which the public state corresponds."""
    (public.root / _FOLLOWS).write_text(version, "utf-8")


def is_stale(store: QuadSource, public: EmbeddedWriter) -> bool:
    """Whether the versions of the full and the public state do not correspond."""
    assert isinstance(store, EmbeddedWriter)
    try:
        return (public.root / _FOLLOWS).read_text("utf-8") != store.version
    except OSError:
        return True


def discard(writer: EmbeddedWriter) -> None:
    """Remove the public state, when no collection is private any more."""
    writer.drop_public()
