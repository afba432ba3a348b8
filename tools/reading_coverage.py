"""How many stated values of documents are read: format × (stated, read, reported, silent).

``python -m tools.reading_coverage FOLDER… [--sample N]``. Whether a value is *read* or *reported*
is tested: the value is changed in a copy of the document, and where neither the claims, the
record's header nor the problems differ, it was ignored silently, whatever the reader's key table
says. Values that a table sets aside (*not provenance*) or keeps for later (*not read yet*) are
reported by the ledger. At most ``--sample`` values of a document are changed, spread evenly over
it.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import io
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.formats.coverage import Leaf, Treatment
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.parsing import parse_yaml
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options, read, recognise

RETRIEVED = "2026-01-31"


@dataclass
class Row:
    """The counts of one format."""

    documents: int = 0
    stated: int = 0
    read: int = 0
    reported: int = 0
    silent: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    failed: int = 0


def measure(document: Document, reader: Reader, sample: int, row: Row) -> None:
    """Add to a row the number of a document's values by outcome."""
    if reader.keys is None or reader.leaves is None:
        return
    row.documents += 1
    document = _in_normal_form(document)
    leaves = list(reader.leaves(document))
    before = _outcome(document, reader)
    counted = read(document, {reader.format: reader}, Options(format=reader.format)).ledger
    aside = counted.by_key(Treatment.NOT_UNDERSTOOD)
    step = max(1, len(leaves) // sample)
    for n, leaf in enumerate(leaves):
        treatment = reader.keys.treatment(leaf.path)
        if treatment in (Treatment.NOT_PROVENANCE, Treatment.NOT_READ, Treatment.UNKNOWN):
            row.stated += 1
            row.reported += 1
        elif n % step == 0:
            after = _changed(document, leaf, reader)
            heard = after is not None and after != before
            if not heard and "/".join(leaf.path) in aside:
                row.stated += step
                row.reported += step
                continue
            row.stated += step
            row.read += step if heard else 0
            row.silent += 0 if heard else step
            if not heard:
                row.keys["/".join(leaf.path)] += step


def _outcome(document: Document, reader: Reader) -> object:
    """Everything read from a document (headers, claims, problems), or its error."""
    try:
        results = list(records_of(reader, document))
        origin = reader.origin(document)
    except SourceError as error:
        return str(error)
    problems = [item for item in results if isinstance(item, Problem)]
    records = [
        (replace(item.header, digest=""), item.claims)
        for item in results
        if not isinstance(item, Problem)
    ]
    return records, problems, origin


def _changed(document: Document, leaf: Leaf, reader: Reader) -> object:
    """The outcome of the document with one value changed; None where it cannot be changed."""
    text = _other_text(document, leaf)
    return None if text is None else _outcome(replace(document, data=text.encode()), reader)


def _in_normal_form(document: Document) -> Document:
    """A YAML or CSV document as it is written after a change, so that line numbers stay."""
    if document.features.syntax not in ("yaml", "csv"):
        return document
    table = document.features.syntax == "csv"
    text = _csv(document.text) if table else _yaml(document.features.value)
    return Document(
        document.url,
        text.encode(),
        document.retrieved,
        document.name,
        document.files,
        document.folder,
    )


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1 << 20)


def _csv(text: str, line: int = 0, column: str = "", old: str = "") -> str:
    """A table rewritten, with another value in one cell where a cell is named."""
    rows = csv.reader(io.StringIO(text))
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\n")
    columns: list[str] = []
    for row in rows:
        if not columns:
            columns = row
        elif rows.line_num == line and column in columns[: len(row)]:
            at = columns.index(column)
            row[at] = row[at].replace(old, str(_other(old)), 1)
        out.writerow(row)
    return written.getvalue()


def _other_text(document: Document, leaf: Leaf) -> str | None:
    """The document's text with one value changed, in its syntax; or None."""
    if document.features.syntax == "json" and (text := _other_json(document.text, leaf)):
        return text
    line, _, column = leaf.where.lstrip("L").partition("/")
    if document.features.syntax == "jsonl" and line.isdigit():
        lines = document.text.splitlines(keepends=True)
        entry = json.loads(lines[int(line) - 1])
        if _set(entry, column.split("/"), leaf.value):
            lines[int(line) - 1] = json.dumps(entry, ensure_ascii=False) + "\n"
            return "".join(lines)
    if document.features.syntax == "csv" and line.isdigit():
        return _csv(document.text, int(line), column, str(leaf.value))
    if document.features.syntax == "yaml":
        whole = parse_yaml(document.text, document.url)
        steps = leaf.where.strip("/").split("/")
        if _set(whole, steps, leaf.value):
            return _yaml(whole)
    if document.features.syntax == "toml" and (text := _other_toml(document.text, leaf)):
        return text
    if document.features.syntax in ("gguf", "safetensors"):
        return None
    start = 0
    if leaf.where.startswith("L") and line.isdigit():
        start = sum(len(each) for each in document.text.splitlines(keepends=True)[: int(line) - 1])
    old = str(leaf.value)
    quoted = document.text.find(f'"{old}"', start)
    at = quoted + 1 if quoted >= 0 else document.text.find(old, start)
    return (
        None if at < 0 else document.text[:at] + str(_other(old)) + document.text[at + len(old) :]
    )


def _other_toml(text: str, leaf: Leaf) -> str | None:
    """TOML with one value changed, at a line that gives the key this value; or None."""
    key = re.escape(leaf.where.rpartition("/")[2])
    for match in re.finditer(rf"^\s*{key}\s*=\s*(.+?)\s*$", text, re.MULTILINE):
        with contextlib.suppress(tomllib.TOMLDecodeError):
            if tomllib.loads(f"x = {match[1]}")["x"] == leaf.value:
                other = json.dumps(_other(leaf.value), default=str)
                return f"{text[: match.start(1)]}{other}{text[match.end(1) :]}"
    return None


def _other_json(text: str, leaf: Leaf) -> str | None:
    """JSON with one value changed, also inside a base64 payload; or None."""
    value = json.loads(text)
    steps = leaf.where.strip("/").split("/")
    envelope = value.get("dsseEnvelope", value) if isinstance(value, dict) else {}
    if steps[0] == "payload" and isinstance(envelope, dict) and len(steps) > 1:
        inner = json.loads(base64.b64decode(envelope["payload"]))
        if not _set(inner, steps[1:], leaf.value):
            return None
        envelope["payload"] = base64.b64encode(json.dumps(inner).encode()).decode()
    elif not _set(value, steps, leaf.value):
        return None
    return json.dumps(value, ensure_ascii=False)


def _set(holder: Any, steps: list[str], old: object) -> bool:
    """Change the value at a location; keys may hold slashes, so the longest match is taken."""
    if isinstance(holder, list):
        if not steps[0].isdigit() or int(steps[0]) >= len(holder):
            return False
        if len(steps) == 1:
            holder[int(steps[0])] = _other(old)
            return True
        return _set(holder[int(steps[0])], steps[1:], old)
    for length in range(len(steps), 0, -1):
        stated = "/".join(steps[:length])
        unescaped = stated.replace("~1", "/").replace("~0", "~")
        key = stated if not isinstance(holder, dict) or stated in holder else unescaped
        if isinstance(holder, dict) and key in holder:
            if length == len(steps):
                holder[key] = _other(holder[key])
                return True
            return _set(holder[key], steps[length:], old)
    return False


def _other(old: object) -> object:
    if isinstance(old, bool):
        return not old
    if isinstance(old, (int, float)):
        return old + 1
    if re.match(r"\d{4}-\d\d-\d\d", str(old)):
        return f"{int(str(old)[:4]) - 1}{str(old)[4:]}"
    return f"{old}x" if str(old).endswith("7") else f"{old}7"


def table(rows: dict[str, Row]) -> Iterator[str]:
    """Yield the lines of the table, and the keys ignored silently."""
    yield "| format | documents | stated | read | reported | silent | silent % |"
    yield "|---|---|---|---|---|---|---|"
    for name, row in sorted(rows.items()):
        share = 100 * row.silent / row.stated if row.stated else 0
        yield (
            f"| {name} | {row.documents} | {row.stated} | {row.read} | {row.reported} "
            f"| {row.silent} | {share:.2f} |"
        )
    for name, row in sorted(rows.items()):
        for key, count in row.keys.most_common(40):
            yield f"{name}: {key} {count}"


def main(arguments: list[str]) -> int:
    """Measure the documents of folders and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--format", default="")
    asked = parser.parse_args(arguments)
    known = readers()
    rows: dict[str, Row] = defaultdict(Row)
    unread: list[str] = []
    for document in discover(asked.folders, retrieved=RETRIEVED):
        if isinstance(document, Problem):
            continue
        try:
            reader = recognise(document, known)
            if not asked.format or reader.format == asked.format:
                measure(document, reader, asked.sample, rows[reader.format])
        except SourceError as error:
            rows["unreadable"].documents += 1
            unread.append(f"not read: {str(error).partition(' (formats:')[0]}")
    print("\n".join([*table(rows), *unread]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
