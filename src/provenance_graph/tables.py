"""Rows as text: a table where it fits, else one record below another; also JSON and CSV.

Every answer fits a terminal of 80 columns. Long addresses become footnotes where they would take
the space of other columns. A column is wrapped at words, never below a readable width. Where a
table does not fit even so, each row becomes a small record.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, short_id

GAP = 2
READABLE = 20
"""Least width, in terminal columns, to which a column of text is wrapped."""

_ADDRESS = ("http://", "https://")
_SHORT = 24  # an address shorter than this is no footnote
_NUMBERS = ("#integer", "#decimal", "#double")
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def rendered(value: object) -> str:
    """The text of a value in a table cell: short names, numbers grouped by thousands.

    Numbers above 10^15, such as training compute, are rounded; CSV and JSON give all digits.

    >>> rendered(Literal("128000", Iri("http://www.w3.org/2001/XMLSchema#integer")))
    '128,000'
    >>> rendered(Literal("33499999999999998000000000", Iri("http://www.w3.org/2001/XMLSchema#decimal")))
    '3.35e+25'
    """
    if value is None:
        return ""
    if isinstance(value, Iri):
        return short_id(value)
    if isinstance(value, Literal):
        if value.datatype.endswith(_NUMBERS) and len(value.lexical.partition(".")[0]) > 15:
            return f"{float(value.lexical):.6g}"
        if value.datatype.endswith("#integer") and len(value.lexical) > 4:
            return f"{int(value.lexical):,}"
        return value.lexical
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def counted(count: int, noun: str) -> str:
    """``1 record``, ``1,200 records``: a count with its noun."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def render(
    columns: Sequence[str], rows: Iterable[Sequence[object]], format: str, head: str = ""
) -> str:
    """Rows as text: ``table``, ``json`` (a list of objects) or ``csv``.

    ``head`` is the column that heads a record where a table is too wide; by default the first.
    """
    if format == "json":
        listed = [dict(zip(columns, map(_jsonable, row), strict=True)) for row in rows]
        return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    if format == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain_cell(cell) for cell in row] for row in rows)
        return out.getvalue()
    cells = [[_printable(rendered(cell)) for cell in row] for row in rows]
    return table(columns, cells, width(), bold=coloured(), head=head)


def width() -> int:
    """The width of answers in terminal columns: COLUMNS, else the terminal's width, else 80."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


def coloured() -> bool:
    """Whether headings are bold: in a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    bold: bool = False,
    head: str = "",
    tallest: int = 6,
    readable: int = READABLE,
) -> str:
    r"""Rows of text within so many columns of the screen.

    >>> print(table(["who", "what"], [["epoch", "7,000,000,000"]], 80))
    who    what
    epoch  7,000,000,000
    <BLANKLINE>
    """
    notes = Footnotes()
    for cells in (rows, [[notes.replaced(cell) for cell in row] for row in rows]):
        widths = _fitting(columns, cells, width, tallest, readable)
        if widths is not None:
            used = notes if cells is not rows else Footnotes()
            return _as_table(columns, cells, widths, bold) + used.text()
    first = columns.index(head) if head else 0
    order = [first, *(n for n in range(len(columns)) if n != first)]
    short = [[notes.replaced(row[n]) for n in order] for row in rows]
    return _as_records([columns[n] for n in order], short, width, bold) + notes.text()


def folded(text: str) -> str:
    """Lines wrapped to the width of the screen; continuation lines are indented."""
    max_width = width()
    out: list[str] = []
    for line in text.split("\n"):
        if cells(line) <= max_width or _FOOTNOTE.fullmatch(line):  # an address is copied whole
            out.append(line)
            continue
        inset = min(len(line) - len(line.lstrip()) + 4, max_width // 2)
        head, *rest = _wrapped(line.strip(), max_width - inset)
        out.append(" " * (inset - 4) + head)
        out += [" " * inset + part for part in rest]
    return "\n".join(out)


def fitted(text: str, stream: TextIO | None = None) -> str:
    """The text folded if the stream is a terminal; a pipe or a file gets whole lines."""
    return folded(text) if (stream or sys.stdout).isatty() else text


class Footnotes:
    """Addresses that are listed below the answer, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def replaced(self, cell: str) -> str:
        """The cell with its long addresses replaced by numbers in brackets."""
        if not any(head in cell for head in _ADDRESS):
            return cell
        return " ".join(self._replaced_word(word) for word in cell.split(" "))

    def _replaced_word(self, word: str) -> str:
        address = word.rstrip(":;,")  # punctuation after an address is not part of it
        if not address.startswith(_ADDRESS) or len(address) <= _SHORT:
            return word
        number = self._numbers.setdefault(address, len(self._numbers) + 1)
        return f"[{number}]{word[len(address) :]}"

    def text(self) -> str:
        """The addresses with their numbers; empty where there are none."""
        if not self._numbers:
            return ""
        return "\n" + "".join(f"[{n}] {address}\n" for address, n in self._numbers.items())


def _fitting(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    tallest: int,
    readable: int,
) -> list[int] | None:
    """The widths of the columns within the limit; None where a table would not be readable.

    A table is not readable with words broken inside, with more than six columns, or with a row of
    more lines than ``tallest``.
    """
    natural = [
        max([cells(name), *(_longest_line(row[n]) for row in rows)])
        for n, name in enumerate(columns)
    ]
    room = width - GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    # a word that is wider than its column would be broken inside: such a column keeps its width
    least = [
        max([cells(name), min(natural[n], readable), *(_longest_token(row[n]) for row in rows)])
        for n, name in enumerate(columns)
    ]
    if sum(least) > room or len(columns) > 6:
        return None
    over = sum(natural) - room
    widths = list(natural)
    while over > 0:
        n = max(range(len(widths)), key=lambda n: widths[n] - least[n])
        taken = min(over, max(1, (widths[n] - least[n]) // 2))
        widths[n] -= taken
        over -= taken
    tall = max(
        (len(_wrapped(c, w)) for row in rows for c, w in zip(row, widths, strict=True)), default=1
    )
    return widths if tall <= tallest else None


def _as_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], bold: bool
) -> str:
    head = _line(columns, widths)
    lines = [f"{_BOLD}{head}{_PLAIN}" if bold else head]
    for row in rows:
        parts = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        lines += [
            _line([part[n] if n < len(part) else "" for part in parts], widths)
            for n in range(max(map(len, parts), default=1))
        ]
    return "\n".join(lines) + "\n"


def _line(cells_: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - cells(cell)) for cell, width in zip(cells_, widths, strict=True)
    )
    return (" " * GAP).join(padded).rstrip()


def _as_records(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, bold: bool
) -> str:
    """Each row as lines of name and value under its first column.

    A row whose first cell is empty continues the record above it.
    """
    left = max(map(cells, columns[1:]), default=0)
    out: list[str] = []
    for row in rows:
        if row[0] or not out:
            head = "\n".join(_wrapped(row[0], width)) or "–"
            out.append(f"{_BOLD}{head}{_PLAIN}" if bold else head)
        else:
            out.pop()  # the line between records
        for name, cell in zip(columns[1:], row[1:], strict=True):
            for n, line in enumerate(
                _wrapped(cell, max(width - left - 4, READABLE)) if cell else []
            ):
                label = name if n == 0 else ""
                out.append(f"  {label}{' ' * (left - cells(label))}  {line}".rstrip())
        out.append("")
    return "\n".join(out[:-1]) + "\n" if out else ""


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken between words and after the slashes of names.

    >>> _wrapped("meta-llama/Llama-3.1-8B is a model", 16)
    ['meta-llama/', 'Llama-3.1-8B is', 'a model']
    """
    lines: list[str] = []
    for line in text.splitlines() or [""]:
        if cells(line) <= width:
            lines.append(line)
            continue
        stored = ""
        for part in _PART.findall(line):
            while cells(part) > width:  # it can only be broken inside
                if stored.strip():
                    lines.append(stored.rstrip())
                    stored = ""
                cut = width if part.isascii() else max(width // 2, 1)
                lines.append(part[:cut])
                part = part[cut:]
            if stored and cells(stored) + cells(part.rstrip()) > width:
                lines.append(stored.rstrip())
                stored = ""
            stored += part
        if stored.strip():
            lines.append(stored.rstrip())
    return lines


_FOOTNOTE = re.compile(r"\[\d+\] \S+")
_PART = re.compile(r"https?://\S+\s*|[^\s/]*/+|[^\s/]+\s*|\s+")


def cells(text: str) -> int:
    """The number of terminal columns that a line takes.

    >>> cells("模型"), cells("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _longest_line(text: str) -> int:
    return max(map(cells, text.splitlines()), default=0)


def _longest_token(text: str) -> int:
    return max((cells(part.rstrip()) for part in _PART.findall(text)), default=0)


def _printable(text: str) -> str:
    """The text with control characters replaced, so that a name cannot control the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _jsonable(value: object) -> object:
    if isinstance(value, bool | int | float | list | dict) or value is None:
        return value
    if isinstance(value, Literal) and value.datatype.endswith("#integer"):
        return int(value.lexical)
    return str(value)


def _plain_cell(value: object) -> str:
    return "" if value is None else str(value)
