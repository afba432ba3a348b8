"""Convert quads to an rdflib dataset, with each term constructed once.

The constructors of rdflib check every term, which is slow.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from functools import lru_cache

import rdflib

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri

_CACHED_TERMS = 200_000


def dataset(quads: Iterable[Quad]) -> rdflib.Dataset:
    """An rdflib dataset of quads; None as graph is the default graph.

    IRIs were checked when they were stored, so they are not checked again.
    """
    result = rdflib.Dataset()
    was = gc.isenabled()
    gc.disable()  # millions of objects are made and none is freed
    try:
        _fill(result, quads)
    finally:
        if was:
            gc.enable()
    return result


def _fill(result: rdflib.Dataset, quads: Iterable[Quad]) -> None:
    node = lru_cache(maxsize=_CACHED_TERMS)(_node)
    literal = lru_cache(maxsize=_CACHED_TERMS)(_literal)
    graphs: dict[Iri | None, rdflib.Graph] = {None: result.default_graph}
    add = result.store.add
    for subject, predicate, value, name in quads:
        graph = graphs.get(name)
        if graph is None:
            assert name is not None
            graph = graphs[name] = result.graph(_node(name))
        term = node(value) if isinstance(value, Iri) else literal(value)
        add((node(subject), node(predicate), term), graph, False)


def _node(iri: Iri) -> rdflib.URIRef:
    return str.__new__(rdflib.URIRef, iri)


def _literal(value: Value) -> rdflib.Literal:
    assert not isinstance(value, Iri)
    if value.language:
        return rdflib.Literal(value.lexical, lang=value.language)
    return rdflib.Literal(value.lexical, datatype=_node(value.datatype), normalize=False)
