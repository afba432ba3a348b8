"""An in-memory table of quads, indexed by subject and predicate, for recomputing a bundle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.store.values import AnyGraph


class QuadTable:
    """A few thousand quads in memory, with pattern look-up."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._all = list(quads)
        self._by_subject: dict[Iri, list[Quad]] = defaultdict(list)
        self._by_predicate: dict[Iri, list[Quad]] = defaultdict(list)
        for quad in self._all:
            self._by_subject[quad[0]].append(quad)
            self._by_predicate[quad[1]].append(quad)

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Yield the matching quads; ``graph`` None is the default graph."""
        if subject is not None:
            rows = self._by_subject.get(subject, [])
        elif predicate is not None:
            rows = self._by_predicate.get(predicate, [])
        else:
            rows = self._all
        for quad in rows:
            if (
                predicate in (None, quad[1])
                and object in (None, quad[2])
                and (isinstance(graph, AnyGraph) or quad[3] == graph)
            ):
                yield quad
