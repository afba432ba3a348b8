"""What became of the values of a document: how many met which fate, by key.

The table of keys that says so is printed here for the documentation, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from provenance_graph.formats.coverage import Fate, KeyTable, Leaf
from provenance_graph.formats.document import Document, Reader

MAX_KEYS = 400
"""How many keys of one fate a report names; tables of keys are shorter, unknown keys need not be."""


@dataclass
class ReadingLedger:
    """How many of a document's values met which fate, by key."""

    values: Counter[tuple[Fate, str]] = field(default_factory=Counter)

    def total(self, *fates: Fate) -> int:
        """How many values met these fates; all values without any."""
        return sum(n for (fate, _), n in self.values.items() if not fates or fate in fates)

    def by_key(self, fate: Fate) -> Mapping[str, int]:
        """The counts of one fate by key, most first."""
        results = {key: n for (each, key), n in self.values.items() if each is fate}
        return dict(sorted(results.items(), key=lambda item: (-item[1], item[0])))

    def __str__(self) -> str:
        """One line: how many values were stated, and what became of them."""
        parts = [f"{self.total(f)} {f.value}" for f in Fate if self.total(f)]
        return f"{self.total()} values: {', '.join(parts)}" if parts else "no values"

    def lines(self) -> Iterator[str]:
        """The line of totals, then each fate with its keys and how many values stand under them."""
        yield f"stated: {self}"
        for fate in Fate:
            keys = self.by_key(fate)
            shown = [f"{key} ({n})" if n > 1 else key for key, n in keys.items() if n > 0]
            if shown:
                more = f", and {len(shown) - MAX_KEYS} more keys" if len(shown) > MAX_KEYS else ""
                yield f"  {fate.value}: {', '.join(shown[:MAX_KEYS])}{more}"


def count(leafs: Iterable[Leaf], table: KeyTable) -> ReadingLedger:
    """The ledger of a document's values."""
    ledger = ReadingLedger()
    for leaf in leafs:
        ledger.values[table.fate(leaf.path), "/".join(leaf.path)] += 1
    return ledger


def of_document(reader: Reader, document: Document) -> ReadingLedger:
    """The ledger of a document by its reader's table; empty where the reader has none yet."""
    if reader.keys is None or reader.leaves is None:
        return ReadingLedger()
    return count(reader.leaves(document), reader.keys)


def markdown(table: KeyTable) -> str:
    """The table as documentation prints it."""
    lines = ["| key | what becomes of it |", "|---|---|"]
    done: set[str] = set()
    for row in table.rows:
        if row.path in done:
            continue
        done.add(row.path)
        fate = f"`{row.note}`" if row.property else row.note
        if row.fate is not Fate.READ:
            fate = f"{row.fate.value}: {row.note}"
        lines.append(f"| `{row.path}` | {fate} |")
    return "\n".join(lines)
