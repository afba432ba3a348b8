"""Queries as of a day: a dataset made in a bounded process, answered by workers of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from provenance_graph.core.errors import StoreMissing
from provenance_graph.service.processes.day_pools import DayPools
from provenance_graph.service.settings import Settings
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.values import SparqlQuery

MODELS = "SELECT ?m { ?m a <https://w3id.org/provenance-graph/ns#Model> }"
JSON = "application/sparql-results+json"


def asked(root: Path, version: str, *days: str) -> list[int]:
    async def run() -> list[int]:
        pools = DayPools(root, Settings(workers=1))
        try:
            results = [await pools.answer(version, day, SparqlQuery(MODELS), JSON) for day in days]
            return [len(json.loads(one.body)["results"]["bindings"]) for one in results]
        finally:
            pools.close()

    return asyncio.run(run())


def test_each_day_is_answered_from_its_own_dataset(audited_copy: Path):
    with EmbeddedStore.open(audited_copy) as store:
        version = store.version
    assert asked(audited_copy, version, "2000-01-01", "2099-12-31", "2000-01-01") == [0, 3, 0]
    retained = {one.name for one in (audited_copy / "derived" / "days").iterdir()}
    assert retained == {f"{version}.2000-01-01", f"{version}.2099-12-31"}


def test_why_a_dataset_could_not_be_made_is_told(tmp_path: Path):
    with pytest.raises(StoreMissing):
        asked(tmp_path / "nothing", "1-0", "2000-01-01")
