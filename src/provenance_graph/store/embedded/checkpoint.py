"""Checkpoints of a database: folders that share its data files and never change again.

The engine's own way flushes every table first, which costs some twenty waits for the disk.
While little has been written since the last flush, its log says all of it: then data files
are linked, and the log and the list of files are copied. A reader replays the log when it
opens the folder.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from provenance_graph.store.layout import sync_folder

MAX_LOG: Final = 2 << 20
"""Bytes of log that a reader replays at most; beyond them the tables are flushed."""
_LIST: Final = "MANIFEST"
_LOG: Final = ".log"
"""What the engine adds to; every other file is written once and replaced by rename."""
_DATA: Final = ".sst"
_END: Final = bytes.fromhex("f7cff485b741e288")
"""The last bytes of a data file: the number of RocksDB's block-based table format."""
_IGNORED: Final = ("LOG", "LOCK")
_TRIES: Final = 3


def make(engine: ox.Store, db: Path, folder: Path) -> None:
    """Make a checkpoint of what a database holds now; nobody may write to it meanwhile.

    ``engine`` is the open database of the folder ``db``. Raises OSError.
    """
    for _ in range(_TRIES):
        before = _files(db)
        if sum(size for name, size in before.items() if _is_log(name)) > MAX_LOG:
            break
        try:
            copy(db, folder)
        except FileNotFoundError:  # a compaction has just replaced a file
            shutil.rmtree(folder, ignore_errors=True)
            continue
        if _files(db) == before:
            return
        shutil.rmtree(folder, ignore_errors=True)
    engine.backup(str(folder))


def copy(source: Path, target: Path) -> None:
    """A database folder again, sharing its data files: of a checkpoint, or one nobody writes to.

    Raises OSError; the target must not exist.
    """
    target.mkdir(parents=True)
    for name in sorted(_files(source)):
        file, copied = source / name, target / name
        if name.startswith(_LIST) or name.endswith(_LOG):
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


def _is_log(name: str) -> bool:
    return name.endswith(_LOG)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
