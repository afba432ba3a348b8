"""What the service needs of a store: answers that can be waited for and given up."""

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
    """What a write did: the store's new version, and whether a graph came to be."""

    version: str
    created: bool = False
    quads: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on two names: accept, reject or withdraw, and the reason.

    ``sees_private``: whoever decides may read private collections, so that their names count.
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
    """Documents that a client puts into a graph, or adds to it."""

    graph: Iri | None
    parts: Sequence[UploadPart]
    who: str
    replace: bool


class AnswerBlocks(Protocol):
    """An answer that arrives in blocks; ``done`` says that ``first`` is all of it."""

    first: bytes
    done: bool
    rows: int

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Every block, the first included; raises QueryError when it cannot be finished."""

    def answer(self, body: bytes) -> Answer:
        """The whole answer, once all blocks are joined."""

    def close(self) -> None:
        """End the query if it still runs."""


class Backend(Protocol):
    """Reads, each in a bounded process that dies when its caller gives up."""

    @property
    def version(self) -> str:
        """The version that the next answer will be of, or of a later one."""

    def look_up(self, query: str, media_type: str) -> Answer | None:
        """The answer at once, where the query is proven to be cheap; else None."""

    async def answer(self, query: SparqlQuery, media_type: str) -> Answer:
        """A query's answer, written by the engine; raises QueryError and its kinds."""

    def has_day(self, version: str, day: str) -> bool:
        """Whether the dataset of a day is at hand."""

    async def make_day(self, version: str, day: str) -> None:
        """Make the dataset of a day, in a bounded process; raises QueryError and its kinds."""

    async def answer_of_day(
        self,
        version: str,
        day: str,
        query: SparqlQuery,
        media_type: str,
    ) -> Answer:
        """A query's answer over the dataset of a day; raises QueryError and its kinds."""

    async def stream(self, query: SparqlQuery, media_type: str) -> AnswerBlocks:
        """The same in blocks; what fails before the first is raised here."""

    async def run(self, function: str, data: bytes) -> bytes:
        """Call ``module:function`` with bytes from outside in a process that is thrown away."""

    def state(self) -> Mapping[str, object]:
        """Processes alive, restarts, waiting requests: for /health and /metrics."""


class StoreWriter(Protocol):
    """Writes, each all or nothing; once one is acknowledged every later read sees it."""

    async def update(self, update: UpdateRequest, who: str, when: Precondition = ALWAYS) -> Written:
        """Run a SPARQL update; ``when`` is about the one graph of a PATCH."""

    async def put(
        self,
        graph: Iri | None,
        parts: list[UploadPart],
        who: str,
        replace: bool,
        when: Precondition = ALWAYS,
    ) -> Written:
        """Add documents to a graph (None: the default graph), or put them in its place."""

    async def delete(self, graph: Iri | None, who: str, when: Precondition = ALWAYS) -> Written:
        """Drop a graph."""

    async def decide(self, decision: Decision, who: str) -> Written:
        """Put a person's decision on the identity of two names into the store."""

    async def flag(self, flag: Flag, who: str) -> Written:
        """Say that a claim or a record is wrong; the first of the notes is the flag's record."""

    def state(self) -> Mapping[str, object]:
        """Whether it can write, and why not: for /health."""
