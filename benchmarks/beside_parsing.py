"""The section of ``docs/performance.md`` on readers and plain parsing, from ``bench_readers``."""

from __future__ import annotations

import json

READERS = """
## Readers against plain parsing of the same bytes

`python -m benchmarks.bench_readers FOLDER --out benchmarks/results/readers.json` over {documents:,} documents of other projects: processor time
as a multiple of the usual parser of the syntax (`json.loads`, libyaml, `tomllib`, `csv`, expat; of a card its front matter alone), which
the readers use, too. *Objects*: parsing, and nothing but making the claims that the reading gives. *Floor*: parsing within bounds,
seeing what the document is, meeting each value once with its key and place, and those objects. *Reading*: the reader. *With ledger*:
what an import does, with the schema of the standard where there is one and with what became of each value. Each document is parsed
between two readings, its memory cold: parsed in a loop of its own, small documents take half as long, and their multiples double.

| reader | syntax | documents | MB | claims | parsing, ms | objects | floor | reading | with ledger |
|---|---|---|---|---|---|---|---|---|---|
"""


def beside_parsing(text: str) -> str:
    """Markdown of a table of readers, and how many are within five times parsing."""
    measured = json.loads(text)
    rows = measured["readers"]
    head = READERS.format(documents=sum(row["documents"] for row in rows))
    lines = [
        f"| {row['reader']} | {row['syntax']} | {row['documents']:,} | {row['MB']} | {row['claims']:,} | {row['parsing ms']} "
        f"| {row['objects']} | {row['floor']} | {row['reading']} | {row['with ledger']} |"
        for row in rows
    ]
    goal = [row for row in rows if row["syntax"] in ("json", "jsonl", "yaml", "toml")]
    within = [row for row in goal if row["reading"] <= 5]
    cannot = [row for row in goal if row["floor"] > 5]
    weights = ", ".join(f"{kind} {spent} ms" for kind, spent in measured["headers ms"].items())
    lines += [
        "",
        f"Of {len(goal)} pairs of reader and syntax in JSON, YAML and TOML {len(within)} read within five times parsing; of {len(cannot)} the floor alone is more.",
        f"The header of a sparse file of 100 GB, from its path to its claims, in processor time: {weights}.",
    ]
    return head + "\n".join(lines) + "\n"
