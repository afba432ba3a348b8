"""What of a reader's time is the claims themselves: the same claims made again, against plain parsing.

    python benchmarks/bench_claims.py FOLDER_OF_SOURCES [--repeat N]

A reader can be no faster than parsing its document and making its claims. For every format: claims for
each kilobyte, the time of making these claims again from their ready parts, and the reader's time, both
in times of plain parsing. Time is the processor's, the best of N runs.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import yaml

from benchmarks.bench_readers import fresh, parse
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import walk
from provenance_graph.ingest.intake import recognise


def best(repeat: int, run: Callable[[], object]) -> float:
    """The least processor time of several runs."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def made(reader: Reader, documents: list[Document]) -> list[Claim]:
    """The claims of documents, each read as if for the first time."""
    claims: list[Claim] = []
    for document in documents:
        with contextlib.suppress(SourceError):
            claims += [c for c in reader.read(fresh(document)) if isinstance(c, Claim)]
    return claims


def again(claims: list[Claim]) -> None:
    """Make claims anew of the parts of others, as readers do: by position, little but the value given."""
    for c in claims:
        if c.locator or c.as_stated:
            Claim(
                c.subject, c.predicate, c.value, c.stance, as_stated=c.as_stated, locator=c.locator
            )
        else:
            Claim(c.subject, c.predicate, c.value)


def parsed(documents: list[Document]) -> None:
    """Parse documents and do nothing with them."""
    for document in documents:
        with contextlib.suppress(ValueError, yaml.YAMLError):
            parse(document, document.features.syntax)


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args(arguments)
    by_format: dict[str, list[Document]] = defaultdict(list)
    for document in walk([str(asked.folder)], retrieved="2026-01-31"):
        if not isinstance(document, Problem):
            with contextlib.suppress(SourceError):
                by_format[recognise(document, readers()).format].append(document)
    print(f"{'format':14} {'documents':>9} {'claims/kB':>9} {'claims alone':>12} {'reader':>7}")
    for name, documents in sorted(by_format.items()):
        reader = readers()[name]
        claims = made(reader, documents)
        size = sum(len(document.data) for document in documents) / 1000
        plain = best(asked.repeat, lambda documents=documents: parsed(documents)) or 1e-9
        alone = best(asked.repeat, lambda claims=claims: again(claims))
        whole = best(
            asked.repeat, lambda reader=reader, documents=documents: made(reader, documents)
        )
        print(
            f"{name:14} {len(documents):9} {len(claims) / size:9.1f}"
            f" {alone / plain:12.1f} {whole / plain:7.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
