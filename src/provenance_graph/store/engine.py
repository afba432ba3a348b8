"""Read an Oxigraph store in this process, for the software's own queries.

A query that runs here cannot be stopped: a query from outside is evaluated by ``pool``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Self

import pyoxigraph as ox

from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.errors import NotASelect, QueryError, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.core.memo import Remembered
from provenance_graph.core.rdf import node, term
from provenance_graph.core.terms import XSD
from provenance_graph.store.base import (
    Answer,
    AnyGraph,
    Change,
    Limits,
    Rows,
)
from provenance_graph.store.sparql.answers import JSON_RESULTS, Request, evaluate, write_answer
from provenance_graph.store.sparql.binding import bind
from provenance_graph.store.values import Bindings, SparqlQuery

DEFAULT_LIMITS = Limits()
_DEFAULT_GRAPH = ox.DefaultGraph()


class SnapshotLease:
    """A state of a store that is not deleted while this object exists."""

    __slots__ = ("__weakref__", "engine")

    def __init__(self, engine: ox.Store) -> None:
        self.engine = engine


_iri = Remembered(Iri, 131_072).__getitem__


def our_value(result: object) -> Value:
    """The value of an engine term; a blank node becomes a name that starts with ``_:``.

    Records hold no blank nodes, but a plain dataset or BNODE() in a query may. Raises QueryError
    for a triple term of RDF 1.2.
    """
    if isinstance(result, ox.NamedNode):
        return _iri(result.value)
    if isinstance(result, ox.Literal):
        return Literal(result.value, _iri(result.datatype.value), result.language or "")
    if isinstance(result, ox.BlankNode):
        return Iri(f"_:{result.value}")
    raise QueryError(f"{result}: RDF 1.2 triple terms are not supported here")


def _subject(result: object) -> Iri:
    if isinstance(result, ox.NamedNode):
        return _iri(result.value)
    return Iri(str(result))


def _pattern_node(name: Iri | None) -> ox.NamedNode | ox.BlankNode | None:
    """The engine node for a name in a pattern; not cached, since a request may have invented it."""
    if name is None:
        return None
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


def request(query: SparqlQuery, media_type: str) -> Request:
    """A query in the engine's types, with its bindings inserted."""
    dataset = query.dataset
    return Request(
        bind(query.text, query.bindings),
        media_type,
        [node(name) for name in dataset.default_graphs] if dataset else None,
        [node(name) for name in dataset.named_graphs] if dataset else None,
        query.base,
    )


class EngineReads(ABC):
    """The read methods of the store protocol over an engine in this process."""

    own_engine = True
    """Whether the answers are serialised by this software's own engine."""

    by_subject = False
    """Whether the quads of a graph are grouped by subject."""

    @abstractmethod
    def _lease(self) -> SnapshotLease:
        """The state to read; raises StoreError when closed."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Yield matching quads; ``graph`` None is the default graph, ``ANY`` every named graph.

        Raises QueryError for a term that no quad can have at its position.
        """
        lease = self._lease()
        graph_term = (
            None
            if isinstance(graph, AnyGraph)
            else (_DEFAULT_GRAPH if graph is None else _pattern_node(graph))
        )
        try:
            wanted = (
                _pattern_node(object)
                if isinstance(object, Iri)
                else (None if object is None else term(object))
            )
            quads_for_pattern = lease.engine.quads_for_pattern(
                _pattern_node(subject),
                None if predicate is None else node(predicate),
                wanted,
                graph_term,
            )
        except ValueError as error:
            raise QueryError(f"this pattern cannot match anything: {error}") from error
        named_only = isinstance(graph, AnyGraph)
        fixed = None if isinstance(graph, AnyGraph) else graph
        for quad in quads_for_pattern:
            name = fixed
            if named_only:
                holder = quad.graph_name
                if isinstance(holder, ox.DefaultGraph):
                    continue
                name = _subject(holder)
            yield (  # terms that the pattern fixes are returned as given
                _subject(quad.subject) if subject is None else subject,
                _iri(quad.predicate.value) if predicate is None else predicate,
                our_value(quad.object) if object is None else object,
                name,
            )

    def select(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,
    ) -> Rows:
        """The rows of a SELECT query of this software: only ``limits.rows`` is enforced.

        Raises QueryError for bad syntax, and NotASelect for another form of query.
        """
        lease = self._lease()
        result = evaluate(lease.engine, request(SparqlQuery(query, bindings), JSON_RESULTS))
        if not isinstance(result, ox.QuerySolutions):
            raise NotASelect
        limit = (limits or DEFAULT_LIMITS).rows
        names = tuple(variable.value for variable in result.variables)
        rows: list[tuple[Value | None, ...]] = []
        try:
            for solution in result:
                if len(rows) >= limit:
                    return Rows(names, rows, truncated=True)
                rows.append(tuple([None if t is None else our_value(t) for t in solution]))
        except (RuntimeError, OSError, ValueError) as error:
            raise QueryError(f"the query failed while it was answered: {error}") from error
        return Rows(names, rows)

    def ask(
        self,
        query: str,
        bindings: Bindings | None = None,
        limits: Limits | None = None,  # noqa: ARG002 - the protocol's signature
    ) -> bool:
        """The result of an ASK query of this software.

        Raises QueryError for bad syntax or another form of query.
        """
        lease = self._lease()
        result = evaluate(lease.engine, request(SparqlQuery(query, bindings), JSON_RESULTS))
        if not isinstance(result, ox.QueryBoolean):
            raise QueryError("this query is not an ASK")
        return bool(result)

    def serialize(self, query: SparqlQuery, media_type: str) -> Answer:
        """The answer of a query of this software in a media type; its time is not limited."""
        lease = self._lease()
        parts: list[bytes] = []
        end = write_answer(
            lease.engine,
            request(query, media_type),
            query.limits or DEFAULT_LIMITS,
            parts.append,
        )
        return Answer(b"".join(parts), media_type, end.kind, end.rows)

    def graphs(self) -> Iterator[Iri]:
        """The names of the named graphs."""
        lease = self._lease()
        for name in lease.engine.named_graphs():
            yield _subject(name)

    def size(self) -> int:
        """The number of quads in all graphs."""
        return len(self._lease().engine)

    def dump(self) -> bytes:
        """All quads as N-Quads."""
        return self._lease().engine.dump(format=ox.RdfFormat.N_QUADS) or b""

    def close(self) -> None:  # noqa: B027 - a store that holds nothing has nothing to give back
        """Release the resources of the store."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def update_text(change: Change) -> str:
    """A change as one SPARQL update, which the engine applies atomically."""
    parts = [f"DROP SILENT GRAPH {_name(graph)};" for graph in change.drop]
    for word, quads in (("DELETE", change.remove), ("INSERT", change.add)):
        body = _by_graph(quads)
        if body:
            parts.append(f"{word} DATA {{{body}}};")
    return "\n".join(parts)


def _by_graph(quads: Iterable[Quad]) -> str:
    graphs: dict[Iri | None, list[str]] = {}
    for subject, predicate, value, graph in quads:
        lines = graphs.setdefault(graph, [])
        lines.append(f"{_name(subject)} {_name(predicate)} {_display_text(value)} .")
    return "\n".join(
        "\n".join(lines) if graph is None else "\n".join((f"GRAPH {_name(graph)} {{", *lines, "}"))
        for graph, lines in graphs.items()
    )


def _written(name: Iri) -> str:
    try:
        return str(node(name))
    except ValueError as error:
        raise StoreError(f"{name!r} cannot be stored: {error}") from error


_name = Remembered(_written, 65_536).__getitem__


def _display_text(value: Value) -> str:
    if isinstance(value, Iri):
        return _name(value)
    if value.datatype == XSD.string and not value.language and value.lexical.isalnum():
        return f'"{value.lexical}"'
    try:
        return str(term(value))
    except ValueError as error:
        raise StoreError(f"{value!r} cannot be stored: {error}") from error
