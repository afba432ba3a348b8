"""Checksums of the files of an index, stored beside them, by which a damaged file is detected."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from provenance_graph.core import deadline
from provenance_graph.core.files import replacing

DAMAGE: Final = (OSError, ValueError, TypeError, KeyError, EOFError, sqlite3.Error)
"""Exceptions that opening a damaged index may raise."""
_BLOCK: Final = 1 << 20
_FORM: Final = 2
"""Format number of the checksum file: digest, size and time of each file."""


def match_checksums(folder: Path, name: str, version: str, files: Sequence[Path]) -> bool:
    """Whether the files of an index match their recorded checksums; True where none are recorded.

    A file whose size and time are as recorded is not read: for a large store, reading all files
    takes longer than the rest of a start. ``hold_to_the_end`` reads every file.
    """

    def same(file: Path, known: list[object]) -> bool:
        return known[1:] == _stamp(file) or known[0] == _digest(file)

    return _stored_checksum(folder, name, version, files, same)


def hold_to_the_end(folder: Path, name: str, version: str, files: Sequence[Path]) -> bool:
    """Whether every byte of the files of an index matches the recorded checksums.

    True where none are recorded. Between blocks it calls ``deadline.check``, which may pause it.
    """

    def same(file: Path, known: list[object]) -> bool:
        return known[0] == _digest(file, deadline.check)

    return _stored_checksum(folder, name, version, files, same)


def _stored_checksum(
    folder: Path,
    name: str,
    version: str,
    files: Sequence[Path],
    same: Callable[[Path, list[object]], bool],
) -> bool:
    try:
        noted = json.loads(file_of(folder, name).read_text("utf-8"))
        if (noted["version"], noted.get("form")) != (version, _FORM):
            return True  # of another version, or noted by an earlier edition
        known = noted["files"]
        names = sorted(file.name for file in files)
        return sorted(known) == names and all(same(file, known[file.name]) for file in files)
    except FileNotFoundError:
        return True
    except DAMAGE:
        return False


def note(folder: Path, name: str, version: str, files: Sequence[Path]) -> None:
    """Record the checksums of the files of a version, unless there are none or one is missing."""
    if not files:
        return
    with suppress(FileNotFoundError):  # also where they are deleted meanwhile for a newer version
        stamps = {file: _stamp(file) for file in files}  # first: a later change is detected
        known = {file.name: [_digest(file), *stamps[file]] for file in files}
        put(file_of(folder, name), {"version": version, "form": _FORM, "files": known})


def file_of(folder: Path, name: str) -> Path:
    """The path of the file with the checksums of an index."""
    return folder / f"{name}.sums"


def _stamp(file: Path) -> list[object]:
    known = file.stat()
    return [known.st_size, known.st_mtime_ns]


def _digest(file: Path, pause: Callable[[], object] = lambda: None) -> str:
    whole = hashlib.blake2b()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            whole.update(block)
            pause()
    return whole.hexdigest()[:32]


def put(file: Path, value: object) -> None:
    """Write a value as JSON to a temporary file, then replace ``file`` by it."""
    with replacing(file) as aside:
        aside.write_text(json.dumps(value), "utf-8")
