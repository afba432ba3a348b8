"""Checksums of the files of an index, noted beside them: a damaged file is told from a whole one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

DAMAGE: Final = (OSError, ValueError, TypeError, KeyError, EOFError, sqlite3.Error)
"""What opening an index raises that is not as it was written."""


def hold(folder: Path, name: str, version: str, files: Sequence[Path]) -> bool:
    """Whether files are as they were when noted; those that nobody noted count as such."""
    try:
        noted = json.loads(file_of(folder, name).read_text("utf-8"))
        other: bool = noted["version"] != version
        return other or noted["files"] == _sums(files)
    except FileNotFoundError:
        return True
    except DAMAGE:
        return False


def note(folder: Path, name: str, version: str, files: Sequence[Path]) -> None:
    """Note the checksums of the files of a version, if there are any and all are there."""
    if files and all(file.exists() for file in files):
        put(file_of(folder, name), {"version": version, "files": _sums(files)})


def file_of(folder: Path, name: str) -> Path:
    """Where the checksums of an index stand."""
    return folder / f"{name}.sums"


def _sums(files: Sequence[Path]) -> dict[str, str]:
    results = {}
    for file in files:
        with file.open("rb") as opened:
            results[file.name] = hashlib.file_digest(opened, "blake2b").hexdigest()[:32]
    return results


def put(file: Path, value: object) -> None:
    """Write a file aside and swap it in."""
    aside = file.with_name(f"{file.name}.new")
    aside.write_text(json.dumps(value), "utf-8")
    aside.replace(file)
