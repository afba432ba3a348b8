"""Queries to a service whose default graph is the union of all graphs.

The named graph that stands for our default graph is sent as the dataset of each query. By the
SPARQL protocol the dataset then has no named graphs; Virtuoso then returns nothing for ``GRAPH
<name>`` and all graphs for ``GRAPH ?variable``.
"""

from __future__ import annotations

from typing import Final

from provenance_graph.core.iris import Iri
from provenance_graph.store.sparql.tokens import tokens

OF_ENGINES: Final = tuple(
    map(
        Iri,
        (
            "http://www.openlinksw.com/schemas/virtrdf#",
            "http://www.w3.org/ns/ldp#",
            "http://localuriqaserver/sparql",
        ),
    )
)
"""Graphs that a new Virtuoso 7.2.5 contains."""
_HEAD: Final = "pg_graph_"


def named_only(own: Iri) -> str:
    """A FILTER that limits ``?g`` to the named graphs of a store."""
    return f" FILTER(?g NOT IN ({', '.join(f'<{graph}>' for graph in (own, *OF_ENGINES))}))"


def is_ours(variable: str) -> bool:
    """Whether ``by_variable`` added a variable to a query."""
    return variable.startswith(_HEAD)


def by_variable(query: str, own: Iri) -> str:
    """A query in which each named graph, except ``own``, becomes the value of a variable.

    >>> by_variable("ASK { GRAPH <urn:g> { ?s ?p ?o } }", Iri("urn:own"))
    'ASK { VALUES ?pg_graph_0 { <urn:g> } GRAPH ?pg_graph_0 { ?s ?p ?o } }'
    """
    parts: list[str] = []
    end, number, graph = 0, 0, -1
    for kind, text, start in tokens(query):
        if graph >= 0 and kind in ("iri", "name") and text != f"<{own}>":
            name = f"?{_HEAD}{number}"
            parts += [query[end:graph], f"VALUES {name} {{ {text} }} GRAPH {name}"]
            end, number = start + len(text), number + 1
        graph = start if kind == "word" and text.upper() == "GRAPH" else -1
    return "".join([*parts, query[end:]])
