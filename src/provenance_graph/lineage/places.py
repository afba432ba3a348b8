"""Where the lineage index is kept: beside the store it was read from."""

from __future__ import annotations

import os
from pathlib import Path


def index_folder(place: str) -> Path | None:
    """The index's folder for a store at ``place``.

    None for a remote store, and for one in a folder that may not be written to: then the
    index is built for the occasion.

    >>> index_folder("https://example.org/sparql") is None
    True
    """
    if place.startswith(("http://", "https://")):
        return None
    folder = Path(place)
    return folder / "derived" / "lineage" if os.access(folder, os.W_OK) else None
