"""Import many documents: progress, problems by place, nothing lost, memory flat.

Documents are committed in batches, so that an interrupted import keeps what it had done
and the next one skips documents that have not changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from provenance_graph.core import rdf
from provenance_graph.core.claims import Literal, Problem, Record
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PAV, PG, PROV, SCHEMA
from provenance_graph.formats.coverage import ReadingLedger
from provenance_graph.formats.document import Document, Reader
from provenance_graph.ingest.intake import Options, Reading, read
from provenance_graph.ingest.update import Deriver, update
from provenance_graph.store.base import ANY, Store, WritableStore

BATCH_RECORDS = 200
BATCH_CLAIMS = 20_000


@dataclass
class Report:
    """What an import did. ``ledger`` counts the values stated by what became of them."""

    documents: int = 0
    records: int = 0
    claims: int = 0
    unchanged: int = 0
    failed: int = 0
    version: str = ""
    formats: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    subjects: set[Iri] = field(default_factory=set)
    ledger: ReadingLedger = field(default_factory=ReadingLedger)

    @property
    def problems(self) -> int:
        """How many problems there were, failures to read among them."""
        return sum(self.kinds.values())


Told = Callable[[str, Problem], None]
"""Called with a document's name and a problem in it."""


def import_documents(
    store: WritableStore | None,
    documents: Iterable[Document | Problem],
    readers: Mapping[str, Reader],
    options: Options,
    tell: Told,
    derive: Deriver | None = None,
) -> Report:
    """Read documents and put their records in; ``store`` None reads without keeping.

    ``tell`` hears of every problem as it is met. One bad document never stops the rest.
    """
    report = Report()
    batch: dict[Iri, Record] = {}
    for item in documents:
        if isinstance(item, Problem):
            _note(report, item.where, item, tell)
            continue
        report.documents += 1
        if store is not None and not options.format and unchanged(store, item, options):
            report.unchanged += 1
            continue
        for record in _records(read(item, readers, options), report, tell):
            if (earlier := batch.get(record.header.record)) is not None and earlier != record:
                _note(report, item.name, _twice(record), tell)
                continue
            batch[record.header.record] = record
            report.records += 1
            report.claims += len(record.claims)
        if _full(batch):
            _commit(store, batch, report, derive)
    _commit(store, batch, report, derive)
    return report


def _records(reading: Reading, report: Report, tell: Told) -> Iterator[Record]:
    name = reading.document.name or reading.document.url
    if reading.failure is not None:
        report.failed += 1
        why = (
            str(reading.failure).removeprefix(f"{reading.document.url}: ").removeprefix(f"{name}: ")
        )
        _note(report, name, Problem("", why, kind="unreadable"), tell)
        return
    report.formats[reading.format] += 1
    report.ledger.add(reading.ledger)
    for problem in reading.problems:
        _note(report, name, problem, tell)
    yield from reading.records


def _note(report: Report, name: str, problem: Problem, tell: Told) -> None:
    report.kinds[problem.kind] += 1
    tell(name, problem)


def _twice(record: Record) -> Problem:
    return Problem(
        record.header.record,
        "another document of this import makes a different record of that name",
        "import them one by one, or give the record another name",
        kind="duplicate",
    )


def _full(batch: Mapping[Iri, Record]) -> bool:
    return len(batch) >= BATCH_RECORDS or sum(len(r.claims) for r in batch.values()) >= BATCH_CLAIMS


def _commit(
    store: WritableStore | None, batch: dict[Iri, Record], report: Report, derive: Deriver | None
) -> None:
    if batch and store is not None:
        done = update(store, batch.values(), derive=derive)
        report.version = done.version
        report.subjects |= done.subjects
    batch.clear()


def unchanged(store: Store, document: Document, options: Options) -> bool:
    """Whether the store holds this very document, read by the same reader, as its latest."""
    digest = Literal(document.digest)
    for record, _, _, graph in store.quads(predicate=PG.digest, object=digest, graph=ANY):
        if record != graph:
            continue
        said = {p: o for _, p, o, _ in store.quads(record, graph=graph)}
        retrieved = str(said.get(PAV.retrievedOn, ""))
        publisher = options.publisher in (None, said.get(PROV.wasAttributedTo))
        same_file = str(said.get(SCHEMA.url)) == document.url or document.url.startswith("urn:")
        if publisher and same_file and retrieved >= (options.retrieved or document.retrieved)[:10]:
            return True
    return False


def rewrite(records: Iterable[Record]) -> bytes:
    """Records as a file of ``data/records``; raises RecordError where two share a name."""
    found: dict[Iri, Record] = {}
    for record in records:
        if record.header.record in found:
            raise RecordError(f"two records are named {record.header.record}")
        found[record.header.record] = record
    return rdf.write_trig(found.values())
