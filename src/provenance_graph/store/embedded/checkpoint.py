"""Checkpoints of a RocksDB database: immutable folders that share its data files.

The engine's own checkpoint flushes every table first, which costs some twenty waits for the disk.
While little has been written since the last flush, the log holds all of it: then data files are
linked, and the log and the list of files are copied. A reader replays the log when it opens the
folder.

The engine reuses the files of old logs. So neither the presence nor the size of a log file shows
that its content is still needed.
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

from provenance_graph.store.layout import DATA_FILE, RUNTIME_FILES, sync_path

MAX_LOG: Final = 3 << 18
"""Bytes of log that a reader replays at most; above them the tables are flushed. A flush costs
some 150 ms of processor time with the compactions that follow; replaying a megabyte costs 15 ms
in each process that reads."""
_LIST: Final = "MANIFEST"
_LOG: Final = ".log"
"""Suffix of files to which the engine appends, as to the list; every other file is written once
and replaced by rename."""
_END: Final = bytes.fromhex("f7cff485b741e288")
"""Last bytes of a data file: the magic number of RocksDB's block-based table format."""
_TRIES: Final = 3
_BLOCK: Final = 32768
_HEAD: Final = struct.Struct("<IHBI")
"""Header of a record in RocksDB's log: checksum, length, kind, and number of the log that it
belongs to."""


@dataclass(slots=True)
class LiveLog:
    """The number of the first log with data that are not in the data files of an open database."""

    first: int

    @classmethod
    def opened(cls, db: Path) -> LiveLog:
        """The newest log of a database just opened: the engine has flushed what it replayed."""
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
    """Copy a database folder, with hard links to its data files; raises OSError.

    The source must be a checkpoint or have no writer; the target must not exist. Logs before
    ``first_log`` are left out, as is the part of a log file that an earlier log wrote.
    """
    target.mkdir(parents=True)
    for name in sorted(_files(source)):
        file, copied = source / name, target / name
        if name.endswith(_LOG):
            if _is_log(name, first_log):
                _copy_start(file, copied, written(file))
        elif name.startswith(_LIST):
            shutil.copyfile(file, copied)
            sync_path(copied)
        elif not name.endswith(DATA_FILE) or _is_whole(file):
            _link(file, copied)
    sync_path(target)


def _is_whole(file: Path) -> bool:
    """Whether a data file is complete, that is ends with the magic number of its format.

    A file that a compaction is still writing belongs to no state yet. Linked, it would grow in a
    checkpoint that must not change.
    """
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - len(_END)))
        return opened.read() == _END


def _link(file: Path, linked: Path) -> None:
    """Hard-link a file, or copy it where the file system has no links."""
    try:
        os.link(file, linked)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, linked)
        sync_path(linked)


def _files(folder: Path) -> dict[str, int]:
    """The files of a database by name, with their sizes in bytes.

    A file that a compaction removes during the listing is left out.
    """
    sizes: dict[str, int] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(RUNTIME_FILES):
                with suppress(FileNotFoundError):
                    if entry.is_file():
                        sizes[entry.name] = entry.stat().st_size
    return sizes


def _is_log(name: str, first: int) -> bool:
    return name.endswith(_LOG) and int(name.removesuffix(_LOG)) >= first


def _newest_log(db: Path) -> int:
    return max((int(file.stem) for file in db.glob(f"*{_LOG}")), default=0)


def written(log: Path) -> int:
    """Bytes at the start of a log file that belong to this log; an earlier log wrote the rest.

    The whole size where not even the first record has the log's number.
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
