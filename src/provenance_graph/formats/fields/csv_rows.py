"""CSV documents as rows by column, whatever is wrong with some of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from provenance_graph.core.claims import Problem
from provenance_graph.formats.document import Document


def rows(document: Document) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    """The rows of a CSV document by column, each with its last line; cells are stripped.

    A row with more cells than the header is a problem and is read as far as the header goes.
    """
    text = document.text.replace("\0", "\ufffd")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) > len(header):
                yield Problem(
                    f"L{reader.line_num}", f"{len(cells)} cells under {len(header)} columns"
                )
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield (
                reader.line_num,
                {key: cell.strip() for key, cell in zip(header, padded, strict=False)},
            )
    except csv.Error as error:
        yield Problem(f"L{reader.line_num}", f"not CSV from here: {error}", kind="syntax")
