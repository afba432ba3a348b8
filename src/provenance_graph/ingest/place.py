"""Collection, identity and custody of an imported document.

A document is identified by the name that it gives itself; else by the address it was fetched from;
else by the importing collection and its path in it. Its reader, its file name or its bytes alone
never identify it. A document of one collection never replaces one of another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from provenance_graph.core import graph_names, hub, iris
from provenance_graph.core.claims import Custody, Header, Record
from provenance_graph.core.iris import ID, Iri, local_name, mint
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.identity import SelfName, self_name
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.received import received, signers
from provenance_graph.ingest.replacing import renamed
from provenance_graph.store.values import ANY, QuadSource

FORWARDED = frozenset({"bundle", "form"})
"""Formats that carry excerpts of other publishers' records."""
_STEPS = re.compile(r"[^\w.@+~-]+")
_UNNAMED = frozenset({iris.organization("unstated"), iris.organization("unknown publisher")})


@dataclass(frozen=True, slots=True)
class PublisherCollections:
    """The collections that publishers maintain: names, and names by base address."""

    names: frozenset[str]
    addresses: Mapping[str, str]

    def at(self, address: str) -> str:
        """The collection with the longest base address that is a prefix of an address; else ""."""
        results = [base for base in self.addresses if address.startswith(base)]
        return self.addresses[max(results, key=len)] if results else ""


def published(source: QuadSource) -> PublisherCollections:
    """The published collections in a store's reference data."""
    head = f"{ID}collection/"
    results = [s for s, *_ in source.quads(predicate=RDF.type, object=PG.Collection)]
    named = {collection.removeprefix(head) for collection in results}
    addresses = {
        str(address): collection.removeprefix(head)
        for collection in results
        for _, _, address, _ in source.quads(collection, PG.publishedAt)
    }
    return PublisherCollections(frozenset(named), addresses)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection's name; also the folder's digest if the name is taken from a folder."""

    name: str
    folder_digest: str = ""

    @property
    def iri(self) -> Iri:
        """The IRI of the collection."""
        return mint("collection", self.name)


def collection_of(document: Document, options: Options, known: PublisherCollections) -> Collection:
    """The collection of a document: as given, else by its address, else its folder's name.

    A folder with the name of a published source does not join that source's collection.
    """
    if options.collection:
        return Collection(iris.slug(options.collection))
    if document.url.startswith(("http://", "https://")):
        host = urlsplit(document.url).hostname or "web"
        return Collection(known.at(document.url) or iris.slug(host))
    name = iris.slug(document.folder or "files")
    if name in known.names or name == "service":
        name = f"local-{name}"
    return Collection(name, document.folder_digest)


_NAMELESS = frozenset(("readme.md", "config.json", "modelfile", "mlmodel", "kitfile"))
"""File names that are the same in every repository, so the folder's name is the model's."""


def below_namespace(document: Document, options: Options) -> Document:
    """The document renamed as if it lay in the folder of ``options.namespace``, if that is given.

    The folder that contains the imported folder is ignored then; folders of organisations inside
    the imported folder keep their meaning.
    """
    name = document.name
    if document.folder and name.casefold() in _NAMELESS:
        name = f"{document.folder}/{name}"  # the imported folder is the repository itself
    if not options.namespace:
        return document
    name = _below_argument(name, document)
    if name.count("/") != 1:
        return document
    return replace(
        document,
        name=f"{options.namespace}/{name}",
        collection="",  # the name rests on the importer's statement, not on the path alone
        path=document.path or document.name,
    )


def _below_argument(name: str, document: Document) -> str:
    """Reduce a path to ``model/file`` if only the imported folder or its parent precedes it.

    >>> _below_argument("acme/oak/README.md", Document(Iri("x:y"), b"", "", folder="acme"))
    'oak/README.md'
    >>> document = Document(Iri("x:y"), b"", "", folder="oak", root="/home/me/acme/oak")
    >>> _below_argument("acme/oak/README.md", document)
    'oak/README.md'
    """
    first, _, rest = name.partition("/")
    if rest.count("/") != 1:
        return name
    is_argument = first == document.folder
    holds_argument = document.root.endswith(f"/{first}/{document.folder}") and rest.startswith(
        f"{document.folder}/"
    )
    return rest if is_argument or holds_argument else name


def placed(
    record: Record, document: Document, options: Options, format: str, known: PublisherCollections
) -> Record:
    """The record of a document with the record IRI, collection and custody that apply to it."""
    header = record.header
    collection = collection_of(document, options, known)
    if is_forwarded(record, format):
        signed_by = signers(document, options.keys) if options.keys.keys else []
        return received(record, signed_by, collection.name, options.keys)
    if not is_made_here(record, format):
        return replace(record, header=_adopted(header, options, collection))
    own = self_name(document, format)
    local = _local(header, document, own, collection, known)
    name = mint("record", collection.name, local, header.retrieved)
    publisher = header.publisher
    if options.namespace and _is_unnamed(publisher):
        publisher = iris.organization(options.namespace)
    made = replace(
        header,
        record=name,
        of_document=mint("record", collection.name, local),
        collection=collection.iri,
        publisher=publisher,
        revision=own.revision if own else 0,
        edition=(own.edition if own else "") or header.edition,
        custody=_custody(header, document, options, known),
    )
    return Record(
        made, tuple(renamed(claim, header.record, name) for claim in record.claims)
    ).sort()


def _is_unnamed(publisher: Iri) -> bool:
    """Whether the publisher is a placeholder, which readers set if a document names none."""
    return publisher in _UNNAMED or local_name(publisher).startswith("unnamed-")


def is_made_here(record: Record, format: str) -> bool:
    """Whether the reader made the record's name, as opposed to finding it in the document."""
    if is_forwarded(record, format):
        return False
    return record.header.record.startswith(f"{iris.RECORDS}{format}/") or format != "rdf"


def is_forwarded(record: Record, format: str) -> bool:
    """Whether a record is an excerpt that was passed on in a bundle or a form."""
    return bool(record.header.exported_from) and format in FORWARDED


def _adopted(header: Header, options: Options, collection: Collection) -> Header:
    """The header of a record that came with one; its custody depends on the importer's options."""
    custody = Custody.ASSERTED if options.vouched else Custody.ASSUMED
    if header.custody is Custody.DERIVED:
        custody = Custody.DERIVED
    return replace(header, custody=custody, collection=collection.iri)


def _local(
    header: Header,
    document: Document,
    own: SelfName | None,
    collection: Collection,
    known: PublisherCollections,
) -> str:
    """The part of a record's name that identifies the document in its collection."""
    stated = iris.record_path(header.of_document).partition("/")[2]
    if collection.name in known.names and collection.name != "hub":
        return stated or "document"  # the id of the entry in the source's catalogue
    if own is not None:
        name = own.name.removeprefix("urn:uuid:").removeprefix(hub.PAGE)
        return _step(name) if len(name) <= 120 else f"{_step(name)[:100]}-{_digest(own.name)}"
    if document.url.startswith(("http://", "https://")):
        parts = urlsplit(document.url)
        query = f"-{_digest(parts.query)}" if parts.query else ""
        return _step(f"{parts.path.strip('/') or 'index'}") + query
    return _step(document.path or document.name or "document")


def _step(path: str) -> str:
    """Convert a path to a part of a record's name; different paths give different names.

    >>> _step("service a/bom.json"), _step("service-a/bom.json")
    ('service-a-15effa/bom.json', 'service-a/bom.json')
    """
    steps = []
    for step in path.split("/"):
        clean = _STEPS.sub("-", step)
        if clean != step or clean.startswith("."):
            clean = f"{clean.strip('.-') or 'x'}-{_digest(step)[:6]}"
        steps.append(clean)
    return "/".join(step for step in steps if step)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _custody(
    header: Header, document: Document, options: Options, known: PublisherCollections
) -> Custody:
    """How it is known that the publisher stated the document."""
    if header.custody is Custody.DERIVED:
        return Custody.DERIVED
    if document.fetched and not options.publisher and _is_own_address(header, document, known):
        return Custody.VERIFIED
    if document.fetched or options.publisher or options.url:
        return Custody.ASSERTED
    # by naming an organisation the importer vouches for it alone: a folder below another
    # organisation's name stays that one's by its path
    named = iris.organization(options.namespace) if options.namespace else None
    if named and (header.publisher == named or _is_unnamed(header.publisher)):
        return Custody.ASSERTED
    return Custody.ASSUMED


def _is_own_address(header: Header, document: Document, known: PublisherCollections) -> bool:
    """Whether a document was fetched from an address of its own publisher."""
    repository = hub.address(document.url)
    if repository is not None and repository.owner:
        return iris.organization(repository.owner) == header.publisher
    collection = known.at(document.url)
    return bool(collection) and collection != "hub"


def folder_of(source: QuadSource, collection: Iri) -> str:
    """The digest of the folder that gave a collection its name; empty if none is stored."""
    quads = source.quads(collection, PG.folderDigest, graph=graph_names.COLLECTIONS)
    return next((str(o) for _, _, o, _ in quads), "")


def first_record(source: QuadSource, collection: Iri) -> Iri | None:
    """Any record of a collection, by the prefix of its name; None if there is none."""
    head = f"{mint('record', local_name(collection))}/"
    quads = source.quads(predicate=PG.ofDocument, graph=ANY)
    return next((record for record, *_ in quads if record.startswith(head)), None)
