"""The speed of every reader, compared with plain parsing of the same bytes.

    python -m benchmarks.bench_readers FOLDER_OF_SOURCES [--repeat N] [--only READER …] [--out FILE]

Each file is given to the reader that recognises it; one reader's files are measured by their
syntax. *Parsing* is the same bytes through the usual parser of their syntax (``json.loads``,
libyaml, ``tomllib``, ``csv``, expat; of a card its front matter), which the readers use, too.
*Reading* is recognising and every claim and problem. *With ledger* is what an import does: it also
follows every value of the document, key by key. *Objects* is parsing, and then only creating the
claims, names and literals of the reading from prepared texts. *Floor* is the least work of this
design: parsing within limits, recognising the document, visiting each of its values once, and
creating those objects. Garbage is collected as seldom as in a command. Time is processor time of
this process, the least of several turns; the header of weights is of a sparse file of 100 GB. Peak
memory is of reading the largest document, its claims dropped.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import io
import json
import platform
import struct
import tempfile
import time
import tomllib
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, field
from pathlib import Path
from xml.parsers import expat

import yaml

from provenance_graph.core.claims import Claim, Literal, Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.records import parts_of, whole_reading
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Measure:
    """The documents of one reader and syntax, and the least seconds of each step."""

    documents: list[Document] = field(default_factory=list)
    octets: int = 0
    claims: int = 0
    problems: int = 0
    failed: int = 0
    least: dict[str, float] = field(default_factory=dict)
    peak: int = 0


def fresh(document: Document) -> Document:
    """A copy of the document without cached results."""
    return Document(document.url, document.data, document.retrieved, document.name, document.files)


def parse(document: Document, syntax: str) -> None:
    """Parse a document's bytes with the plain parser of its syntax."""
    if syntax == "xml":
        expat.ParserCreate().Parse(document.data, True)
        return
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


def read(document: Document, reader: Reader) -> Iterator[object]:
    """Yield claims and problems of a document, recognition included; records are not sorted."""
    reader.recognises(document.features)
    yield from reader.read(document)


def read_with_ledger(document: Document, reader: Reader) -> Iterator[object]:
    """Yield what an import reads, with the ledger of every value."""
    reader.recognises(document.features)
    for part in parts_of(reader, document) or [document]:
        if isinstance(part, Document):
            yield from whole_reading(reader, part, ReadingLedger())


Texts = list[tuple[str, ...]]


def texts_of(documents: list[Document], reader: Reader) -> list[tuple[list[str], list[object]]]:
    """For each document: every distinct subject, and every claim as plain texts."""
    results = []
    for document in documents:
        with contextlib.suppress(SourceError):
            given = [one for one in read(fresh(document), reader) if isinstance(one, Claim)]
            subjects = [str(one) for one in dict.fromkeys(claim.subject for claim in given)]
            results.append((subjects, [_plain(claim) for claim in given]))
    return results


def _plain(claim: Claim) -> tuple[object, ...]:
    value = claim.value
    stated = astuple(value) if isinstance(value, Literal) else value and str(value)
    return (str(claim.subject), claim.predicate, stated, _rest(claim))


def _rest(claim: Claim) -> tuple[object, ...]:
    rest = (
        claim.stance,
        claim.basis,
        claim.as_stated,
        claim.locator,
        claim.confidence,
        claim.precision,
        claim.valid_from,
        claim.valid_until,
        claim.unusable,
    )
    return () if claim.plain else rest


def make(texts: list[tuple[list[str], list[object]]]) -> None:
    """Create only the objects of a reading: an IRI for each subject, a claim with its value."""
    for subjects, rows in texts:
        names = {subject: Iri(subject) for subject in subjects}
        for subject, predicate, stated, rest in rows:  # type: ignore[misc]
            if type(stated) is tuple:
                Claim(names[subject], predicate, Literal(*stated), *rest)
            else:
                Claim(names[subject], predicate, stated and Iri(stated), *rest)


def met(document: Document) -> None:
    """Parse within limits, recognise the document, and visit each value once."""
    seen = document.features
    if seen.syntax == "jsonl":
        for line in document.lines:
            if not isinstance(line, Problem):
                coverage.leaves(line[1], ("entry",), line[0])
    elif seen.value is not None:
        for where, entry in _entries(seen.value):
            coverage.leaves(entry, ("entry",), where)


def _entries(value: object) -> Iterable[tuple[str, object]]:
    """The entries of a catalogue that maps names to entries; else the document as one entry."""
    if isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values()):
        return value.items()
    return [("", value)]


def measure(result: Measure, reader: Reader, syntax: str, repeat: int) -> None:
    """Measure time and memory of one reader over its documents: the least of several turns."""
    texts = texts_of(result.documents, reader)
    for turn in range(repeat):
        spent: dict[str, float] = defaultdict(float)
        for document in result.documents:
            _timed(spent, "parsing", lambda document=document: parse(document, syntax))
            again, whole, walked = fresh(document), fresh(document), fresh(document)
            if turn == 0:
                _counted(result, fresh(document), reader)
            _timed(spent, "reading", lambda again=again: _drain(read(again, reader)))
            _timed(spent, "ledger", lambda whole=whole: _drain(read_with_ledger(whole, reader)))
            _timed(spent, "walk", lambda walked=walked: met(walked))
        _timed(spent, "objects", lambda: make(texts))
        for step, seconds in spent.items():
            result.least[step] = min(seconds, result.least.get(step, seconds))
    largest = max(result.documents, key=lambda document: len(document.data))
    tracemalloc.start()
    with contextlib.suppress(SourceError):
        _drain(read(fresh(largest), reader))
    result.peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def _timed(spent: dict[str, float], step: str, work: Callable[[], None]) -> None:
    start = time.process_time()
    with contextlib.suppress(ValueError, yaml.YAMLError, csv.Error, SourceError, expat.ExpatError):
        work()
    spent[step] += time.process_time() - start


def _drain(items: Iterator[object]) -> None:
    for _ in items:
        pass


def _counted(result: Measure, document: Document, reader: Reader) -> None:
    try:
        for item in read(document, reader):
            result.problems += isinstance(item, Problem)
            result.claims += not isinstance(item, Problem)
    except SourceError:
        result.failed += 1


def headers() -> dict[str, float]:
    """Processor milliseconds to read the header of a sparse file of 100 GB, for each container."""
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
            results[kind] = 1e3 * min(_header(path, kind) for _ in range(5))
    return results


def _header(path: Path, kind: str) -> float:
    start = time.process_time()
    (document,) = discover([str(path)], retrieved="2026-01-01")
    if isinstance(document, Problem):
        raise SystemExit(str(document))
    _drain(read(document, readers()[kind]))
    return time.process_time() - start


def gather(root: Path) -> tuple[dict[tuple[str, str], Measure], int]:
    """Every file below a folder by reader and syntax, and the number that no reader recognises."""
    measures: dict[tuple[str, str], Measure] = defaultdict(Measure)
    unread = 0
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.stat().st_size > 64 << 20:
            continue
        local = path.relative_to(root).as_posix()
        document = Document(Iri("urn:file:x"), path.read_bytes(), "2026-01-01", local)
        try:
            seen = document.features
            name = next(name for name, one in readers().items() if one.recognises(seen))
        except (SourceError, StopIteration):
            unread += 1
            continue
        measures[name, seen.syntax].documents.append(document)
        measures[name, seen.syntax].octets += len(document.data)
    return measures, unread


def row_of(name: str, syntax: str, result: Measure) -> dict[str, object]:
    """The figures of one reader and syntax: milliseconds, and multiples of plain parsing."""
    least = result.least
    plain = least["parsing"] or 1e-9
    return {
        "reader": name,
        "syntax": syntax,
        "documents": len(result.documents),
        "MB": round(result.octets / 1e6, 2),
        "claims": result.claims,
        "problems": result.problems,
        "failed": result.failed,
        "parsing ms": round(plain * 1e3, 2),
        "reading ms": round(least["reading"] * 1e3, 2),
        "ledger ms": round(least["ledger"] * 1e3, 2),
        "objects": round((plain + least["objects"]) / plain, 1),
        "floor": round((max(plain, least["walk"]) + least["objects"]) / plain, 1),
        "reading": round(least["reading"] / plain, 1),
        "with ledger": round(least["ledger"] / plain, 1),
        "peak MB": round(result.peak / 1e6, 1),
    }


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--only", action="append", default=[])
    options.add_argument("--out", type=Path, help="keep the figures in this file, as JSON")
    asked = options.parse_args()
    gc.set_threshold(100_000, 50, 100)  # as a command does
    measures, unread = gather(asked.folder)
    rows = []
    for (name, syntax), result in sorted(measures.items()):
        if not asked.only or name in asked.only:
            measure(result, readers()[name], syntax, asked.repeat)
            rows.append(row_of(name, syntax, result))
    heads = list(rows[0]) if rows else []
    print(" ".join(f"{head:>11}" for head in heads))
    for row in rows:
        print(" ".join(f"{row[head]!s:>11}" for head in heads))
    print(f"not recognised or not text: {unread}")
    weights = {kind: round(spent, 2) for kind, spent in headers().items()}
    for kind, spent in weights.items():
        print(f"header of a {kind} file of 100 GB: {spent:.2f} ms of processor")
    if asked.out:
        kept = {"python": platform.python_version(), "readers": rows, "headers ms": weights}
        asked.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
