"""Values that a store takes and returns: limits, queries, rows, answers, datasets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri


class AnyGraph(Enum):
    """A wildcard for all named graphs, since None means the default graph."""

    ANY = "any"


ANY: Final = AnyGraph.ANY

Bindings = Mapping[str, Value | tuple[Iri, ...]]
"""Terms by variable; a tuple gives several entities for one variable."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one query.

    ``seconds`` of wall clock; ``memory_bytes`` of address space beyond what the evaluating process
    had; ``rows`` and ``answer_bytes`` of the answer; ``text_bytes`` and nesting ``depth`` of the
    query text.
    """

    seconds: float = 10.0
    memory_bytes: int = 1 << 30
    rows: int = 1_000_000
    answer_bytes: int = 256 << 20
    text_bytes: int = 100_000
    depth: int = 64


@dataclass(frozen=True, slots=True)
class WholeListing:
    """All quads with a property, or a property and value; ``anywhere``: of all named graphs.

    Without ``anywhere`` they are those of the default graph.
    """

    predicate: Iri
    object: Value | None = None
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a SELECT; ``truncated``: a limit cut them short."""

    names: tuple[str, ...]
    rows: list[tuple[Value | None, ...]]
    truncated: bool = False

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Yield each row as a mapping of its bound variables."""
        for row in self.rows:
            yield {n: v for n, v in zip(self.names, row, strict=True) if v is not None}

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class DatasetChoice:
    """The dataset of a protocol request; an empty one means the store's own dataset."""

    default_graphs: tuple[Iri, ...] = ()
    named_graphs: tuple[Iri, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class Answer:
    """A serialised answer; ``kind`` is select, ask, construct or describe.

    ``rows`` counts rows or triples; it is 0 where they were not counted. ``truncated``: a remote
    service cut its answer short; our own answers are complete or refused. ``version`` is the
    store's version at the time of the answer.
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
    """A query with its bindings, dataset, limits and base.

    ``bindings`` put values into the variables as terms, never as text. ``limits`` None means the
    default limits of the evaluator. ``base`` resolves relative IRIs.
    """

    text: str
    bindings: Bindings | None = None
    dataset: DatasetChoice = OWN_DATASET
    limits: Limits | None = None
    base: str | None = None


class QuadSource(Protocol):
    """An object that matches quad patterns: a store, a snapshot, reference data."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Yield matching quads; ``graph`` None is the default graph, ``ANY`` every named graph."""


class Selects(Protocol):
    """An object that evaluates a SELECT query of this software."""

    def select(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows of the query; raises QueryError and its kinds."""
