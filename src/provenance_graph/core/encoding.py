"""JSON encoding of answers."""

from __future__ import annotations

import json


def as_json(value: object) -> bytes:
    """Encode a value as compact JSON in UTF-8; the same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(
        "utf-8", "backslashreplace"
    )
