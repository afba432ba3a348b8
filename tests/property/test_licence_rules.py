"""Rules and repairs on seeded random graphs: the whole store as model by model, and brute force."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from licence_world import world

from provenance_graph.core.iris import model
from provenance_graph.core.terms import PG
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.repair import (
    CUT,
    MAX_SOLUTIONS,
    MEET,
    MET,
    PERMIT,
    RECORD,
    Problems,
    RepairStep,
    repair,
)
from provenance_graph.licences.rules.breaches import Filters, mark, store_findings
from provenance_graph.licences.rules.rules import RULES
from provenance_graph.licences.uses import parse_uses
from provenance_graph.lineage.index import MODEL

TODAY = "2026-11-01"
MAX_TRIED = 3_000
"""Sets of one size that brute force tries; larger sizes are left to the long run."""

KINDS = (
    "finetune",
    "adapter",
    "merge",
    "quantize",
    "distill",
    "trained",
    "written",
    "synthetic",
    "derived",
)
KEYS = ("mit", "apache-2.0", "cc-by-nc-4.0", "cc-by-sa-4.0", "cc-by-nc-sa-4.0", "llama-2", "llama-3.1", "gemma",
        "creativeml-openrail-m", "openai-terms-2024-12-11", "hub-other", "falcon-180b-tii", "qwen-2024", "llama-3.2")  # fmt: skip
PERHAPS = frozenset({"LR-05", "LR-06", "LR-08", "LR-13"})
"""Rules that paths or documents of the single model decide: a class says perhaps."""


OWNERS = ("a", "b", "c", "x", "y", "z", "meta-llama")


def graph_of(seed: int, models: int = 9, data: int = 3, edges: int = 12) -> LicenceGraph:
    """A random graph with unknowns, cycles and merges.

    Some models are multimodal or text-only, and some are the licensor's, so that clauses that
    apply to some of a licensor's models are met.
    """
    chance = random.Random(seed)
    names = [f"{chance.choice(OWNERS)}/{'Llama-' if n % 3 else 'm'}{n}" for n in range(models)]
    sets = [f"data:{chance.choice('abd')}/d{n}" for n in range(data)]
    rows = set()
    for _ in range(edges):
        kind = chance.choice(KINDS)
        child = chance.choice(sets) if kind == "written" else chance.choice(names)
        parent = chance.choice(sets) if kind == "trained" else chance.choice(names)
        if child != parent:
            rows.add((child, kind, parent))
    licences = {
        name: " ".join(chance.sample(KEYS, chance.choice((1, 1, 1, 2))))
        for name in (*names, *sets)
        if chance.random() < 0.75
    }
    kinds = [
        (model(name), PG.inputModality, chance.choice((PG.Image, PG.Text)), None)
        for name in names
        if chance.random() < 0.6
    ]
    return world(sorted(rows), licences, kinds, recorded=chance.random() < 0.7)


@pytest.mark.parametrize("seed", range(40))
def test_the_whole_store_finds_what_model_by_model_finds(seed: int) -> None:
    graph = graph_of(seed)
    models = [name for n, name in enumerate(graph.index.names) if graph.index.kind[n] == MODEL]
    alone = [one for name in models for one in graph.findings(name, day=TODAY)]
    whole = store_findings(graph, day=TODAY, limit=100_000, filters=Filters(frozenset(RULES)))
    assert sorted(map(repr, whole.findings)) == sorted(map(repr, alone))
    assert not whole.is_cut
    marked = {
        rule: {graph.index.names[n] for n in nodes.tolist()}
        for rule, nodes in mark(graph, TODAY).items()
    }
    for rule in RULES:
        subjects = {one.subject for one in alone if one.rule.id == rule}
        assert subjects <= marked[rule], rule
        if rule not in PERHAPS and not _has_circle(graph):
            assert subjects == marked[rule], rule


def _has_circle(graph: LicenceGraph) -> bool:
    """Whether an entity's own terms may come back to it over the whole store."""
    import networkx as nx

    up = graph.index.up
    pairs = [(n, int(up.other[p])) for n in range(len(graph.index)) for p in up.edges_of(n)]
    return not nx.is_directed_acyclic_graph(nx.DiGraph(pairs))


@pytest.mark.parametrize("seed", [*range(40), 2400])  # 2400: an owner's own terms end the parent's
def test_repair_finds_the_sets_that_trying_all_finds(seed: int) -> None:
    graph = graph_of(seed, models=5, data=1, edges=5)
    chance = random.Random(seed)
    models = [name for n, name in enumerate(graph.index.names) if graph.index.kind[n] == MODEL]
    if not models:
        return
    subject, use = (
        chance.choice(models),
        chance.choice(("commercial", "modify", "train-on-outputs")),
    )
    problems = Problems(graph, subject, parse_uses(graph.catalogue, [use]), TODAY)
    result = repair(graph, subject, uses=[use], day=TODAY)
    changes = every_change(graph, problems, subject)
    bound = len(result.solutions[0]) if result.solutions else 2
    for size in range(bound + 1):
        if math.comb(len(changes), size) > MAX_TRIED:
            return
        sets = map(frozenset, itertools.combinations(changes, size))
        working = {one for one in sets if not problems.after(one)}
        if size < bound or not result.solutions:
            assert not working
        else:
            assert {frozenset(one) for one in result.solutions} <= working
            assert result.total == len(working)
            assert len(result.solutions) == min(len(working), MAX_SOLUTIONS)


def every_change(graph: LicenceGraph, problems: Problems, subject: str) -> list[RepairStep]:
    """Every parent cut, every holder's permission, and what problems name besides."""
    results = {RepairStep(CUT, edge.parent) for edge in problems.now.parents}
    results |= {RepairStep(PERMIT, name) for name in graph.index.names}
    results |= {RepairStep(RECORD, subject), *(RepairStep(MEET, kind) for kind in MET)}
    seen: set[frozenset[RepairStep]] = {frozenset()}
    waiting = [frozenset[RepairStep]()]
    while waiting:
        chosen = waiting.pop()
        for problem in problems.after(chosen):
            results |= problem.answers
            for change in problem.answers:
                if len(chosen) < 1 and chosen | {change} not in seen:
                    seen.add(chosen | {change})
                    waiting.append(chosen | {change})
    return sorted(results)
