"""What a document is known by where it names nothing itself: its path, within its collection."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats import model_names
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


_OF_ONE_DOCUMENT = re.compile(
    r"(?:the )?(?:(?:fine-?tun(?:e|ing)|pre-?training|train(?:ing)?|test(?:ing)?|val(?:id)?|validation|dev"
    r"|eval(?:uation)?|holdout|hold-out|calibration|raw|input|output|my)[ _-]?)?"
    r"(?:data(?:[ _-]?sets?)?|set|split|corpus)?",
    re.IGNORECASE,
)


def is_local_name(name: str) -> bool:
    """Whether a dataset's name says only what it is for, so that every document has one of it.

    >>> [is_local_name(name) for name in ("train", "Training data", "test-set", "The Pile", "c4")]
    [True, True, True, False, False]
    """
    return _OF_ONE_DOCUMENT.fullmatch(name.strip()) is not None


def within(document: Document, identity: str = "") -> str:
    """What tells entities that a document only names from those of another document.

    Nothing where it is read by itself; in an import the ``identity`` that it states, which holds
    whatever its file is called, else its place in its collection.
    """
    if not document.collection:
        return ""
    path = document.name or urlsplit(document.url).path.strip("/")
    return f"{document.collection}/{identity or iris.slug(clean(path))}"


_ADDRESS = re.compile(
    r"(?:https?|ftp|s3|gs|oci)://|(?!urn:file:)(?:urn|doi|did|ark|swh):", re.IGNORECASE
)
"""What is the same wherever it is written; a path on somebody's disk is not."""


def named(source: str, kind: str, name: str, document: Document, address: str = "") -> Iri:
    """An entity by the address that a document gives it, else by its name, known within the document.

    Two teams' ``my-model`` are two models, and one address is one wherever it is written. An
    address of this graph's own, as our exports write them, names the entity itself.

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
    """A file's path without its suffix: the folders belong to it where every folder has such a file.

    >>> of = lambda name: Document(Iri("urn:file:x"), b"", "2026-01-31", name)
    >>> file_stem(of("a/model.safetensors"), "safetensors"), file_stem(of("a/oak.gguf"), "gguf")
    ('a/model', 'oak')
    """
    path = clean(document.name or document.url.rsplit("/", 1)[-1])
    path = re.sub(rf"\.{suffix}$", "", path, flags=re.IGNORECASE)
    last = path.rpartition("/")[2]
    return path if model_names.names_a_file(last) else last
