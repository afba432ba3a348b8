"""Tolerant reading of CSV documents as rows by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from provenance_graph.core.claims import Problem
from provenance_graph.formats.document import Document
from provenance_graph.formats.parsing import MAX_BYTES

csv.field_size_limit(MAX_BYTES)  # no cell is longer than the document


def rows(document: Document) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    """Yield the rows of a CSV document by column, with their last line number; cells are stripped.

    A row with more cells than the header is a problem and is read up to the header's length. An
    unclosed quote is a problem too: its line is skipped, not everything after it.
    """
    lines = _Lines(io.StringIO(document.text.replace("\0", "\ufffd"), newline="").readlines())
    header: list[str] | None = None
    begins = 0
    while lines.at < len(lines.all):
        try:
            for cells in csv.reader(lines):
                if lines.at - begins > 1 and lines.at == len(lines.all) and lines.is_open(begins):
                    what = "a quote that is not closed; the line is skipped"
                    yield Problem(f"L{begins + 1}", what, kind="syntax")
                    lines.at = begins + 1
                    break
                begins = lines.at
                if header is None:
                    header = [cell.strip() for cell in cells]
                elif any(cells):
                    yield from _row(lines.at, cells, header)
        except csv.Error as error:
            yield Problem(f"L{lines.at}", f"not CSV: {error}", kind="syntax")
        begins = lines.at


class _Lines:
    """Iterator over the lines of a table that keeps its position."""

    def __init__(self, lines: list[str]) -> None:
        self.all, self.at = lines, 0

    def __iter__(self) -> Iterator[str]:
        while self.at < len(self.all):
            self.at += 1
            yield self.all[self.at - 1]

    def is_open(self, begins: int) -> bool:
        """Whether a quoted cell runs past the end: the number of quotes from a line on is odd."""
        return sum(self.all[n].count('"') for n in range(begins, len(self.all))) % 2 == 1


def _row(
    line: int, cells: list[str], header: list[str]
) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    if len(cells) > len(header):
        yield Problem(f"L{line}", f"{len(cells)} cells under {len(header)} columns")
    padded = [*cells, *[""] * (len(header) - len(cells))]
    yield line, {key: cell.strip() for key, cell in zip(header, padded, strict=False)}
