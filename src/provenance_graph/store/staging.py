"""Evaluate an update on a small dataset in memory before its outcome becomes records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import QueryError, QuerySyntax
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import engine_quad, node, our_quad
from provenance_graph.store.sparql.syntax import syntax_error


class Scratch:
    """A dataset in memory on which an update is run."""

    def __init__(self) -> None:
        self._engine = ox.Store()

    def __len__(self) -> int:
        return len(self._engine)

    def add(self, quads: Iterable[Quad]) -> None:
        """Add quads."""
        self._engine.extend(map(engine_quad, quads))

    def read(self, lines: bytes, graph: Iri) -> None:
        """Add N-Triples to a graph."""
        self._engine.load(lines, ox.RdfFormat.N_TRIPLES, to_graph=node(graph))

    def update(self, text: str) -> None:
        """Run a SPARQL update; raises QuerySyntax or QueryError."""
        try:
            self._engine.update(text)
        except SyntaxError as error:
            raise QuerySyntax(syntax_error(str(error.msg), text)) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise QueryError(f"the update cannot be carried out: {error}") from error

    def holds_default(self) -> bool:
        """Whether the default graph has any triples."""
        quads_for_pattern = self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return any(True for _ in quads_for_pattern)

    def graphs(self) -> list[Iri]:
        """The sorted names of the non-empty named graphs; raises RecordError for a blank name."""
        names = {str(quad.graph_name).strip("<>") for quad in self._engine}
        return sorted(Iri(name) for name in names if name != "DEFAULT")

    def quads(self, graph: Iri) -> Iterator[Quad]:
        """Yield the quads of a graph; raises RecordError for blank nodes."""
        for quad in self._engine.quads_for_pattern(None, None, None, node(graph)):
            yield our_quad(quad)

    def read_quads(self, lines: bytes) -> None:
        """Add N-Quads."""
        self._engine.load(lines, ox.RdfFormat.N_QUADS)

    def copy(self) -> set[ox.Quad]:
        """All quads, in the engine's type."""
        return set(self._engine)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An update and the graphs on which it runs, for a process that the update may crash."""

    text: str
    quads: bytes
    """N-Quads, sorted, so that equal graphs have equal bytes."""
    max_growth: int
    """Maximum change in the number of statements."""

    @classmethod
    def of(cls, text: str, graphs: Mapping[Iri, Iterable[Quad]], max_growth: int) -> Rehearsal:
        """The rehearsal of an update on the quads of ``graphs``."""
        quads = (engine_quad(quad) for stated in graphs.values() for quad in stated)
        lines = sorted(f"{quad} .\n" for quad in quads)
        return cls(text, "".join(lines).encode(), max_growth)

    @property
    def digest(self) -> str:
        """SHA-256 of the graphs; a different digest shows that they have changed since."""
        return hashlib.sha256(self.quads).hexdigest()

    def pack(self) -> bytes:
        """The rehearsal as one byte string."""
        text = self.text.encode()
        return json.dumps([len(text), self.max_growth]).encode() + b"\n" + text + self.quads

    @classmethod
    def unpack(cls, packed: bytes) -> Rehearsal:
        """The rehearsal in a byte string made by ``pack``."""
        head, _, rest = packed.partition(b"\n")
        size, max_growth = json.loads(head)
        return cls(rest[:size].decode(), rest[size:], max_growth)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an update on the graphs of a rehearsal."""

    changed: tuple[Iri, ...]
    """Names of the graphs that the update changes."""
    quads: bytes
    """Content of these graphs after the update, as N-Quads."""
    growth: int
    """Change in the number of statements; beyond the maximum no graphs are reported."""
    default: bool = False
    """Whether the update adds triples to the default graph."""

    def pack(self) -> bytes:
        """The outcome as one byte string."""
        return json.dumps([self.changed, self.growth, self.default]).encode() + b"\n" + self.quads

    @classmethod
    def unpack(cls, packed: bytes) -> Outcome:
        """The outcome in a byte string made by ``pack``."""
        head, _, quads = packed.partition(b"\n")
        changed, growth, default = json.loads(head)
        return cls(tuple(map(Iri, changed)), quads, growth, default)


def rehearse(packed: bytes) -> bytes:
    """The packed ``Outcome`` of a packed ``Rehearsal``; raises QuerySyntax or QueryError.

    The cost of a WHERE cannot be predicted, so this runs in a confined process and not in the
    writer.
    """
    rehearsal = Rehearsal.unpack(packed)
    scratch = Scratch()
    scratch.read_quads(rehearsal.quads)
    before = scratch.copy()
    scratch.update(rehearsal.text)
    growth = len(scratch) - len(before)
    if scratch.holds_default() or abs(growth) > rehearsal.max_growth:
        return Outcome((), b"", growth, scratch.holds_default()).pack()
    after = scratch.copy()
    names = {quad.graph_name for quad in before ^ after}
    lines = [f"{quad} .\n" for quad in after if quad.graph_name in names]
    changed = tuple(sorted(Iri(str(name).strip("<>")) for name in names))
    return Outcome(changed, "".join(lines).encode(), growth).pack()


def resolved(prologue: str, names: Sequence[str]) -> list[Iri]:
    r"""The IRIs of names as the engine reads them: relative IRIs, prefixed names and escapes.

    Raises QuerySyntax for an invalid name.

    >>> resolved("BASE <http://b/> PREFIX e: <urn:e:>", ["<x>", r"e:a\/b"])
    [Iri('http://b/x'), Iri('urn:e:a/b')]
    """
    query = f"{prologue}\nSELECT ?name {{ VALUES ?name {{ {' '.join(names)} }} }}"
    try:
        result = ox.Store().query(query)
    except SyntaxError as error:
        raise QuerySyntax(f"a graph's name cannot be read: {error.msg}") from None
    assert isinstance(result, ox.QuerySolutions)
    return [Iri(str(row["name"].value)) for row in result]
