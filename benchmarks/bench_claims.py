"""What of a reader's time cannot be saved: parts that any reader has, against plain parsing of the same bytes.

    python benchmarks/bench_claims.py FOLDER_OF_SOURCES [--repeat N]

However it is written, a reader parses its document within bounds and looks which format it is (*seen*),
meets every value once with its key and its place (*walk*), and makes its claims (*claims*). Their sum is the
*floor* beside the time of the whole *reader*; all are times of plain parsing of the processor, the best of N runs.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from benchmarks.bench_readers import fresh, parse
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.formats import coverage
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


def seen(documents: list[Document]) -> None:
    """Parse documents within the bounds of depth and repeated names, and see what they are."""
    for document in documents:
        with contextlib.suppress(SourceError):
            fresh(document).features  # noqa: B018


def walked(documents: list[Document]) -> None:
    """Meet every value of parsed documents once, with its key and its place, and do nothing with it."""
    for document in documents:
        coverage.leaves(document.features.value, ("",), "")


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
    heads = ("documents", "claims/kB", "seen", "walk", "claims", "floor", "reader")
    print(f"{'format':14}" + "".join(f"{head:>10}" for head in heads))
    for name, documents in sorted(by_format.items()):
        reader = readers()[name]
        claims = made(reader, documents)
        size = sum(len(document.data) for document in documents) / 1000
        runs: tuple[Callable[[], object], ...] = (
            partial(seen, documents),
            partial(walked, documents),
            partial(again, claims),
            partial(made, reader, documents),
        )
        plain = best(asked.repeat, partial(parsed, documents)) or 1e-9
        *parts, whole = (best(asked.repeat, run) / plain for run in runs)
        shown = "".join(f"{each:10.1f}" for each in (*parts, sum(parts), whole))
        print(f"{name:14}{len(documents):10}{len(claims) / size:10.1f}{shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
