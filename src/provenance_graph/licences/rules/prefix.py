"""Whether a model's name begins as a licence asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def begins(name: str, prefix: str, licensor: Iterable[str] = ()) -> bool:
    """Whether a name begins with a prefix, however it is spaced and cased.

    The licensor's own name may stand before it, as in the names of its own models that a
    converted copy keeps.

    >>> begins("Llama-3-8B-Lexi", "Llama 3"), begins("Hermes-3-Llama-3.1-8B", "Llama")
    (True, False)
    >>> begins("Meta-Llama-3-8B-onnx", "Llama 3", ["meta"])
    True
    """

    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    rests = [plain(name).removeprefix(plain(owner)) for owner in ("", *licensor)]
    return any(rest.startswith(plain(prefix)) for rest in rests)
