"""Where the index of search of a store's version is stored."""

from __future__ import annotations

from pathlib import Path

FORMAT = "21"
"""What the file holds; one of an earlier edition is made again."""


def catalogue_file(folder: Path, version: str) -> Path:
    """The file of a version."""
    return folder / f"catalogue-{FORMAT}-{version}.sqlite"
