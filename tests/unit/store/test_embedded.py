"""The store on disk: versions, locks, and what interruptions leave behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pyoxigraph as ox
import pytest
from examples import sample

from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import StoreBusy, StoreError, StoreFormat, StoreMissing
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import ANY, Change
from provenance_graph.store.embedded import EmbeddedStore, build, restore

S, P, G = Iri("urn:s"), Iri("urn:p"), Iri("urn:g")


def quad(text, graph=G):
    return (S, P, Literal(text), graph)


def values(store):
    return {value.lexical for _, _, value, _ in store.quads(graph=ANY)}


@pytest.fixture
def root(tmp_path):
    build(tmp_path / "store", [quad("first")])
    return tmp_path / "store"


def test_nothing_there_is_told_with_what_to_do(tmp_path):
    for opening in (EmbeddedStore.open, EmbeddedStore.open_writer):
        with pytest.raises(StoreMissing, match="provenance-graph build"):
            opening(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_another_format_is_told_and_can_be_built_over(root):
    (root / "format").write_text("provenance-graph store 99\n")
    for opening in (EmbeddedStore.open, EmbeddedStore.open_writer):
        with pytest.raises(StoreFormat, match="99"):
            opening(root)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
def test_a_damaged_pointer_is_told(root, text):
    (root / "CURRENT").write_text(text)
    with pytest.raises(StoreFormat, match="CURRENT"):
        EmbeddedStore.open(root)


def test_a_missing_checkpoint_is_told(root):
    shutil.rmtree(root / "checkpoints")
    with pytest.raises(StoreError, match="cannot be opened"):
        EmbeddedStore.open(root)


def test_only_one_process_writes_and_the_other_is_told_which(root):
    with (
        EmbeddedStore.open_writer(root),
        pytest.raises(StoreBusy, match=f"process {os.getpid()} is writing"),
    ):
        EmbeddedStore.open_writer(root)
    with EmbeddedStore.open_writer(root):
        pass


def test_a_reader_stays_at_its_version_until_it_moves_on(root):
    with EmbeddedStore.open(root) as reader, EmbeddedStore.open_writer(root) as writer:
        before = reader.version
        for n in range(6):
            writer.commit(Change(drop=(G,), add=[quad(str(n))]))
        assert reader.version == before
        assert values(reader) == {"first"}
        assert reader.refresh()
        assert not reader.refresh()
        assert reader.version == writer.version
        assert values(reader) == {"5"}


def test_an_iteration_goes_on_over_a_refresh(root):
    with EmbeddedStore.open_writer(root) as writer:
        writer.commit(Change(add=[quad(f"v{n}") for n in range(5000)]))
        with EmbeddedStore.open(root) as reader:
            running = reader.quads(graph=ANY)
            next(running)
            for _ in range(4):
                writer.commit(Change(drop=(G,)))
                reader.refresh()
            assert len(list(running)) == 5000
            assert values(reader) == set()


def test_old_checkpoints_go_when_nobody_reads_them(root):
    with EmbeddedStore.open_writer(root) as writer:
        for n in range(8):
            writer.commit(Change(add=[quad(str(n))]))
    assert sorted(int(p.name) for p in (root / "checkpoints").iterdir()) == [8, 9]


def test_equal_content_can_be_told_by_its_digest(tmp_path):
    versions = {build(tmp_path / name, [quad("x")], digest="abcdef012345ff") for name in "ab"}
    assert versions == {"1-abcdef012345"}


@pytest.mark.parametrize("form", ["quads", "bytes", "file"])
def test_a_build_takes_quads_or_a_document(tmp_path, form):
    data = b'<urn:s> <urn:p> "x" <urn:g> .\n'
    (tmp_path / "data.nq").write_bytes(data)
    with (tmp_path / "data.nq").open("rb") as file:
        build(tmp_path / "s", {"quads": [quad("x")], "bytes": data, "file": file}[form])
    assert values(EmbeddedStore.open(tmp_path / "s")) == {"x"}


def test_a_build_that_fails_leaves_the_old_store_in_use(root):
    before = EmbeddedStore.open(root).version

    def failing():
        yield quad("half")
        raise KeyboardInterrupt

    with pytest.raises(StoreError, match="nothing was built"):
        build(root, b"<urn:a> <urn:b> <urn:c> .\n<urn:a> nonsense")
    with pytest.raises(KeyboardInterrupt):
        build(root, failing())
    store = EmbeddedStore.open(root)
    assert (store.version, values(store)) == (before, {"first"})
    assert len(list(root.glob("db-*"))) == 1


def test_a_commit_that_cannot_be_published_never_happened(root, monkeypatch):
    with EmbeddedStore.open_writer(root) as writer:
        before = writer.version

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("provenance_graph.store.embedded.store.publish", full)
        with pytest.raises(StoreError, match=r"nothing was changed: .*No space left"):
            writer.commit(Change(add=[quad("lost")]))
        monkeypatch.undo()
        assert (writer.version, values(writer)) == (before, {"first"})
        writer.commit(Change(add=[quad("kept")]))
        assert values(writer) == {"first", "kept"}
    assert values(EmbeddedStore.open(root)) == {"first", "kept"}


def test_a_read_only_folder_can_be_read(root):
    for place in [root, *root.rglob("*")]:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        assert values(EmbeddedStore.open(root)) == {"first"}
    finally:
        for place in [root, *root.rglob("*")]:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_a_backup_is_a_store_and_restores_while_others_read(root, tmp_path):
    with EmbeddedStore.open_writer(root) as writer:
        version = writer.commit(Change(add=[quad("saved")]), digest="d1")
        with EmbeddedStore.open(root) as reader:
            assert reader.backup(tmp_path / "backup") == version
        writer.commit(Change(drop=(G,), add=[quad("later")]))
    with EmbeddedStore.open(root) as reader:
        restored = restore(root, tmp_path / "backup")
        assert restored.endswith("-d1")
        assert values(reader) == {"later"}
        reader.refresh()
        assert values(reader) == {"first", "saved"}
    with EmbeddedStore.open_writer(root) as writer:
        writer.commit(Change(add=[quad("more")]))
        assert values(writer) == {"first", "saved", "more"}
    with pytest.raises(StoreError, match="holds a store already"):
        EmbeddedStore.open(root).backup(tmp_path / "backup")


WRITER = """
import sys
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore, build
root, start = sys.argv[1], int(sys.argv[2])
G = Iri("urn:g")
def both(n):  # two graphs that must always say the same
    return [(Iri("urn:s"), Iri("urn:p"), Literal(f"{n}-{k}"), Iri(f"urn:g{k}")) for k in range(20)]
if sys.argv[3] == "build":
    print("ready", flush=True)
    while True:
        start += 1
        build(root, both(start))
        print(start, flush=True)
else:
    with EmbeddedStore.open_writer(root) as writer:
        print("ready", flush=True)
        while True:
            start += 1
            old = tuple(Iri(f"urn:g{k}") for k in range(20))
            writer.commit(Change(drop=old, add=both(start)), digest=f"n{start}")
            print(start, flush=True)
"""


@pytest.mark.parametrize(("work", "times"), [("commit", sample(10, 20)), ("build", sample(4, 6))])
def test_a_killed_writer_loses_nothing_and_leaves_nothing_half_done(tmp_path, work, times):
    root = tmp_path / "store"
    build(root, [(S, P, Literal(f"0-{k}"), Iri(f"urn:g{k}")) for k in range(20)])
    acknowledged, chance = 0, random.Random(7)
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root), str(acknowledged), work],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout.readline() == "ready\n"
            stated = [int(child.stdout.readline()) for _ in range(chance.randint(1, 2))]
            time.sleep(chance.uniform(0.0, 0.05))  # into the next write, wherever that is then
            child.send_signal(signal.SIGKILL)
            stated += [int(line) for line in child.stdout.read().splitlines()]
        acknowledged = max(stated)
        with EmbeddedStore.open(root) as store:
            results = {value.split("-")[0] for value in values(store)}
            assert len(results) == 1
            assert store.size() == 20
            now = int(results.pop())
            # One more than was acknowledged may have been published before the word got out.
            assert now - acknowledged in (0, 1)
            if work == "commit" and now:
                assert store.version.endswith(f"-n{now}")
        acknowledged = now
    with EmbeddedStore.open_writer(root) as writer:
        assert {value.split("-")[0] for value in values(writer)} == {str(acknowledged)}
        assert len(list(root.glob("db-*"))) == 1


def test_a_commit_that_was_applied_but_not_published_is_rolled_back(root):
    with EmbeddedStore.open_writer(root) as writer:
        database = root / writer._current.db
    engine = ox.Store(str(database))
    engine.update("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }")
    del engine
    with EmbeddedStore.open_writer(root) as writer:
        assert values(writer) == {"first"}
        writer.commit(Change(add=[quad("next")]))
    assert values(EmbeddedStore.open(root)) == {"first", "next"}
