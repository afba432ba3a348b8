"""The shipped lists of licences: SPDX ids, exceptions, and names used by sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import license_expression

from provenance_graph.formats.licences.tables import (
    names,
)


@cache
def _index() -> tuple[Mapping[str, Any], ...]:
    return tuple(license_expression.get_license_index())


@cache
def spdx_ids() -> Mapping[str, str]:
    """Licence ids in lower case (SPDX's, deprecated, ScanCode's), mapped to the canonical id."""
    results: dict[str, str] = {}
    for entry in _index():
        key = entry.get("spdx_license_key") or ""
        if entry.get("is_exception") or not key:
            continue
        if key.startswith("LicenseRef-scancode-"):
            scancode = str(entry["license_key"])
            known = names()
            ours = known.hub_tokens.get(scancode, known.labels.get(scancode, scancode))
            results[key.casefold()] = known.scancode_keys.get(scancode, ours)
            continue
        results[key.casefold()] = key
        for other in entry.get("other_spdx_license_keys") or ():
            results.setdefault(str(other).casefold(), key)
    return MappingProxyType(results)


def known_names() -> Iterator[str]:
    """Yield every licence that a document may name, as written: SPDX ids, the Hub's tokens.

    ScanCode's many further references are omitted.
    """
    yield from (
        key
        for entry in _index()
        if (key := str(entry.get("spdx_license_key") or ""))
        and not entry.get("is_exception")
        and not entry.get("is_deprecated")
        and not key.startswith("LicenseRef-")
    )
    yield from (
        token for token, known in names().hub_tokens.items() if known.casefold() not in spdx_ids()
    )


@cache
def exceptions() -> Mapping[str, str]:
    """Ids of licence exceptions in lower case, mapped to SPDX's spelling."""
    return MappingProxyType(
        {
            str(entry["spdx_license_key"]).casefold(): str(entry["spdx_license_key"])
            for entry in _index()
            if entry.get("is_exception") and entry.get("spdx_license_key")
        }
    )
