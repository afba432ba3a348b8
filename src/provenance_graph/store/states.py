"""The two published states of a store with private collections.

The full state is in the store's folder. The public state is in its subfolder ``public``: a separate
store with its own accepted view, indexes and version, made from the public records only. A store
without private collections has one state, which is public.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

PUBLIC: Final = "public"


def public_root(root: Path) -> Path:
    """The folder of the public state; the store's own folder where nothing is private."""
    inner = root / PUBLIC
    return inner if (inner / "CURRENT").exists() else root


def has_private(root: Path) -> bool:
    """Whether a store has a public state besides the full one."""
    return public_root(root) != root


def public_source(
    full: Callable[[], tuple[str, str]], public: Callable[[], tuple[str, str]], root: Path
) -> Callable[[], tuple[str, str]]:
    """A function that returns the folder and version that any client may read.

    It reads the full state before it checks for a public one. Private data is published only after
    the public state exists, so a full state that was read before holds none.
    """

    def source() -> tuple[str, str]:
        current = full() if not has_private(root) else ("", "")
        return public() if has_private(root) else current

    return source
