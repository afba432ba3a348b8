"""The protocols that every store implements, and the change that one commit makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.store.values import (
    ANY,
    OWN_DATASET,
    Answer,
    AnyGraph,
    Bindings,
    DatasetChoice,
    Limits,
    Rows,
    SparqlQuery,
    WholeListing,
)

__all__ = [
    "ANY",
    "OWN_DATASET",
    "Answer",
    "AnyGraph",
    "Change",
    "DatasetChoice",
    "Expecting",
    "Limits",
    "Rows",
    "SparqlQuery",
    "Store",
    "WritableStore",
]


class Store(Protocol):
    """A dataset that can be read; implemented by the embedded, remote and in-memory stores.

    ``bindings`` put values into the variables of a query as terms, never as text.
    """

    @property
    def version(self) -> str:
        """The version of the data, which changes with every commit."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Yield matching quads; ``graph`` None is the default graph, ``ANY`` every named graph."""

    def select(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows of a SELECT; raises QueryError and its kinds."""

    def ask(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> bool:
        """The result of an ASK query; raises QueryError and its kinds."""

    def serialize(self, query: SparqlQuery, media_type: str) -> Answer:
        """The answer of any query in a media type, serialised by the engine."""

    def graphs(self) -> Iterator[Iri]:
        """The names of the named graphs."""

    def close(self) -> None:
        """Release the resources of the store."""

    def __enter__(self) -> Self:
        """Enter the store as a context manager."""

    def __exit__(self, *failure: object) -> None:
        """Close the store."""


@runtime_checkable
class Expecting(Protocol):
    """A store where each look-up costs a request, and which combines announced look-ups."""

    def expect(self, names: Iterable[Iri], *, claims: bool = False) -> None:
        """Announce names that are looked up next; with ``claims``, their claims are looked up."""

    def expect_whole(self, listings: Iterable[WholeListing]) -> None:
        """Announce listings that are read completely next."""

    def assure(self) -> None:
        """Raise StoreError if the engine deviates from SPARQL 1.1 in its answers."""


@dataclass(frozen=True, slots=True)
class Change:
    """The changes of one commit, in order: drop graphs, remove quads, add quads."""

    drop: tuple[Iri, ...] = ()
    remove: Iterable[Quad] = field(default=())
    add: Iterable[Quad] = field(default=())


class WritableStore(Store, Protocol):
    """A store that one process at a time may change."""

    def next_version(self, digest: str) -> str:
        """The version that the next commit with this digest will have."""

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change atomically and publish it; returns the new version."""
