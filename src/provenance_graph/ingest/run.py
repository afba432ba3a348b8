"""Import of many documents in batches, with bounded memory and problems by document.

Every batch is committed, so that an interrupted import keeps the finished batches, and the next
import skips unchanged documents. Before a batch is committed, the effect of each new reading on
stored readings is checked and reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from provenance_graph.core import rdf
from provenance_graph.core.claims import Custody, Header, Literal, Problem, Record
from provenance_graph.core.errors import UnknownFormat
from provenance_graph.core.graph_names import COLLECTIONS
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.file_names import CARDS
from provenance_graph.formats.identity import exported_from, inferred_in, written_from
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.ingest.intake import Options, Reading, read
from provenance_graph.ingest.place import (
    Collection,
    PublisherCollections,
    below_namespace,
    collection_of,
    first_record,
    folder_of,
    is_forwarded,
    is_made_here,
    placed,
    published,
)
from provenance_graph.ingest.private import mark
from provenance_graph.ingest.replacing import (
    RecordOutcome,
    loss_problem,
    losses,
    named_otherwise,
    newest,
    outcome,
)
from provenance_graph.ingest.returned import KnownHere, edited, further
from provenance_graph.ingest.update import Deriver, make_private, update
from provenance_graph.store.base import Store, WritableStore
from provenance_graph.store.values import ANY

BATCH_RECORDS = 1_000
BATCH_CLAIMS = 50_000


@dataclass
class ImportReport:
    """The outcome of an import, or of a dry run.

    ``replaced`` names replaced readings, ``own_exports`` counts documents that this software wrote,
    ``refused`` refused records, ``passed_over`` files of a folder that no reader recognises.
    """

    documents: int = 0
    records: int = 0
    claims: int = 0
    unchanged: int = 0
    failed: int = 0
    passed_over: int = 0
    refused: int = 0
    own_exports: int = 0
    version: str = ""
    formats: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    collections: Counter[str] = field(default_factory=Counter)
    replaced: list[Iri] = field(default_factory=list)
    subjects: set[Iri] = field(default_factory=set)
    ledger: ReadingLedger = field(default_factory=ReadingLedger)

    def __repr__(self) -> str:
        counts = f"{self.documents:,} documents, {self.records:,} records"
        return f"<import of {counts}, {self.problems:,} problems>"

    @property
    def problems(self) -> int:
        """The number of problems, failures to read included."""
        return sum(self.kinds.values())

    @property
    def faults(self) -> int:
        """The number of problems without those for files of a folder that were passed over."""
        return self.problems - self.kinds["skipped"]


ProblemHandler = Callable[[str, Problem], None]
"""Called with a document's name and a problem in it."""


def import_documents(
    store: WritableStore | None,
    documents: Iterable[Document | Problem],
    readers: Mapping[str, Reader],
    options: Options,
    tell: ProblemHandler,
    derive: Deriver | None = None,
    *,
    against: Store | None = None,
    day: str = "",
) -> ImportReport:
    """Read documents and commit their records to a store.

    With ``store`` None nothing is committed; records are then checked against the store
    ``against``. ``tell`` is called with every problem. An unreadable document does not stop the
    import. ``day`` is the day for which the accepted view is computed.
    """
    running = _Import(store, store or against, readers, options, tell, derive, day)
    for item in documents:
        if isinstance(item, Problem):
            running.note(item.where, item)
        else:
            running.take(item)
    running.commit()
    if store is not None and options.private:
        make_private(store, running.unchanged_in, derive)
    return running.report


class _Import:
    """The state of a running import: the current batch, and the documents seen so far."""

    def __init__(
        self,
        target: WritableStore | None,
        store: Store | None,
        readers: Mapping[str, Reader],
        options: Options,
        tell: ProblemHandler,
        derive: Deriver | None,
        day: str,
    ) -> None:
        self.target, self.store, self.readers, self.options = target, store, readers, options
        self.tell, self.derive, self.day = tell, derive, day
        self.known = PublisherCollections(frozenset(), {}) if store is None else published(store)
        self.report = ImportReport()
        self.batch: dict[Iri, Record] = {}
        self.claims = 0
        self.replaced: dict[Iri, Header] = {}
        self.document_of: dict[Iri, str] = {}
        self.seen: dict[tuple[object, ...], tuple[str, str]] = {}
        self.made: set[Iri] = set()
        self.unchanged_in: set[Iri] = set()
        self.renamed: set[Iri] = set()
        self.folders: dict[str, str] = {}
        self.new_collections: dict[str, Collection] = {}

    def note(self, name: str, problem: Problem) -> None:
        """Count a problem and pass it to the handler."""
        self.report.kinds[problem.kind] += 1
        self.tell(name, problem)

    def refuse(self, name: str, problem: Problem) -> None:
        """Count a refused record and report the problem."""
        self.report.refused += 1
        self.note(name, problem)

    def take(self, document: Document) -> None:
        """Read one document and add its records to the batch; commit a full batch."""
        report, name = self.report, document.name or document.url
        report.documents += 1
        collection = collection_of(document, self.options, self.known)
        if (problem := self._foreign_folder(collection)) is not None:
            self.refuse(name, problem)
            return
        if self.store is not None and not self.options.format and self._unchanged(document):
            report.unchanged += 1
            self.unchanged_in.add(collection.iri)
            return
        document = replace(document, collection=collection.name)
        reading = read(below_namespace(document, self.options), self.readers, self.options)
        if reading.failure is not None:
            self._failed(reading, name)
            return
        if _is_plain_text(reading):
            self._pass_over(name, "text without the metadata of a card")
            return
        report.formats[reading.format] += 1
        report.ledger.values.update(reading.ledger.values)
        of_records = exported_from(document)
        ours = of_records is not None
        if of_records is not None and any(
            is_made_here(record, reading.format) for record in reading.records
        ):
            self._returned(reading, of_records, name)
            return
        for problem in () if ours else reading.problems:
            self.note(name, problem)
        for record, part in reading.sourced:
            self._add(record, part, reading.format, name)
            if len(self.batch) >= BATCH_RECORDS or self.claims >= BATCH_CLAIMS:
                self.commit()

    def _returned(self, reading: Reading, of_records: tuple[str, ...], name: str) -> None:
        """Add only the values of an own export that no stored record states: they were edited."""
        self.report.own_exports += 1
        if self.store is None:
            return
        known = KnownHere(self.store, of_records, written_from(reading.document))
        inferred = inferred_in(reading.document)
        for record, part in reading.sourced:
            if (left := further(record, known, inferred)) is not None:
                self.note(name, edited(left))
                self._add(left, part, reading.format, name)

    def _pass_over(self, name: str, why: str) -> None:
        """Report a file of a folder that is not a document; the user named only the folder."""
        self.report.passed_over += 1
        self.note(name, Problem("", why, kind="skipped"))

    def _failed(self, reading: Reading, name: str) -> None:
        why = str(reading.failure)
        why = why.removeprefix(f"{reading.document.url}: ").removeprefix(f"{name}: ")
        if reading.document.path and isinstance(reading.failure, UnknownFormat):
            self._pass_over(name, why)
            return
        self.report.failed += 1
        self.note(name, Problem("", why, kind="unreadable"))

    def _foreign_folder(self, collection: Collection) -> Problem | None:
        """A problem if a collection's default name already belongs to another folder."""
        if not collection.folder_digest:
            return None
        if collection.name not in self.folders:
            retained = "" if self.store is None else folder_of(self.store, collection.iri)
            self.folders[collection.name] = retained or collection.folder_digest
            if not retained:
                self.new_collections[collection.name] = collection
        if self.folders[collection.name] == collection.folder_digest:
            return None
        what = f"another folder named {collection.name!r} was imported under that name"
        if self.store is not None and (first := first_record(self.store, collection.iri)):
            what += f": it holds {short_id(first)}"
        return Problem("", what, "name this one with --collection NAME", kind="collection")

    def _add(self, record: Record, document: Document, format: str, name: str) -> None:
        record = placed(record, document, self.options, format, self.known)
        header = record.header
        if header.exported_from and self._holds(header.exported_from):
            self.report.own_exports += 1  # an excerpt of a record that is here
            return
        if is_forwarded(record, format):
            self._forwarded(record, name)
            return
        if not self._alone(record, document, name):
            return
        result = self._outcome(record)
        if result.unchanged:
            self.report.unchanged += 1
            self.unchanged_in.add(record.header.collection)
            return
        if result.refused is not None:
            self.refuse(name, result.refused)
            return
        assert result.record is not None
        if self.store is not None and result.replaces is None:
            self._tell_earlier_name(self.store, record.header, name)
        made = result.record.header.record
        if result.replaces is not None and result.replaces.record not in self.made:
            self.replaced[made] = result.replaces
        self.claims += len(result.record.claims) - len(getattr(self.batch.get(made), "claims", ()))
        self.batch[made] = result.record
        self.document_of[made] = name

    def _tell_earlier_name(self, store: Store, header: Header, name: str) -> None:
        if header.of_document not in self.renamed and (notice := named_otherwise(store, header)):
            self.renamed.add(header.of_document)
            self.note(name, notice)

    def _forwarded(self, record: Record, name: str) -> None:
        """Add a forwarded excerpt to the batch: named by its content, it replaces nothing."""
        made = record.header.record
        if made in self.batch or made in self.made or self._holds(made):
            self.report.unchanged += 1
            return
        self.claims += len(record.claims)
        self.batch[made] = record
        self.document_of[made] = name

    def _alone(self, record: Record, document: Document, name: str) -> bool:
        """Whether the import holds no other reading of the same document; else refuse this one."""
        header = record.header
        key = header.collection, header.of_document, header.revision, header.retrieved
        text = f"{document.folder}/{document.path or name}" if document.folder else name
        earlier = self.seen.setdefault(key, (text, document.digest))
        if earlier[1] == document.digest or self.options.replace:
            return True
        what = f"{earlier[0]} is the same document with another content"
        hint = "import them one after the other, or with --replace, which takes the later"
        self.refuse(name, Problem(header.of_document, what, hint, kind="identity"))
        return False

    def _outcome(self, record: Record) -> RecordOutcome:
        if self.store is None or record.header.record in self.made:
            return RecordOutcome(record)
        return outcome(
            self.store,
            record,
            self.options.now,
            dated=bool(self.options.retrieved),
            replacing=self.options.replace,
        )

    def _holds(self, record: Iri) -> bool:
        return self.store is not None and any(True for _ in self.store.quads(record, graph=record))

    def commit(self) -> None:
        """Check the batch for losses, commit it if there is a target store, and start another."""
        if self.store is not None:
            self._refuse_losses(self.store)
        report = self.report
        for record in self.batch.values():
            report.records += 1
            report.claims += len(record.claims)
            report.collections[record.header.collection.rpartition("/")[2]] += 1
        report.replaced += sorted({header.record for header in self.replaced.values()})
        if self.batch and self.target is not None:
            names = {record.header.collection for record in self.batch.values()}
            new = [c for c in self.new_collections.values() if c.iri in names]
            done = update(
                self.target,
                self.batch.values(),
                derive=self.derive,
                day=self.day,
                notes=[
                    *((c.iri, PG.folderDigest, Literal(c.folder_digest), COLLECTIONS) for c in new),
                    *(mark(name) for name in sorted(names) if self.options.private),
                ],
            )
            for collection in new:
                del self.new_collections[collection.name]
            report.version = done.version
            report.subjects |= done.subjects
        self.made |= set(self.batch)
        self.batch.clear()
        self.replaced.clear()
        self.claims = 0

    def _refuse_losses(self, store: Store) -> None:
        if self.options.replace:
            return
        for name, lost in losses(store, self.batch, self.replaced).items():
            self.refuse(self.document_of[name], loss_problem(lost))
            del self.batch[name]
            del self.replaced[name]

    def _unchanged(self, document: Document) -> bool:
        """Whether the store's latest reading is this document, read by the same reader version.

        False in another collection, and if the importer newly names the document's owner.
        """
        assert self.store is not None
        if self.options.namespace:
            return False
        digest = Literal(document.digest)
        collection = collection_of(document, self.options, self.known).iri
        same = False
        for record, _, _, graph in self.store.quads(predicate=PG.digest, object=digest, graph=ANY):
            if record != graph:
                continue
            header = rdf.from_quads(self.store.quads(record, graph=graph)).header
            reader = self.readers.get(header.reader)
            if (
                reader is not None
                and reader.version == header.reader_version
                and header.collection == collection
                and header.document == document.url
                and self.options.publisher in (None, header.publisher)
                and not (self.options.vouched and header.custody is Custody.ASSUMED)
                and header.retrieved >= (self.options.retrieved or document.retrieved)[:10]
            ):
                latest = newest(self.store, header)
                if latest is not None and latest.record != header.record:
                    return False  # other content came since: the document changed back
                same = True
        return same


def _is_plain_text(reading: Reading) -> bool:
    """Whether a Markdown file of a folder is no model card, by its name and its front matter."""
    document = reading.document
    return (
        bool(document.path)
        and not reading.records
        and document.path.endswith(".md")
        and document.path.rpartition("/")[2] not in CARDS
        and {problem.kind for problem in reading.problems} <= {"missing", "empty"}
    )
