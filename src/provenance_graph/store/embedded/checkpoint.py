"""Checkpoints of a database: folders that share its data files and never change again.

The engine's own way flushes every table first, which costs some twenty waits for the disk.
While little has been written since the last flush, its log says all of it: then data files
are linked, and the log and the list of files are copied. A reader replays the log when it
opens the folder.

The engine keeps the files of old logs and writes new ones over them, so that neither the
presence nor the size of such a file says that anything in it is still needed.
"""

from __future__ import annotations

import os
import shutil
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from provenance_graph.store.layout import sync_folder

MAX_LOG: Final = 3 << 18
"""Bytes of log that a reader replays at most; beyond them the tables are flushed.

A flush costs some 150 ms of processor time with the compactions that follow, a megabyte replayed
15 ms in each process that reads.
"""
_LIST: Final = "MANIFEST"
_LOG: Final = ".log"
"""What the engine adds to; every other file is written once and replaced by rename."""
_DATA: Final = ".sst"
_END: Final = bytes.fromhex("f7cff485b741e288")
"""The last bytes of a data file: the number of RocksDB's block-based table format."""
_IGNORED: Final = ("LOG", "LOCK")
_TRIES: Final = 3
_BLOCK: Final = 32768
_HEAD: Final = struct.Struct("<IHBI")
"""A record of RocksDB's log: checksum, length, kind, and the number of the log it was written for."""


@dataclass(slots=True)
class LiveLog:
    """The first log of an open database that says what its data files do not."""

    first: int

    @classmethod
    def opened(cls, db: Path) -> LiveLog:
        """That of a database that has just been opened: the engine has flushed what it replayed."""
        return cls(_newest_log(db))


def make(engine: ox.Store, db: Path, folder: Path, live: LiveLog) -> None:
    """Make a checkpoint of a database; no process may write to it meanwhile.

    ``engine`` is the open database of the folder ``db``. Raises OSError.
    """
    for _ in range(_TRIES):
        before = _files(db)
        if sum(written(db / name) for name in before if _is_log(name, live.first)) > MAX_LOG:
            break
        try:
            copy(db, folder, live.first)
        except FileNotFoundError:  # a compaction has just replaced a file
            shutil.rmtree(folder, ignore_errors=True)
            continue
        if _files(db) == before:
            return
        shutil.rmtree(folder, ignore_errors=True)
    engine.backup(str(folder))
    live.first = _newest_log(db)


def copy(source: Path, target: Path, first_log: int = 0) -> None:
    """Copy a database folder by hard links to its data files; it must be a checkpoint, or have no writer.

    Logs before the first that is needed are left out, and of each what an earlier one left in
    its file. Raises OSError; the target must not exist.
    """
    target.mkdir(parents=True)
    for name in sorted(_files(source)):
        file, copied = source / name, target / name
        if name.endswith(_LOG):
            if _is_log(name, first_log):
                _copy_start(file, copied, written(file))
        elif name.startswith(_LIST):
            shutil.copyfile(file, copied)
            _sync(copied)
        elif not name.endswith(_DATA) or _is_whole(file):
            _link(file, copied)
    sync_folder(target)


def _is_whole(file: Path) -> bool:
    """Whether a data file is written to its end, where its format puts a number.

    What a compaction is still writing belongs to no state yet; linked, it would go on growing
    in a checkpoint that never changes.
    """
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - len(_END)))
        return opened.read() == _END


def _link(file: Path, linked: Path) -> None:
    """The same bytes under another name, copied where the file system cannot share them."""
    try:
        os.link(file, linked)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, linked)
        _sync(linked)


def _files(folder: Path) -> dict[str, int]:
    """The files that make up a database, with their sizes.

    A file that a compaction removes while they are listed is none of them any more.
    """
    sizes: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(_IGNORED):
                with suppress(FileNotFoundError):
                    if entry.is_file():
                        sizes[entry.name] = entry.stat().st_size
    return sizes


def _is_log(name: str, first: int) -> bool:
    return name.endswith(_LOG) and int(name.removesuffix(_LOG)) >= first


def _newest_log(db: Path) -> int:
    return max((int(file.stem) for file in db.glob(f"*{_LOG}")), default=0)


def written(log: Path) -> int:
    """How many bytes of a log's file were written for it; what follows, an earlier log left there.

    All of them where not even the first record has the number that files written over have.
    """
    number, at = int(log.stem), 0
    with log.open("rb") as file:
        while True:
            if _BLOCK - at % _BLOCK < _HEAD.size:  # too little is left in a block for a record
                at += _BLOCK - at % _BLOCK
            file.seek(at)
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return log.stat().st_size
            _, length, _, whose = _HEAD.unpack(head)
            if whose != number & 0xFFFFFFFF:
                return at or log.stat().st_size
            at += _HEAD.size + length


def _copy_start(file: Path, copied: Path, size: int) -> None:
    with file.open("rb") as source, copied.open("xb") as target:
        while size and (block := source.read(min(size, 1 << 20))):
            target.write(block)
            size -= len(block)
        target.flush()
        os.fsync(target.fileno())


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
