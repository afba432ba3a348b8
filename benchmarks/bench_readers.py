"""How fast every reader reads, how much memory it takes, and how that compares with parsing.

    python benchmarks/bench_readers.py FOLDER_OF_SOURCES [--repeat N] [--json]

Each file is given to the reader that recognises it. Parsing is the limit: the same bytes
through the parser of their syntax (json, YAML, TOML, csv; for a card its front matter), which
the reader's time includes. Time is the processor's, of this process alone; that of a header of weights
is by the clock, of a sparse file of 100 GB. Peak memory is of reading one document at a time, claims dropped.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import struct
import sys
import tempfile
import time
import tomllib
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import walk

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Measure:
    """What one reader did with its documents."""

    documents: list[Document] = field(default_factory=list)
    octets: int = 0
    claims: int = 0
    problems: int = 0
    failed: int = 0
    reading: float = 0.0
    parsing: float = 0.0
    validating: float = 0.0
    peak: int = 0


def fresh(document: Document) -> Document:
    """The document with nothing parsed yet."""
    return Document(document.url, document.data, document.retrieved, document.name, document.files)


def parse(document: Document, syntax: str) -> None:
    """What any reader must do at least."""
    text = document.data.decode("utf-8-sig", "replace")
    if syntax == "json":
        json.loads(text)
    elif syntax == "jsonl":
        for line in text.splitlines():
            if line.strip():
                json.loads(line)
    elif syntax == "yaml":
        yaml.load(text, Loader=LOADER)
    elif syntax == "toml":
        tomllib.loads(text)
    elif syntax == "csv":
        for _ in csv.reader(io.StringIO(text)):
            pass
    elif syntax == "markdown":
        yaml.load(text.split("---", 2)[1] if text.startswith("---") else "", Loader=LOADER)
    else:
        text.splitlines()


def read(document: Document, reader) -> Iterator[object]:
    """Claims and problems of a document, recognition included; sorting is the record's matter."""
    reader.recognises(document.features)
    yield from reader.read(document)


def measure(result: Measure, name: str, repeat: int) -> None:
    """Time and memory of one reader over its documents; the best of several runs counts."""
    reader = readers()[name]
    best_reading = best_parsing = best_validating = float("inf")
    for run in range(repeat):
        reading = parsing = validating = 0.0
        for document in result.documents:
            syntax = document.features.syntax
            start = time.process_time()
            with contextlib.suppress(ValueError, yaml.YAMLError, csv.Error):
                parse(document, syntax)
            parsing += time.process_time() - start
            again = fresh(document)
            start = time.process_time()
            try:
                for item in read(again, reader):
                    if run == 0:
                        result.problems += isinstance(item, Problem)
                        result.claims += not isinstance(item, Problem)
            except SourceError:
                result.failed += run == 0
            reading += time.process_time() - start
            start = time.process_time()
            with contextlib.suppress(SourceError):
                for _ in reader.invalid(again) if reader.invalid is not None else ():
                    pass
            validating += time.process_time() - start
        best_validating = min(best_validating, validating)
        best_reading, best_parsing = min(best_reading, reading), min(best_parsing, parsing)
    result.reading, result.parsing = best_reading, best_parsing
    result.validating = best_validating
    largest = max(result.documents, key=lambda document: len(document.data))
    tracemalloc.start()
    with contextlib.suppress(SourceError):
        for _ in read(fresh(largest), reader):
            pass
    result.peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def headers() -> dict[str, float]:
    """Milliseconds to read the header of a file of 100 GB of each kind, most of it a hole."""
    one = {"w": {"dtype": "F32", "shape": [64, 32], "data_offsets": [0, 8192]}}
    text = json.dumps(one).encode()
    entry = struct.pack("<Q", 12) + b"general.name" + struct.pack("<IQ", 8, 3) + b"oak"
    heads = {
        "gguf": b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + entry,
        "safetensors": struct.pack("<Q", len(text)) + text,
    }
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, head in heads.items():
            path = Path(folder) / f"big.{kind}"
            with path.open("wb") as file:
                file.write(head)
                file.truncate(100 << 30)
            best = float("inf")
            for _ in range(5):
                start = time.perf_counter()
                (document,) = walk([str(path)], retrieved="2026-01-01")
                if isinstance(document, Problem):
                    raise SystemExit(str(document))
                for _ in read(document, readers()[kind]):
                    pass
                best = min(best, time.perf_counter() - start)
            results[kind] = best * 1e3
    return results


def gather(root: Path) -> dict[str, Measure]:
    """Every file below a folder under the reader that recognises it."""
    measures: dict[str, Measure] = defaultdict(Measure)
    known = readers()
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.stat().st_size > 64 << 20:
            continue
        local = path.relative_to(root).as_posix()
        document = Document(Iri("urn:file:x"), path.read_bytes(), "2026-01-01", local)
        try:
            hints = document.features
        except SourceError:
            measures["-"].failed += 1
            continue
        for name, reader in known.items():
            if reader.recognises(hints):
                measures[name].documents.append(document)
                measures[name].octets += len(document.data)
                break
        else:
            measures["-"].failed += 1
    return measures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    measures = gather(asked.folder)
    unread = measures.pop("-", Measure()).failed
    rows = []
    for name, result in sorted(measures.items()):
        measure(result, name, asked.repeat)
        count = len(result.documents)
        rows.append(
            {
                "reader": name,
                "documents": count,
                "MB": round(result.octets / 1e6, 2),
                "claims": result.claims,
                "problems": result.problems,
                "failed": result.failed,
                "documents/s": round(count / result.reading) if result.reading else 0,
                "claims/s": round(result.claims / result.reading) if result.reading else 0,
                "ms": round(result.reading * 1e3, 1),
                "parsing ms": round(result.parsing * 1e3, 1),
                "schema ms": round(result.validating * 1e3, 1),
                "ratio": round(result.reading / result.parsing, 1) if result.parsing else 0,
                "peak MB": round(result.peak / 1e6, 1),
            }
        )
    if asked.json:
        json.dump(rows, sys.stdout, indent=1)
        print()
        return
    heads = list(rows[0]) if rows else []
    print(" ".join(f"{head:>11}" for head in heads))
    for row in rows:
        print(" ".join(f"{row[head]!s:>11}" for head in heads))
    print(f"not recognised or not text: {unread}")
    for kind, milliseconds in headers().items():
        print(f"header of a {kind} file of 100 GB: {milliseconds:.2f} ms")


if __name__ == "__main__":
    main()
