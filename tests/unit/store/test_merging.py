"""Databases that were loaded side by side make one: less room, the same quads, or nothing at all."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest

from provenance_graph.core.errors import StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore, build, merging
from provenance_graph.store.embedded.merging import NotMerged

pytest.importorskip("rocksdict")

_LOADS, _MODELS, _PROPERTIES = 4, 500, 5
_RECORDED = _LOADS * _MODELS * _PROPERTIES
_FEW_BYTES = 8 << 10
"""What a process may write to one file where no merged one can become whole."""


def _text(load: int) -> bytes:
    """One load's records, and a view of which each load says the half that the next says too."""
    models = range(_MODELS)
    recorded = (
        f"<urn:model:{m}> <urn:says:{p}> <urn:value:{m % 7}> <urn:record:{load}-{m}> .\n"
        for m in models
        for p in range(_PROPERTIES)
    )
    viewed = (f'<urn:model:{m}> <urn:name> "n{m}" .\n' for m in range(load * 100, load * 100 + 200))
    return "".join((*recorded, *viewed)).encode()


def _loaded(folder: Path, *loads: int) -> Path:
    engine = ox.Store(str(folder))
    for load in loads:
        engine.bulk_load(_text(load), ox.RdfFormat.N_QUADS)
    return folder


@pytest.fixture
def pieces(tmp_path: Path) -> list[Path]:
    return [_loaded(tmp_path / f"piece-{load}", load) for load in range(_LOADS)]


def _size(db: Path) -> int:
    return sum(file.stat().st_size for file in db.glob("*.sst"))


def _quads(db: Path) -> set[ox.Quad]:
    return set(ox.Store.read_only(str(db)))


def _empty(folder: Path) -> Path:
    ox.Store(str(folder))
    return folder


def test_what_comes_out_is_what_one_load_makes_and_smaller(
    pieces: list[Path], tmp_path: Path
) -> None:
    whole = _loaded(tmp_path / "whole", *range(_LOADS))
    apart = sum(map(_size, pieces))
    db, tables = _empty(tmp_path / "db"), []
    merging.merge(db, pieces, lambda *counts: tables.append(counts))
    assert _quads(db) == _quads(whole)
    assert len(ox.Store.read_only(str(db))) == len(_quads(whole))  # each once
    assert _size(db) < 0.8 * apart
    assert tables == [(done, len(tables)) for done in range(1, len(tables) + 1)]
    assert not [file for file in db.iterdir() if "rocksdict" in file.name]


def test_the_store_can_be_looked_up_in_every_order_and_written(
    pieces: list[Path], tmp_path: Path
) -> None:
    root = tmp_path / "store"
    build(root, [], settle=partial(merging.merge, loaded=pieces))
    new = (Iri("urn:model:1"), Iri("urn:says:1"), Iri("urn:value:new"), Iri("urn:record:new"))
    with EmbeddedStore.open_writer(root) as store:
        store.commit(Change(add=[new], drop=[Iri("urn:record:0-3")]))
    with EmbeddedStore.open(root) as store:
        assert new in set(store.quads(graph=Iri("urn:record:new")))
        assert not list(store.quads(graph=Iri("urn:record:0-3")))
        assert store.size() == _RECORDED + 500 + 1 - _PROPERTIES
        model, prop, value = Iri("urn:model:2"), Iri("urn:says:1"), Iri("urn:value:2")
        about = "SELECT ?g { GRAPH ?g { %s } }"
        for pattern in (f"<{model}> <{prop}> ?o", f"?s <{prop}> <{value}>", f"<{model}> ?p ?o"):
            rows = {row for (row,) in store.select(about % pattern).rows}
            assert {Iri(f"urn:record:{load}-2") for load in range(_LOADS)} <= rows
        assert store.ask('ASK { ?s <urn:name> "n350" }')


def test_another_names_table_of_its_own_is_refused(pieces: list[Path], tmp_path: Path) -> None:
    library = pytest.importorskip("rocksdict")
    options = library.Options(raw_mode=True)
    names = library.Rdict.list_cf(str(pieces[1]), options)
    with library.Rdict(
        str(pieces[1]), options, dict.fromkeys(names, library.Options(raw_mode=True))
    ) as opened:
        opened[b"something new"] = b"1"
    with pytest.raises(NotMerged, match="has a property that"):
        merging.merge(_empty(tmp_path / "db"), pieces)


def test_a_piece_that_lacks_an_order_is_refused(pieces: list[Path], tmp_path: Path) -> None:
    library = pytest.importorskip("rocksdict")
    options = library.Options(raw_mode=True)
    names = library.Rdict.list_cf(str(pieces[1]), options)
    with library.Rdict(
        str(pieces[1]), options, dict.fromkeys(names, library.Options(raw_mode=True))
    ) as opened:
        orders = opened.get_column_family("gpos")
        for key in [*orders.keys()][:3]:
            del orders[key]
        orders.flush()
        orders.compact_range(None, None)
    with pytest.raises(NotMerged):
        merging.merge(_empty(tmp_path / "db"), pieces)


@contextmanager
def _no_room() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FEW_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("harm", ["room", "file", "folder"])
def test_where_it_fails_the_store_before_stays(
    pieces: list[Path], tmp_path: Path, harm: str
) -> None:
    root = tmp_path / "store"
    version = build(root, b"<urn:s> <urn:p> <urn:o> .\n")
    if harm == "file":
        largest = max(pieces[2].glob("*.sst"), key=lambda file: file.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:-100])
    elif harm == "folder":
        shutil.rmtree(pieces[2])

    def settle(db: Path) -> None:
        if harm == "room":
            with _no_room():
                merging.merge(db, pieces)
        else:
            merging.merge(db, pieces)

    with pytest.raises((NotMerged, StoreError)):
        build(root, [], settle=settle)
    with EmbeddedStore.open(root) as store:
        assert (store.version, store.size()) == (version, 1)
    assert len([*root.glob("db-*")]) == 1


def test_whoever_builds_a_large_store_without_the_library_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, _text(0))
    monkeypatch.setattr(merging, "_ADVISED", 1)
    assert not merging.advice(tmp_path)
    monkeypatch.setattr(merging, "_LIBRARY", "no_such_library")
    assert "provenance-graph[compact]" in merging.advice(tmp_path)


@pytest.mark.parametrize("others", [0, 700])
def test_more_files_than_a_process_may_have_open_at_first(
    pieces: list[Path], tmp_path: Path, others: int
) -> None:
    tables = sum(len(list(piece.glob("*.sst"))) for piece in pieces)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    whole = frozenset().union(*map(_quads, pieces))
    target = _empty(tmp_path / "whole")
    with ExitStack() as open_files:
        for _ in range(others):
            open_files.enter_context(Path(__file__).open())
        there = len(list(Path("/proc/self/fd").iterdir()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (there + tables // 2, before[1]))
        try:
            merging.merge(target, pieces)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert _quads(target) == whole


def test_of_many_files_fewer_tables_are_merged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"spog": ["file"] * 2_000, "dspo": ["file"] * 10}
    monkeypatch.setattr(merging, "allow_files", lambda wanted: wanted)
    assert merging._tables_at_once(files, 4) == 4
    monkeypatch.setattr(merging, "allow_files", lambda wanted: min(wanted, 9_000))
    assert merging._tables_at_once(files, 4) == 2
    monkeypatch.setattr(merging, "allow_files", lambda wanted: min(wanted, 1_024))
    assert merging._tables_at_once(files, 4) == 1  # which is tried: the last may be enough
    assert merging._tables_at_once({}, 4) == 4
