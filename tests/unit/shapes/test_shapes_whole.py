"""A whole store is validated the same here, in processes side by side, and without its table."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core.iris import Iri
from provenance_graph.ingest.build import build
from provenance_graph.shapes import Severity, validate_store, whole
from provenance_graph.store.base import Change
from provenance_graph.store.claim_table import ClaimTable
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.processes import LocalEngine


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub in which every kind of fault is planted."""
    folder = tmp_path_factory.mktemp("hub")
    generate(Hub(400, 1), folder / "hub", shard=100)
    build(folder / "hub" / "data", folder / "store", derive=EvidenceLevels(), fresh=True)
    return folder / "store"


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts so small that there are several of each kind."""
    monkeypatch.setattr(whole, "_PARALLEL_FROM", 1)
    monkeypatch.setattr(whole, "_FILES_AT_ONCE", 1)
    monkeypatch.setattr(whole, "_HEADERS_AT_ONCE", 300)
    monkeypatch.setattr(whole, "_NAMES_AT_ONCE", 3)


@pytest.mark.usefixtures("_small_parts")
def test_side_by_side_the_same_is_found_in_the_same_order(store: Path) -> None:
    with EmbeddedStore.open(store) as opened, LocalEngine(2) as engine:
        table = ClaimTable.open(store / "derived", opened.version)
        assert table is not None
        wanted = validate_store(opened)
        assert {f.severity for f in wanted} == set(Severity)
        assert {bool(f.record) for f in wanted} == {True, False}
        assert validate_store(opened, table=table) == wanted
        assert validate_store(opened, table=table, engine=engine) == wanted
        grave = [f for f in wanted if f.severity is Severity.VIOLATION]
        assert validate_store(opened, Severity.VIOLATION, table=table, engine=engine) == grave


@pytest.mark.usefixtures("_small_parts")
def test_processes_read_the_state_that_is_open_though_another_was_published(store: Path) -> None:
    with EmbeddedStore.open(store) as opened, LocalEngine(2) as engine:
        table = ClaimTable.open(store / "derived", opened.version)
        wanted = validate_store(opened, table=table)
        faulty = tuple({Iri(f.record) for f in wanted if f.record})
        with EmbeddedStore.open_writer(store) as writer:
            writer.commit(Change(drop=faulty))
        assert len(validate_store(opened.newest())) < len(wanted)
        assert validate_store(opened, table=table, engine=engine) == wanted
