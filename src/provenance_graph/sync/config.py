"""``sync.toml``: what is read again, from where, how often.

[models]
places = ["hf:meta-llama/Llama-3.1-8B", "hf:acme/*"]
every = "1d"

[prices]
places = ["https://example.org/index.json"]
format = "modelsdev"
collection = "modelsdev"

[ours]
ids = "ids.txt"          # one place a line; # begins a comment
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.hub import is_name
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.formats.document import MAX_BYTES, Document

MAX_SOURCES = 500
MAX_PLACES = 100_000
DAY = 86_400
EVERY = 20 * 3600
"""Seconds after which a place is due again: a daily run finds all of yesterday's due."""
_KEYS = ("places", "ids", "every", "format", "publisher", "collection")
_UNITS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


@dataclass(frozen=True, slots=True)
class SyncSource:
    """Places that are read alike; ``every`` in seconds."""

    name: str
    places: tuple[str, ...]
    every: int = EVERY
    format: str = ""
    publisher: Iri | None = None
    collection: str = ""


def read_sync(path: Path) -> list[SyncSource]:
    """The sources of a ``sync.toml``; raises UsageError with every fault."""
    tables = Document(Iri(f"urn:file:{path.name}"), _read(path), "", path.name).toml
    if len(tables) > MAX_SOURCES:
        raise UsageError(f"{path}: {len(tables):,} sources; at most {MAX_SOURCES:,} are read")
    problems: list[Problem] = []
    sources = [one for key, table in tables.items() if (one := _source(path, key, table, problems))]
    if problems:
        raise UsageError(f"{path}: " + "; ".join(map(str, problems[:20])))
    if not sources:
        raise UsageError(f"{path}: no source in it; each is a table with places = [...]")
    return sources


def place_problem(place: str) -> str:
    """What is wrong with a place; nothing where it can be read.

    >>> place_problem("hf:org/name"), place_problem("ftp://example.org/x")[:9]
    ('', 'neither h')
    """
    if place.startswith("hf:"):
        name = place[3:].partition("@")[0]
        if re.fullmatch(r"[\w.-]+/\*", name) or is_name(name):
            return ""
    elif place.startswith(("http://", "https://")) and is_iri(place):
        return ""
    return "neither hf:org/name, hf:org/* nor an https:// address"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _source(path: Path, key: str, table: Any, problems: list[Problem]) -> SyncSource | None:
    if not isinstance(table, Mapping):
        problems.append(Problem(key, "a source is a table", f"[{key}] and places = [...] below it"))
        return None
    for name in table:
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else ", ".join(_KEYS)
            problems.append(Problem(f"{key}.{name}", "no such field", hint))
    places = _texts(f"{key}.places", table.get("places"), problems)
    if ids := table.get("ids"):
        places += _listed(path, f"{key}.ids", ids, problems)
    problems += [
        Problem(f"{key}: {place[:80]}", wrong)
        for place in places
        if (wrong := place_problem(place))
    ]
    if not places:
        problems.append(Problem(key, "names no place", 'places = ["hf:org/name"]'))
    publisher = table.get("publisher", "")
    if publisher and not (isinstance(publisher, str) and is_iri(publisher)):
        problems.append(Problem(f"{key}.publisher", f"{publisher!r} is not an IRI"))
        publisher = ""
    return SyncSource(
        key,
        tuple(dict.fromkeys(places))[:MAX_PLACES],
        _seconds(f"{key}.every", table.get("every"), problems),
        str(table.get("format", "")),
        Iri(publisher) if publisher else None,
        str(table.get("collection", "")),
    )


def _listed(path: Path, where: str, ids: Any, problems: list[Problem]) -> list[str]:
    """The places of a list of ids beside ``sync.toml``: ``org/name`` means ``hf:org/name``."""
    if not isinstance(ids, str):
        problems.append(Problem(where, "the name of a file belongs here"))
        return []
    try:
        text = _read(path.parent / ids).decode("utf-8", "replace")
    except UsageError as error:
        problems.append(Problem(where, str(error)))
        return []
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [f"hf:{one}" if is_name(one) else one for one in lines if one]


def _texts(where: str, value: Any, problems: list[Problem]) -> list[str]:
    items = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        problems.append(Problem(where, "a list of texts belongs here"))
        return []
    return list(items)


def _seconds(where: str, value: Any, problems: list[Problem]) -> int:
    if value is None:
        return EVERY
    match = re.fullmatch(r"\s*(\d{1,4})\s*([mhdw])\s*", str(value))
    if match is None:
        problems.append(Problem(where, f"{value!r} is no time", 'every = "12h", "1d" or "1w"'))
        return EVERY
    return int(match[1]) * _UNITS[match[2]]
