"""Private collections: which there are, and a public state that holds nothing of them.

A collection is private where the store's graph of collections says so. A commit is carried out
on the full state and, without what is private, on the public one, each with its own view.
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
"""The right that the EU's list of access rights gives to what is not for everybody."""


_FOLLOWS: Final = "FOLLOWS"
"""The file of the public state that says which version of the full one it goes with."""


def mark(collection: Iri) -> Quad:
    """The statement that a collection is private."""
    return collection, DCTERMS.accessRights, NON_PUBLIC, COLLECTIONS


def private_collections(store: QuadSource, notes: Iterable[Quad] = ()) -> frozenset[Iri]:
    """The collections that a store, or statements about to be put into it, say are private."""
    results = {s for s, *_ in store.quads(None, DCTERMS.accessRights, NON_PUBLIC, COLLECTIONS)}
    results |= {s for s, p, o, _ in notes if (p, o) == (DCTERMS.accessRights, NON_PUBLIC)}
    return frozenset(results)


def is_private(header: Header, private: frozenset[Iri]) -> bool:
    """Whether a record is for those alone who may read private collections."""
    return header.collection in private


def collections_of(store: QuadSource) -> dict[Iri, Iri]:
    """The collection of every record: as its header says, else as its name tells."""
    stated = {
        record: collection
        for record, _, collection, _ in store.quads(predicate=PG.inCollection, graph=ANY)
        if isinstance(collection, Iri)
    }
    records = store.quads(predicate=RDF.type, object=PG.SourceRecord, graph=ANY)
    return {record: stated.get(record) or collection_of(record) for record, *_ in records}


def records_of(store: QuadSource, collections: Iterable[Iri]) -> list[Iri]:
    """The records of some collections."""
    wanted = frozenset(collections)
    return sorted(
        name for name, collection in collections_of(store).items() if collection in wanted
    )


def public_writer(store: QuadSource, notes: Iterable[Quad] = ()) -> EmbeddedWriter | None:
    """The writer of the public state, made before anything private is written; else None."""
    if not isinstance(store, EmbeddedWriter):
        return None
    if store.public is None and private_collections(store, notes):
        public = store.make_public()
        ChangeLog(store.root).copy_to(public.root)  # nothing private was committed so far
        followed(public, store.version)
    return store.public


def followed(public: EmbeddedWriter, version: str) -> None:
    """Note the version of the full state that the public one goes with."""
    (public.root / _FOLLOWS).write_text(version, "utf-8")


def is_stale(store: QuadSource, public: EmbeddedWriter) -> bool:
    """Whether the full state has moved on without the public one, or the other way round."""
    assert isinstance(store, EmbeddedWriter)
    try:
        return (public.root / _FOLLOWS).read_text("utf-8") != store.version
    except OSError:
        return True


def discard(writer: EmbeddedWriter) -> None:
    """Remove a public state that is not needed: nothing is private any more."""
    writer.drop_public()
