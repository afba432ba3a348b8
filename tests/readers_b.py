"""What the tests of the readers of indices, bills of materials and JSON-LD share."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.records import records_of

RETRIEVED = "2026-01-31"


def document(data: bytes | str, name: str) -> Document:
    """A document as if it had been fetched."""
    raw = data.encode() if isinstance(data, str) else data
    return Document(Iri(f"https://example.org/{name.replace(' ', '_')}"), raw, RETRIEVED, name)


def read(reader: Reader, data: bytes | str, name: str) -> tuple[list[Claim], list[Problem]]:
    """Claims and problems of one document."""
    whole = document(data, name)
    results = [*(reader.invalid(whole) if reader.invalid else ()), *reader.read(whole)]
    return (
        [item for item in results if isinstance(item, Claim)],
        [item for item in results if isinstance(item, Problem)],
    )


def recorded(reader: Reader, path: Path) -> tuple[list[Record], list[Problem]]:
    """The records of a file, through RDF and back, and its problems."""
    results = list(records_of(reader, document(path.read_bytes(), path.name)))
    records = [item for item in results if isinstance(item, Record)]
    assert rdf.read_trig(rdf.write_trig(records)) == sorted(records, key=lambda r: r.header.record)
    return records, [item for item in results if isinstance(item, Problem)]


def values_of(claims: list[Claim], subject: Iri, predicate: Iri) -> list[str]:
    """What is claimed of a property, as text; claims without value by their stance."""
    return sorted(
        str(claim.value) if claim.value is not None else claim.stance.label
        for claim in claims
        if claim.subject == subject and claim.predicate == predicate
    )
