"""Reads entries from CSV with a header row, YAML or JSON; faults name the line or JSON pointer."""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.parsing import MAX_BYTES, decode, parse_json, parse_yaml
from provenance_graph.recording.entry import FIELDS, Entry

MAX_FINDINGS = 10_000


def read_entries(path: Path) -> Iterator[tuple[str, Entry | Problem]]:
    """Yield the entries or problems of a file, each with its place.

    Raises Unreadable if the file cannot be read or parsed.
    """
    try:
        with path.open("rb") as file:
            text = decode(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        raise Unreadable(str(path), error.strerror or str(error)) from error
    if "\0" in text:  # UTF-16 without a byte order mark, or not text
        raise Unreadable(str(path), "holds NUL characters: save it as UTF-8 text")
    for number, (location, row) in enumerate(_rows(path, text)):
        if number >= MAX_FINDINGS:
            yield (
                location,
                Problem(location, f"more than {MAX_FINDINGS:,} findings; the rest was not read"),
            )
            return
        yield location, entry(row, location)


def _rows(path: Path, text: str) -> Iterator[tuple[str, object]]:
    if path.suffix.casefold() == ".csv":
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            _check_header(path, reader.fieldnames or ())
            for row in reader:
                if any(value for value in row.values() if isinstance(value, str)):
                    yield f"line {reader.line_num}", row
        except csv.Error as error:
            raise Unreadable(str(path), f"line {reader.line_num}: {error}") from error
        return
    is_json = path.suffix.casefold() == ".json"
    repeated: list[Problem] = []
    parse = parse_json if is_json else parse_yaml
    result = parse(text, str(path), repeated)
    if repeated:  # one of the values would be lost
        raise Unreadable(str(path), f"{repeated[0].where}: {repeated[0].what}")
    if not isinstance(result, list):
        raise Unreadable(str(path), "expected a list of findings; see `claim template`")
    if is_json:
        yield from ((f"/{n}", row) for n, row in enumerate(result))
        return
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.compose(text, Loader=loader)  # parsed above, so within the limits
    nodes = root.value if isinstance(root, yaml.SequenceNode) else []
    for node, row in zip(nodes, result, strict=True):
        yield f"line {node.start_mark.line + 1}", row


def _check_header(path: Path, names: Sequence[str]) -> None:
    """Raise Unreadable for a header that would lose values: a duplicate name, one column."""
    if len(names) == 1 and (mark := next((m for m in ";\t|" if m in names[0]), "")):
        raise Unreadable(
            str(path), f"line 1: columns are separated by commas here, not by {mark!r}"
        )
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise Unreadable(str(path), f"line 1: the column {twice[0]!r} occurs twice")


def entry(row: object, location: str) -> Entry | Problem:
    """Parse one entry from a mapping; a Problem if it is invalid."""
    if not isinstance(row, Mapping):
        return Problem(location, "expected a mapping of fields", "see `claim template`")
    given: dict[str, Any] = {}
    for key, value in row.items():
        name = str(key or "").strip().casefold().replace("-", "_").replace(" ", "_")
        if key is None and isinstance(value, list):  # csv
            return Problem(location, f"{len(value)} cells more than the header has columns")
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=2, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else ", ".join(FIELDS)
            return Problem(location, f"no field {str(key)[:80]!r}", hint, kind="unknown")
        if isinstance(value, list | Mapping):
            what = "a list" if isinstance(value, list) else "a mapping"
            return Problem(
                location, f"{name}: expected one text, not {what}", "one entry for each value"
            )
        if value not in (None, ""):
            given[name] = str(value)
    try:
        return Entry(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return Problem(location, f"{where}: {first['msg'].removeprefix('Value error, ')}")
