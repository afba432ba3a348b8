"""A parsed CycloneDX document: its components, their subjects, and every stated value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage, model_names, paths, statements, table_leaves
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.cyclonedx import xml
from provenance_graph.formats.cyclonedx.keys import KEYS, MODEL, RELATIVES, STAGES
from provenance_graph.formats.document import Document, once
from provenance_graph.formats.fields import named, packages, weight_files
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "cyclonedx"


@dataclass(slots=True)
class Bom:
    """A document's components by the references that point to them.

    ``known`` maps references to subjects, and to an empty IRI for a component that is neither a
    model nor data. ``parts`` holds each component with its location, ``known_leaves`` by location
    the values for which the key table alone yields claims. ``linked`` holds the pairs of entities
    that a component's own description relates. ``within`` is the scope of entities that have only a
    name.
    """

    local: str
    whole: dict[Any, Any] = field(default_factory=dict)
    parts: list[tuple[str, dict[Any, Any]]] = field(default_factory=list)
    known: dict[str, Iri] = field(default_factory=dict)
    others: dict[str, dict[Any, Any]] = field(default_factory=dict)
    kinds: dict[Iri, str] = field(default_factory=dict)
    places: dict[str, Iri] = field(default_factory=dict)
    stages: dict[Iri, list[Iri]] = field(default_factory=dict)
    known_leaves: Mapping[str, list[Leaf]] = field(default_factory=dict)
    linked: set[tuple[Iri, Iri]] = field(default_factory=set)
    within: str = ""


@once
def whole_of(document: Document) -> dict[Any, Any]:
    """The document as JSON, from its JSON or XML form; raises Unreadable."""
    if document.features.syntax == "xml":
        return xml.bom(document.text, document.url, document.repeated)
    whole = statements.sanitise(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "a bill of materials is a JSON object")
    return whole


def role(part: dict[Any, Any]) -> str:
    """The role of a component: ``model``, ``data`` or ``part``."""
    if part.get("type") == MODEL or isinstance(part.get("modelCard"), dict):
        return "model"
    if part.get("type") != "data":
        return "part"
    inner = [mapping(item) for item in as_list(part.get("data"))]
    if inner and not any(item.get("type", "dataset") == "dataset" for item in inner):
        return "part"  # configuration, source code and the like
    container = weight_files.format_of(stated_name(part.get("name")))
    return (
        "data" if container in ("", "numpy", "pickle") else "part"
    )  # these two contain data as often as weights


def components(whole: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every component with its location; nested components follow their parent."""
    stack: list[tuple[str, Any]] = [
        ("/metadata/component", mapping(whole.get("metadata")).get("component"))
    ]
    stack += [(f"/components/{n}", part) for n, part in enumerate(as_list(whole.get("components")))]
    stack.reverse()
    while stack:
        where, part = stack.pop()
        yield where, part
        inner = as_list(mapping(part).get("components"))
        stack += [(f"{where}/components/{n}", item) for n, item in enumerate(inner)][::-1]


def subjects(document: Document) -> dict[str, Iri]:
    """The models and components of data, by location."""
    whole = whole_of(document)
    bom = Bom(local_of(document, whole), whole, within=paths.within(document, serial_of(whole)))
    for _ in collect(bom):
        pass  # problems of components are reported by the reading
    return bom.places


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value, with its key below the element that it is stated of."""
    return chain.from_iterable(stated(document).values())


@once
def stated(document: Document) -> dict[str, list[Leaf]]:
    """The values of the document itself, and those of each component, by location."""
    return _by_location(document, _every)


@once
def known_leaves(document: Document) -> dict[str, list[Leaf]]:
    """The stated values for which the key table alone yields claims, by location."""
    return _by_location(document, _known_leaves)


_Values = Callable[[Any, tuple[str, ...], str, tuple[str, ...]], list[Leaf]]


def _by_location(document: Document, values: _Values) -> dict[str, list[Leaf]]:
    whole = whole_of(document)
    metadata = mapping(whole.get("metadata"))
    own = values(metadata, ("bom", "metadata"), "/metadata", ("component",))
    own += values(whole, ("bom",), "", ("components", "metadata"))
    parts = {
        where: values(part, (role(part),), where, ("components",))
        for where, part in components(whole)
        if isinstance(part, dict)
    }
    return {"": own, **parts}


def _every(value: Any, path: tuple[str, ...], where: str, without: tuple[str, ...]) -> list[Leaf]:
    own = coverage.leaves(value, path, where, without)
    if path[0] in _DESCRIBED:
        return [Leaf(_below(leaf.path), leaf.location, leaf.value) for leaf in own]
    return list(own)


def _known_leaves(
    value: Any, path: tuple[str, ...], where: str, without: tuple[str, ...]
) -> list[Leaf]:
    top = table_leaves.top(KEYS, path, _below if path[0] in _DESCRIBED else None)
    return table_leaves.known_leaves(value, path, where, KEYS, without, top)


def known_leaves_of(part: dict[Any, Any], as_: str, where: str) -> list[Leaf]:
    """The values of one component for which the key table alone yields claims.

    The values of its datasets and relatives have keys of their own.
    """
    return _known_leaves(part, (as_,), where, ("components",))


def _below(path: tuple[str, ...]) -> tuple[str, ...]:
    if path[1:2] == ("data",):
        return ("dataset", *path[2:])
    if path[1:4] == ("modelCard", "modelParameters", "datasets"):
        return ("dataset", *path[4:])
    while path[1:2] == ("pedigree",) and path[2:3] and path[2] in RELATIVES:
        path = ("relative", *path[3:])
    return path


_DESCRIBED = frozenset(("model", "data"))
"""Roles of components whose datasets and relatives have keys of their own."""


def local_of(document: Document, whole: dict[Any, Any]) -> str:
    """The document's path and its serial number: example documents share serial numbers."""
    return "/".join(part for part in (paths.source_slug(document), serial_of(whole)) if part)


def serial_of(whole: dict[Any, Any]) -> str:
    """The UUID that identifies a document whatever its file name; empty where it states none."""
    serial = scalar_text(whole.get("serialNumber")).removeprefix("urn:uuid:")
    return serial.casefold() if re.fullmatch(r"[0-9a-fA-F-]{36}", serial) else ""


def collect(bom: Bom) -> Iterator[Problem]:
    """Fill ``bom`` with every component and the subject of each reference; yield problems."""
    for where, part in components(bom.whole):
        if not isinstance(part, dict):
            if where != "/metadata/component":
                yield Problem(where, "not a component", "an object with type and name")
            continue
        bom.parts.append((where, part))
        ref = part.get("bom-ref")
        if (kind := role(part)) != "part":
            subject = subject_of(part, bom)
            bom.kinds[subject] = kind
            bom.places[where] = subject
            inner = [mapping(item).get("bom-ref") for item in as_list(part.get("data"))]
            for key in (ref, part.get("purl"), *inner):
                if isinstance(key, str) and key:
                    bom.known.setdefault(key, subject)
            _know_inline(part, bom)
        elif isinstance(ref, str):
            bom.known.setdefault(ref, Iri(""))
            bom.others.setdefault(ref, part)
    for service in map(mapping, as_list(bom.whole.get("services"))):
        if isinstance(
            ref := service.get("bom-ref"), str
        ):  # not a model; others may depend on the component
            bom.known.setdefault(ref, Iri(""))


def _know_inline(part: dict[Any, Any], bom: Bom) -> None:
    """Add the references of datasets that a model card describes inline."""
    parameters = mapping(mapping(part.get("modelCard")).get("modelParameters"))
    for item in map(mapping, as_list(parameters.get("datasets"))):
        ref, name = item.get("bom-ref"), inline_name(item)
        if isinstance(ref, str) and ref and name and "ref" not in item:
            dataset = bom.known.setdefault(ref, inline_dataset(name, bom))
            bom.kinds.setdefault(dataset, "data")


def inline_name(item: dict[Any, Any]) -> str:
    """The identity of a dataset described inline: its Hub repository, else its name."""
    url = scalar_text(mapping(item.get("contents")).get("url"))
    return statements.hub_dataset(url) or stated_name(item.get("name"))


def inline_dataset(name: str, bom: Bom) -> Iri:
    """The IRI of a dataset by name; local to the document for a path or a name of a role only."""
    if model_names.is_path(name) or paths.is_local_name(name):
        return iris.entity(SOURCE, "dataset", "/".join(filter(None, (bom.within, iris.slug(name)))))
    return iris.dataset(name)


def subject_of(part: dict[Any, Any], bom: Bom) -> Iri:
    """The model or dataset that a component is: by its package URL, its link, or its name.

    A name without a group is local to the document.
    """
    name, group = stated_name(part.get("name")), stated_name(part.get("group"))
    kind = "dataset" if part.get("type") == "data" else "model"
    links = [
        scalar_text(mapping(item).get("url")) for item in as_list(part.get("externalReferences"))
    ]
    links += [
        scalar_text(mapping(mapping(inner).get("contents")).get("url"))
        for inner in as_list(part.get("data"))
    ]
    purl = packages.package(scalar_text(part.get("purl")))
    if purl is not None:
        as_data = purl.dataset or kind == "dataset"
        return iris.dataset(purl.repository) if as_data else iris.model(purl.repository)
    for url in links:
        if kind == "dataset" and (dataset := statements.hub_dataset(url)):
            return iris.dataset(dataset)
        repository = statements.hub_model(url) if kind == "model" else ""
        if repository and (name == repository or model_names.same_name(repository, name)):
            return iris.model(repository)
    if (
        kind == "dataset"
        and name
        and not model_names.is_path(name)
        and not paths.is_local_name(name)
    ):
        return iris.dataset(name)
    local = "/".join(iris.slug(text) for text in (group, name or bom.local) if text)
    if not group and bom.within:  # `chat` in two services' documents is two models
        local = f"{bom.within}/{local}"
    return iris.entity(SOURCE, kind, local)


def uses_of(properties: Any) -> Iterator[Iri]:
    """Yield the properties by which a model used a dataset, from the dataset's stage properties.

    >>> [iris.local_name(use) for use in uses_of([{"name": "x:dataset:stage", "value": "sft, test"}])]
    ['finetunedOn', 'testedOn']
    """
    for raw in as_list(properties):
        item = mapping(raw)
        if named.name_forms(scalar_text(item.get("name")))[-1:] == ("stage",):
            for stage in re.split(r"[,;]", scalar_text(item.get("value"))):
                if use := STAGES.get(re.sub(r"[^a-z]", "", stage.casefold())):
                    yield use
