"""What a store is: the protocol every backend keeps, and the limits a query runs under."""

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
    """A dataset that can be read. Implementations: embedded, remote, and in memory for tests.

    ``bindings`` puts values into the query's variables as terms, never as text.
    """

    @property
    def version(self) -> str:
        """Changes with every commit; the same data under one version."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match; ``graph`` None is the default graph, ``ANY`` every named graph."""

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
        """The answer of an ASK; raises QueryError and its kinds."""

    def serialize(self, query: SparqlQuery, media_type: str) -> Answer:
        """Any query's answer in a media type, written by the engine itself."""

    def graphs(self) -> Iterator[Iri]:
        """The names of the named graphs."""

    def close(self) -> None:
        """Give back what the store holds."""

    def __enter__(self) -> Self:
        """Use as a context manager."""

    def __exit__(self, *failure: object) -> None:
        """Close."""


@runtime_checkable
class Expecting(Protocol):
    """A store where each look-up costs a request, and which combines look-ups announced in advance."""

    def expect(self, names: Iterable[Iri], *, claims: bool = False) -> None:
        """Names that are looked up next, or whose ``claims`` are."""

    def expect_whole(self, listings: Iterable[WholeListing]) -> None:
        """Listings that are read to their end next."""

    def assure(self) -> None:
        """Raise StoreError where its engine answers queries otherwise than SPARQL 1.1 has it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does: drop whole graphs, then remove quads, then add quads."""

    drop: tuple[Iri, ...] = ()
    remove: Iterable[Quad] = field(default=())
    add: Iterable[Quad] = field(default=())


class WritableStore(Store, Protocol):
    """A store that one process may change."""

    def next_version(self, digest: str) -> str:
        """The version that the next commit with that digest makes."""

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change at once or not at all, publish it, and give the new version."""
