"""Files of models with their digests: LocalAI's gallery and LM Studio's catalogue.

Both list files of quantised models, with the Hub repository that holds each, and a SHA-256. A file
belongs to the repository in its address; a file without such an address belongs to no known model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, XSD
from provenance_graph.formats import mapping, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Row

SOURCE = "gallery"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_QUANT = re.compile(
    r"(?<![A-Za-z0-9])(?P<kind>(?:UD-)?(?:I?Q\d_(?:K_)?[A-Z0-9]+(?:_[A-Z]+)?|Q\d_K|BF16|F16|F32|MXFP4))"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def _of_the_file(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the date of a catalogue's file: as the model's date it is only an inference."""
    for item in mapping.date(subject, property_, value, where):
        yield (
            replace(item, basis=Basis.INFERENCE, locator=where) if isinstance(item, Claim) else item
        )


def _publication(subject: Iri, _: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of an address called a paper: a paper if its host publishes papers, else a page."""
    yield from mapping.link(
        subject, statements.link_property(statements.scalar_text(value)), value, where
    )


_STUDIO: tuple[Row, ...] = (
    Row("author/name", DCTERMS.creator, mapping.makers),
    Row("datePublished", DCTERMS.issued, _of_the_file),
    Row("arch", PG.architectureFamily, mapping.text),
    Row("resources/paperUrl", PG.paper, _publication),
    Row("resources/downloadUrl", RDFS.seeAlso, mapping.link),
)


def _recognises(features: Features) -> bool:
    value = features.value
    if features.syntax == "json" and isinstance(value, dict):
        return {"_descriptorVersion", "files", "resources"} <= value.keys()
    if features.syntax != "yaml" or not isinstance(value, list):
        return False
    entries = [e for e in value[:50] if isinstance(e, dict)]
    return bool(entries) and any(
        "name" in e and isinstance(e.get("files"), list) and {"urls", "tags"} & e.keys()
        for e in entries
    )


def _origin(document: Document) -> Origin:
    if document.features.syntax == "json":
        name = (
            statements.scalar_text(statements.mapping(document.json).get("name")) or document.name
        )
        return Origin(
            local=f"lmstudio/{iris.slug(name)}",
            publisher=iris.organization("LM Studio"),
            title=f"LM Studio model catalogue: {name[:100]}",
            licence="Apache-2.0",
            attribution="LM Studio, https://github.com/lmstudio-ai/model-catalog",
        )
    return Origin(
        local="localai",
        publisher=iris.organization("LocalAI"),
        title="LocalAI model gallery",
        licence="MIT",
        attribution="LocalAI, https://github.com/mudler/LocalAI",
    )


def _read(document: Document) -> ReaderOutput:
    if document.features.syntax == "json":
        yield from _descriptor(statements.sanitise(document.json, document.text))
        return
    entries = statements.sanitise(document.yaml, document.text)
    if not isinstance(entries, list):
        raise Unreadable(document.url, "not a list of models")
    known: set[Iri] = set()
    stated = _licences(entries)
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield from _entry(entry, f"/{index}", known, stated)
        else:
            yield Problem(f"/{index}", f"{common.brief(entry)} is not a mapping", kind="shape")


def _entry(
    entry: dict[str, Any], where: str, known: set[Iri], licences: Mapping[str, set[str]]
) -> ReaderOutput:
    """Yield one model of LocalAI's gallery: its files, under the repositories that hold them."""
    for index, file in enumerate(statements.as_list(entry.get("files"))):
        stated, at = statements.mapping(file), f"{where}/files/{index}"
        repository = _repository_and_file(statements.scalar_text(stated.get("uri")))
        if repository is None or not repository.path:
            continue  # a file from elsewhere names no model
        yield from _file(repository, statements.scalar_text(stated.get("sha256")), at, known)
    licence = statements.scalar_text(entry.get("license"))
    for name in _own_repositories(entry) if licence else ():
        subjects = [iris.model(name)] if len(licences[name]) == 1 else _nodes(entry, name)
        for subject in subjects:
            yield from statements.licensed(subject, licence, locator=f"{where}/license")
        if not subjects:
            what = f"{name} holds files under several licences, and none of this entry has a digest"
            yield Problem(f"{where}/license", what, "a sha256 for each file", "missing")


def _licences(entries: list[Any]) -> Mapping[str, set[str]]:
    """The licences that a gallery's entries give for each repository.

    A repository with several licences collects files of many models, each under its own licence.
    """
    stated: dict[str, set[str]] = {}
    for entry in map(statements.mapping, entries):
        licence = statements.scalar_text(entry.get("license"))
        for name in _own_repositories(entry) if licence else ():
            stated.setdefault(name, set()).add(licence)
    return stated


def _own_repositories(entry: Mapping[Any, Any]) -> list[str]:
    """The repositories of an entry's own model: those it links to, else its first file's.

    A text encoder or a decoder from another repository has a licence of its own.
    """
    stored = [repository.name for repository, _ in _hub_files(entry)]
    addresses = map(statements.scalar_text, statements.as_list(entry.get("urls")))
    linked = {hub.model_name(address) for address in addresses}
    return sorted(linked & set(stored)) or stored[:1]


def _nodes(entry: Mapping[Any, Any], name: str) -> list[Iri]:
    """The files of an entry in one repository that have a stated digest."""
    return [
        _node(repository)
        for repository, digest in _hub_files(entry)
        if repository.name == name and _SHA256.fullmatch(digest.casefold())
    ]


def _hub_files(entry: Mapping[Any, Any]) -> Iterator[tuple[hub.Repository, str]]:
    """Yield the files of an entry that lie in Hub repositories, each with its digest."""
    for stated in map(statements.mapping, statements.as_list(entry.get("files"))):
        repository = _repository_and_file(statements.scalar_text(stated.get("uri")))
        if repository is not None and repository.path:
            yield repository, statements.scalar_text(stated.get("sha256"))


def _descriptor(entry: Any) -> ReaderOutput:
    """Yield one model of LM Studio's catalogue: the original, its files and their repository."""
    if not isinstance(entry, dict):
        yield Problem("", "a descriptor that is not a mapping", kind="shape")
        return
    original = hub.model_name(statements.scalar_text(mapping.find(entry, "resources/canonicalUrl")))
    known: set[Iri] = set()
    if original:
        model = iris.model(original)
        yield from _described(original, known)
        yield from mapping.claims(model, entry, _STUDIO, "")
        size = statements.scalar_text(entry.get("numParameters"))
        if size:
            yield statements.quantity(
                model, PG.nominalParameterCount, size, "/numParameters", kind=XSD.integer
            )
    else:
        what = "no address of a repository of the Hub, so no model of which this is stated"
        yield Problem("", what, "resources: canonicalUrl", "missing")
    copies: set[str] = set()
    for index, file in enumerate(statements.as_list(mapping.find(entry, "files/all"))):
        stated, at = statements.mapping(file), f"/files/all/{index}"
        repository = _repository_and_file(statements.scalar_text(stated.get("url")))
        if repository is None:
            size = statements.scalar_text(stated.get("sizeBytes"))
            what = f"a file outside the Hub ({size or 'no'} bytes) names no model"
            yield Problem(f"{at}/url", what, kind="missing")
            continue
        copies.add(repository.name)
        digest = statements.scalar_text(stated.get("sha256checksum"))
        packed = statements.scalar_text(stated.get("quantization"))
        yield from _file(repository, digest, at, known, stated.get("sizeBytes"), packed)
    for name in sorted(copies - {original}):
        if original:
            yield Claim(
                iris.model(name),
                PG.quantizedFrom,
                iris.model(original),
                basis=Basis.INFERENCE,
                locator="/resources/canonicalUrl",
            )
    licence, about = statements.scalar_text(entry.get("license")), _model(entry)
    if licence and about is not None:
        yield from statements.licensed(about, licence, locator="/license")


def _repository_and_file(address: str) -> hub.Repository | None:
    """The repository and file of an address, also of LocalAI's ``huggingface://org/name/file``."""
    if address.startswith("huggingface://"):
        owner, _, rest = address.removeprefix("huggingface://").partition("/")
        name, _, file = rest.partition("/")
        whole = f"{owner}/{name}"
        return (
            hub.Repository(hub.RepositoryKind.MODEL, whole, "", file)
            if hub.is_name(whole)
            else None
        )
    result = hub.address(address)
    return (
        result
        if result is not None and result.kind is hub.RepositoryKind.MODEL and result.owner
        else None
    )


def _described(name: str, known: set[Iri]) -> Iterator[Claim]:
    model = iris.model(name)
    if model not in known:
        known.add(model)
        yield Claim(model, RDF.type, PG.Model)
        yield Claim(model, PG.hubRepository, hub.page(name))
        yield from statements.made_by(model, name.partition("/")[0])


def _file(
    repository: hub.Repository,
    digest: str,
    where: str,
    known: set[Iri],
    size: Any = None,
    quantization: str = "",
) -> ReaderOutput:
    yield from _described(repository.name, known)
    file = repository.path.rpartition("/")[2] or repository.path
    if not _SHA256.fullmatch(digest.casefold()):
        if digest:
            yield Problem(f"{where}/sha256", f"{digest[:70]!r} is not a SHA-256", kind="value")
        return
    node = _node(repository)
    if node in known:
        return
    known.add(node)
    yield Claim(node, RDF.type, PG.Artifact)
    yield Claim(node, PG.artifactOf, iris.model(repository.name))
    yield Claim(node, PG.fileName, literals.text(file[:200]))
    yield Claim(node, PG.digest, literals.text(f"sha256:{digest.casefold()}"))
    if size is not None:
        yield statements.quantity(node, PG.byteSize, size, f"{where}/sizeBytes")
    if quantization:
        stated = literals.text(quantization[: statements.MAX_STATED])
        yield Claim(node, PG.quantizationMethod, stated, locator=f"{where}/quantization")
    elif match := _QUANT.search(file):
        method = literals.text(match["kind"].upper())
        yield Claim(node, PG.quantizationMethod, method, basis=Basis.INFERENCE, locator=where)


def _node(repository: hub.Repository) -> Iri:
    return iris.entity(
        SOURCE, "artifact", f"{repository.name}/{statements.clean(repository.path)[:200]}"
    )


def _leaves(document: Document) -> Iterator[Leaf]:
    """Yield the values of a descriptor, or of every entry of a gallery."""
    if isinstance(document.features.value, dict):
        yield from keys.one("entry")(document)
        return
    entries = statements.as_list(document.features.value)
    for leaf in keys.several("entry")(document):
        step = leaf.where.split("/")[1]
        entry = statements.mapping(entries[int(step)]) if step.isdigit() else {}
        yield leaf if _has_hub_file(entry) else Leaf(("elsewhere", *leaf.path[1:]), *leaf[1:])


def _has_hub_file(entry: dict[str, Any]) -> bool:
    """Whether a file of the entry lies in a Hub repository, which then is the model."""
    return any(_hub_files(entry))


SYNTAXES = ("json", "yaml")


def _subjects(document: Document) -> Mapping[str, Iri]:
    """The model of every entry by location: the original, else the repository of its first file."""
    kind = entries.whole if isinstance(document.features.value, dict) else entries.listed_entries
    return kind(_model)(document)


def _model(entry: Mapping[Any, Any]) -> Iri | None:
    original = hub.model_name(statements.scalar_text(mapping.find(entry, "resources/canonicalUrl")))
    if original:
        return iris.model(original)
    files = statements.as_list(mapping.find(entry, "files/all") or entry.get("files"))
    for file in map(statements.mapping, files):
        repository = _repository_and_file(
            statements.scalar_text(file.get("uri") or file.get("url"))
        )
        if repository is not None and repository.path:
            return iris.model(repository.name)
    return None


_SUBJECTS = _subjects
_LEAVES = gathered(_leaves)
_READ = entries.with_rest(_read, keys.GALLERY, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "Files of models: LocalAI gallery (YAML), LM Studio catalogue (JSON)",
    _recognises,
    _origin,
    _READ,
    version="4",
    keys=keys.GALLERY,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
