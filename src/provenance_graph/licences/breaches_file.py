"""Where the licence findings of a store's version are stored; loads nothing of how they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FORMAT: Final = "1"
"""What the file holds; one of an earlier edition is made again."""


def breaches_file(folder: Path, version: str) -> Path:
    """The file of a version."""
    return folder / f"breaches-{FORMAT}-{version}.npz"
