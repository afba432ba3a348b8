"""The ledger of a document: the number of its values by treatment and key.

``markdown`` prints a key table for the documentation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from provenance_graph.formats.coverage import KeyTable, Leaf, Treatment
from provenance_graph.formats.document import Document, Reader

MAX_KEYS = 400
"""The most keys of one treatment that a report names; key tables are shorter, unknown keys may be
more."""


@dataclass
class ReadingLedger:
    """The number of a document's values by treatment and key."""

    values: Counter[tuple[Treatment, str]] = field(default_factory=Counter)

    def total(self, *treatments: Treatment) -> int:
        """The number of values with one of these treatments; of all values where none is given."""
        return sum(
            n
            for (treatment, _), n in self.values.items()
            if not treatments or treatment in treatments
        )

    def by_key(self, treatment: Treatment) -> Mapping[str, int]:
        """The counts of one treatment by key, highest first."""
        results = {key: n for (each, key), n in self.values.items() if each is treatment}
        return dict(sorted(results.items(), key=lambda item: (-item[1], item[0])))

    def __str__(self) -> str:
        """One line: the number of values stated, and the number of each treatment."""
        parts = [f"{self.total(f)} {f.value}" for f in Treatment if self.total(f)]
        return f"{self.total()} values: {', '.join(parts)}" if parts else "no values"

    def lines(self) -> Iterator[str]:
        """Yield the line of totals, then a line for each treatment with its keys and their counts."""
        yield f"stated: {self}"
        for treatment in Treatment:
            keys = self.by_key(treatment)
            counted_keys = [f"{key} ({n})" if n > 1 else key for key, n in keys.items() if n > 0]
            if counted_keys:
                more = (
                    f", and {len(counted_keys) - MAX_KEYS} more keys"
                    if len(counted_keys) > MAX_KEYS
                    else ""
                )
                yield f"  {treatment.value}: {', '.join(counted_keys[:MAX_KEYS])}{more}"


def count(leafs: Iterable[Leaf], table: KeyTable) -> ReadingLedger:
    """The ledger of a document's values under a key table."""
    ledger = ReadingLedger()
    for leaf in leafs:
        ledger.values[table.treatment(leaf.path), "/".join(leaf.path)] += 1
    return ledger


def of_document(reader: Reader, document: Document) -> ReadingLedger:
    """The ledger of a document under its reader's key table; empty where the reader has none yet."""
    if reader.keys is None or reader.leaves is None:
        return ReadingLedger()
    return count(reader.leaves(document), reader.keys)


def markdown(table: KeyTable) -> str:
    """The key table as a Markdown table for the documentation."""
    lines = ["| key | what becomes of it |", "|---|---|"]
    done: set[str] = set()
    for row in table.rows:
        if row.path in done:
            continue
        done.add(row.path)
        treatment = f"`{row.note}`" if row.property else row.note
        if row.treatment is not Treatment.READ:
            treatment = f"{row.treatment.value}: {row.note}"
        lines.append(f"| `{row.path}` | {treatment} |")
    return "\n".join(lines)
