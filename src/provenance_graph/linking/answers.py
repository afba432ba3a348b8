"""Defensive reading of services' answers: values of unexpected types are left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from provenance_graph.core.errors import FetchError


def parsed(url: str, body: bytes) -> object:
    """The body of an answer parsed as JSON; raises FetchError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"{url[:200]}: the answer is not JSON ({error})") from error


def object_at(url: str, body: bytes) -> Mapping[str, Any]:
    """The body of an answer parsed as a JSON object; raises FetchError."""
    results = parsed(url, body)
    if not isinstance(results, Mapping):
        raise FetchError(f"{url[:200]}: the answer is not an object")
    return results


def objects_of(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; empty for any other value."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts in a list; empty for any other value."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
