"""Identifiers of documents and entities derived from the document's path within its collection."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats import model_names
from provenance_graph.formats.document import Document
from provenance_graph.formats.statements import clean


def source_slug(document: Document) -> str:
    """A document's path as one step of an IRI, without the suffix of its format.

    >>> source_slug(Document(Iri("https://x.org/b"), b"", "2026-01-31", "boms/llama 3.json"))
    'boms-llama-3'
    """
    path = document.name or document.url.rsplit("/", 1)[-1]
    return iris.slug(re.sub(r"\.(?:json|jsonld|ya?ml|csv)$", "", clean(path), flags=re.IGNORECASE))


def by_path(source: str, path: str, document: Document) -> Iri:
    """The IRI of a model without a stated name: its path within the document's collection.

    The collection is part of the IRI, so that two teams' ``chat/config.json`` are two models.
    """
    return iris.entity(source, "model", "/".join(filter(None, (document.collection, path))))


_OF_ONE_DOCUMENT = re.compile(
    r"(?:the )?(?:(?:fine-?tun(?:e|ing)|pre-?training|train(?:ing)?|test(?:ing)?|val(?:id)?|validation|dev"
    r"|eval(?:uation)?|holdout|hold-out|calibration|raw|input|output|my)[ _-]?)?"
    r"(?:data(?:[ _-]?sets?)?|set|split|corpus)?",
    re.IGNORECASE,
)


def is_local_name(name: str) -> bool:
    """Whether a dataset's name states only its role, such as ``train``, and identifies nothing.

    >>> [is_local_name(name) for name in ("train", "Training data", "test-set", "The Pile", "c4")]
    [True, True, True, False, False]
    """
    return _OF_ONE_DOCUMENT.fullmatch(name.strip()) is not None


def within(document: Document, identity: str = "") -> str:
    """The scope that separates entities named in this document from those of other documents.

    Empty where the document is read by itself. In an import: the collection and the ``identity``
    that the document states, which is independent of its file name, else its path in the
    collection.
    """
    if not document.collection:
        return ""
    path = document.name or urlsplit(document.url).path.strip("/")
    return f"{document.collection}/{identity or iris.slug(clean(path))}"


_ADDRESS = re.compile(
    r"(?:https?|ftp|s3|gs|oci)://|(?!urn:file:)(?:urn|doi|did|ark|swh):", re.IGNORECASE
)
"""Addresses that identify the same thing in every document; a local file path does not."""


def named(source: str, kind: str, name: str, document: Document, address: str = "") -> Iri:
    """The IRI of an entity: from the address that a document gives it, else from its name there.

    Two teams' ``my-model`` are two models, and one address is one entity in every document. An
    address of this graph's own, as exports of this program write them, is used as the IRI.

    >>> ours = f"{iris.ID}model/openai/o1"
    >>> named("fair4ml", "model", "o1", Document(Iri("urn:x"), b"", "2026-01-31", "x"), ours) == ours
    True
    """
    if re.match(rf"{re.escape(iris.ID)}(?:in/[^/]+/)?{kind}/[^/]", address) and iris.is_iri(
        address
    ):
        return Iri(address)
    if _ADDRESS.match(address):
        return iris.entity(source, kind, iris.slug(_ADDRESS.sub("", address, count=1)[-200:]))
    return iris.entity(source, kind, "/".join(filter(None, (within(document), iris.slug(name)))))


def file_stem(document: Document, suffix: str) -> str:
    """A file's name without its suffix; its whole path where every folder has a file of that name.

    >>> of = lambda name: Document(Iri("urn:file:x"), b"", "2026-01-31", name)
    >>> file_stem(of("a/model.safetensors"), "safetensors"), file_stem(of("a/oak.gguf"), "gguf")
    ('a/model', 'oak')
    """
    path = clean(document.name or document.url.rsplit("/", 1)[-1])
    path = re.sub(rf"\.{suffix}$", "", path, flags=re.IGNORECASE)
    last = path.rpartition("/")[2]
    return path if model_names.names_a_file(last) else last
