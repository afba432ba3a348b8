"""CycloneDX bills of materials with machine-learning models, 1.4 to 1.7, in JSON and XML.

Models stand under ``metadata.component`` or anywhere among the components, their datasets inline or
by reference. The document is read as JSON, since the library for the format drops the model card.
The library's schema is used for validation; invalid documents are read as far as possible. The key
table is in ``keys``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS, SCHEMA
from provenance_graph.formats import coverage, model_names, paths, statements, table_leaves
from provenance_graph.formats.cyclonedx import (
    around,
    card,
    component,
    elements,
    formulation,
    xml,
)
from provenance_graph.formats.cyclonedx import bom as boms
from provenance_graph.formats.cyclonedx.bom import SOURCE, Bom
from provenance_graph.formats.cyclonedx.keys import KEYS, LINKS, RELATIVES
from provenance_graph.formats.document import Document, Features, Origin, Reader, ReaderOutput
from provenance_graph.formats.fields import named, packages
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name
from provenance_graph.formats.xml import parsed


def recognises(features: Features) -> bool:
    """Whether a document is CycloneDX, by ``bomFormat`` or by its schema's address."""
    if features.syntax == "xml":
        return any(xml.MARK.search(line) for line in features.lines)
    value = mapping(features.value)
    schema = value.get("$schema")
    return features.syntax == "json" and (
        value.get("bomFormat") == "CycloneDX"
        or ("bomFormat" in value and "specVersion" in value)
        or (isinstance(schema, str) and "cyclonedx.org/schema" in schema)
    )


def origin(document: Document) -> Origin:
    """The origin: the document's stated maker as publisher; a general one where it states none."""
    try:
        bom = boms.whole_of(document)
    except Unreadable:
        bom = {}
    metadata = mapping(bom.get("metadata"))
    maker = _maker(metadata)
    component = mapping(metadata.get("component"))
    theirs = stated_name(mapping(component.get("manufacturer")).get("name"))
    licences_ = [
        mapping(mapping(item).get("license")) for item in as_list(metadata.get("licenses"))
    ]
    licence = next(
        (scalar_text(item.get("id")) or scalar_text(item.get("name")) for item in licences_), ""
    )
    return Origin(
        local=boms.local_of(document, bom),
        publisher=iris.organization(maker or "unnamed authors of bills of materials"),
        basis=Basis.DEVELOPER if maker and maker == theirs else Basis.THIRD_PARTY,
        title=_title(bom),
        licence=licence[: statements.MAX_STATED],
        attribution=maker,
    )


def _title(bom: dict[Any, Any]) -> str:
    """The document's title: the standard's version, and the document's own version if above 1."""
    edition = scalar_text(bom.get("version"))[:20]
    parts = ["CycloneDX", scalar_text(bom.get("specVersion"))[:20], "bill of materials"]
    more = f", version {edition}" if edition not in ("", "1") else ""
    return " ".join(part for part in parts if part) + more


def _maker(metadata: dict[Any, Any]) -> str:
    """The maker of the document: its manufacturer, supplier or author, else its tool's maker."""
    tools = metadata.get("tools")
    parts = as_list(tools.get("components")) if isinstance(tools, dict) else as_list(tools)
    candidates = [
        mapping(metadata.get("manufacturer")).get("name"),
        mapping(metadata.get("supplier")).get("name"),
        mapping(metadata.get("manufacture")).get("name"),
        *(mapping(author).get("name") for author in as_list(metadata.get("authors"))),
        *(mapping(mapping(tool).get("manufacturer")).get("name") for tool in parts),
        *(mapping(tool).get("vendor") for tool in parts),
        *(mapping(tool).get("name") for tool in parts),
    ]
    return next((stated_name(name) for name in candidates if stated_name(name)), "")


def invalid(document: Document) -> Iterator[Problem]:
    """Yield schema violations; for an XML document those that both forms have in common."""
    from provenance_graph.formats.cyclonedx.schema import problems  # loading takes a moment

    from_xml, whole = document.features.syntax != "json", boms.whole_of(document)
    yield from problems(whole, from_xml=from_xml)
    if from_xml:
        yield from elements.unknown(
            parsed(document.text, document.url), whole["specVersion"], xml.LISTS
        )


def read(document: Document) -> ReaderOutput:
    """Yield the claims of a bill of materials about its models and datasets."""
    whole = boms.whole_of(document)
    leaves = boms.known_leaves(document)
    within = paths.within(document, boms.serial_of(whole))
    bom = Bom(boms.local_of(document, whole), whole, known_leaves=leaves, within=within)
    every = chain.from_iterable(bom.known_leaves.values())
    yield from coverage.unknown(every, KEYS, "CycloneDX")
    yield from boms.collect(bom)
    _stages(bom)
    described = False
    for where, part in bom.parts:
        kind = boms.role(part)
        if kind == "model":
            described = True
            yield from _linking(_model(part, where, bom), bom)
        elif kind == "data":
            described = True
            yield from _linking(_data(part, where, bom), bom)
    yield from around.read(bom)
    yield from formulation.read(bom)
    if not described:
        yield Problem("/", "no model and no dataset among the components", kind="empty")


def _linking(output: ReaderOutput, bom: Bom) -> ReaderOutput:
    """Pass the output through, recording related entities, which a dependency need not repeat."""
    entities = frozenset(bom.kinds)
    for item in output:
        if type(item) is Claim and type(item.value) is Iri and item.value in entities:
            bom.linked.add((item.subject, item.value))
        yield item


def _stages(bom: Bom) -> None:
    """Collect the stages in which each dataset was used, from its properties and its contents'."""
    for where, part in bom.parts:
        if subject := bom.places.get(where):
            contents = (
                mapping(mapping(each).get("contents")) for each in as_list(part.get("data"))
            )
            for properties in (part.get("properties"), *(c.get("properties") for c in contents)):
                bom.stages.setdefault(subject, []).extend(boms.uses_of(properties))


def _model(part: dict[Any, Any], where: str, bom: Bom) -> ReaderOutput:
    model = boms.subject_of(part, bom)
    yield from statements.is_a(model, PG.Model, stated_name(part.get("name")))
    yield from component.kind(part, model, "type")
    purl = packages.package(scalar_text(part.get("purl")))
    yield from component.version(part, model, purl)
    yield from _common(part, model, where, bom)
    for n, item in enumerate(as_list(part.get("components"))):
        inner = mapping(item)
        kinds = (
            ("file", "data") if boms.role(inner) == "part" else ()
        )  # a dataset component is not a file
        if inner.get("type") in kinds and stated_name(inner.get("name")):
            yield from _file(inner, model, f"{where}/components/{n}")
    for leaf in coverage.leaves(part.get("data") or [], ("data",), f"{where}/data"):
        yield coverage.other(model, ".".join(leaf.path), scalar_text(leaf.value))
    yield from _pedigree(part, model, where, bom)
    yield from card.read(part, model, where, bom)


def _common(part: dict[Any, Any], subject: Iri, where: str, bom: Bom) -> ReaderOutput:
    """Yield the claims that models and components of data have in common."""
    made = list(component.made(part, subject))
    yield from made
    makers = [str(c.value) for c in made if c.predicate == SCHEMA.name]
    yield from packages.unlinked(subject, stated_name(part.get("name")), makers, where)
    if supplier := stated_name(mapping(part.get("supplier")).get("name")):
        organization = statements.named_organization(supplier)
        yield from statements.is_a(organization, PG.Organization, supplier)
        yield Claim(subject, PG.suppliedBy, organization)
    yield from component.licences(part, subject, where)
    yield from _links(part, subject, where)
    yield from _hashes(part, subject, where)
    for n, item in enumerate(as_list(part.get("properties"))):
        yield from around.named_value(subject, item, f"{where}/properties/{n}")
    stated = bool(as_list(part.get("licenses")))
    for n, tag in enumerate(as_list(part.get("tags"))):
        if text := scalar_text(tag):
            yield from named.tag(subject, text, f"{where}/tags/{n}", licensed=stated)
    released = mapping(part.get("releaseNotes")).get("timestamp")
    if released is not None:
        yield statements.dated(subject, DCTERMS.issued, released, f"{where}/releaseNotes/timestamp")
    kind = bom.kinds.get(subject, "model")
    stated_here = (
        bom.known_leaves[where]
        if kind == boms.role(part)
        else boms.known_leaves_of(part, kind, where)
    )
    own = (leaf for leaf in stated_here if leaf.path[0] == kind)
    yield from coverage.claims(subject, own, KEYS)


def _links(part: dict[Any, Any], subject: Iri, where: str) -> ReaderOutput:
    name = stated_name(part.get("name"))
    dataset = part.get("type") == "data"
    purl = packages.package(scalar_text(part.get("purl")))
    if purl is not None:
        page = f"datasets/{purl.repository}" if dataset or purl.dataset else purl.repository
        yield Claim(subject, PG.hubRepository, statements.hub_page(page))
    elif stated := scalar_text(part.get("purl")):
        yield coverage.other(subject, "purl", stated)
    for n, raw in enumerate(as_list(part.get("externalReferences"))):
        item, location = mapping(raw), f"{where}/externalReferences/{n}"
        url, kind = scalar_text(item.get("url")), scalar_text(item.get("type"))
        yield from _link(subject, name, url, kind, location, dataset=dataset)
        if url and (digests := list(_digests(item, location))):
            yield from (result for result in digests if isinstance(result, Problem))
            good = [result for result in digests if isinstance(result, str)]
            yield from packages.artifact(SOURCE, subject, url.rpartition("/")[2][:200], good)


def _link(
    subject: Iri, name: str, url: str, kind: str, location: str, *, dataset: bool
) -> ReaderOutput:
    if not url.startswith(("http:", "https:")):
        if url:  # references inside the document, and other schemes
            yield coverage.other(subject, f"externalReferences.{kind}", url)
        return
    repository = statements.hub_model(url)
    link_property = statements.link_property(url)
    if dataset and (data := statements.hub_dataset(url)):
        yield Claim(subject, PG.hubRepository, statements.hub_page(f"datasets/{data}"))
    elif repository and (name == repository or model_names.same_name(repository, name)):
        page = statements.hub_page(repository)
        yield Claim(subject, PG.hubRepository, page)
        if url.rstrip("/") != page or kind not in LINKS:
            yield coverage.other(subject, f"externalReferences.{kind}", url)
    elif kind in LINKS and not statements.hub_dataset(url):
        own = SCHEMA.url if dataset and LINKS[kind] == PG.weightsLocation else LINKS[kind]
        yield statements.link(
            subject, own if link_property == RDFS.seeAlso else link_property, url, f"{location}/url"
        )
    else:
        if link_property != RDFS.seeAlso:
            yield statements.link(subject, link_property, url, f"{location}/url")
        yield coverage.other(subject, f"externalReferences.{kind}", url)


def _digests(part: dict[Any, Any], where: str) -> Iterator[str | Problem]:
    for n, raw in enumerate(as_list(part.get("hashes"))):
        item = mapping(raw)
        digest = packages.digest(scalar_text(item.get("alg")), scalar_text(item.get("content")))
        hint = "alg SHA-256, content in hex"
        yield digest or Problem(f"{where}/hashes/{n}", "not a digest", hint)


def _hashes(part: dict[Any, Any], subject: Iri, where: str) -> ReaderOutput:
    results = list(_digests(part, where))
    yield from (each for each in results if isinstance(each, Problem))
    if digests := [each for each in results if isinstance(each, str)]:
        # only a component of type file has a file name
        name = stated_name(part.get("name")) if part.get("type") == "file" else ""
        yield from packages.artifact(SOURCE, subject, name, digests)


def _file(part: dict[Any, Any], model: Iri, where: str) -> ReaderOutput:
    if as_list(part.get("hashes")):
        yield from _hashes(part, model, where)
    else:
        yield from packages.artifact(SOURCE, model, stated_name(part.get("name")), [])


def _pedigree(part: dict[Any, Any], model: Iri, where: str, bom: Bom) -> ReaderOutput:
    pedigree = mapping(part.get("pedigree"))
    for key in RELATIVES:
        for n, raw in enumerate(as_list(pedigree.get(key))):
            other, location = mapping(raw), f"{where}/pedigree/{key}/{n}"
            if not stated_name(other.get("name")) and not scalar_text(other.get("purl")):
                yield Problem(location, "a component without a name")
                continue
            relative = boms.subject_of(other, bom)
            if relative == model:
                yield Problem(location, "a model is its own relative")
                continue
            yield from _relative(other, relative, location)
            if key == "ancestors":
                stated = [mapping(item) for item in as_list(other.get("properties"))]
                kinds = [
                    scalar_text(p.get("value"))
                    for p in stated
                    if _is_relation(scalar_text(p.get("name")))
                ]
                purl = packages.package(scalar_text(other.get("purl")))
                revision = purl.version if purl else ""
                yield from packages.descends(model, relative, "ancestor", location, kinds, revision)
            elif key == "descendants":
                yield from packages.descends(relative, model, "descendant", location)
            else:
                yield coverage.other(model, "pedigree.variants", iris.short_id(relative))
            yield from _pedigree(other, relative, location, bom)


def _is_relation(name: str) -> bool:
    """Whether a property of an ancestor names the kind of derivation."""
    return named.name_forms(name)[-1:] == ("relation",)


def _relative(other: dict[Any, Any], relative: Iri, where: str) -> ReaderOutput:
    """Yield a pedigree's claims about a relative itself: name, maker, version, licence."""
    yield from statements.is_a(relative, PG.Model, stated_name(other.get("name")))
    yield from component.kind(other, relative, "type")
    yield from component.made(other, relative)
    purl = packages.package(scalar_text(other.get("purl")))
    yield from component.version(other, relative, purl)
    if purl is not None:
        yield Claim(relative, PG.hubRepository, purl.page)
    elif stated := scalar_text(other.get("purl")):
        yield coverage.other(relative, "purl", stated)
    yield from component.licences(other, relative, where)
    pedigree = mapping(other.get("pedigree"))
    alone = {**other, "pedigree": {k: v for k, v in pedigree.items() if k not in RELATIVES}}
    yield from coverage.claims(
        relative, table_leaves.known_leaves(alone, ("relative",), where, KEYS), KEYS
    )


def _data(part: dict[Any, Any], where: str, bom: Bom) -> ReaderOutput:
    """Yield the claims of a component of data as a dataset."""
    dataset = boms.subject_of(part, bom)
    yield from statements.is_a(dataset, PG.Dataset, stated_name(part.get("name")))
    if version := stated_name(part.get("version")):
        yield Claim(dataset, SCHEMA.version, statements.literal(version))
    yield from _common(part, dataset, where, bom)
    for n, raw in enumerate(as_list(part.get("data"))):
        item = mapping(raw)
        name, kind = stated_name(item.get("name")), stated_name(item.get("type"))
        if name and name != stated_name(part.get("name")):
            yield coverage.other(dataset, "data.name", name)
        if kind and kind != "dataset":
            yield coverage.other(dataset, "data.type", kind)
        yield from card.data(item, dataset, f"{where}/data/{n}")


SYNTAXES = ("json", "xml")

READER = Reader(
    format=SOURCE,
    title="CycloneDX bill of materials with models (JSON and XML)",
    recognises=recognises,
    origin=origin,
    read=read,
    invalid=invalid,
    version="13",
    keys=KEYS,
    leaves=boms.leaves,
    subjects=boms.subjects,
)
