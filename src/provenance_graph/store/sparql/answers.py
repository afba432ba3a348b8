"""Answers written by the engine, cut only between rows and never silently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

import pyoxigraph as ox

from provenance_graph.core.errors import QueryError, QuerySyntax, QueryTooLarge
from provenance_graph.core.iris import PREFIXES
from provenance_graph.store.base import Limits

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
"""Media types of SELECT and ASK answers."""

GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "text/n3": ox.RdfFormat.N3,
}
"""Media types of CONSTRUCT and DESCRIBE answers."""

_WITH_PREFIXES = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML})
_FORM = re.compile(
    r"#[^\n\r]*|<[^<>\s]*>|\b(?:PREFIX\s+\S*?:|(SELECT|ASK|CONSTRUCT|DESCRIBE)\b)", re.IGNORECASE
)


def query_form(text: str) -> str:
    """The form of a query: select, ask, construct or describe; empty when it has none.

    >>> query_form("PREFIX select: <urn:ask> Construct where {?s ?p ?o}")
    'construct'
    """
    for found in _FORM.finditer(text):
        if found[1]:
            return found[1].lower()
    return ""


@dataclass(frozen=True, slots=True)
class Request:
    """One query with all that the engine needs, in the engine's own terms."""

    query: str
    media_type: str
    default_graphs: list[ox.NamedNode] | None = None
    named_graphs: list[ox.NamedNode] | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """What is known once an answer has been written."""

    kind: str
    rows: int
    truncated: bool


class _Cut(Exception):
    """The limit is reached."""


def evaluate(
    store: ox.Store, request: Request
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Start a query; raises QuerySyntax with the place."""
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
        raise QuerySyntax(str(error.msg)) from None
    except (ValueError, RuntimeError, OSError) as error:
        raise QueryError(str(error)) from error


def write_answer(store: ox.Store, request: Request, limits: Limits, sink: Sink) -> End:
    """Evaluate a query and hand its serialised answer to ``sink`` in pieces.

    An answer that reaches a limit is cut after a whole row and closed properly, and the
    result says so.
    """
    found = evaluate(store, request)
    try:
        if isinstance(found, ox.QueryTriples):
            return _write_graph(found, request, limits, sink)
        form = SOLUTION_FORMATS.get(request.media_type)
        kind = "ask" if isinstance(found, ox.QueryBoolean) else "select"
        if form is None:
            raise _unfit(kind, request.media_type, SOLUTION_FORMATS)
        if isinstance(found, ox.QueryBoolean):
            body = found.serialize(format=form)
            sink(body or b"")
            return End(kind, 1, truncated=False)
        return _write_solutions(found, form, limits, sink)
    except MemoryError:
        raise QueryTooLarge("the query needs more memory than it may use") from None
    except (ValueError, RuntimeError, OSError, SyntaxError) as error:
        raise QueryError(f"the query failed while it was answered: {error}") from error


def _unfit(kind: str, media_type: str, known: Mapping[str, object]) -> QueryError:
    return QueryError(
        f"{media_type} cannot hold the answer of {kind.upper()}; ask for {', '.join(known)}"
    )


def _write_graph(found: ox.QueryTriples, request: Request, limits: Limits, sink: Sink) -> End:
    form = GRAPH_FORMATS.get(request.media_type)
    kind = query_form(request.query) or "construct"
    if form is None:
        raise _unfit(kind, request.media_type, GRAPH_FORMATS)
    out = _Counter(sink)
    rows, truncated = 0, False

    def within() -> Iterator[ox.Triple]:
        nonlocal rows, truncated
        for triple in found:
            if rows >= limits.rows or out.size >= limits.answer_bytes:
                truncated = True
                return
            rows += 1
            yield triple

    prefixes = PREFIXES if form in _WITH_PREFIXES else None
    ox.serialize(within(), out, form, prefixes=prefixes)  # type: ignore[arg-type]
    return End(kind, rows, truncated)


class _Counter:
    """A file that counts what passes."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self.size = sink, 0

    def write(self, chunk: bytes) -> int:
        self.size += len(chunk)
        self._sink(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Nothing is kept back."""


def _write_solutions(
    found: ox.QuerySolutions, form: ox.QueryResultsFormat, limits: Limits, sink: Sink
) -> End:
    out = _CUTTERS[form](limits, sink)
    try:
        found.serialize(out, form)  # type: ignore[arg-type]
    except _Cut:
        sink(out.closing)
        return End("select", max(out.rows, 0), truncated=True)
    out.finish()
    return End("select", out.rows, truncated=False)


class _Cutter:
    """A file that passes whole rows on and stops at the limits.

    ``_tail`` holds what follows the last whole row, so it never starts inside a string.
    """

    head = b""  # what ends the part before the first row
    closing = b""  # what makes an answer whole after its last row
    header_rows = 0  # rows that name the columns
    _mark = b""  # what stands at the end of a row, if it can be told by looking for bytes
    _mark_size = 0  # how much of it belongs to the row
    _traps: tuple[bytes, ...] = ()  # what makes it necessary to look closer
    seen_late = False  # a row's end is known only once the next one starts

    def __init__(self, limits: Limits, sink: Sink) -> None:
        self._limits, self._sink = limits, sink
        self._tail = bytearray()
        self._sent = 0
        self._in_head = bool(self.head)
        self._cut = False
        self.rows = -self.header_rows

    def _ends(self, start: int) -> list[int]:
        """Where rows end in the tail, of which only what follows ``start`` is new."""
        raise NotImplementedError

    def write(self, chunk: bytes) -> int:
        if self._cut:  # the engine empties its buffer once more
            return len(chunk)
        start = len(self._tail)
        self._tail += chunk
        if self._in_head:
            found = self._tail.find(self.head)
            if found < 0:
                return len(chunk)
            self._in_head, start = False, 0
            self._send(found + len(self.head))
        left = max(self._limits.rows, 1) - self.rows
        if self._mark and self._quick(max(0, start - len(self._mark)), left):
            return len(chunk)
        ends = self._ends(start)
        if len(ends) >= left if self.seen_late else len(ends) > left:
            self._pass(ends[:left])
            self._stop()
        room = self._limits.answer_bytes - self._sent
        if len(self._tail) > room:
            self._pass([end for end in ends if end <= room])
            self._stop()
        self._pass(ends)
        return len(chunk)

    def _quick(self, start: int, left: int) -> bool:
        """Pass all whole rows on when counting shows that none is too many."""
        tail, mark = self._tail, self._mark
        count = tail.count(mark, start)
        if count >= left or self._sent + len(tail) > self._limits.answer_bytes:
            return False
        if any(tail.find(trap, max(0, start - 8)) >= 0 for trap in self._traps):
            return False
        if count:
            self.rows += count
            self._send(tail.rfind(mark) + self._mark_size)
        return True

    def _pass(self, ends: list[int]) -> None:
        if ends:
            self.rows += len(ends)
            self._send(ends[-1])

    def _stop(self) -> NoReturn:
        self._cut = True
        raise _Cut

    def _send(self, size: int) -> None:
        self._sink(bytes(self._tail[:size]))
        self._sent += size
        del self._tail[:size]

    def flush(self) -> None:
        """Nothing is kept back but the row being written."""

    def finish(self) -> None:
        """Pass on what stands after the last row."""
        if self._tail:
            self._sink(bytes(self._tail))


class _Tsv(_Cutter):
    header_rows = 1
    _mark, _mark_size = b"\n", 1
    _end = re.compile(rb"\n")  # a line feed inside a value is escaped

    def _ends(self, start: int) -> list[int]:
        return [found.end() for found in self._end.finditer(self._tail, start)]


class _Csv(_Cutter):
    header_rows = 1
    _border = re.compile(rb'["\n]')
    _quoted = False

    def _ends(self, start: int) -> list[int]:
        ends = []
        for found in self._border.finditer(self._tail, start):
            if found[0] == b'"':
                self._quoted = not self._quoted
            elif not self._quoted:
                ends.append(found.end())
        return ends


class _Xml(_Cutter):
    head = b"<results>"
    closing = b"</results></sparql>"
    _mark, _mark_size = b"</result>", 9
    _end = re.compile(rb"</result>")  # "<" inside a value is escaped

    def _ends(self, start: int) -> list[int]:
        return [found.end() for found in self._end.finditer(self._tail, max(0, start - 8))]


class _Json(_Cutter):
    head = b'"bindings":['
    closing = b"]}}"
    seen_late = True
    _mark, _mark_size = b'"}},{"', 3
    _traps = (b"{}", b'\\"}},{', b'":"}},{', b"}}}},{")
    # Rows meet at `}},{`, mostly after the quote that ends a value. A value may hold the
    # same, and a row without bindings is `{}`: only then are the quotes counted.
    _border = re.compile(rb'\}\},\{["}]')
    _empty = re.compile(rb'\{\},\{["}]')
    _escape = re.compile(rb"\\.", re.DOTALL)

    def _ends(self, start: int) -> list[int]:
        tail, start = self._tail, max(0, start - 5)
        places = [found.start() for found in self._border.finditer(tail, start)]
        ends = [at + 2 for at in places if self._plain(at) or self._outside(at)]
        if b"{}" in tail:
            empty = self._empty.finditer(tail, start)
            ends += [found.start() + 2 for found in empty if self._outside(found.start())]
            ends.sort()
        return ends

    def _plain(self, at: int) -> bool:
        """Whether a closing quote stands before, without counting them."""
        before = self._tail[at - 9 : at] if at > 8 else b""
        return before[-1:] == b'"' and before[-2:-1] != b"\\" and before != b'"value":"'

    def _outside(self, at: int) -> bool:
        return not self._escape.sub(b"", self._tail[:at]).count(b'"') % 2

    def finish(self) -> None:
        self.rows += not self._tail.startswith(b"]")
        super().finish()


_CUTTERS: Mapping[ox.QueryResultsFormat, type[_Cutter]] = {
    ox.QueryResultsFormat.JSON: _Json,
    ox.QueryResultsFormat.XML: _Xml,
    ox.QueryResultsFormat.CSV: _Csv,
    ox.QueryResultsFormat.TSV: _Tsv,
}
