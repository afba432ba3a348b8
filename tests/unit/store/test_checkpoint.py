"""Checkpoints share data files with their database and hold all that was written before them."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from provenance_graph.store.embedded import checkpoint
from provenance_graph.store.embedded.checkpoint import LiveLog


def _insert(engine: ox.Store, number: int, size: int = 1) -> None:
    engine.update(f'INSERT DATA {{ <urn:s{number}> <urn:p> "{"x" * size}" }}')


@pytest.fixture
def db(tmp_path: Path) -> Path:
    folder = tmp_path / "db"
    engine = ox.Store(str(folder))
    for number in range(50):
        _insert(engine, number)
    engine.flush()
    del engine
    return folder


def test_a_checkpoint_holds_what_was_written_since_the_last_flush(db: Path, tmp_path: Path) -> None:
    engine = ox.Store(str(db))
    live = LiveLog.opened(db)
    for number in range(3):
        _insert(engine, 100 + number)
        checkpoint.make(engine, db, tmp_path / f"c{number}", live)
    _insert(engine, 999)
    sizes = [len(ox.Store.read_only(str(tmp_path / f"c{n}"))) for n in range(3)]
    assert sizes == [51, 52, 53]


def test_data_files_are_shared_and_not_copied(db: Path, tmp_path: Path) -> None:
    engine = ox.Store(str(db))
    _insert(engine, 100)
    checkpoint.make(engine, db, tmp_path / "c", LiveLog.opened(db))
    shared = list((tmp_path / "c").glob("*.sst"))
    assert shared
    assert all(file.stat().st_ino == (db / file.name).stat().st_ino for file in shared)


def test_much_log_is_flushed_by_the_engine(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "MAX_LOG", 1_000)
    engine = ox.Store(str(db))
    _insert(engine, 100, size=5_000)
    checkpoint.make(engine, db, tmp_path / "c", LiveLog.opened(db))
    logs = [file.stat().st_size for file in (tmp_path / "c").glob("*.log")]
    assert sum(logs) == 0
    assert len(ox.Store.read_only(str(tmp_path / "c"))) == 51


def test_tables_are_flushed_once_for_much_log_and_not_at_every_commit_from_then_on(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine leaves old logs where they are and writes over them, whatever their size."""
    monkeypatch.setattr(checkpoint, "MAX_LOG", 20_000)
    engine = ox.Store(str(db))
    live, firsts, replayed = LiveLog.opened(db), set[int](), 0
    for number in range(120):
        _insert(engine, 1_000 + number, size=5_000)
        folder = tmp_path / f"c{number}"
        checkpoint.make(engine, db, folder, live)
        firsts.add(live.first)
        replayed = max(replayed, sum(file.stat().st_size for file in folder.glob("*.log")))
        assert len(ox.Store.read_only(str(folder))) == 51 + number
    assert 120 * 5_000 // 20_000 / 2 < len(firsts) < 50
    assert replayed < 30_000


def test_a_log_written_over_an_old_one_ends_where_it_was_written_to(tmp_path: Path) -> None:
    engine = ox.Store(str(tmp_path / "db"))
    lengths: list[tuple[int, int]] = []
    for number in range(8):
        for insert in range(40):
            _insert(engine, number * 100 + insert, size=10 if number else 2_000)
        log = max((tmp_path / "db").glob("*.log"), key=lambda file: int(file.stem))
        lengths.append((log.stat().st_size, checkpoint.written(log)))
        engine.flush()
    assert lengths[0][0] == lengths[0][1] > 80_000
    assert any(size > 80_000 for size, _ in lengths[1:]), "no log was written over another"
    assert all(written < 30_000 for _, written in lengths[1:])


def test_a_file_that_is_replaced_meanwhile_is_no_failure(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ox.Store(str(db))
    _insert(engine, 100)

    def vanished(*_: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(checkpoint, "copy", vanished)
    checkpoint.make(engine, db, tmp_path / "c", LiveLog.opened(db))
    assert len(ox.Store.read_only(str(tmp_path / "c"))) == 51


def test_a_copy_of_a_checkpoint_can_be_written_and_leaves_it_alone(
    db: Path, tmp_path: Path
) -> None:
    engine = ox.Store(str(db))
    _insert(engine, 100)
    checkpoint.make(engine, db, tmp_path / "c", LiveLog.opened(db))
    checkpoint.copy(tmp_path / "c", tmp_path / "again")
    other = ox.Store(str(tmp_path / "again"))
    _insert(other, 200)
    assert len(other) == 52
    assert len(ox.Store.read_only(str(tmp_path / "c"))) == 51


END = bytes.fromhex("f7cff485b741e288")


def test_a_file_that_a_compaction_is_still_writing_is_left_out(tmp_path: Path) -> None:
    source = tmp_path / "db"
    source.mkdir()
    (source / "000001.sst").write_bytes(b"x" * 4096 + END)
    (source / "000002.sst").write_bytes(b"x" * 4096)
    (source / "000003.sst").write_bytes(b"")
    (source / "CURRENT").write_text("MANIFEST-000004\n")
    checkpoint.copy(source, tmp_path / "checkpoint")
    assert {one.name for one in (tmp_path / "checkpoint").iterdir()} == {"000001.sst", "CURRENT"}


def test_the_engine_ends_its_data_files_so(tmp_path: Path) -> None:
    engine = ox.Store(str(tmp_path / "db"))
    name = ox.NamedNode("https://example.org/a")
    engine.bulk_extend([ox.Quad(name, name, ox.Literal(str(n))) for n in range(100)])
    engine.flush()
    files = list((tmp_path / "db").glob("*.sst"))
    assert files
    assert all(file.read_bytes().endswith(END) for file in files)
