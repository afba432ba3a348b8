"""Rules and repairs on seeded random graphs, held against a second reading that walks every chain.

The whole store must find what model by model finds, both what ``licence_oracle`` works out, and a
repair what trying all sets of changes with it shows.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import pytest
from licence_above import Plan
from licence_oracle import Oracle
from licence_world import catalogue, thing, world

from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import PG
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.repair import MAX_SOLUTIONS, repair
from provenance_graph.licences.repair_steps import CUT, DECLARE, MEET, MET, PERMIT, RECORD
from provenance_graph.licences.results import LicenceFinding
from provenance_graph.licences.rules.breaches import Filters, mark, store_findings
from provenance_graph.licences.rules.rules import RULES
from provenance_graph.licences.texts.catalogue import BINDING, Licence, PassThroughTerm
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


def plan_of(seed: int, models: int = 9, data: int = 3, edges: int = 12) -> Plan:
    """A random world of at most twelve entities, with unknowns, cycles and merges.

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
    images = {name: chance.choice((True, False)) for name in names if chance.random() < 0.6}
    return Plan(tuple(sorted(rows)), licences, images, recorded=chance.random() < 0.7)


def graph_of(plan: Plan) -> LicenceGraph:
    """The world of a plan."""
    kinds = [
        (model(name), PG.inputModality, PG.Image if images else PG.Text, None)
        for name, images in plan.multimodal.items()
    ]
    return world(plan.edges, plan.licences, kinds, recorded=plan.recorded)


@pytest.mark.parametrize("seed", range(40))
def test_rules_find_what_walking_every_chain_finds(seed: int) -> None:
    plan = plan_of(seed)
    check_the_rules(graph_of(plan), plan)


def check_the_rules(graph: LicenceGraph, plan: Plan) -> list[LicenceFinding]:
    """The findings on models with lineage; those on every model are as the oracle works out."""
    alone = []
    for name in sorted(name for name in plan.names if not name.startswith("data:")):
        reported = graph.findings(thing(name), day=TODAY)
        if graph.index.names.find(thing(name)) is not None:
            alone += reported
        found = {one for finding in reported if (one := compared(finding))}
        expected = {
            (rule, thing(about) if rule == "LR-15" else about, severity)
            for rule, about, severity in Oracle(plan, catalogue(), name, TODAY).findings()
        }
        assert found == expected, name
    return alone


def compared(one: LicenceFinding) -> tuple[str, str, str] | None:
    """Rule, licence and severity, of LR-15 the holder; None for what rests on one path alone.

    LR-05 and LR-13 tell by the path whether a breach came through a dataset.
    """
    if one.rule.id == "LR-15":
        return "LR-15", str(one.holder), one.severity
    assert one.licence is not None
    if one.rule.id in ("LR-05", "LR-13"):
        is_breach = one.message.startswith("was made with outputs of")
        return ("breach", one.licence.iri, "") if is_breach else None
    return one.rule.id, one.licence.iri, one.severity


@pytest.mark.parametrize("seed", range(40))
def test_the_whole_store_finds_what_model_by_model_finds(seed: int) -> None:
    graph = graph_of(plan_of(seed))
    models = [name for n, name in enumerate(graph.index.names) if graph.index.kind[n] == MODEL]
    check_the_whole_store(
        graph, [one for name in models for one in graph.findings(name, day=TODAY)]
    )


def check_the_whole_store(graph: LicenceGraph, alone: Sequence[LicenceFinding]) -> None:
    """The pass over a store lists and marks what its models' own findings are."""
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
    plan = plan_of(seed, models=5, data=1, edges=5)
    chance = random.Random(seed)
    names = sorted(name for name in plan.names if not name.startswith("data:"))
    subject = chance.choice(names)
    use = chance.choice(("commercial", "modify", "train-on-outputs"))
    result = repair(graph_of(plan), thing(subject), uses=[use], day=TODAY)
    every, trial = every_change(plan, subject), Trial(plan, subject, use)
    bound = len(result.solutions[0]) if result.solutions else 2
    for size in range(bound + 1):
        if math.comb(len(every), size) > MAX_TRIED:
            return
        sets = map(frozenset, itertools.combinations(every, size))
        working = {one for one in sets if trial.works(one)}
        if size < bound or not result.solutions:
            assert not working
        else:
            found = {frozenset((one.kind, one.target) for one in s) for s in result.solutions}
            assert found <= working
            assert result.total == len(working)
            assert len(found) == min(len(working), MAX_SOLUTIONS)


Change = tuple[str, str]


def every_change(plan: Plan, subject: str) -> list[Change]:
    """Every direct parent replaced, every permission, every duty met, every licence from above."""
    parents = {thing(parent) for child, _, parent in plan.edges if child == subject}
    oracle = Oracle(plan, catalogue(), subject, TODAY)
    above = {one.licence for one in oracle.arrivals if one.weights and one.licence is not None}
    labels = {one.iri for one in above if one.known and not one.service}
    return [
        *((CUT, one) for one in sorted(parents)),
        *((PERMIT, thing(one)) for one in sorted(plan.names)),
        *((MEET, kind) for kind in MET),
        *((DECLARE, one) for one in sorted(labels - {one.iri for one in oracle.own})),
        (RECORD, thing(subject)),
    ]


@dataclass
class Trial:
    """Sets of changes tried on one model and use; what comes from above is worked out once."""

    plan: Plan
    subject: str
    use: str
    known: dict[frozenset[Change], Oracle] = field(default_factory=dict)

    def works(self, changes: frozenset[Change]) -> bool:
        """Whether the use is allowed after changes."""
        above = frozenset(one for one in changes if one[0] in (CUT, PERMIT, DECLARE))
        if above not in self.known:
            self.known[above] = self._changed(above)
        met = [target for kind, target in changes if kind == MEET]
        stated = any(kind == RECORD for kind, _ in changes)
        return self.known[above].allowed(self.use, met, stated=stated)

    def _changed(self, changes: frozenset[Change]) -> Oracle:
        made: dict[str, set[str]] = {CUT: set(), PERMIT: set(), DECLARE: set()}
        for kind, target in changes:
            made[kind].add(target)
        names = {name: thing(name) for name in self.plan.names}
        instead = {name: (permission(),) for name, iri in names.items() if iri in made[PERMIT]}
        if made[DECLARE] and self.subject not in instead:
            labels = sorted(made[DECLARE])
            instead[self.subject] = tuple(catalogue().licence(Iri(one)) for one in labels)
        cut = frozenset(name for name, iri in names.items() if iri in made[CUT])
        return Oracle(self.plan, catalogue(), self.subject, TODAY, cut, instead)


@cache
def permission() -> Licence:
    """A permission of a holder: everything is granted, and nothing passes on."""
    free = PassThroughTerm("free", "", BINDING, frozenset())
    grants = frozenset(use.permission for use in catalogue().uses.values())
    kinds = sorted(set(catalogue().kind_of.values()))
    return Licence(
        Iri("urn:permission"), key="permission", grants=grants, passes=dict.fromkeys(kinds, free)
    )
