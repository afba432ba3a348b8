"""CycloneDX bills of materials with machine-learning models, 1.5 to 1.7.

Models stand under ``metadata.component`` or anywhere among the components, their datasets
inline or by reference. The document is read as JSON, since the library for the format
drops the model card; the library's schema says what is invalid, and invalid documents are
read as far as they go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS, SCHEMA
from provenance_graph.formats import packages, statements
from provenance_graph.formats.cyclonedx import card as cyclonedx_card
from provenance_graph.formats.cyclonedx import schema as cyclonedx_schema
from provenance_graph.formats.document import Document, Hints, Origin, Reader
from provenance_graph.formats.statements import called, listed, mapping, word

SOURCE = "cyclonedx"
MODEL = "machine-learning-model"
_LINKS = {
    "website": PG.homepage,
    "vcs": PG.codeRepository,
    "model-card": PG.modelCard,
    "distribution": PG.weightsLocation,
    "documentation": RDFS.seeAlso,
}


@dataclass(slots=True)
class Bom:
    """A document's components by the references that point to them.

    ``known`` leads from references to subjects; to an empty one where the component is
    neither a model nor data.
    """

    local: str
    parts: list[tuple[str, dict[Any, Any]]] = field(default_factory=list)
    known: dict[str, Iri] = field(default_factory=dict)
    kinds: dict[Iri, str] = field(default_factory=dict)


def recognises(hints: Hints) -> bool:
    """Whether it says it is CycloneDX: by ``bomFormat``, or its schema's address."""
    value = mapping(hints.value)
    schema = value.get("$schema")
    return hints.syntax == "json" and (
        value.get("bomFormat") == "CycloneDX"
        or ("bomFormat" in value and "specVersion" in value)
        or (isinstance(schema, str) and "cyclonedx.org/schema" in schema)
    )


def origin(document: Document) -> Origin:
    """Whoever says that they made the document; without it, nobody in particular."""
    bom = mapping(statements.tidy(document.json, document.text))
    metadata = mapping(bom.get("metadata"))
    maker = _maker(metadata)
    component = mapping(metadata.get("component"))
    theirs = called(mapping(component.get("manufacturer")).get("name"))
    licences = [mapping(mapping(item).get("license")) for item in listed(metadata.get("licenses"))]
    licence = next((word(item.get("id")) or word(item.get("name")) for item in licences), "")
    return Origin(
        local=_local(document, bom),
        publisher=iris.organization(maker or "unnamed authors of bills of materials"),
        basis=Basis.DEVELOPER if maker and maker == theirs else Basis.THIRD_PARTY,
        title=f"CycloneDX {word(bom.get('specVersion'))[:20]} bill of materials".replace("  ", " "),
        licence=licence[: statements.SHOWN],
        attribution=maker,
    )


def _maker(metadata: dict[Any, Any]) -> str:
    """Who made the document: its manufacturer, supplier or author, else its tool's maker."""
    tools = metadata.get("tools")
    parts = listed(tools.get("components")) if isinstance(tools, dict) else listed(tools)
    candidates = [
        mapping(metadata.get("manufacturer")).get("name"),
        mapping(metadata.get("supplier")).get("name"),
        *(mapping(author).get("name") for author in listed(metadata.get("authors"))),
        *(mapping(mapping(tool).get("manufacturer")).get("name") for tool in parts),
        *(mapping(tool).get("vendor") for tool in parts),
        *(mapping(tool).get("name") for tool in parts),
    ]
    return next((called(name) for name in candidates if called(name)), "")


def _local(document: Document, bom: dict[Any, Any]) -> str:
    """Its place among the documents, and its serial number: examples share the latter."""
    serial = word(bom.get("serialNumber")).removeprefix("urn:uuid:")
    known = serial if re.fullmatch(r"[0-9a-fA-F-]{36}", serial) else ""
    return "/".join(part for part in (statements.place(document), known.casefold()) if part)


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield what a bill of materials says of its models and datasets."""
    whole = statements.tidy(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "a bill of materials is a JSON object")
    yield from cyclonedx_schema.problems(whole)
    bom = Bom(_local(document, whole))
    yield from _collect(whole, bom)
    described = False
    for where, part in bom.parts:
        if part.get("type") == MODEL or isinstance(part.get("modelCard"), dict):
            described = True
            yield from _model(part, where, bom)
        elif part.get("type") == "data":
            described = True
            yield from _data(part, where, bom)
    yield from _dependencies(whole, bom)
    if not described:
        yield Problem("/", "no model and no dataset among the components", kind="empty")


def _collect(whole: dict[Any, Any], bom: Bom) -> Iterator[Problem]:
    """Every component with its place, and the subject that each reference means."""
    stack: list[tuple[str, Any]] = [
        ("/metadata/component", mapping(whole.get("metadata")).get("component"))
    ]
    stack += [(f"/components/{n}", part) for n, part in enumerate(listed(whole.get("components")))]
    stack.reverse()
    while stack:
        where, part = stack.pop()
        if not isinstance(part, dict):
            if where != "/metadata/component":
                yield Problem(where, "not a component", "an object with type and name")
            continue
        bom.parts.append((where, part))
        if part.get("type") in (MODEL, "data") or "modelCard" in part:
            subject = subject_of(part, bom)
            bom.kinds[subject] = "data" if part.get("type") == "data" else "model"
            for key in (part.get("bom-ref"), part.get("purl")):
                if isinstance(key, str) and key:
                    bom.known.setdefault(key, subject)
        elif isinstance(part.get("bom-ref"), str):
            bom.known.setdefault(part["bom-ref"], Iri(""))
        inner = listed(part.get("components"))
        stack += [(f"{where}/components/{n}", item) for n, item in enumerate(inner)][::-1]


def subject_of(part: dict[Any, Any], bom: Bom) -> Iri:
    """The model or dataset that a component is: by its package URL, its link, or its name."""
    name, group = called(part.get("name")), called(part.get("group"))
    kind = "dataset" if part.get("type") == "data" else "model"
    links = [word(mapping(item).get("url")) for item in listed(part.get("externalReferences"))]
    links += [
        word(mapping(mapping(inner).get("contents")).get("url"))
        for inner in listed(part.get("data"))
    ]
    purl = packages.package(word(part.get("purl")))
    if purl is not None:
        return iris.dataset(purl.repository) if purl.dataset else iris.model(purl.repository)
    for url in links:
        if kind == "dataset" and (dataset := statements.hub_dataset(url)):
            return iris.dataset(dataset)
        repository = statements.hub_model(url) if kind == "model" else ""
        if repository and (name == repository or statements.same_name(repository, name)):
            return iris.model(repository)
    if kind == "dataset" and name:
        return iris.dataset(name)
    local = "/".join(iris.slug(text) for text in (group, name or bom.local) if text)
    return iris.entity(SOURCE, kind, local)


def _model(part: dict[Any, Any], where: str, bom: Bom) -> Iterator[Claim | Problem]:
    model = subject_of(part, bom)
    yield from statements.is_a(model, PG.Model, called(part.get("name")))
    yield from _made(part, model)
    purl = packages.package(word(part.get("purl")))
    version = purl.version if purl and purl.version else called(part.get("version"))
    yield from packages.version_of(SOURCE, model, version[: statements.SHOWN])
    yield from licences(part, model, where)
    yield from _links(part, model, where)
    yield from _hashes(part, model, where)
    for n, item in enumerate(listed(part.get("components"))):
        inner = mapping(item)
        if inner.get("type") in ("file", "data") and called(inner.get("name")):
            yield from _file(inner, model, f"{where}/components/{n}")
    yield from _pedigree(part, model, where, bom)
    yield from cyclonedx_card.read(part, model, where, bom.known, bom.local)


def _made(part: dict[Any, Any], subject: Iri) -> Iterator[Claim]:
    """The maker: its manufacturer, else the publisher, else the authors; never the supplier."""
    single = called(mapping(part.get("manufacturer")).get("name")) or called(part.get("publisher"))
    authors = [called(mapping(author).get("name")) for author in listed(part.get("authors"))]
    for maker in [single] if single else authors or [called(part.get("author"))]:
        yield from statements.made_by(subject, maker)


def licences(part: dict[Any, Any], subject: Iri, where: str) -> Iterator[Claim | Problem]:
    """The licences of a component; with several, how they combine is not said."""
    items = listed(part.get("licenses"))
    for n, raw in enumerate(items):
        item, place = mapping(raw), f"{where}/licenses/{n}"
        single = mapping(item.get("license"))
        text = word(item.get("expression")) or word(single.get("id")) or word(single.get("name"))
        url = word(single.get("url"))
        if not text and not url:
            yield Problem(place, "a licence without id, name or expression", kind="licence")
            continue
        for claim in statements.licensed(subject, text, link=url, locator=place):
            partly = len(items) > 1 and claim.predicate == DCTERMS.license
            yield packages.partly(claim, place) if partly and claim.value else claim


def _links(part: dict[Any, Any], subject: Iri, where: str) -> Iterator[Claim | Problem]:
    name = called(part.get("name"))
    purl = packages.package(word(part.get("purl")))
    if purl is not None:
        yield Claim(subject, PG.hubRepository, purl.page)
    for n, raw in enumerate(listed(part.get("externalReferences"))):
        item, place = mapping(raw), f"{where}/externalReferences/{n}/url"
        url, kind = word(item.get("url")), word(item.get("type"))
        if not url.startswith(("http:", "https:")):
            continue  # references inside the document, and other schemes
        repository = statements.hub_model(url)
        if repository and (name == repository or statements.same_name(repository, name)):
            yield Claim(subject, PG.hubRepository, statements.hub_page(repository))
        elif kind in _LINKS and not statements.hub_dataset(url):
            found = statements.link_property(url)
            yield statements.link(
                subject, _LINKS[kind] if found == RDFS.seeAlso else found, url, place
            )


def _hashes(part: dict[Any, Any], model: Iri, where: str) -> Iterator[Claim | Problem]:
    digests = []
    for n, raw in enumerate(listed(part.get("hashes"))):
        item = mapping(raw)
        digest = packages.digest(word(item.get("alg")), word(item.get("content")))
        if digest:
            digests.append(digest)
        else:
            yield Problem(f"{where}/hashes/{n}", "not a digest", "alg SHA-256, content in hex")
    if digests:
        yield from packages.artifact(SOURCE, model, called(part.get("name")), digests)


def _file(part: dict[Any, Any], model: Iri, where: str) -> Iterator[Claim | Problem]:
    if listed(part.get("hashes")):
        yield from _hashes(part, model, where)
    else:
        yield from packages.artifact(SOURCE, model, called(part.get("name")), [])


def _pedigree(part: dict[Any, Any], model: Iri, where: str, bom: Bom) -> Iterator[Claim | Problem]:
    pedigree = mapping(part.get("pedigree"))
    for key in ("ancestors", "descendants"):
        for n, raw in enumerate(listed(pedigree.get(key))):
            other = mapping(raw)
            if not called(other.get("name")) and not word(other.get("purl")):
                yield Problem(f"{where}/pedigree/{key}/{n}", "a component without a name")
                continue
            relative = subject_of(other, bom)
            yield from statements.is_a(relative, PG.Model, called(other.get("name")))
            if relative == model:
                yield Problem(f"{where}/pedigree/{key}/{n}", "a model is its own relative")
            elif key == "ancestors":
                yield from packages.descends(
                    model, relative, "ancestor", f"{where}/pedigree/{key}/{n}"
                )
            else:
                yield from packages.descends(
                    relative, model, "descendant", f"{where}/pedigree/{key}/{n}"
                )


def _data(part: dict[Any, Any], where: str, bom: Bom) -> Iterator[Claim | Problem]:
    """A component of data: a dataset where it says so; configuration and the like are not."""
    inner = [mapping(item) for item in listed(part.get("data"))]
    if inner and not any(item.get("type") == "dataset" for item in inner):
        return
    if packages.WEIGHT_FILE.search(called(part.get("name"))):
        return  # files of weights, which some tools list as data
    dataset = subject_of(part, bom)
    yield from statements.is_a(dataset, PG.Dataset, called(part.get("name")))
    yield from _made(part, dataset)
    yield from licences(part, dataset, where)
    for n, item in enumerate(inner):
        url = word(mapping(item.get("contents")).get("url"))
        if repository := statements.hub_dataset(url):
            page = statements.hub_page(f"datasets/{repository}")
            yield Claim(dataset, PG.hubRepository, page)
        elif url:
            yield statements.link(dataset, SCHEMA.url, url, f"{where}/data/{n}/contents/url")


def _dependencies(whole: dict[Any, Any], bom: Bom) -> Iterator[Claim | Problem]:
    """What a model depends on, where both are models; references into nothing are problems."""
    for n, raw in enumerate(listed(whole.get("dependencies"))):
        item, where = mapping(raw), f"/dependencies/{n}"
        ref = word(item.get("ref"))
        source = bom.known.get(ref)
        if source is None:
            yield Problem(f"{where}/ref", f"{ref[:120]!r} names no component", kind="reference")
        for m, target in enumerate(listed(item.get("dependsOn"))):
            other = bom.known.get(word(target))
            if other is None:
                shown = word(target)[:120]
                yield Problem(
                    f"{where}/dependsOn/{m}", f"{shown!r} names no component", kind="reference"
                )
            elif (
                source
                and other
                and source != other
                and bom.kinds.get(source) == bom.kinds.get(other) == "model"
            ):
                yield Claim(source, PG.usesComponent, other)


READER = Reader(
    format=SOURCE,
    title="CycloneDX bill of materials with models (JSON)",
    recognises=recognises,
    origin=origin,
    read=read,
)
