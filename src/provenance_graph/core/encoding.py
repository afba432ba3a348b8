"""How an answer becomes bytes."""

from __future__ import annotations

import json


def as_json(value: object) -> bytes:
    """A value as JSON; the same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(
        "utf-8", "backslashreplace"
    )
