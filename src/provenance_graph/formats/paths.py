"""What a document is known by where it names nothing itself: its path, within its collection."""

from __future__ import annotations

import re

from provenance_graph.core import hub, iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.statements import clean


def source_slug(document: Document) -> str:
    """A document's path as one step of a name, without the suffix of its format.

    >>> source_slug(Document(Iri("https://x.org/b"), b"", "2026-01-31", "boms/llama 3.json"))
    'boms-llama-3'
    """
    path = document.name or document.url.rsplit("/", 1)[-1]
    return iris.slug(re.sub(r"\.(?:json|jsonld|ya?ml|csv)$", "", clean(path), flags=re.IGNORECASE))


def by_path(source: str, path: str, document: Document) -> Iri:
    """The model of a document that names none: known by its path, within its collection alone.

    Two teams' ``chat/config.json`` are two models.
    """
    return iris.entity(source, "model", "/".join(filter(None, (document.collection, path))))


def file_stem(document: Document, suffix: str) -> str:
    """A file's path without its suffix: the folders belong to it where every folder has such a file.

    >>> of = lambda name: Document(Iri("urn:file:x"), b"", "2026-01-31", name)
    >>> file_stem(of("a/model.safetensors"), "safetensors"), file_stem(of("a/oak.gguf"), "gguf")
    ('a/model', 'oak')
    """
    path = clean(document.name or document.url.rsplit("/", 1)[-1])
    path = re.sub(rf"\.{suffix}$", "", path, flags=re.IGNORECASE)
    last = path.rpartition("/")[2]
    return path if hub.names_a_file(last) else last
