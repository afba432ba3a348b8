"""Answers serialised by the engine: complete, or refused at a limit, never truncated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from provenance_graph.core.errors import QueryError, QuerySyntax, QueryTooLarge, StoreError
from provenance_graph.core.iris import PREFIXES
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.syntax import syntax_error
from provenance_graph.store.sparql.tokens import query_form
from provenance_graph.store.sparql.xml_text import Out, Unwritable, XmlText

Sink = Callable[[bytes], object]

JSON_RESULTS = "application/sparql-results+json"

SOLUTION_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    JSON_RESULTS: ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
"""Formats of SELECT and ASK answers by media type."""

GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "text/n3": ox.RdfFormat.N3,
}
"""Formats of CONSTRUCT and DESCRIBE answers by media type."""

_DAMAGE = "orruption"  # in the engine's message for a block with a wrong checksum
_XML = (ox.QueryResultsFormat.XML, ox.RdfFormat.RDF_XML)
_WITH_PREFIXES = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML})


@dataclass(frozen=True, slots=True)
class Request:
    """A query with everything that the engine needs, in the engine's types."""

    query: str
    media_type: str
    default_graphs: list[ox.NamedNode] | None = None
    named_graphs: list[ox.NamedNode] | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The form of a query and its number of rows or triples, known after serialisation."""

    kind: str
    rows: int


class _Full(Exception):
    """An answer has reached a size limit."""


def evaluate(
    store: ox.Store, request: Request
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Start a query; raises QuerySyntax with line and column, QueryError, or StoreError."""
    dataset: dict[str, object] = {}
    if request.default_graphs is not None or request.named_graphs is not None:
        dataset = {
            "default_graph": request.default_graphs or [],
            "named_graphs": request.named_graphs or [],
        }
    try:
        return store.query(
            request.query,
            base_iri=request.base,
            **dataset,  # type: ignore[arg-type]
        )
    except SyntaxError as error:
        raise QuerySyntax(syntax_error(str(error.msg), request.query)) from None
    except (ValueError, RuntimeError, OSError) as error:
        raise failure(error) from error


def syntax_error_of(query: str) -> str:
    """The place and cause of a syntax error; empty for valid SPARQL 1.1 and for SERVICE.

    A query with SERVICE is not checked, since evaluating it could contact another service.
    """
    if "SERVICE" in query.upper():  # the engine could contact that service
        return ""
    try:
        ox.Store().query(query)
    except SyntaxError as error:
        return syntax_error(str(error.msg), query)
    return ""


def assert_holds(kind: str, media_type: str) -> None:
    """Raise QueryError where a media type cannot hold the answer of a form of query."""
    known = SOLUTION_FORMATS if kind in ("select", "ask") else GRAPH_FORMATS
    if media_type not in known:
        raise _unfit(kind, media_type, known)


def failure(error: Exception) -> QueryError | StoreError:
    """The error for an exception of the engine: StoreError for a damaged store, else QueryError."""
    if _DAMAGE in str(error):
        return StoreError(f"the store is damaged ({error}); put a backup in its place")
    return QueryError(f"the query failed while it was answered: {error}")


def write_answer(store: ox.Store, request: Request, limits: Limits, sink: Sink) -> End:
    """Evaluate a query and pass its serialised answer to ``sink`` in pieces.

    The answer is complete or refused: raises QueryTooLarge beyond ``limits.answer_bytes``, or
    beyond ``limits.rows`` rows or triples. For a part of an answer the query needs LIMIT. Raises
    QueryError where the media type cannot hold the answer, or the query fails.
    """
    result = evaluate(store, request)
    out = _Bounded(sink, limits.answer_bytes)
    try:
        if isinstance(result, ox.QueryTriples):
            return _write_graph(result, request, limits, out)
        form = SOLUTION_FORMATS.get(request.media_type)
        kind = "ask" if isinstance(result, ox.QueryBoolean) else "select"
        if form is None:
            raise _unfit(kind, request.media_type, SOLUTION_FORMATS)
        if isinstance(result, ox.QueryBoolean):
            result.serialize(out, form)  # type: ignore[arg-type]
            return End(kind, 1)
        counted = _COUNTERS[form](readable(out, form), limits.rows)
        result.serialize(counted, form)  # type: ignore[arg-type]
        return End(kind, counted.rows)
    except _Full:
        raise too_large(limits) from None
    except Unwritable as error:
        raise QueryError(
            f"{request.media_type} cannot hold {error}; ask for another format"
        ) from None
    except MemoryError:
        raise QueryTooLarge("the query needs more memory than it may use") from None
    except (ValueError, RuntimeError, OSError, SyntaxError) as error:
        raise failure(error) from error


def readable(out: Out, form: ox.QueryResultsFormat | ox.RdfFormat) -> Out:
    """The file to which the engine writes; XML passes a filter that keeps it well-formed."""
    return XmlText(out) if form in _XML else out


def too_large(limits: Limits) -> QueryTooLarge:
    """The error for an answer that exceeds its limits."""
    size = limits.answer_bytes
    text = f"{size >> 20} MB" if size >> 20 else f"{size} bytes"
    return QueryTooLarge(
        f"the answer has more than {limits.rows} rows or {text}; it is not cut short: add "
        "LIMIT and OFFSET, or ask for less"
    )


def _unfit(kind: str, media_type: str, known: Mapping[str, object]) -> QueryError:
    return QueryError(
        f"{media_type} cannot hold the answer of {kind.upper()}; ask for {', '.join(known)}"
    )


def _write_graph(
    query_triples: ox.QueryTriples, request: Request, limits: Limits, out: _Bounded
) -> End:
    form = GRAPH_FORMATS.get(request.media_type)
    kind = query_form(request.query) or "construct"
    if form is None:
        raise _unfit(kind, request.media_type, GRAPH_FORMATS)
    rows = 0

    def counted() -> Iterator[ox.Triple]:
        nonlocal rows
        for triple in query_triples:
            rows += 1
            if rows > limits.rows:
                raise _Full
            yield triple

    prefixes = PREFIXES if form in _WITH_PREFIXES else None
    ox.serialize(counted(), readable(out, form), form, prefixes=prefixes)  # type: ignore[arg-type]
    return End(kind, rows)


class _Bounded:
    """A file that passes data to ``sink``; raises _Full beyond ``limit`` bytes."""

    def __init__(self, sink: Sink, limit: int) -> None:
        self._sink, self._left = sink, limit

    def write(self, chunk: bytes) -> int:
        if len(chunk) > self._left:
            self._left = -1  # the engine flushes its buffer once more
            raise _Full
        self._left -= len(chunk)
        self._sink(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: no bytes are buffered."""


class _Rows(ABC):
    """A file that counts the rows written to it, and raises _Full for the first one beyond a limit.

    Only bytes that cannot be part of a value are counted, wherever a piece ends.
    """

    def __init__(self, out: Out, limit: int) -> None:
        self._out, self._max_rows, self.rows = out, limit, 0

    def write(self, chunk: bytes) -> int:
        self.rows += self._ends(bytes(chunk))
        if self.rows > self._max_rows:
            raise _Full
        return self._out.write(chunk)

    @abstractmethod
    def _ends(self, chunk: bytes) -> int:
        """The number of rows that end in a piece."""

    def flush(self) -> None:
        self._out.flush()


class _TsvRows(_Rows):
    _header = 1

    def _ends(self, chunk: bytes) -> int:
        count = chunk.count(b"\n")  # a line feed inside a value is escaped
        header = min(self._header, count)
        self._header -= header
        return count - header


class _XmlRows(_Rows):
    _before = b""

    def _ends(self, chunk: bytes) -> int:
        chunk = self._before + chunk
        self._before = chunk[-8:]  # one byte less than the searched tag
        return chunk.count(b"</result>")  # "<" inside a value is escaped


class _QuotedRows(_Rows, ABC):
    """Rows of formats that quote values: bytes outside quotes are counted."""

    _inside = False

    def _outside(self, chunk: bytes) -> list[bytes]:
        pieces = chunk.split(b'"')
        result = pieces[self._inside :: 2]
        self._inside ^= len(pieces) % 2 == 0
        return result


class _CsvRows(_QuotedRows):
    _header = 1

    def _ends(self, chunk: bytes) -> int:
        result = sum(piece.count(b"\n") for piece in self._outside(chunk))
        header = min(self._header, result)
        self._header -= header
        return result - header


class _JsonRows(_QuotedRows):
    """Rows of JSON: the objects of a list, that is a brace after a comma or bracket outside quotes.

    Counting ``,{"`` is usually enough: a value may contain ``,{`` but a bare quote follows it only
    where the value ends, and then no name follows. Only rows without bindings, ``{}``, require the
    bytes outside quotes. The last bytes of a piece are kept for the next one.
    """

    _half = _rest = b""
    _ahead = 3

    def _ends(self, chunk: bytes) -> int:
        chunk = self._half + chunk
        self._half = b""
        if b"\\" in chunk:
            if (len(chunk) - len(chunk.rstrip(b"\\"))) % 2:  # an unfinished escape
                chunk, self._half = chunk[:-1], b"\\"
            chunk = chunk.replace(b"\\\\", b"").replace(b'\\"', b"")
        chunk = self._rest + chunk
        end = max(0, len(chunk) - self._ahead)
        self._rest = chunk[end:]
        if b"{}" in chunk:
            plain = b"".join(self._outside(chunk[:end]))
            plain += b"" if self._inside else chunk[end : end + 1]
            return plain.count(b",{") + plain.count(b"[{")
        self._inside ^= chunk.count(b'"', 0, end) % 2 == 1
        result = chunk.count(b',{"', 0, end + 2) + chunk.count(b'[{"', 0, end + 2)
        for ended in (b',{"}', b',{",', b'[{"}', b'[{",'):
            result -= chunk.count(ended, 0, end + 3)
        return result


_COUNTERS: Mapping[ox.QueryResultsFormat, type[_Rows]] = {
    ox.QueryResultsFormat.JSON: _JsonRows,
    ox.QueryResultsFormat.XML: _XmlRows,
    ox.QueryResultsFormat.CSV: _CsvRows,
    ox.QueryResultsFormat.TSV: _TsvRows,
}
