"""The index against plain sets and loops, on random graphs with merges and cycles."""

from __future__ import annotations

import itertools
from collections import deque

import networkx as nx
import numpy as np
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.lineage import arrays, paths
from provenance_graph.lineage.graph import LineageGraph, relation_mask
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.store.base import Change
from provenance_graph.store.memory import MemoryStore

NAMES = [Iri(f"https://example.org/{letter}") for letter in "abcdefghij"]
RELATIONS = (PG.fineTunedFrom, PG.mergedFrom, PG.trainedOn, PG.generatedBy)
edge_sets = st.sets(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(RELATIONS), st.sampled_from(NAMES)),
    max_size=24,
)
disputes = st.sets(
    st.tuples(st.sampled_from(NAMES), st.just(PG.contested), st.sampled_from(RELATIONS)), max_size=8
)
Edges = set[tuple[Iri, Iri, Iri]]


def brute(edges: Edges, start: Iri, *, up: bool, influences: bool) -> dict[Iri, int]:
    """Breadth first over plain sets."""
    far = {start: 0}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for child, relation, parent in edges:
            if not influences and relation not in terms.DERIVATIONS:
                continue
            near, other = (child, parent) if up else (parent, child)
            if near == here and other not in far:
                far[other] = far[here] + 1
                waiting.append(other)
    del far[start]
    return far


def found(index: LineageIndex, start: Iri, *, up: bool, influences: bool) -> dict[Iri, int]:
    node = index.names.find(start)
    if node is None:
        return {}
    rows = index.up if up else index.down
    got = arrays.closure(rows, node, influences=influences)
    return {
        index.names[n]: d for n, d in zip(got.nodes.tolist(), got.distance.tolist(), strict=True)
    }


def in_circles(index: LineageIndex) -> set[Iri]:
    return {index.names[node] for node in index.circular.tolist()}


@settings(max_examples=sample(15, 60), deadline=None)
@given(edges=edge_sets, start=st.sampled_from(NAMES), up=st.booleans(), influences=st.booleans())
def test_a_closure_is_what_plain_search_finds(edges, start, up, influences):
    index = LineageIndex.of_edges(edges)
    expected = brute(edges, start, up=up, influences=influences)
    assert found(index, start, up=up, influences=influences) == expected


@settings(max_examples=sample(9, 40), deadline=None)
@given(edges=edge_sets, start=st.sampled_from(NAMES), up=st.booleans(), influences=st.booleans())
def test_the_wide_search_finds_what_the_narrow_one_does(edges, start, up, influences):
    index = LineageIndex.of_edges(edges)
    small, arrays.SMALL = arrays.SMALL, 0
    try:
        wide = found(index, start, up=up, influences=influences)
    finally:
        arrays.SMALL = small
    assert wide == found(index, start, up=up, influences=influences)


@settings(max_examples=sample(9, 40), deadline=None)
@given(before=edge_sets, after=edge_sets, were=disputes, are=disputes)
def test_an_updated_index_equals_one_built_anew(before, after, were, are):
    before, after = before | were, after | are
    store = MemoryStore((*edge, None) for edge in before)
    index = LineageIndex.build(AcceptedSnapshot(store))
    store.commit(
        Change(
            remove=[(*edge, None) for edge in before - after],
            add=[(*edge, None) for edge in after - before],
        )
    )
    changed = {edge[0] for edge in before ^ after}
    updated, anew = (
        index.update(AcceptedSnapshot(store), changed),
        LineageIndex.build(AcceptedSnapshot(store)),
    )
    assert updated.version == anew.version == store.version
    assert in_circles(updated) == in_circles(anew)
    for name, relation in itertools.product(NAMES, RELATIONS):
        node = updated.names.find(name)
        if any(edge[0] == name for edge in after - are):
            assert updated.is_contested(node, arrays.CODE[relation]) == (
                (name, PG.contested, relation) in are
            )
            assert anew.is_contested(anew.names.find(name), arrays.CODE[relation]) == (
                (name, PG.contested, relation) in are
            )
    for name in NAMES:
        for up in (True, False):
            assert found(updated, name, up=up, influences=True) == found(
                anew, name, up=up, influences=True
            )
            assert found(updated, name, up=up, influences=False) == found(
                anew, name, up=up, influences=False
            )


@settings(max_examples=sample(9, 40), deadline=None)
@given(edges=edge_sets)
def test_cycles_are_those_networkx_finds(edges):
    index = LineageIndex.of_edges(edges)
    graph = nx.DiGraph((c, p) for c, r, p in edges if r in terms.DERIVATIONS)
    expected = {
        frozenset(group)
        for group in nx.strongly_connected_components(graph)
        if len(group) > 1 or graph.has_edge(*(list(group) * 2))
    }
    circles = paths.cycles(index, relation_mask((), influences=False))
    assert {frozenset(index.names[n] for n in one) for one in circles} == expected


@settings(max_examples=sample(9, 40), deadline=None)
@given(edges=edge_sets, among=st.sets(st.sampled_from(NAMES)))
def test_cycles_among_some_are_those_of_the_part(edges, among):
    index = LineageIndex.of_edges(edges)
    nodes = [node for name in among if (node := index.names.find(name)) is not None]
    part = index.among(nodes)
    wanted = relation_mask((), influences=True)
    circles = paths.cycles(index, wanted, np.array(nodes, np.int32))
    graph = nx.DiGraph((c, p) for c, _, p in edges if c in among and p in among)
    expected = {
        frozenset(group)
        for group in nx.strongly_connected_components(graph)
        if len(group) > 1 or graph.has_edge(*(list(group) * 2))
    }
    assert {frozenset(index.names[n] for n in one) for one in circles} == expected
    assert {frozenset(part.names[n] for n in one) for one in paths.cycles(part, wanted)} == expected


@settings(max_examples=sample(9, 40), deadline=None)
@given(edges=edge_sets, a=st.sampled_from(NAMES), b=st.sampled_from(NAMES))
def test_simple_paths_are_those_networkx_finds(edges, a, b):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(NAMES)
    for child, relation, parent in edges:
        graph.add_edge(child, parent, key=relation)
    index = LineageGraph(AcceptedSnapshot(MemoryStore()), LineageIndex.of_edges(edges))
    got = index.paths(a, b, influences=True, limit=10_000)
    expected = [] if a == b else [tuple(way) for way in nx.all_simple_edge_paths(graph, a, b)]
    ways = [tuple((e.child, e.parent, e.relation) for e in way) for way in got.paths]
    assert sorted(ways) == sorted(expected)
    assert got.total in (None, len(expected))
    shortest = index.shortest_path(a, b, influences=True)
    if expected:
        assert len(shortest.paths[0]) == min(map(len, expected))
    else:
        assert not shortest.paths


@settings(max_examples=sample(9, 40), deadline=None)
@given(edges=edge_sets, start=st.sampled_from(NAMES))
def test_a_generation_is_the_longest_way_up(edges, start):
    index = LineageIndex.of_edges(edges)
    node = index.names.find(start)
    if node is None:
        return
    graph = nx.DiGraph((c, p) for c, r, p in edges if r in terms.DERIVATIONS)
    graph.add_node(start)
    above = graph.subgraph({start} | nx.descendants(graph, start))
    got = paths.generation(index, node)
    if nx.is_directed_acyclic_graph(above):
        assert got == len(nx.dag_longest_path(above)) - 1
        levels, _ = arrays.levels(index.down, index.down.split)
        assert levels[node] == got
    else:
        assert got is None
