"""Probe a remote service for its capabilities, so that no deviation goes unnoticed."""

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
"""Value of the version while a change of several requests is being made."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The capabilities of a service.

    ``union``: its default graph is the union of all graphs; ``default_graph`` is then the named
    graph that holds ours. ``paths``: property paths are supported. ``holds_store``: it holds a
    store of this software.
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
    """The capabilities of a service, found by queries; raises StoreError where it is unreliable.

    With ``writing``, a service without a store is accepted.
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
    """The state graph's rows, the default graph's rows of the state, and whether paths work.

    One request for all three, if the service supports paths; else a second one without them.
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
    """Whether triples of named graphs are in the default graph too."""
    results = [ask(f"ASK {{ <{row['s']}> <{row['p']}> ?any }}") for row in rows[:5]]
    return bool(results) and all(results)
