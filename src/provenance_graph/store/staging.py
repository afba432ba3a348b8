"""A small dataset in memory on which an update is tried before it becomes records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import QuerySyntax
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import engine_quad, node, our_quad


class Scratch:
    """Quads that an update may change without anybody seeing it."""

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
        """Run a SPARQL update; raises SyntaxError, ValueError or RuntimeError."""
        self._engine.update(text)

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
