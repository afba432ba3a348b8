"""The interface that the service needs of a store: cancellable reads, and writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance_graph.core.iris import Iri
from provenance_graph.service.http.cache import ALWAYS, Precondition
from provenance_graph.store.base import Answer, SparqlQuery
from provenance_graph.store.sparql.rewrite import UpdateRequest


@dataclass(frozen=True, slots=True)
class Written:
    """The result of a write: the store's new version, and whether a graph was created.

    ``quads`` counts statements; ``notes`` are texts for the client.
    """

    version: str
    created: bool = False
    quads: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on two names: ``accept``, ``reject`` or ``withdraw``, with the reason.

    ``sees_private``: the person may read private collections, so the names in these count.
    """

    name: Iri
    may_be: Iri
    decision: str
    reason: str
    sees_private: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A claim or a whole record that a person reports as wrong, and the reason."""

    claim: Iri
    reason: str


@dataclass(frozen=True, slots=True)
class UploadPart:
    """One RDF document of an upload."""

    body: bytes
    media_type: str
    base: str


@dataclass(frozen=True, slots=True)
class PutRequest:
    """Documents that a client writes to a graph: in place of its content, or added to it."""

    graph: Iri | None
    parts: Sequence[UploadPart]
    who: str
    replace: bool


class AnswerBlocks(Protocol):
    """An answer that arrives in blocks; ``done`` is True when ``first`` is the whole answer."""

    first: bytes
    done: bool
    rows: int

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield every block, including the first; raises QueryError when the answer breaks off."""

    def answer(self, body: bytes) -> Answer:
        """The whole answer, whose joined blocks are ``body``."""

    def close(self) -> None:
        """Stop the query if it is still running."""


class Backend(Protocol):
    """Reads of the store, each in a process with limits that is killed when the caller gives up."""

    @property
    def version(self) -> str:
        """The store version of the next answer, which may also be of a later one."""

    def look_up(self, query: str, media_type: str) -> Answer | None:
        """The answer at once if the query is a cheap look-up, else None."""

    async def answer(self, query: SparqlQuery, media_type: str) -> Answer:
        """The whole answer of a query, written by the engine; raises QueryError and its kinds."""

    def has_day(self, version: str, day: str) -> bool:
        """Whether the dataset of a past day is open."""

    async def make_day(self, version: str, day: str) -> None:
        """Make the dataset of a day, in a process with limits; raises QueryError and its kinds."""

    async def answer_of_day(
        self,
        version: str,
        day: str,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """The answer of a query over the dataset of a day; raises QueryError and its kinds."""

    async def stream(self, query: SparqlQuery, media_type: str) -> AnswerBlocks:
        """The answer of a query in blocks; raises an error that occurs before the first block."""

    async def run(self, function: str, data: bytes) -> bytes:
        """Call ``module:function`` with bytes from outside, in a process that is then discarded."""

    def state(self) -> Mapping[str, object]:
        """Counts of processes, restarts and waiting requests, for /health and /metrics."""


class StoreWriter(Protocol):
    """Atomic writes to the store; every read after an acknowledged write sees it."""

    async def update(self, update: UpdateRequest, who: str, when: Precondition = ALWAYS) -> Written:
        """Run a SPARQL update; ``when`` is the precondition on the one graph of a PATCH."""

    async def put(
        self,
        graph: Iri | None,
        parts: list[UploadPart],
        who: str,
        replace: bool,
        when: Precondition = ALWAYS,
    ) -> Written:
        """Add documents to a graph (None: the default graph), or replace its content by them."""

    async def delete(self, graph: Iri | None, who: str, when: Precondition = ALWAYS) -> Written:
        """Drop a graph."""

    async def decide(self, decision: Decision, who: str) -> Written:
        """Store a person's decision on the identity of two names."""

    async def flag(self, flag: Flag, who: str) -> Written:
        """Record that a claim or a record is wrong; the result's ``notes[0]`` is its record."""

    def state(self) -> Mapping[str, object]:
        """Whether the writer can write, and if not, why; for /health."""
