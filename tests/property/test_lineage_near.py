"""Questions about a past day read part of its lineage, and answer as over the whole."""

from __future__ import annotations

import random

import pytest
from licence_world import card, catalogue, developer_records, licence, policy, thing

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Quad, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.near import index_near
from provenance_graph.licences.rules.context import INFO
from provenance_graph.licences.rules.marks import with_breaches
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.store.memory import MemoryStore

DAY = "2026-01-01"
KINDS = ("finetune", "adapter", "merge", "quantize", "distill", "trained", "synthetic", "derived")
NAMES = (
    *(f"{owner}/m{n}" for owner in "abc" for n in range(4)),
    "a/m0-step1000",  # a checkpoint has the licence of its release
    "a/m1-step2000",
    "data:a/d",
    "data:b/d",
)
KEYS = ("mit", "cc-by-nc-4.0", "llama-3.1", "cc-by-sa-4.0", "gemma")


def world_of(seed: int) -> AcceptedSnapshot:
    """A seeded world as of a day: cycles, checkpoints, unlabelled models, a name without identity."""
    roll = random.Random(seed)
    models = [name for name in NAMES if not name.startswith("data:")]
    edges = {
        (roll.choice(models), kind, roll.choice(NAMES))
        for kind in roll.choices(KINDS, k=roll.randint(8, 16))
    }
    edges = {(c, kind, p) for c, kind, p in edges if c != p}
    licences = {name: roll.choice(KEYS) for name in NAMES if roll.random() < 0.6}
    records: list[Record] = [
        card(name, Claim(thing(name), DCTERMS.license, licence(key)))
        for name, key in licences.items()
    ]
    records += developer_records(sorted(edges), licences)
    kinds = [
        Claim(thing(n), RDF.type, PG.Dataset if n.startswith("data:") else PG.Model) for n in NAMES
    ]
    unresolved = thing(roll.choice(models))
    records.append(card("a/types", *kinds, Claim(unresolved, RDF.type, PG.UnresolvedReference)))
    quads: list[Quad] = [quad for record in records for quad in rdf.to_quads(record)]
    return AcceptedSnapshot(MemoryStore([*quads, *policy()]), DAY)


@pytest.mark.parametrize("seed", range(12))
def test_part_of_a_days_lineage_answers_as_the_whole(seed: int) -> None:
    snapshot = world_of(seed)
    whole = LineageIndex.build(snapshot)
    every = LineageGraph(snapshot, whole), LicenceGraph(snapshot, whole, catalogue())
    smaller = 0
    for subject in map(thing, NAMES):
        near = index_near(snapshot, [subject])
        part = LineageGraph(snapshot, near), LicenceGraph(snapshot, near, catalogue())
        assert shown(*part, subject) == shown(*every, subject)
        assert part[0].impact(subject, limit=50) == every[0].impact(subject, limit=50)
        assert part[1].report(subject).to_json() == every[1].report(subject).to_json()
        smaller += len(near) < len(whole)
    assert smaller  # else nothing was left out, and nothing tried


def test_findings_on_steps_are_those_of_all_rules_that_have_one() -> None:
    count = 0
    for seed in range(12):
        snapshot = world_of(seed)
        graph = LicenceGraph(snapshot, LineageIndex.build(snapshot), catalogue())
        for subject in map(thing, NAMES):
            every = graph.findings(subject, day=DAY)
            wanted = [one for one in every if one.severity != INFO and one.path]
            wanted = [one for one in wanted if one.rule.id != "LR-15"]
            stepwise = graph.findings_on_steps(subject, day=DAY)
            assert [one.to_json() for one in stepwise] == [one.to_json() for one in wanted]
            count += len(wanted)
    assert count > 50  # else nothing was compared


def shown(lineage: LineageGraph, licences: LicenceGraph, subject: Iri) -> object:
    return with_breaches(lineage.of(subject, influences=True), licences, DAY)
