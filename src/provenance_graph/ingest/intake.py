"""Converts documents to records: chooses the reader, makes the header, collects the problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.errors import BadIri, SourceError, UnknownFormat
from provenance_graph.core.iris import Iri
from provenance_graph.formats.bundles.keys import NO_KEYS, KeyList
from provenance_graph.formats.document import Document, Features, Reader
from provenance_graph.formats.ledger import ReadingLedger, of_document
from provenance_graph.formats.records import header, parts_of, whole_reading
from provenance_graph.formats.registry import format_names, reader_named


@dataclass(frozen=True, slots=True)
class Options:
    """The importer's statements about the documents, which override those of the documents.

    ``collection`` names the documents' collection, ``namespace`` the organisation that owns the
    repositories in the folders. ``replace`` accepts records that are otherwise refused. ``now`` is
    the time that distinguishes two readings on one day. ``keys`` tells which publishers sign
    bundles with which key.
    """

    format: str = ""
    publisher: Iri | None = None
    retrieved: str = ""
    collection: str = ""
    namespace: str = ""
    url: str = ""
    replace: bool = False
    now: str = ""
    keys: KeyList = NO_KEYS
    private: bool = False

    @property
    def vouched(self) -> bool:
        """Whether the importer vouches for the publisher, by naming it, its namespace or a URL."""
        return bool(self.publisher or self.namespace or self.url)


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading one document: records, problems, or the failure that stopped it.

    ``ledger`` counts the document's values by their outcome. If the document is a list of
    documents, ``parts`` holds the document of each record.
    """

    document: Document
    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    failure: SourceError | None = None
    format: str = ""
    ledger: ReadingLedger = field(default_factory=ReadingLedger)
    parts: tuple[Document, ...] = ()

    @property
    def sourced(self) -> Iterator[tuple[Record, Document]]:
        """Yield each record with the document or part of a list of which it is a reading."""
        whole = (self.document,) * len(self.records)
        yield from zip(self.records, self.parts or whole, strict=True)


def recognise(document: Document, readers: Mapping[str, Reader]) -> Reader:
    """The only reader that recognises the features of a document.

    No reader is tried out. Raises UnknownFormat if no reader, or more than one, recognises them.
    """
    features = document.features
    fitting = [reader for reader in readers.values() if reader.recognises(features)]
    if len(fitting) == 1:
        return fitting[0]
    why = (
        f"it looks like {' and '.join(reader.format for reader in fitting)}"
        if fitting
        else _unread(features) or f"{features.syntax} without the features of a known format"
    )
    raise UnknownFormat(document.name or document.url, readers, why)


def _unread(features: Features) -> str:
    """The reason why a document of a known but unsupported standard is not read, or ""."""
    version = features.value.get("spdxVersion") if isinstance(features.value, dict) else None
    if isinstance(version, str) and version.startswith("SPDX-2"):
        return (
            f"{version[:20]}, which has no profile for models and datasets and is not read: "
            "convert it to SPDX 3.0.1, or to CycloneDX 1.5 or later"
        )
    if features.stream:
        return (
            f"{len(features.stream)} YAML documents in one file, which are read where each is a "
            "recipe of mergekit's: put every other document into a file of its own"
        )
    return ""


def read(document: Document, readers: Mapping[str, Reader], options: Options) -> Reading:
    """Read one document; errors in the document are returned in the Reading, not raised."""
    of: tuple[Document, ...] = ()
    ledger = ReadingLedger()
    try:
        reader = choose(document, readers, options.format)
        if reader.records is not None:
            ledger = of_document(reader, document)
            result = _split(reader.records(document), options)
        elif parts := parts_of(reader, document):
            made, wrong, of = _every_part(parts, reader, options, ledger)
            result = made, wrong
        else:
            result = _one_record(document, reader, options, ledger)
    except SourceError as failure:
        return Reading(document, failure=failure)
    records, problems = result
    problems = tuple(_of_file(each, document.first_line) for each in problems)
    return Reading(document, records, problems, None, reader.format, ledger, of)


def _of_file(problem: Problem, first: int) -> Problem:
    """Add the line in the whole file to a problem of a part that begins at line ``first``."""
    line = re.match(r"L(\d+)", problem.where) if first > 1 else None
    if line is None:
        return problem
    return replace(problem, what=f"{problem.what}; line {int(line[1]) + first - 1} of the file")


def choose(document: Document, readers: Mapping[str, Reader], format: str) -> Reader:
    """The reader of the named format, else the reader that recognises the document.

    Raises UnknownFormat if no reader, or more than one, recognises the content, or if the content
    is not of the named format.
    """
    if not format:
        return recognise(document, readers)
    reader = reader_named(readers, format)
    if reader is None:
        raise UnknownFormat(document.name or document.url, format_names(readers), named=format)
    recognises = reader.parts.get(format, reader.recognises)
    marked = format in reader.parts or document.features.syntax in _STRUCTURED
    if not recognises(document.features):
        fitting = [r.format for r in readers.values() if r.recognises(document.features)]
        if not marked and not (fitting and _shows_its_format(document.features)):
            return reader
        seen = (
            f"it looks like {' and '.join(fitting)}" if fitting else "it has none of its features"
        )
        why = f"{document.features.syntax} that is no {format} document: {seen}"
        raise UnknownFormat(document.name or document.url, readers, why)
    return reader


_STRUCTURED = frozenset({"csv", "json", "jsonl", "yaml", "toml", "xml"})
"""Syntaxes whose keys or columns show the format, so that naming another one is an error.

Prose and Turtle have no such marks: the importer's ``format`` is accepted there, unless the text
shows another format.
"""


def _shows_its_format(features: Features) -> bool:
    """Whether a text has features of exactly one format, such as a card's metadata.

    A Modelfile's instructions are such features too; a name such as ``README.md`` alone is none.
    """
    return features.syntax == "text" or (
        features.syntax == "markdown" and features.lines[:1] == ("---",)
    )


def _split(
    items: Iterator[Record | Problem], options: Options
) -> tuple[tuple[Record, ...], tuple[Problem, ...]]:
    records: list[Record] = []
    problems: list[Problem] = []
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            records.append(_published(item, options.publisher).sort())
    return tuple(records), tuple(problems)


def _published(record: Record, publisher: Iri | None) -> Record:
    """Set the importer's publisher on a record whose document names no publisher."""
    if publisher is None or record.header.publisher != iris.organization("unstated"):
        return record
    return replace(record, header=replace(record.header, publisher=publisher))


def _one_record(
    document: Document, reader: Reader, options: Options, ledger: ReadingLedger
) -> tuple[tuple[Record, ...], tuple[Problem, ...]]:
    claims: list[Claim] = []
    problems: list[Problem] = []
    for item in whole_reading(reader, document, ledger):
        if isinstance(item, Problem):
            problems.append(item)
        elif problem := _unwritable(item):
            problems.append(problem)
        else:
            claims.append(item)
    if not claims:
        problems.append(
            Problem("", "it contains nothing that can be recorded as a claim", kind="empty")
        )
        return (), tuple(problems)
    made = header(
        reader,
        document,
        reader.origin(document),
        publisher=options.publisher,
        retrieved=options.retrieved,
    )
    return (Record(made, tuple(claims)).sort(),), tuple(problems)


def _every_part(
    parts: list[Document | Problem], reader: Reader, options: Options, ledger: ReadingLedger
) -> tuple[tuple[Record, ...], tuple[Problem, ...], tuple[Document, ...]]:
    """The records of the documents in a list, their problems, and the document of each record."""
    records: list[Record] = []
    of: list[Document] = []
    problems: list[Problem] = []
    for part in parts:
        if isinstance(part, Problem):
            problems.append(part)
            continue
        made, wrong = _one_record(part, reader, options, ledger)
        records += made
        of += [part] * len(made)
        problems += (replace(p, where=f"{part.name}{p.where}") for p in wrong)
    return tuple(records), tuple(problems), tuple(of)


def _unwritable(claim: Claim) -> Problem | None:
    """A problem if an IRI of a claim is invalid in RDF, so that it does not reach the store."""
    for part in (claim.subject, claim.predicate, claim.value):
        if isinstance(part, Iri):
            try:
                iris.iri(part)
            except BadIri as error:
                return Problem(claim.locator, str(error), kind="iri")
    return None
