"""What a store is asked and what it answers: values that reach no store themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri


class AnyGraph(Enum):
    """A wildcard for graphs, since None already means the default graph."""

    ANY = "any"


ANY: Final = AnyGraph.ANY

Bindings = Mapping[str, Value | tuple[Iri, ...]]
"""By variable the term that is put into it, or the entities of which each is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use.

    ``seconds`` wall clock; ``memory_bytes`` address space of the evaluating process beyond
    what it had; ``rows`` and ``answer_bytes`` of one answer; ``text_bytes`` and ``depth``
    of the query itself.
    """

    seconds: float = 10.0
    memory_bytes: int = 1 << 30
    rows: int = 1_000_000
    answer_bytes: int = 256 << 20
    text_bytes: int = 100_000
    depth: int = 64


@dataclass(frozen=True, slots=True)
class WholeListing:
    """All quads of a property, or of a property and value: of the default graph, or of all others."""

    predicate: Iri
    object: Value | None = None
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer of a SELECT. ``truncated`` says that a limit cut it short."""

    names: tuple[str, ...]
    rows: list[tuple[Value | None, ...]]
    truncated: bool = False

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Each row as a mapping of its bound variables."""
        for row in self.rows:
            yield {n: v for n, v in zip(self.names, row, strict=True) if v is not None}

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class DatasetChoice:
    """The dataset a protocol request asks for; empty means the store's own."""

    default_graphs: tuple[Iri, ...] = ()
    named_graphs: tuple[Iri, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class Answer:
    """A serialised answer: ``kind`` is select, ask, construct or describe.

    ``rows`` are rows or triples, 0 where they were not counted. ``truncated`` says that a
    remote service cut its answer short; ours are whole or refused. ``version`` is the store's
    at the time, where it may move on meanwhile.
    """

    body: bytes
    media_type: str
    kind: str
    rows: int = 0
    truncated: bool = False
    version: str = ""


OWN_DATASET: Final = DatasetChoice()


@dataclass(frozen=True, slots=True)
class SparqlQuery:
    """A query with all that it is asked with.

    ``bindings`` puts values into the query's variables as terms, never as text. ``limits``
    None are the usual ones of whoever answers; ``base`` resolves relative IRIs.
    """

    text: str
    bindings: Bindings | None = None
    dataset: DatasetChoice = OWN_DATASET
    limits: Limits | None = None
    base: str | None = None


class QuadSource(Protocol):
    """Anything that answers patterns: a store, a snapshot, reference data."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match; ``graph`` None is the default graph, ``ANY`` every named graph."""


class Selects(Protocol):
    """Anything that answers a SELECT of ours."""

    def select(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows; raises QueryError and its kinds."""
