"""Where the licence findings of a store's version are stored; loads nothing of how they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from provenance_graph.core import clock

FORMAT: Final = "2"
"""What the file holds; one of an earlier edition is made again."""


def breaches_file(folder: Path, version: str, day: str = "") -> Path:
    """The file of a version and a day, by whose licence texts models were judged; else of today.

    A day that begins is a file that is missing, so that whoever keeps indexes makes it.
    """
    return folder / f"breaches-{FORMAT}-{day or clock.today()}-{version}.npz"


def let_go(folder: Path, version: str, day: str) -> None:
    """Delete the files of a version that are of other days."""
    for file in folder.glob(f"breaches-*-{version}.npz"):
        if file != breaches_file(folder, version, day):
            file.unlink(missing_ok=True)
