"""The two published states of a store that holds private collections.

The full state lies in the store's folder, the public one in its subfolder ``public``: a store
of its own with its own view, indexes and version, made from the public records alone. Where
no collection is private there is one state, which is public.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

PUBLIC: Final = "public"


def public_root(root: Path) -> Path:
    """The folder of the public state: the store's own where nothing is private."""
    inner = root / PUBLIC
    return inner if (inner / "CURRENT").exists() else root


def has_private(root: Path) -> bool:
    """Whether a store has a public state beside its full one."""
    return public_root(root) != root


def public_source(
    full: Callable[[], tuple[str, str]], public: Callable[[], tuple[str, str]], root: Path
) -> Callable[[], tuple[str, str]]:
    """The folder and version that everybody may read now.

    The full state is looked at before it is asked whether there is a public one. Private data
    is published only after the public state exists, so that what was looked at held none.
    """

    def source() -> tuple[str, str]:
        current = full() if not has_private(root) else ("", "")
        return public() if has_private(root) else current

    return source
