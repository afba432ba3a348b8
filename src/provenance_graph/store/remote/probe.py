"""What a remote service can do, found out by asking it, so that nothing it lacks misleads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provenance_graph.core import graph_names
from provenance_graph.core.errors import ProvenanceError, QueryError, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.store.remote.settings import PREFIX, RemoteSettings

STATE = graph_names.VIEW

UNDER_WAY = "under-way"
"""What stands in the place of the version while a change of several requests is made."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was found out about a service.

    ``union`` says that its default graph is the union of all graphs; ``default_graph`` is then
    the named graph that holds ours. ``held`` says that it holds a store of this software.
    """

    union: bool = False
    default_graph: Iri | None = None
    paths: bool = True
    held: bool = False
    version: str = ""


Ask = Callable[[str], bool]
Select = Callable[[str], list[Mapping[str, object]]]


def probe(
    url: str, settings: RemoteSettings, ask: Ask, select: Select, *, writing: bool = False
) -> Capabilities:
    """Ask a service what it can do; raises StoreError where it cannot be relied on.

    Whoever is ``writing`` may put a store where there is none.
    """
    try:
        if ask("ASK { FILTER(1 = 2) }"):
            raise StoreError(f"{url} answers every ASK with true: it is not a SPARQL service")
        every = select(
            f"SELECT ?p ?o ?here {{ {{ GRAPH <{STATE}> {{ <{STATE}> ?p ?o }} }} "
            f"UNION {{ <{STATE}> ?p ?o BIND(1 AS ?here) }} }} LIMIT 20"
        )
        state = [row for row in every if row.get("here") is None]
        stored = any(row.get("p") == PG.viewDay for row in state)
        versions = [row["o"] for row in state if row.get("p") == SCHEMA.version]
        step = f"<{STATE}> (<{PG.viewDay}>|<{SCHEMA.version}>)+ ?any"
        paths = _is_true(ask, f"ASK {{ GRAPH <{STATE}> {{ {step} }} }}") if stored else False
        if not paths and not ask("ASK {}"):
            raise StoreError(f"{url} answers `ASK {{}}` with false: it is not a SPARQL service")
        if stored:
            union = len(state) < len(every)
        else:
            union = _is_union(ask, _sample(select, "GRAPH ?g { ?s ?p ?o }"))
    except QueryError as error:
        raise StoreError(f"{url} cannot be used as a store: {error}") from error
    default = None
    if union:
        default = settings.default_graph
        stands = ask(f"ASK {{ GRAPH <{default}> {{ ?s ?p ?o }} }}")
        if not stands and (stored or not writing):
            raise StoreError(
                f"{url}: its default graph is the union of all graphs, and no graph <{default}> "
                "holds what the default graph of a store does; load it there, or name the graph "
                f"with {PREFIX}DEFAULT"
            )
    version = str(versions[0]) if len(versions) == 1 else ""
    return Capabilities(union, default, paths, stored, version)


def _sample(select: Select, pattern: str) -> list[Mapping[str, object]]:
    return [
        row
        for row in select(f"SELECT ?s ?p ?o ?g {{ {pattern} }} LIMIT 20")
        if all(isinstance(row.get(name), Iri) for name in "spg")
    ]


def _is_union(ask: Ask, rows: list[Mapping[str, object]]) -> bool:
    """Whether what stands in named graphs is in the default graph too."""
    results = [ask(f"ASK {{ <{row['s']}> <{row['p']}> ?any }}") for row in rows[:5]]
    return bool(results) and all(results)


def _is_true(ask: Ask, query: str) -> bool:
    """Whether an ASK that is true everywhere is: not where the engine does not know the query."""
    try:
        return ask(query)
    except ProvenanceError:
        return False
