"""The layout of an embedded store's directory, and its locks.

====================  ===============================================================
``format``            the number of this layout
``CURRENT``           JSON: version, sequence, db and checkpoint; replaced by rename
``lock``              held by the one writer, with its process id
``db-<n>/``           the writer's database, made anew by each
``checkpoints/<n>/``  published states, hard links to the database's files
====================  ===============================================================

A reader holds a shared lock on the directory of its checkpoint, so that the writer does not delete
it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from provenance_graph.core.errors import StoreBusy, StoreError, StoreFormat, StoreMissing
from provenance_graph.core.threads import side_by_side

FORMAT = "provenance-graph store 1"
DATA_FILE = ".sst"
"""The end of the name of a data file of RocksDB, which is never changed once it is complete."""
RUNTIME_FILES = ("LOG", "LOCK")
"""How the names of files begin that RocksDB writes while it runs, and that hold no data."""
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}")
"""Matches a file name without separators, so that it stays within its folder."""


@dataclass(frozen=True, slots=True)
class Current:
    """The published state of a store, as CURRENT states it."""

    version: str
    sequence: int
    db: str
    checkpoint: str
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """The files of the checkpoint by name: size in bytes and digest; empty in stores of earlier
    versions."""


def read_current(root: Path) -> Current:
    """The published state of a store; raises StoreMissing or StoreFormat."""
    try:
        written = (root / "format").read_bytes().decode("utf-8", "replace").strip()
        text = (root / "CURRENT").read_bytes()
    except NotADirectoryError:
        raise StoreMissing(str(root)) from None
    except FileNotFoundError as error:
        if not (root / "CURRENT").exists():
            raise StoreMissing(str(root)) from None  # made, and nothing published yet
        raise StoreFormat(f"{error.filename} is missing; {MENDED}") from None
    except OSError as error:
        raise StoreError(f"{root}: {error.strerror}") from error
    if written != FORMAT:
        raise StoreFormat(
            f"{root} was written in the format {written[:60]!r}, this software reads {FORMAT!r}: "
            "run `provenance-graph build` to rebuild it"
        )
    try:
        return _current(json.loads(text))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise StoreFormat(f"{root}/CURRENT is damaged ({error}); {MENDED}") from error


def find_current(root: Path) -> Current | None:
    """The published state of a store; None where none can be read."""
    try:
        return read_current(root)
    except StoreError:
        return None


def _current(read: dict[str, Any]) -> Current:
    """The state in the content of CURRENT.

    Raises ValueError, TypeError, AttributeError or KeyError for content that this software did not
    write.
    """
    version, sequence, db, checkpoint = (
        read[name] for name in ("version", "sequence", "db", "checkpoint")
    )
    files = {name: (size, digest) for name, (size, digest) in read.get("files", {}).items()}
    for name in (db, checkpoint, *files):
        if not isinstance(name, str) or not FILE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of a file in the store")
    if not isinstance(version, str) or not isinstance(sequence, int):
        raise TypeError(f"{version!r} and {sequence!r} are no version and its number")
    return Current(version, sequence, db, checkpoint, files)


MENDED = (
    "put a backup in its place with `provenance-graph restore BACKUP`, or run "
    "`provenance-graph build`"
)
"""Advice for a damaged store."""


def inventory(folder: Path, known: Mapping[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """The files of a checkpoint by name: size in bytes and digest.

    ``known`` are the files of an earlier checkpoint of the same database: a data file of the same
    name and size is unchanged, since the engine never changes one.
    """
    sizes = {
        file: file.stat().st_size
        for file in sorted(folder.iterdir())
        if not file.name.startswith(RUNTIME_FILES)
    }
    same = {
        file
        for file, size in sizes.items()
        if file.suffix == DATA_FILE and known.get(file.name, (-1, ""))[0] == size
    }
    fresh = [file for file in sizes if file not in same]
    if sum(sizes[file] for file in fresh) > _MUCH:
        sums = dict(zip(fresh, side_by_side(_digest, fresh), strict=True))
    else:
        sums = {file: _digest(file) for file in fresh}
    return {
        file.name: known[file.name] if file in same else (size, sums[file])
        for file, size in sizes.items()
    }


def verify(folder: Path, files: Mapping[str, tuple[int, str]], *, wholly: bool = False) -> None:
    """Raise StoreError where the files of a checkpoint differ from what was published.

    Sizes are always compared, as is the content of all small files. The content of data files is
    compared only with ``wholly``, since the engine checks each block as it reads it. Raises
    FileNotFoundError where the whole folder has been removed.
    """
    for name, (size, digest) in files.items():
        file = folder / name
        try:
            there = file.stat().st_size
        except FileNotFoundError:
            if not folder.is_dir():
                raise  # it has been replaced meanwhile
            raise StoreError(f"{folder}: {name} is missing; {MENDED}") from None
        if there != size:
            raise StoreError(f"{folder}: {name} has {there} bytes, not {size}; {MENDED}")
        if (wholly or file.suffix != DATA_FILE) and _digest(file) != digest:
            raise StoreError(f"{folder}: {name} was changed; {MENDED}")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()[:32]


_MUCH = 64 << 20
"""Bytes above which digests are computed on all cores, since one core would take noticeable
seconds."""


def write_current(root: Path, current: Current) -> None:
    """Publish a state: from then on readers open it."""
    replace_file(root / "CURRENT", json.dumps(asdict(current)))


def replace_file(path: Path, text: str) -> None:
    """Replace the text of a file atomically and durably."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_path(path.parent)


def sync_path(path: Path) -> None:
    """Flush a file, or a folder so that a rename in it survives a power failure, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock_shared(folder: Path) -> int:
    """Take a shared lock on a folder; returns a file descriptor to close.

    Raises OSError while the folder is being deleted.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def remove_unused(folder: Path) -> None:
    """Delete a checkpoint unless a process reads it."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        pass
    finally:
        os.close(handle)


class WriterLock:
    """The lock of the one writer of a store; released when its process ends. Raises StoreBusy."""

    def __init__(self, root: Path) -> None:
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (root / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{root} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise StoreBusy(
                f"{root}: process {holder} is writing to this store; wait until it has finished, "
                "or stop it"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Release the lock."""
        with suppress(ValueError):
            self._file.truncate(0)
            self._file.close()
