"""The path of the search index of a store's version."""

from __future__ import annotations

from pathlib import Path

FORMAT = "21"
"""Version of the file's format, part of its name: older files are not read."""


def catalogue_file(folder: Path, version: str) -> Path:
    """The path of the search index of a version in a folder."""
    return folder / f"catalogue-{FORMAT}-{version}.sqlite"
