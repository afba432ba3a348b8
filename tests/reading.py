"""What the tests of readers share: documents as the importer hands them over, and what comes out."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.core import rdf
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.huggingface.reader import folder
from provenance_graph.formats.records import records_of

DAY = "2026-11-22"


def document(data: bytes | str, name: str = "document.json", url: str = "") -> Document:
    """A document of a name, as if it had been fetched on ``DAY``."""
    raw = data.encode() if isinstance(data, str) else data
    return Document(Iri(url or f"https://example.org/{name.replace(' ', '_')}"), raw, DAY, name)


def load(path: Path, under: Path) -> Document:
    """A file by its path below a folder, or a folder as the repository it holds."""
    if not path.is_dir():
        return document(path.read_bytes(), path.relative_to(under).as_posix())
    files = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }
    return folder(Iri("https://huggingface.co/acme-labs/Folder"), files, DAY)


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
