"""The published checkpoints of a store on disk: opened, made, copied, and the old ones deleted."""

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
    """An open checkpoint; the lock on its folder goes when the last reader does."""

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
    """Open what is published now, trying again when it is replaced meanwhile.

    Raises StoreError where it is damaged, or replaced at each attempt.
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
        except RuntimeError as error:  # the engine's word for a file that is not what it wrote
            raise StoreError(f"{root} is damaged ({error}); {layout.MENDED}") from error
    raise StoreError(f"{root}: it is replaced faster than it can be opened")


def stamp_of(root: Path) -> tuple[int, int]:
    """What changes when another state is published; zeros where none is."""
    try:
        stat = (root / "CURRENT").stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns


def copy_of(source: Checkpoint, target: Path) -> str:
    """Make a store of its own from an open checkpoint, published as its last step.

    Raises StoreError where the folder holds a store already.
    """
    if (target / "CURRENT").exists():
        raise StoreError(f"{target} holds a store already; name another folder")
    with locked(target):
        return adopt(target, source, source.current.version)


def adopt(root: Path, source: Checkpoint, version: str) -> str:
    """Make the database of a store from a checkpoint and publish it; gives the new version."""
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
    """The name of a version; a digest by chance where none is given."""
    return f"{sequence}-{(digest or os.urandom(6).hex())[:12]}"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of the one writer; raises StoreBusy."""
    lock = WriterLock(root)
    try:
        yield
    finally:
        lock.release()


def read_published(root: Path) -> Current | None:
    """What is published; None where nothing is, or in another format."""
    try:
        return layout.read_current(root)
    except StoreMissing:
        return None
    except StoreFormat:
        # Another format is replaced as a whole, after its replacement is ready.
        return None


def next_db(root: Path) -> str:
    """A name for a database that no other in the store has."""
    taken = [int(m[1]) for entry in root.glob("db-*") if (m := _NUMBERED.fullmatch(entry.name))]
    return f"db-{max(taken, default=0) + 1}"


def publish(
    root: Path,
    engine: ox.Store,
    current: Current,
    known: Mapping[str, tuple[int, str]] = _NONE,
    live: LiveLog | None = None,
) -> None:
    """Write a checkpoint and make it the one that readers open.

    ``live`` is the log of an engine that has published before; without it, all logs count.
    ``known`` are the files of the published checkpoint that the database was made from: a data
    file of the same name is the same, since no name is used twice in what follows from it.
    """
    folder = root / "checkpoints" / current.checkpoint
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # of a commit that was interrupted here
    checkpoint.make(engine, root / current.db, folder, live or LiveLog(0))
    if not (root / "format").exists():
        layout.replace_file(root / "format", layout.FORMAT)
    layout.write_current(root, replace(current, files=layout.inventory(folder, known)))


def clean(root: Path, current: Current | None) -> None:
    """Delete what interrupted work left, and checkpoints that no reader uses.

    The one before the published one stays: somebody may be about to open it.
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
