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
    the named graph that holds ours. ``holds_store`` says that it holds a store of this software.
    """

    union: bool = False
    default_graph: Iri | None = None
    paths: bool = True
    holds_store: bool = False
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
        state, elsewhere, paths = _state(select)
        stored = any(row.get("p") == PG.viewDay for row in state)
        versions = [row["o"] for row in state if row.get("p") == SCHEMA.version]
        if not paths and not ask("ASK {}"):
            raise StoreError(f"{url} answers `ASK {{}}` with false: it is not a SPARQL service")
        if stored:
            union = bool(elsewhere)
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


_BESIDE = f"{{ GRAPH <{STATE}> {{ <{STATE}> ?p ?o }} }} UNION {{ <{STATE}> ?p ?o BIND(1 AS ?way) }}"
_PATH = (
    f"{{ GRAPH <{STATE}> {{ <{STATE}> (<{PG.viewDay}>|<{SCHEMA.version}>)+ ?o }} BIND(2 AS ?way) }}"
)
_Rows = list[Mapping[str, object]]


def _state(select: Select) -> tuple[_Rows, _Rows, bool]:
    """What the graph of the state says, what the default graph does, and whether paths are followed.

    One request for all, where the service knows paths; else another without them.
    """
    try:
        every = select(f"SELECT ?p ?o ?way {{ {_BESIDE} UNION {_PATH} }} LIMIT 40")
    except ProvenanceError:
        every = select(f"SELECT ?p ?o ?way {{ {_BESIDE} }} LIMIT 40")
    ways: dict[str, _Rows] = {"": [], "1": [], "2": []}
    for row in every:
        ways.setdefault(str(row.get("way") or ""), []).append(row)
    return ways[""], ways["1"], bool(ways["2"])


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
