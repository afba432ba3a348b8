"""What an embedded store's directory holds, and who may touch it.

====================  ===============================================================
``format``            the number of this layout
``CURRENT``           JSON: version, sequence, db and checkpoint; replaced by rename
``lock``              held by the one writer, with its process id
``db-<n>/``           the writer's database, made anew by each
``checkpoints/<n>/``  published states, hard links to the database's files
====================  ===============================================================

A reader holds a shared lock on its checkpoint's directory, so that the writer leaves it.
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
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}")
"""A name in a folder that leads nowhere else."""


@dataclass(frozen=True, slots=True)
class Current:
    """The published state."""

    version: str
    sequence: int
    db: str
    checkpoint: str
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """The checkpoint's files by name: size and digest; empty in stores of earlier versions."""


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
    """What is published in a folder; None where nothing is that can be read."""
    try:
        return read_current(root)
    except StoreError:
        return None


def _current(read: dict[str, Any]) -> Current:
    """What CURRENT states; raises ValueError and its like for what is not written by us."""
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
"""What helps against damage."""


def inventory(folder: Path, known: Mapping[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """The files of a checkpoint with size and digest.

    ``known`` are those of the same database before: a data file of the same name is the
    same, since the engine never changes one.
    """
    sizes = {
        file: file.stat().st_size
        for file in sorted(folder.iterdir())
        if not file.name.startswith(_NOT_COUNTED)
    }
    same = {
        file
        for file, size in sizes.items()
        if file.suffix == _DATA and known.get(file.name, (-1, ""))[0] == size
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
    """Raise StoreError where a checkpoint is differs from what was published.

    Sizes are always looked at, and the content of all small files; that of data files only
    ``wholly``, since the engine checks each block of them as it reads it.
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
        if (wholly or file.suffix != _DATA) and _digest(file) != digest:
            raise StoreError(f"{folder}: {name} was changed; {MENDED}")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()[:32]


_DATA = ".sst"
_MUCH = 64 << 20
"""Bytes of which the digests are taken on all cores: of a build the seconds of one core show."""
_NOT_COUNTED = ("LOG", "LOCK")


def write_current(root: Path, current: Current) -> None:
    """Publish a state: from here on, it is what readers open."""
    replace_file(root / "CURRENT", json.dumps(asdict(current)))


def replace_file(path: Path, text: str) -> None:
    """Replace a file's text at once, and durably."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock_shared(folder: Path) -> int:
    """Hold a folder in use; gives a handle to close. Raises OSError when it is going."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def remove_unused(folder: Path) -> None:
    """Delete a checkpoint that no process reads; one in use is left for the next call."""
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
    """The one writer's lock on a store's directory; gone when its process is."""

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
        """Let the next writer in."""
        with suppress(ValueError):
            self._file.truncate(0)
            self._file.close()
