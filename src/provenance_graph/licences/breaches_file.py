"""The path of the file with the licence findings of a store's version; loads no rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from provenance_graph.core import clock

FORMAT: Final = "2"
"""Version of the file's format, part of its name: older files are not read."""


def breaches_file(folder: Path, version: str, day: str = "") -> Path:
    """The path of the file of a version and an ISO day, by whose licence texts models were judged.

    Without a day it is today's. On a new day the file is therefore missing, and the keeper of
    indexes makes it.
    """
    return folder / f"breaches-{FORMAT}-{day or clock.today()}-{version}.npz"


def let_go(folder: Path, version: str, day: str) -> None:
    """Delete the files of a version that are of other days."""
    for file in folder.glob(f"breaches-*-{version}.npz"):
        if file != breaches_file(folder, version, day):
            file.unlink(missing_ok=True)
