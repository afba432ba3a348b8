"""Parallel reading of very many documents into files of records, one file per batch.

Each batch is read by a worker process, as many at a time as there are processors; memory is bounded
by the bytes of the waiting batches. The file of a batch is named by the digest of its documents, so
a batch that an interrupted earlier run has read is not read again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path

from provenance_graph.core import rdf
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import RecordError
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options, read
from provenance_graph.ingest.place import PublisherCollections, placed
from provenance_graph.store.processes import cores, pool

BATCH_BYTES = 8 << 20
BATCH_DOCUMENTS = 2_000
"""The size at which a batch is closed, in bytes and in documents."""


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """The result of one batch: its file of records, counts, and the problems of its documents."""

    path: str
    documents: int
    records: tuple[str, ...] = ()
    claims: int = 0
    failed: int = 0
    problems: tuple[tuple[str, dict[str, str]], ...] = ()
    formats: Mapping[str, int] = field(default_factory=dict)


def read_all(
    documents: Iterable[Document | Problem],
    options: Options,
    known: PublisherCollections,
    folder: Path,
    tell: Callable[[str, Problem], None],
    step: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[ReadBatch]:
    """Read documents into files of records below ``folder``; the batches come sorted by path.

    ``tell`` is called with every problem, ``step`` with the number of documents read. Raises
    RecordError if two batches hold a record of the same name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results: list[ReadBatch] = []
    seen: dict[str, str] = {}
    done = 0
    waiting: set[Future[ReadBatch]] = set()

    def take(batch: ReadBatch) -> None:
        nonlocal done
        done += batch.documents
        step(done, 0)
        for name, problem in batch.problems:
            tell(name, Problem(**problem))
        for record in batch.records:
            if seen.setdefault(record, batch.path) != batch.path:
                raise RecordError(
                    f"{record}: two documents of this import are readings of one document; import "
                    "them one after the other"
                )
        results.append(batch)

    with pool(cores()) as running:
        for batch in _batches(documents, tell):
            waiting.add(_submitted(running, batch, options, known, folder))
            if len(waiting) >= 2 * cores():
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    take(future.result())
        for future in waiting:
            take(future.result())
    return sorted(results, key=lambda batch: batch.path)


def _submitted(
    running: ProcessPoolExecutor,
    batch: list[Document],
    options: Options,
    known: PublisherCollections,
    folder: Path,
) -> Future[ReadBatch]:
    seen = hashlib.sha256(repr(options).encode())
    for document in batch:
        seen.update(f"{document.url} {document.name} {document.digest}\n".encode())
    return running.submit(read_batch, batch, options, known, str(folder / seen.hexdigest()[:24]))


def _batches(
    documents: Iterable[Document | Problem], tell: Callable[[str, Problem], None]
) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for item in documents:
        if isinstance(item, Problem):
            tell(item.where, item)
            continue
        batch.append(item)
        size += len(item.data)
        if size >= BATCH_BYTES or len(batch) >= BATCH_DOCUMENTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def read_batch(
    batch: list[Document], options: Options, known: PublisherCollections, stem: str
) -> ReadBatch:
    """Read the documents of a batch and write their records; a finished batch is not read again.

    Raises RecordError if two documents give records of the same name.
    """
    answer, target = Path(f"{stem}.json"), Path(f"{stem}.trig")
    if answer.is_file():
        return _again(answer)
    formats, records, problems = readers(), {}, []
    failed, counted = 0, Counter[str]()
    for document in batch:
        name = document.name or document.url
        reading = read(document, formats, options)
        if reading.failure is not None:
            failed += 1
            problems.append((name, asdict(Problem("", str(reading.failure), kind="unreadable"))))
            continue
        counted[reading.format] += 1
        problems += ((name, asdict(problem)) for problem in reading.problems)
        for record, part in reading.sourced:
            made = placed(record, part, options, reading.format, known)
            if made.header.record in records:
                raise RecordError(f"{name}: {made.header.record} occurs also in another document")
            records[made.header.record] = made
    aside = target.with_suffix(".tmp")
    aside.write_bytes(rdf.write_trig(records.values()))
    aside.replace(target)
    claims = sum(len(record.claims) for record in records.values())
    result = ReadBatch(
        str(target), len(batch), tuple(records), claims, failed, tuple(problems), dict(counted)
    )
    written = answer.with_suffix(".json.tmp")
    written.write_text(json.dumps(asdict(result)), encoding="utf-8")
    written.replace(answer)
    return result


def _again(answer: Path) -> ReadBatch:
    result = json.loads(answer.read_text(encoding="utf-8"))
    result["records"] = tuple(result["records"])
    result["problems"] = tuple((name, problem) for name, problem in result["problems"])
    return ReadBatch(**result)
