"""Read ``sync.toml``, which lists the sources to synchronise, their addresses and intervals.

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

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.hub import is_name
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.formats.toml_tables import as_table, read_bounded, read_entries, texts

MAX_SOURCES = 500
MAX_PLACES = 100_000
DAY = 86_400
EVERY = 20 * 3600
"""Default seconds after which a place is due again; less than a day, so that for a daily run all
places of the run before are due."""
_KEYS = ("places", "ids", "every", "format", "publisher", "collection")
_UNITS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


@dataclass(frozen=True, slots=True)
class SyncSource:
    """Places that are read with the same settings; ``every`` is the interval in seconds."""

    name: str
    places: tuple[str, ...]
    every: int = EVERY
    format: str = ""
    publisher: Iri | None = None
    collection: str = ""


def read_sync(path: Path) -> list[SyncSource]:
    """The sources in a ``sync.toml``; raises UsageError that lists every error."""
    example = "[models] with places = [...]"
    return read_entries(path, "source", example, MAX_SOURCES, partial(_source, path))


def source_problem(location: str) -> str:
    """The error in a place; empty for a valid place.

    >>> source_problem("hf:org/name"), source_problem("ftp://example.org/x")[:9]
    ('', 'neither h')
    """
    if location.startswith("hf:"):
        name = location[3:].partition("@")[0]
        if re.fullmatch(r"[\w.-]+/\*", name) or is_name(name):
            return ""
    elif location.startswith(("http://", "https://")) and is_iri(location):
        return ""
    return "neither hf:org/name, hf:org/* nor an https:// address"


def _source(path: Path, key: str, entry: object, problems: list[Problem]) -> SyncSource | None:
    table = as_table(key, entry, "source", _KEYS, "places = [...]", problems)
    if table is None:
        return None
    places = list(texts(f"{key}.places", table.get("places"), problems))
    if ids := table.get("ids"):
        places += _listed(path, f"{key}.ids", ids, problems)
    problems += [
        Problem(f"{key}: {location[:80]}", wrong)
        for location in places
        if (wrong := source_problem(location))
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


def _listed(path: Path, where: str, ids: object, problems: list[Problem]) -> list[str]:
    """The places in a list of ids beside ``sync.toml``; ``org/name`` means ``hf:org/name``."""
    if not isinstance(ids, str):
        problems.append(Problem(where, "expected the name of a file"))
        return []
    try:
        text = read_bounded(path.parent / ids).decode("utf-8", "replace")
    except UsageError as error:
        problems.append(Problem(where, str(error)))
        return []
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [f"hf:{one}" if is_name(one) else one for one in lines if one]


def _seconds(where: str, value: object, problems: list[Problem]) -> int:
    if value is None:
        return EVERY
    match = re.fullmatch(r"\s*(\d{1,4})\s*([mhdw])\s*", str(value))
    if match is None:
        problems.append(Problem(where, f"{value!r} is not a time", 'every = "12h", "1d" or "1w"'))
        return EVERY
    return int(match[1]) * _UNITS[match[2]]
