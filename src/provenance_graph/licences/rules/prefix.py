"""Whether a model's name begins with the prefix that a licence requires."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

_SPACING = re.compile(r"[^a-z0-9]+")


def begins(name: str, prefix: str, licensor: Collection[str] = ()) -> bool:
    """Whether a name begins with a prefix, whatever its spacing and case.

    The licensor's own name may precede the prefix, as in the names of its own models that a
    converted copy keeps.

    >>> begins("Llama-3-8B-Lexi", "Llama 3"), begins("Hermes-3-Llama-3.1-8B", "Llama")
    (True, False)
    >>> begins("Meta-Llama-3-8B-onnx", "Llama 3", ["meta"])
    True
    """
    return _plain(name).startswith(_beginnings(prefix, tuple(licensor)))


@lru_cache(maxsize=1024)
def _beginnings(prefix: str, licensor: tuple[str, ...]) -> tuple[str, ...]:
    """The allowed beginnings of a name: the prefix, alone or after a licensor's name."""
    return tuple(_plain(owner) + _plain(prefix) for owner in ("", *licensor))


def _plain(text: str) -> str:
    return _SPACING.sub("", text.lower())
