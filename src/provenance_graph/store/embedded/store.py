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
"""What the engine and the file system raise for a change that they cannot make."""


class EmbeddedStore(EngineReads):
    """A store on disk, open for reading at one published version.

    It never waits for the writer and never sees half a commit. ``refresh`` moves on to the
    newest version; until then ``version`` and every answer stay the same.
    """

    by_subject = True  # a database on disk is sorted, each graph by subject first

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamp = stamp_of(root)  # before opening: what comes between is looked at again
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
        """The version that is read; the same data under the same version."""
        return self._lease().current.version

    @property
    def checkpoint(self) -> Path:
        """The folder that is read, for workers that open it too."""
        return self._lease().folder

    def refresh(self) -> bool:
        """Move on to the newest published version; says whether there was one.

        Costs a microsecond when there is none.
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
        """Itself where nothing newer is published, else a store opened at the newest version.

        The older one keeps answering at its version. Costs a microsecond when there is none.
        """
        return self if stamp_of(self.root) == self._stamp else EmbeddedStore(self.root)

    def backup(self, path: Path | str) -> str:
        """Copy the version that is read into a new store; gives the version."""
        return copy_of(self._lease(), Path(path))

    def close(self) -> None:
        """Give back what the store holds."""
        self._open = None


class CheckpointReads(EngineReads):
    """A checkpoint that another process keeps from going away: the one that started this."""

    by_subject = True

    def __init__(self, folder: Path) -> None:
        self._open = SnapshotLease(ox.Store.read_only(str(folder)))
        self.version = folder.name

    def _lease(self) -> SnapshotLease:
        return self._open


def restore(path: Path | str, backup: Path | str) -> str:
    """Put a backup in the place of what a store holds; readers go on and then follow.

    Gives the new version: the sequence moves on, the digest is the backup's.
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
    """Make a store anew, aside, and put it in place only once it is whole.

    ``quads`` are ours, or a document in ``form`` (bytes or an open file), or what fills an
    empty engine. ``settle`` is given the folder of the filled database while nobody has it
    open. Interrupted, the store that was there stays in use. Gives the new version, whose
    sequence is at ``least`` the number given.
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
"""Fills an engine that is empty."""


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

    A commit is applied, published as a checkpoint, and only then acknowledged. The published
    checkpoint alone is true: a writer works in a database that it makes from it when it is
    opened, and again after anything went wrong, so that what a crash or a full disk interrupts
    leaves no trace.
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
        """The database, made from the published state where there is none open."""
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
        """Raise StoreError or OSError while nothing can be written, for want of room or rights."""
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
        """Publish the commits of a block together, at its end and before it ends.

        Each is applied at once or not at all, as ever. When publishing fails, or the block
        does, the store is what it was before the block, and none may be acknowledged.
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
        """Make the public state from this one, which may hold nothing private yet."""
        if self.public is None:
            published = layout.read_current(self.root)
            if published.version != self.version:
                self._published(self._recover(), self._current)
            copy_of(open_checkpoint(self.root), self.root / PUBLIC)
        assert self.public is not None
        return self.public

    def drop_public(self) -> None:
        """Remove the public state, which is the full one from now on."""
        if self.public is not None:
            self.public.close()
            self._public = None
            shutil.rmtree(self.root / PUBLIC, ignore_errors=True)

    def put_public(self, made: Path) -> None:
        """Put a store that was made aside in the place of the public state."""
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
        """Go back to what is published when a block fails: the database may be ahead of it.

        Raises StoreError for what the engine or the file system refuses.
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
        """The version that the next commit with that digest makes."""
        return version_of(self._current.sequence + 1, digest)

    def commit(self, change: Change, digest: str = "") -> str:
        """Apply a change at once or not at all, publish it, and give the new version.

        ``digest`` becomes part of the version, so that equal content can be recognised.
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
        """Apply a change that is published later; one that fails leaves the others alone."""
        try:
            if text:
                self._recover().update(text)
        except _REFUSALS as error:
            raise StoreError(f"{self.root}: nothing was changed: {error}") from error
        self._current = current
        return current.version

    def backup(self, path: Path | str) -> str:
        """Copy the last commit into a new store; gives its version."""
        return copy_of(open_checkpoint(self.root), Path(path))

    def close(self) -> None:
        """Let the next writer in."""
        if self._writing is not None:
            if self._public is not None:
                self._public.close()
            self._engine, self._closed = None, True
            self._writing.release()
