"""Documents for the tests of the readers of cards, catalogues and crawls."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface.reader import folder

DAY = "2026-11-22"


def document(data: bytes | str, name: str = "document.json", url: str = "") -> Document:
    """A document as the importer would hand it over."""
    raw = data.encode() if isinstance(data, str) else data
    return Document(Iri(url or f"https://example.org/{name}"), raw, DAY, name)


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
