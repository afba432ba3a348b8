"""Published checkpoints of a store on disk: open, make, copy and clean up."""

from __future__ import annotations

import os
import re
import shutil
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from provenance_graph.core.errors import StoreError, StoreFormat, StoreMissing
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.store import layout
from provenance_graph.store.embedded import checkpoint
from provenance_graph.store.embedded.checkpoint import LiveLog
from provenance_graph.store.engine import SnapshotLease
from provenance_graph.store.layout import Current, WriterLock

_NONE: Mapping[str, tuple[int, str]] = MappingProxyType({})


_NUMBERED = re.compile(r"(?:db-)?(\d+)")


class Checkpoint(SnapshotLease):
    """An open checkpoint; the lock on its folder is released with the last reference."""

    __slots__ = ("current", "folder")

    def __init__(self, root: Path, current: Current) -> None:
        self.current, self.folder = current, root / "checkpoints" / current.checkpoint
        with ExitStack() as until_open:
            handle = layout.lock_shared(self.folder)
            until_open.callback(os.close, handle)
            layout.verify(self.folder, current.files)
            super().__init__(ox.Store.read_only(str(self.folder)))
            until_open.pop_all()
        weakref.finalize(self, os.close, handle)


def open_checkpoint(root: Path) -> Checkpoint:
    """Open the published checkpoint; tries again if it is replaced meanwhile.

    Raises StoreError where it is damaged, or replaced at each of 50 attempts.
    """
    for _ in range(50):
        current = layout.read_current(root)
        try:
            return Checkpoint(root, current)
        except OSError as error:
            if layout.read_current(root) == current:
                raise StoreError(
                    f"{root}: the published state cannot be opened ({error}); "
                    "run `provenance-graph build` to rebuild it"
                ) from error
            time.sleep(0.01)
        except RuntimeError as error:  # raised by the engine for a damaged file
            raise StoreError(f"{root} is damaged ({error}); {layout.MENDED}") from error
    raise StoreError(f"{root}: it is replaced faster than it can be opened")


def stamp_of(root: Path) -> tuple[int, int]:
    """Inode and modification time of CURRENT, which change with each publication; else zeros."""
    try:
        stat = (root / "CURRENT").stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns


def copy_of(source: Checkpoint, target: Path) -> str:
    """Make a separate store from an open checkpoint; publishing it is the last step.

    Returns the version. Raises StoreError where the folder already holds a store or other files.
    """
    require_new(target)
    with locked(target):
        return adopt(target, source, source.current.version)


def require_new(target: Path) -> None:
    """Raise StoreError for a folder that holds a store or other files, which it would mix with."""
    if (target / "CURRENT").exists():
        raise StoreError(f"{target} holds a store already; name another folder")
    left = ("lock", "format", "checkpoints", "db-")  # by a copy that was interrupted
    if target.is_dir() and any(not one.name.startswith(left) for one in target.iterdir()):
        raise StoreError(f"{target} holds other files; name a new or an empty folder")


def adopt(root: Path, source: Checkpoint, version: str) -> str:
    """Make the database of a store from a checkpoint and publish it; returns the new version.

    The sequence of the version is above that of the present one; the digest is that of ``version``.
    """
    old = read_published(root)
    sequence = max(int(version.partition("-")[0]), 0 if old is None else old.sequence + 1)
    digest = version.partition("-")[2]
    db = next_db(root)
    checkpoint.copy(source.folder, root / db)
    current = Current(f"{sequence}-{digest}", sequence, db, str(sequence))
    publish(root, ox.Store(str(root / db)), current)
    clean(root, current)
    return current.version


def version_of(sequence: int, digest: str) -> str:
    """The version ``<sequence>-<digest>``; a random digest where none is given."""
    return f"{sequence}-{(digest or os.urandom(6).hex())[:12]}"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """A context that holds the writer's lock; raises StoreBusy."""
    lock = WriterLock(root)
    try:
        yield
    finally:
        lock.release()


def read_published(root: Path) -> Current | None:
    """The published state; None where there is none, or one in another format."""
    try:
        return layout.read_current(root)
    except StoreMissing:
        return None
    except StoreFormat:
        # Another format is replaced as a whole, after its replacement is ready.
        return None


def next_db(root: Path) -> str:
    """A name ``db-<n>`` that no database in the store has."""
    taken = [int(m[1]) for entry in root.glob("db-*") if (m := _NUMBERED.fullmatch(entry.name))]
    return f"db-{max(taken, default=0) + 1}"


def publish(
    root: Path,
    engine: ox.Store,
    current: Current,
    known: Mapping[str, tuple[int, str]] = _NONE,
    live: LiveLog | None = None,
) -> None:
    """Write a checkpoint and make it the published one.

    ``live`` is the log of an engine that has published before; without it, all logs count.
    ``known`` are the files of the published checkpoint from which the database was made: a data
    file of the same name is unchanged, since RocksDB never reuses a name.
    """
    folder = root / "checkpoints" / current.checkpoint
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # left by an interrupted commit
    checkpoint.make(engine, root / current.db, folder, live or LiveLog(0))
    if not (root / "format").exists():
        layout.replace_file(root / "format", layout.FORMAT)
    layout.write_current(root, replace(current, files=layout.inventory(folder, known)))


def clean(root: Path, current: Current | None) -> None:
    """Delete what interrupted work left, and checkpoints that no reader uses.

    The checkpoint before the published one stays, since a process may be about to open it.
    """
    for entry in root.glob("db-*"):
        if current is None or entry.name != current.db:
            shutil.rmtree(entry, ignore_errors=True)
    if not (root / "checkpoints").is_dir():
        return
    numbered = sorted(
        int(entry.name) for entry in (root / "checkpoints").iterdir() if is_digits(entry.name)
    )
    newest = current.sequence if current else 0
    previous = max((number for number in numbered if number < newest), default=0)
    for number in numbered:
        if number not in (newest, previous):
            layout.remove_unused(root / "checkpoints" / str(number))
