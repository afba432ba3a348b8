"""A store is verified when it is opened; a damaged one is refused with what helps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.store import layout
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.pool.pool import WorkerPool
from provenance_graph.store.pool.published import PublishedState

A, P = Iri("https://example.org/a"), Iri("https://example.org/p")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    build(tmp_path / "s", [(A, P, Literal(str(n)), None) for n in range(500)])
    return tmp_path / "s"


def checkpoint(root: Path) -> Path:
    return root / "checkpoints" / layout.read_current(root).checkpoint


def damage(root: Path, kind: str) -> None:
    folder = checkpoint(root)
    manifest = next(folder.glob("MANIFEST-*"))
    data = next(folder.glob("*.sst"))
    if kind == "cut manifest":
        manifest.write_bytes(manifest.read_bytes()[:40])
    elif kind == "changed manifest":
        whole = bytearray(manifest.read_bytes())
        whole[len(whole) // 2] ^= 1
        manifest.write_bytes(whole)
    elif kind == "lost data":
        data.unlink()
    elif kind == "cut data":
        data.write_bytes(data.read_bytes()[:-5])
    elif kind == "unreadable current":
        (root / "CURRENT").write_text('{"version": "1-')


@pytest.mark.parametrize(
    "kind", ["cut manifest", "changed manifest", "lost data", "cut data", "unreadable current"]
)
def test_a_damaged_store_is_refused_with_restore_named(root: Path, kind: str) -> None:
    damage(root, kind)
    with pytest.raises(StoreError, match="restore"):
        EmbeddedStore.open(root)
    with pytest.raises(StoreError, match="restore"):
        WorkerPool(root, 1)


def test_a_flipped_byte_of_data_is_found_when_all_is_verified(root: Path) -> None:
    data = next(checkpoint(root).glob("*.sst"))
    whole = bytearray(data.read_bytes())
    whole[len(whole) // 3] ^= 1
    data.unlink()  # the writer's database has the same file
    data.write_bytes(whole)
    files = layout.read_current(root).files
    layout.verify(checkpoint(root), files)
    with pytest.raises(StoreError, match="was changed"):
        layout.verify(checkpoint(root), files, wholly=True)


def test_a_store_of_before_the_inventory_is_opened(root: Path) -> None:
    current = json.loads((root / "CURRENT").read_text())
    del current["files"]
    (root / "CURRENT").write_text(json.dumps(current))
    with EmbeddedStore.open(root) as store:
        assert store.size() == 500


def test_writes_of_a_group_are_published_together_and_each_stands_alone(root: Path) -> None:
    with EmbeddedStore.open_writer(root) as writer, EmbeddedStore.open(root) as reader:
        with writer.group():
            first = writer.commit(Change(add=[(A, P, Literal("x"), None)]))
            with pytest.raises(StoreError, match="cannot be stored"):
                writer.commit(Change(add=[(Iri("not an iri"), P, Literal("y"), None)]))
            second = writer.commit(Change(add=[(A, P, Literal("z"), None)]))
            reader.refresh()
            assert reader.size() == 500
        assert first != second
        reader.refresh()
        assert (reader.size(), reader.version) == (502, second)


def test_a_group_that_cannot_be_published_changes_nothing_and_the_next_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: what was applied is rolled back, and the writer goes on afterwards."""
    with EmbeddedStore.open_writer(root) as writer:
        before = writer.version

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(layout, "write_current", full)
            with pytest.raises(StoreError, match="No space"), writer.group():
                writer.commit(Change(add=[(A, P, Literal("x"), None)]))
            with pytest.raises(StoreError, match="No space"):
                writer.commit(Change(add=[(A, P, Literal("x"), None)]))
        assert writer.version == before
        assert writer.size() == 500  # reading is what a record's write does first
        writer.commit(Change(add=[(A, P, Literal("x"), None)]))
        with EmbeddedStore.open(root) as reader:
            assert reader.size() == 501


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("format", b"\xff\xfe\x00", "was written in the format"),
        ("format", None, "format is missing"),
        ("CURRENT", b"", "CURRENT is damaged"),
        ("CURRENT", b"\xff\xfe", "CURRENT is damaged"),
        ("CURRENT", b"[1, 2]", "CURRENT is damaged"),
        ("CURRENT", b'{"version": "1-a"}', "CURRENT is damaged"),
        ("CURRENT", b"[" * 100_000, "CURRENT is damaged"),
        (
            "CURRENT",
            b'{"version": "1-a", "sequence": 1, "db": "../../etc", "checkpoint": "1"}',
            "CURRENT is damaged",
        ),
        (
            "CURRENT",
            b'{"version": "1-a", "sequence": "1", "db": "db-1", "checkpoint": "1"}',
            "CURRENT is damaged",
        ),
    ],
)
def test_whatever_stands_in_the_small_files_is_told_and_not_raised(
    root: Path, file: str, content: bytes | None, why: str
) -> None:
    (root / file).unlink()
    if content is not None:
        (root / file).write_bytes(content)
    with pytest.raises(StoreError, match=why):
        EmbeddedStore.open(root)


def test_a_state_that_is_replaced_while_it_is_looked_at_is_no_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer publishes the next state between a reader's two looks, and deletes the one before."""
    verify, seen = layout.verify, []

    def replaced(folder: Path, *given: Any, **how: Any) -> None:
        seen.append(folder)
        if len(seen) <= 2:
            monkeypatch.setattr(layout, "verify", verify)  # for the writer
            with EmbeddedStore.open_writer(root) as store:
                store.commit(Change(add=[(A, P, Literal(f"new {len(seen)}"), None)]))
            monkeypatch.setattr(layout, "verify", replaced)
            shutil.rmtree(folder, ignore_errors=True)
        verify(folder, *given, **how)

    monkeypatch.setattr(layout, "verify", replaced)
    folder, version = PublishedState(root)()
    monkeypatch.undo()
    assert (Path(folder), version) == (checkpoint(root), layout.read_current(root).version)
    assert len(set(seen)) == 3


def test_a_state_that_is_gone_is_told(root: Path) -> None:
    shutil.rmtree(checkpoint(root))
    with pytest.raises(StoreError, match=r"the published state is not there; .*restore"):
        PublishedState(root)()
