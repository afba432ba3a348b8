"""User-written TOML files with one table for each entry, such as ``fleet.toml`` and ``sync.toml``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.parsing import MAX_BYTES

T = TypeVar("T")
Table = Mapping[str, object]
MAX_PROBLEMS = 20
"""The most faults of a file that one message names."""


def read_entries(
    path: Path,
    kind: str,
    example: str,
    limit: int,
    read: Callable[[str, object, list[Problem]], T | None],
) -> list[T]:
    """The entries of a file, each as ``read(key, table, problems)`` gives it.

    ``kind`` names an entry and ``example`` shows one. Raises UsageError with the faults found (at
    most MAX_PROBLEMS), and where the file cannot be read, has no entry, or has more than ``limit``.
    """
    document = Document(Iri(f"urn:file:{path.name}"), read_bounded(path), "", path.name)
    return entries_in(document, str(path), kind, example, limit, read)


def entries_in(
    document: Document,
    path: str,
    kind: str,
    example: str,
    limit: int,
    read: Callable[[str, object, list[Problem]], T | None],
) -> list[T]:
    """The entries of a parsed document, as ``read_entries`` gives those of a file.

    Raises UsageError with the faults found; ``path`` precedes them in the message.
    """
    try:
        tables = document.toml
    except Unreadable as error:
        raise UsageError(f"{path}: {error.why}") from error
    if len(tables) > limit:
        raise UsageError(f"{path}: {len(tables):,} {kind}s; at most {limit:,} are read")
    problems: list[Problem] = []
    entries = [entry for key, table in tables.items() if (entry := read(key, table, problems))]
    if problems:
        raise UsageError(f"{path}: " + "; ".join(map(str, problems[:MAX_PROBLEMS])))
    if not entries:
        raise UsageError(f"{path}: no {kind} in it; each is a table: {example}")
    return entries


def read_bounded(path: Path) -> bytes:
    """At most MAX_BYTES + 1 bytes of a file, so that a longer one shows; raises UsageError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def as_table(
    key: str, entry: object, kind: str, fields: Sequence[str], example: str, problems: list[Problem]
) -> Table | None:
    """An entry as a table, else None; a wrong type and each field not in ``fields`` add a problem."""
    if not isinstance(entry, Mapping):
        problems.append(Problem(key, f"a {kind} is a table", f"[{key}] and {example} below it"))
        return None
    for name in entry:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"did you mean {near[0]}?" if near else ", ".join(fields)
            problems.append(Problem(f"{key}.{name}", "no such field", hint))
    return entry


def texts(where: str, value: object, problems: list[Problem]) -> tuple[str, ...]:
    """A text or a list of texts as a tuple; anything else adds a problem and gives an empty tuple."""
    items = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        problems.append(Problem(where, "expected a list of texts"))
        return ()
    return tuple(items)
