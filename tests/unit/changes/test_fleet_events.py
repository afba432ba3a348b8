"""A generated year: every planted event is told for the deployments it concerns, and no other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import reference_data
from fleet_world import Planted, World, make, year

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core.iris import Iri
from provenance_graph.fleet.watch import FleetEvent, FleetWatch
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.store.memory import MemoryStore


def run(
    world: World, days: int, events: int, folder: Path
) -> Iterator[tuple[Planted, list[FleetEvent], float]]:
    """Each commit of the year with what the watch told of it, and how long that took."""
    store = MemoryStore(
        compile_quads(reference_data.everything(), world.records, [], day="2025-12-31")
    )
    log = ChangeLog(folder)
    watch = FleetWatch(AcceptedSnapshot(store, today="2025-12-31"))
    for planted in year(world, days, events):
        before = store.version
        update(store, [planted.record], day=planted.day, log=log)
        (commit,) = log.since(before, store.version)
        start = time.perf_counter()
        told = watch.events(commit, AcceptedSnapshot(store, today=planted.day))
        yield planted, told, time.perf_counter() - start


def expected(world: World, planted: Planted) -> set[tuple[str, Iri, Iri]]:
    if not planted.kind:
        return set()
    concerned = world.concerned(planted.kind, planted.subject)
    return {(planted.kind, planted.subject, one) for one in concerned}


@pytest.mark.parametrize("seed", [18, 19])
def test_all_and_only_what_was_planted_is_told(tmp_path: Path, seed: int) -> None:
    world = make(24, seed)
    hit = 0
    for planted, told, _ in run(world, 20, 30, tmp_path):
        got = {(one.kind, one.subject, one.deployment) for one in told}
        assert got == expected(world, planted), planted
        assert len(told) == len(got)
        hit += len(got)
        for one in told:
            assert one.path[0] == one.deployment
            assert one.path[-1] == planted.subject
            assert one.kind == "alias" or world.used[one.deployment] in one.path
    assert hit > 20
