"""A build that is loaded in pieces is the store that one load makes, and survives what ends it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from killed_builds import kill_build

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.core.errors import StoreMissing
from provenance_graph.ingest.build import STAGING, build
from provenance_graph.ingest.bulk import loading
from provenance_graph.store.embedded import EmbeddedStore, merging

pytest.importorskip("rocksdict")

DAY = "2026-06-01"
FEW = 2_000
"""Quads of a piece, of which the hub here has several."""


@pytest.fixture(autouse=True)
def few_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load in pieces what is more than some of them, not only what is large."""
    monkeypatch.setattr(loading, "LEAST", 6)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hub")
    generate(Hub(60, 1), out, shard=20)
    return out / "data"


@pytest.fixture(scope="module")
def whole(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The quads of the store that one load makes."""
    return made(hub, tmp_path_factory.mktemp("whole"), [])


def content(where: Path) -> list[bytes]:
    with EmbeddedStore.open(where) as store:
        return sorted(store.dump().splitlines())


def made(data: Path, where: Path, stages: list[str]) -> list[bytes]:
    def watch(what: str):
        stages.append(what)
        return lambda _done, _total: None

    build(data, where, day=DAY, fresh=True, watch=watch)
    return content(where)


def test_pieces_make_the_same_store(hub, whole, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(loading, "PIECE_QUADS", FEW)
    stages: list[str] = []
    assert made(hub, tmp_path, stages) == whole
    assert stages[-2:] == ["pieces loaded", "tables merged"]
    assert not (tmp_path / STAGING).exists()


def test_without_the_library_it_is_one_load(hub, whole, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(loading, "PIECE_QUADS", FEW)
    monkeypatch.setattr(merging, "_LIBRARY", "no_such_library")
    stages: list[str] = []
    assert made(hub, tmp_path, stages) == whole
    assert stages[-1] == "bytes loaded"


def test_pieces_that_cannot_be_merged_are_loaded_as_a_whole(
    hub, whole, tmp_path, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(loading, "PIECE_QUADS", FEW)
    monkeypatch.setattr(merging, "_ORDERS", ({"spog", "dspo"},))  # which do not have equally many
    stages: list[str] = []
    with caplog.at_level(logging.WARNING):
        assert made(hub, tmp_path, stages) == whole
    assert stages[-1] == "bytes loaded"
    assert "loaded as a whole" in caplog.text


@pytest.mark.parametrize("moment", ["pieces loaded 2", "tables merged 1", "tables merged 8"])
def test_killed_while_it_loads_the_next_build_is_whole(
    hub, whole, tmp_path, monkeypatch, moment
) -> None:
    where = tmp_path / "store"
    kill_build(hub, where, moment, day=DAY, levels=False, piece_quads=FEW)
    with pytest.raises(StoreMissing):  # nothing half done is to be seen
        EmbeddedStore.open(where)
    monkeypatch.setattr(loading, "PIECE_QUADS", FEW)
    assert made(hub, where, []) == whole
    assert len([*where.glob("db-*")]) == 1
