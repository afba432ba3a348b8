"""A small dataset in memory on which an update is tried before it becomes records."""

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
    """Quads that an update changes before they are published."""

    def __init__(self) -> None:
        self._engine = ox.Store()

    def __len__(self) -> int:
        return len(self._engine)

    def add(self, quads: Iterable[Quad]) -> None:
        """Put quads in."""
        self._engine.extend(map(engine_quad, quads))

    def read(self, lines: bytes, graph: Iri) -> None:
        """Put N-Triples into a graph."""
        self._engine.load(lines, ox.RdfFormat.N_TRIPLES, to_graph=node(graph))

    def update(self, text: str) -> None:
        """Run a SPARQL update; raises QuerySyntax or QueryError where it cannot be."""
        try:
            self._engine.update(text)
        except SyntaxError as error:
            raise QuerySyntax(syntax_error(str(error.msg), text)) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise QueryError(f"the update cannot be carried out: {error}") from error

    def holds_default(self) -> bool:
        """Whether anything is in the default graph."""
        quads_for_pattern = self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return any(True for _ in quads_for_pattern)

    def graphs(self) -> list[Iri]:
        """The named graphs that hold something; raises RecordError for a blank name."""
        names = {str(quad.graph_name).strip("<>") for quad in self._engine}
        return sorted(Iri(name) for name in names if name != "DEFAULT")

    def quads(self, graph: Iri) -> Iterator[Quad]:
        """A graph's quads; raises RecordError for blank nodes."""
        for quad in self._engine.quads_for_pattern(None, None, None, node(graph)):
            yield our_quad(quad)

    def read_quads(self, lines: bytes) -> None:
        """Put N-Quads in."""
        self._engine.load(lines, ox.RdfFormat.N_QUADS)

    def copy(self) -> set[ox.Quad]:
        """Everything in it, as the engine's own quads."""
        return set(self._engine)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An update and the graphs that it runs on, for a process that may die of it."""

    text: str
    quads: bytes
    """N-Quads, sorted, so that equal graphs are equal bytes."""
    max_growth: int
    """Statements by which the update may change the number of all."""

    @classmethod
    def of(cls, text: str, graphs: Mapping[Iri, Iterable[Quad]], max_growth: int) -> Rehearsal:
        """An update of graphs."""
        quads = (engine_quad(quad) for stated in graphs.values() for quad in stated)
        lines = sorted(f"{quad} .\n" for quad in quads)
        return cls(text, "".join(lines).encode(), max_growth)

    @property
    def digest(self) -> str:
        """What the graphs were; another digest says that they have changed since."""
        return hashlib.sha256(self.quads).hexdigest()

    def pack(self) -> bytes:
        """As one byte string."""
        text = self.text.encode()
        return json.dumps([len(text), self.max_growth]).encode() + b"\n" + text + self.quads

    @classmethod
    def unpack(cls, packed: bytes) -> Rehearsal:
        """The same again."""
        head, _, rest = packed.partition(b"\n")
        size, max_growth = json.loads(head)
        return cls(rest[:size].decode(), rest[size:], max_growth)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an update would make of graphs."""

    changed: tuple[Iri, ...]
    """The graphs that it changes."""
    quads: bytes
    """What these hold afterwards, as N-Quads."""
    growth: int
    """By how many statements the number of all changes; past the bound nothing else is reported."""
    default: bool = False
    """Whether it puts anything into the default graph."""

    def pack(self) -> bytes:
        """As one byte string."""
        return json.dumps([self.changed, self.growth, self.default]).encode() + b"\n" + self.quads

    @classmethod
    def unpack(cls, packed: bytes) -> Outcome:
        """The same again."""
        head, _, quads = packed.partition(b"\n")
        changed, growth, default = json.loads(head)
        return cls(tuple(map(Iri, changed)), quads, growth, default)


def rehearse(packed: bytes) -> bytes:
    """The packed ``Outcome`` of a packed ``Rehearsal``; raises QuerySyntax or QueryError.

    What a WHERE costs is nobody's guess, so this runs in a confined process, not in the one
    that writes.
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
    r"""IRIs as the engine reads them: relative ones, prefixed names and their escapes.

    Raises QuerySyntax for a name that is none.

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
