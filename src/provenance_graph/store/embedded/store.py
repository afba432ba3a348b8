"""The Oxigraph store on disk: one writer, any number of readers of published checkpoints."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Self

import pyoxigraph as ox

from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import StoreError, StoreMissing
from provenance_graph.core.rdf import engine_quad
from provenance_graph.store import layout
from provenance_graph.store.base import Change
from provenance_graph.store.embedded import checkpoint
from provenance_graph.store.embedded.checkpoint import LiveLog
from provenance_graph.store.embedded.published import (
    Checkpoint,
    adopt,
    clean,
    copy_of,
    locked,
    next_db,
    open_checkpoint,
    publish,
    read_published,
    stamp_of,
    version_of,
)
from provenance_graph.store.engine import EngineReads, SnapshotLease, update_text
from provenance_graph.store.layout import Current, WriterLock
from provenance_graph.store.states import PUBLIC

_PROBE_SIZE = 1 << 16
_REFUSALS = (SyntaxError, ValueError, OSError, RuntimeError)
"""Exceptions that the engine and the file system raise for a change that they cannot make."""


class EmbeddedStore(EngineReads):
    """A store on disk, open for reading at one published version.

    Reading never waits for the writer and never sees part of a commit. ``refresh`` switches to the
    newest version; until then ``version`` and every answer stay the same.
    """

    by_subject = True  # a database on disk is sorted, each graph by subject first

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamp = stamp_of(root)  # before opening: ``refresh`` sees a later publication
        self._open: Checkpoint | None = open_checkpoint(root)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a store for reading; raises StoreMissing or StoreFormat."""
        return cls(Path(path))

    @staticmethod
    def open_writer(path: Path | str) -> EmbeddedWriter:
        """Open a store for writing; raises StoreBusy, StoreMissing or StoreFormat."""
        return EmbeddedWriter(Path(path))

    def _lease(self) -> Checkpoint:
        lease = self._open
        if lease is None:
            raise StoreError(f"{self.root}: this store is closed")
        return lease

    @property
    def version(self) -> str:
        """The version that is read; one version always means the same data."""
        return self._lease().current.version

    @property
    def checkpoint(self) -> Path:
        """The folder of the checkpoint that is read, for workers that open it too."""
        return self._lease().folder

    def refresh(self) -> bool:
        """Switch to the newest published version; whether the version changed.

        Takes a microsecond when nothing was published.
        """
        stamp = stamp_of(self.root)
        if stamp == self._stamp:
            return False
        with self._lock:
            fresh = open_checkpoint(self.root)
            changed = fresh.current.version != self.version
            self._open, self._stamp = fresh, stamp
        return changed

    def newest(self) -> EmbeddedStore:
        """The store itself if nothing newer is published, else a store at the newest version.

        The older store keeps its version. Takes a microsecond when nothing was published.
        """
        return self if stamp_of(self.root) == self._stamp else EmbeddedStore(self.root)

    def backup(self, path: Path | str) -> str:
        """Copy the version that is read into a new store; returns the version."""
        return copy_of(self._lease(), Path(path))

    def close(self) -> None:
        """Release the checkpoint."""
        self._open = None


class CheckpointReads(EngineReads):
    """Reads of a checkpoint that the parent process protects from deletion."""

    by_subject = True

    def __init__(self, folder: Path) -> None:
        self._open = SnapshotLease(ox.Store.read_only(str(folder)))
        self.version = folder.name

    def _lease(self) -> SnapshotLease:
        return self._open


def restore(path: Path | str, backup: Path | str) -> str:
    """Replace the content of a store by a backup; returns the new version.

    Readers keep their version until they refresh. The new version has a higher sequence and the
    digest of the backup.
    """
    root, source = Path(path), open_checkpoint(Path(backup))
    with locked(root):
        return adopt(root, source, source.current.version)


def build(
    path: Path | str,
    quads: Iterable[Quad] | bytes | IO[bytes] | Load,
    digest: str = "",
    form: ox.RdfFormat = ox.RdfFormat.N_QUADS,
    least: int = 1,
    settle: Callable[[Path], object] | None = None,
) -> str:
    """Build a store in a new database and publish it once it is complete; returns the new version.

    ``quads`` are quads, a document in ``form`` (bytes or an open file), or a function that fills an
    empty engine. ``settle`` is called with the folder of the filled database while it is closed. If
    the build is interrupted, the present store stays in use. The sequence of the new version is at
    least ``least``. Raises StoreBusy, and StoreError where nothing could be built.
    """
    root = Path(path)
    with locked(root):
        old = read_published(root)
        clean(root, old)
        db = next_db(root)
        try:
            engine = ox.Store(str(root / db))
            _load(engine, quads, form)
            if settle is not None:
                del engine  # which closes it
                settle(root / db)
                engine = ox.Store(str(root / db))
            sequence = max(old.sequence + 1 if old else 1, least)
            current = Current(version_of(sequence, digest), sequence, db, str(sequence))
            publish(root, engine, current)
        except (OSError, SyntaxError, ValueError) as error:
            raise StoreError(f"{root}: nothing was built: {error}") from error
        finally:
            clean(root, read_published(root))
        return current.version


Load = Callable[[ox.Store], None]
"""A function that fills an empty engine."""


def _load(
    engine: ox.Store, quads: Iterable[Quad] | bytes | IO[bytes] | Load, form: ox.RdfFormat
) -> None:
    if callable(quads):
        quads(engine)
    elif isinstance(quads, bytes) or hasattr(quads, "read"):
        engine.bulk_load(quads, form)  # type: ignore[arg-type]
    else:
        engine.bulk_extend(map(engine_quad, quads))


class EmbeddedWriter(EngineReads):
    """The one writer of a store on disk; it reads its own commits at once.

    A commit is applied, published as a checkpoint, and only then acknowledged. Only the published
    checkpoint counts: a writer works in a database copied from it, when it is opened and again
    after any failure, so that a crash or a full disk leaves no trace.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if not (root / "CURRENT").exists():
            raise StoreMissing(str(root))
        self._writing = WriterLock(root)
        with ExitStack() as until_open:
            until_open.callback(self._writing.release)
            self._closed = self._grouped = False
            self._public: EmbeddedWriter | None = None
            self._current = layout.read_current(root)
            self._engine: ox.Store | None = None
            self._log = LiveLog(0)
            self._recover()
            until_open.pop_all()

    def _recover(self) -> ox.Store:
        """The open database; made from the published state where there is none."""
        if self._engine is not None:
            return self._engine
        try:
            db = next_db(self.root)
            checkpoint.copy(Checkpoint(self.root, self._current).folder, self.root / db)
            self._engine = ox.Store(str(self.root / db))
            self._log = LiveLog.opened(self.root / db)
        except OSError as error:
            raise StoreError(f"{self.root} cannot be opened for writing: {error}") from error
        self._current = replace(self._current, db=db)
        clean(self.root, self._current)
        return self._engine

    def _lease(self) -> SnapshotLease:
        if self._closed:
            raise StoreError(f"{self.root}: this store is closed for writing")
        return SnapshotLease(self._recover())

    def probe(self) -> None:
        """Raise StoreError or OSError while nothing can be written (full disk, missing rights)."""
        self._recover()
        aside = self.root / "PROBE"
        try:
            with aside.open("wb") as file:
                file.write(bytes(_PROBE_SIZE))
                file.flush()
                os.fsync(file.fileno())
        finally:
            with suppress(OSError):
                aside.unlink()

    @contextmanager
    def group(self) -> Iterator[None]:
        """A context whose commits are published together, before it ends.

        Each commit is still applied atomically. If the block or the publication fails, the store
        returns to its state before the block, and no commit of it may be acknowledged.
        """
        self._grouped, before = True, self._current
        try:
            with self._all_or_nothing():
                with self.public.group() if self.public is not None else nullcontext():
                    yield
                if self._current.sequence > before.sequence:
                    self._published(self._recover(), self._current)
        finally:
            self._grouped = False

    @property
    def public(self) -> EmbeddedWriter | None:
        """The writer of the public state; None where no collection is private."""
        folder = self.root / PUBLIC
        if self._public is None and (folder / "CURRENT").exists():
            self._public = EmbeddedWriter(folder)
        return self._public

    def make_public(self) -> EmbeddedWriter:
        """Make the public state as a copy of this one, which must hold nothing private yet."""
        if self.public is None:
            published = layout.read_current(self.root)
            if published.version != self.version:
                self._published(self._recover(), self._current)
            copy_of(open_checkpoint(self.root), self.root / PUBLIC)
        assert self.public is not None
        return self.public

    def drop_public(self) -> None:
        """Remove the public state; from then on the full state is public."""
        if self.public is not None:
            self.public.close()
            self._public = None
            shutil.rmtree(self.root / PUBLIC, ignore_errors=True)

    def put_public(self, made: Path) -> None:
        """Replace the public state by the store in the folder ``made``, which is removed."""
        if self._public is not None:
            self._public.close()
            self._public = None
        target = self.root / PUBLIC
        version = layout.read_current(made).version
        with locked(target):
            adopt(target, open_checkpoint(made), version)
        shutil.rmtree(made, ignore_errors=True)

    def _published(self, engine: ox.Store, current: Current) -> None:
        publish(self.root, engine, current, layout.read_current(self.root).files, self._log)
        clean(self.root, current)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """A context that returns to the published state if its block fails.

        The database may be ahead of that state. Raises StoreError where the engine or the file
        system refuses.
        """
        before = self._current
        try:
            with ExitStack() as until_published:
                until_published.callback(self._return_to, before)
                yield
                until_published.pop_all()
        except _REFUSALS as error:
            with suppress(StoreError):
                self._recover()
            raise StoreError(f"{self.root}: nothing was changed: {error}") from error

    def _return_to(self, published: Current) -> None:
        self._engine, self._current = None, published

    @property
    def version(self) -> str:
        """The version of the last commit."""
        return self._current.version

    def next_version(self, digest: str) -> str:
        """The version that the next commit with this digest will have."""
        return version_of(self._current.sequence + 1, digest)

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change atomically and publish it; returns the new version.

        ``digest`` becomes part of the version, so that equal content can be recognised. Raises
        StoreError.
        """
        text = update_text(change)
        return self._apply(text, digest)

    def _apply(self, text: str, digest: str) -> str:
        self._recover()
        sequence = self._current.sequence + 1
        current = Current(version_of(sequence, digest), sequence, self._current.db, str(sequence))
        if self._grouped:
            return self._applied(text, current)
        with self._all_or_nothing():
            if text:
                self._recover().update(text)
            self._published(self._recover(), current)
        self._current = current
        return current.version

    def _applied(self, text: str, current: Current) -> str:
        """Apply a change that is published later; a failure does not affect others of its group."""
        try:
            if text:
                self._recover().update(text)
        except _REFUSALS as error:
            raise StoreError(f"{self.root}: nothing was changed: {error}") from error
        self._current = current
        return current.version

    def backup(self, path: Path | str) -> str:
        """Copy the published state into a new store; returns the version."""
        return copy_of(open_checkpoint(self.root), Path(path))

    def close(self) -> None:
        """Close the database and release the writer's lock."""
        if self._writing is not None:
            if self._public is not None:
                self._public.close()
            self._engine, self._closed = None, True
            self._writing.release()
