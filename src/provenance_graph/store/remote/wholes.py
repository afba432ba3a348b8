"""Listings that are read completely, several in one request, such as for a table of all names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import node, term
from provenance_graph.store.values import AnyGraph, WholeListing

Take = Callable[[dict[str, Value]], None]


@dataclass
class Wholes:
    """Listings that were fetched whole, and those to be fetched with the next request."""

    quads: dict[WholeListing, list[Quad]] = field(default_factory=dict)
    wanted: dict[WholeListing, None] = field(default_factory=dict)

    def want(self, listings: Iterable[WholeListing]) -> None:
        """Note listings to be fetched with the next request, unless they are fetched."""
        self.wanted.update({one: None for one in listings if one not in self.quads})

    @staticmethod
    def named(
        subject: Iri | None,
        predicate: Iri | None,
        object: Value | None,
        graph: Iri | AnyGraph | None,
    ) -> WholeListing | None:
        """The listing that a look-up reads; None for a look-up of one subject or one graph."""
        anywhere = isinstance(graph, AnyGraph)
        if subject is not None or predicate is None or (graph is not None and not anywhere):
            return None
        return WholeListing(predicate, object, anywhere=anywhere)

    def parts(self, placed: Callable[[str], str]) -> Iterator[tuple[str, Take]]:
        """Yield the pattern of each wanted listing, with the function that takes a row of it."""
        for listing in self.wanted:
            quads = self.quads[listing] = []
            text = "?o"
            if listing.object is not None:
                of = listing.object
                text = str(node(of) if isinstance(of, Iri) else term(of))
            pattern = f"?s {node(listing.predicate)} {text}"
            if listing.anywhere:
                pattern = f"GRAPH ?g {{ {pattern} }}"
            yield placed(pattern), partial(_take, quads, listing)
        self.wanted.clear()


def _take(quads: list[Quad], listing: WholeListing, row: dict[str, Value]) -> None:
    graph = row.get("g") if listing.anywhere else None
    value = row["o"] if listing.object is None else listing.object
    named = None if graph is None else Iri(str(graph))
    quads.append((Iri(str(row["s"])), listing.predicate, value, named))
