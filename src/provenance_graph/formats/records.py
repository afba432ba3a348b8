"""Records of a document: one under the header of its origin, or several with headers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Header, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.formats import repeats
from provenance_graph.formats.document import Document, Origin, Reader
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.remaining import remaining


def header(
    reader: Reader,
    document: Document,
    origin: Origin,
    *,
    publisher: Iri | None = None,
    retrieved: str = "",
) -> Header:
    """The header of the single record of a document.

    ``publisher`` and ``retrieved`` are given by the importer and take precedence over the
    document's.
    """
    retrieved = retrieved or origin.retrieved or document.retrieved
    return Header(
        record=iris.record(reader.format, origin.local, retrieved),
        document=origin.url or document.url,
        publisher=publisher or origin.publisher,
        retrieved=retrieved,
        reader=reader.format,
        basis=origin.basis,
        title=origin.title,
        digest=document.digest,
        licence=origin.licence,
        attribution=origin.attribution,
        reader_version=reader.version,
        custody=origin.custody,
        edition=origin.edition,
    )


def parts_of(reader: Reader, document: Document) -> list[Document | Problem]:
    """The member documents of a document that is a list of documents; empty for any other."""
    return list(reader.split(document)) if reader.split is not None else []


def records_of(reader: Reader, document: Document) -> Iterator[Record | Problem]:
    """Yield every record and every problem of a document, for any kind of reader."""
    if reader.records is not None:
        yield from reader.records(document)
        return
    if parts := parts_of(reader, document):
        for part in parts:
            if isinstance(part, Problem):
                yield part
                continue
            for inner in records_of(reader, part):
                if isinstance(inner, Problem):
                    yield replace(inner, where=f"{part.name}{inner.where}")
                else:
                    yield inner
        return
    claims: list[Claim] = []
    for result in whole_reading(reader, document, ReadingLedger()):
        if isinstance(result, Problem):
            yield result
        else:
            claims.append(result)
    yield Record(header(reader, document, reader.origin(document)), tuple(claims)).sort()


def whole_reading(
    reader: Reader, document: Document, ledger: ReadingLedger
) -> Iterator[Claim | Problem]:
    """Yield schema violations, what the reader makes of a document, then values not understood.

    Problems for repeated names come before the values not understood. ``ledger`` receives the
    number of values by treatment and key.
    """
    results: list[Claim | Problem] = []
    invalid = reader.invalid(document) if reader.invalid is not None else ()
    for result in chain(invalid, reader.read(document)):
        results.append(result)
        yield result
    yield from document.repeated
    if columns := document.features.columns:
        yield from repeats.columns(columns)
    yield from remaining(reader, document, results, ledger)


def claims_of(read: Iterator[Record | Problem]) -> Iterator[Claim | Problem]:
    """Yield the claims of records, without the headers, and the problems."""
    for result in read:
        if isinstance(result, Record):
            yield from result.claims
        else:
            yield result
