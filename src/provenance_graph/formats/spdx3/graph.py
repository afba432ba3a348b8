"""A parsed SPDX 3 document: its elements by id, the packages' subjects, every stated value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage, model_names, paths, statements, table_leaves
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import Document, once
from provenance_graph.formats.fields import packages
from provenance_graph.formats.spdx3 import tables
from provenance_graph.formats.spdx3.keys import KEYS
from provenance_graph.formats.spdx3.tables import AI, DATASET, PACKAGE
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "spdx3"
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_ROLES = {
    AI: "model",
    DATASET: "data",
    PACKAGE: "package",
    "software_File": "file",
    "SpdxDocument": "document",
    "software_Sbom": "sbom",
    "Bom": "sbom",
    "Bundle": "sbom",
    "CreationInfo": "info",
    "Agent": "agent",
    "Organization": "agent",
    "Person": "agent",
    "SoftwareAgent": "agent",
    "Tool": "agent",
    "Relationship": "relationship",
    "LifecycleScopedRelationship": "relationship",
    "build_Build": "build",
    "security_Vulnerability": "vulnerability",
    "Annotation": "annotation",
}


@dataclass(slots=True)
class ElementGraph:
    """A document's elements by id, and the subjects of its packages.

    ``derived`` holds pairs of a subject and the id of what it is stated to come from or to be
    trained on. ``known_leaves`` holds by location the values for which the key table alone yields
    claims. ``renamed`` holds the locations of elements with keys that lack their prefix. ``outside``
    holds the addresses of elements of other documents, by id, from the document's ``import``.
    """

    elements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    subjects: dict[str, Iri] = field(default_factory=dict)
    kinds: dict[Iri, str] = field(default_factory=dict)
    derived: set[tuple[Iri, str]] = field(default_factory=set)
    known_leaves: Mapping[str, list[Leaf]] = field(default_factory=dict)
    renamed: set[str] = field(default_factory=set)
    outside: dict[str, str] = field(default_factory=dict)

    def leaves(self, element: dict[str, Any], where: str) -> Iterable[Leaf]:
        """The values of the element at a location for which the key table alone yields claims."""
        own = self.known_leaves.get(where) if where and where not in self.renamed else None
        return known_leaves_of(element, where) if own is None else own

    def agent(self, ref: Any) -> str:
        """The name of an agent: its element's, or the text given in its place; may be empty."""
        text = stated_name(ref)
        if text in self.by_id:
            return stated_name(self.by_id[text].get("name"))
        inline = stated_name(mapping(ref).get("name"))
        return inline or ("" if re.match(r"_:|https?:|urn:", text) else text)


_NAMED = frozenset(_ROLES.values()) | {"licence", "assessment", "other"}
"""The roles of elements whose keys have prefixes."""


def role(element: dict[str, Any]) -> str:
    """The role of an element in the key table, such as ``model`` or ``relationship``."""
    kind = scalar_text(element.get("type")) or scalar_text(element.get("@type"))
    if kind in _ROLES:
        return _ROLES[kind]
    if kind.startswith(("simplelicensing_", "expandedlicensing_")):
        return "licence"
    if kind.startswith("security_"):
        return "assessment"
    return "other"


def graph_of(document: Document) -> tuple[ElementGraph, list[Problem]]:
    """A fresh graph of the document's elements, and problems of form; raises Unreadable."""
    graph, problems = _elements(document)
    made = ElementGraph(
        graph.elements,
        graph.by_id,
        dict(graph.subjects),
        dict(graph.kinds),
        renamed=graph.renamed,
        outside=graph.outside,
    )
    return made, problems


@once
def _elements(document: Document) -> tuple[ElementGraph, list[Problem]]:
    whole = statements.sanitise(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "an SPDX document is a JSON object")
    graph, problems = ElementGraph(), []
    inside = "@graph" in whole
    for n, raw in enumerate(as_list(whole["@graph"]) if inside else [whole]):
        where = f"/@graph/{n}" if inside else ""
        if not isinstance(raw, dict):
            text = scalar_text(raw)[:120] or "a list"
            what = f"{text!r} is not an element"
            problems.append(Problem(where, what, "an object with type and spdxId"))
            continue
        element = {str(key): value for key, value in raw.items()}
        bare = sorted(key for key in element if key in tables.PREFIXED)
        if bare:
            graph.renamed.add(where)
        for key in bare:
            right = tables.PREFIXED[key]
            element.setdefault(right, element.pop(key))
            hint = f"{right}; without the prefix the context drops it"
            problems.append(
                Problem(f"{where}/{key}", f"{key!r} is not an SPDX term", hint, kind="key")
            )
        graph.elements.append((where, element))
        if inside and _is_nameless(element):
            what, hint = "no spdxId", "SPDX requires it: nothing can refer to this element"
            problems.append(Problem(where, what, hint, kind="schema"))
            element["spdxId"] = f"_:{where}"  # separates its own statements from those of others
        for key in ("spdxId", "@id"):
            if isinstance(element.get(key), str):
                graph.by_id.setdefault(element[key], element)
        for entry in map(mapping, as_list(element.get("import"))):
            id_, hint = map(scalar_text, (entry.get("externalSpdxId"), entry.get("locationHint")))
            if id_ and hint:
                graph.outside.setdefault(id_, hint)
    _name_packages(graph, paths.within(document))
    return graph, problems


def _is_nameless(element: Mapping[Any, Any]) -> bool:
    """Whether an element that others should refer to has no id.

    Relationships and annotations need none: they connect other elements.
    """
    kind = scalar_text(element.get("type")) or scalar_text(element.get("@type"))
    named = scalar_text(element.get("spdxId")) or scalar_text(element.get("@id"))
    tie = _ROLES.get(kind) in (None, "info", "relationship", "annotation")
    return not tie and not named


def subjects(document: Document) -> dict[str, Iri]:
    """The subjects of the packages, by location."""
    graph, _ = graph_of(document)
    ids = ((where, scalar_text(element.get("spdxId"))) for where, element in graph.elements)
    return {where: graph.subjects[id_] for where, id_ in ids if id_ in graph.subjects}


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value, with its key below the role of its element."""
    return chain.from_iterable(stated(document).values())


@once
def stated(document: Document) -> dict[str, list[Leaf]]:
    """The values of the document itself, and those of each element, by location."""
    return _by_location(document, _every)


@once
def known_leaves(document: Document) -> dict[str, list[Leaf]]:
    """The stated values for which the key table alone yields claims, by location."""
    return _by_location(document, _known_leaves)


def _by_location(document: Document, values: _Values) -> dict[str, list[Leaf]]:
    whole = statements.sanitise(document.json, document.text)
    inside = isinstance(whole, dict) and "@graph" in whole
    own = values(mapping(whole).get("@context"), "context", "/@context", ())
    if inside:
        own += values(whole, "document", "", ("@context", "@graph"))
    connected = _connected(document) if inside else frozenset()
    results = {"document": own}
    for n, raw in enumerate(as_list(whole["@graph"]) if inside else [whole]):
        if isinstance(raw, dict):
            where = f"/@graph/{n}" if inside else ""
            ends = _ends(raw)
            loose = ends and not ends & connected
            loose = loose or (inside and _is_nameless(raw) and role(raw) not in ("model", "data"))
            without = () if inside else ("@context",)
            results[where] = values(raw, "unconnected" if loose else role(raw), where, without)
    return results


_Values = Callable[[Any, str, str, tuple[str, ...]], list[Leaf]]


def _every(value: Any, kind: str, where: str, without: tuple[str, ...]) -> list[Leaf]:
    names = _names(value) if kind in _NAMED else {}
    return list(coverage.leaves(value, (kind,), where, without, names))


def _known_leaves(value: Any, kind: str, where: str, without: tuple[str, ...] = ()) -> list[Leaf]:
    names = _names(value) if kind in _NAMED else {}
    if not names:
        return table_leaves.known_leaves(value, (kind,), where, KEYS, without)

    def rename(path: tuple[str, ...]) -> tuple[str, ...]:
        return (*path[:1], *(names.get(step, step) for step in path[1:2]), *path[2:])

    top = table_leaves.TableStep((kind,), KEYS, rename)
    return table_leaves.known_leaves(value, (kind,), where, KEYS, without, top)


def _names(element: Any) -> dict[str, str]:
    """The keys of an element that lack their prefix, with SPDX's names for them."""
    bare = element.keys() & tables.PREFIXED.keys() if isinstance(element, dict) else ()
    return {key: tables.PREFIXED[key] for key in bare}


def _ends(element: dict[Any, Any]) -> frozenset[str]:
    """The ids of the elements that a relationship or annotation connects."""
    several = [
        *as_list(element.get("from")),
        *as_list(element.get("to")),
        *as_list(element.get("subject")),
    ]
    ids = (scalar_text(each) or scalar_text(mapping(each).get("spdxId")) for each in several)
    return frozenset(id_ for id_ in ids if id_)


def _connected(document: Document) -> frozenset[str]:
    """The ids of packages with a subject, and of all elements connected to them."""
    graph, _ = _elements(document)
    known = set(graph.subjects)
    ties = [ends for _, element in graph.elements if (ends := _ends(element))]
    for _ in range(3):  # a file of a package of a build: the longest connection that is read
        more = {id_ for ends in ties if ends & known for id_ in ends}
        if more <= known:
            break
        known |= more
    return frozenset(known)


def leaves_of(element: dict[str, Any], where: str) -> list[Leaf]:
    """The values of one element, under SPDX's names."""
    return _every(element, role(element), where, ())


def known_leaves_of(element: dict[str, Any], where: str) -> list[Leaf]:
    """The values of one element for which the key table alone yields claims."""
    return _known_leaves(element, role(element), where)


def _name_packages(graph: ElementGraph, within: str) -> None:
    """Set the subject of each package; a software package may share an AI package's subject.

    Converters describe one model twice, and attach its licence to the software package.
    """
    for _, element in graph.elements:
        if element.get("type") in (AI, DATASET):
            subject = subject_of(element, within)
            graph.subjects[scalar_text(element.get("spdxId"))] = subject
            graph.kinds[subject] = "data" if element["type"] == DATASET else "model"
    models = {subject for subject, kind in graph.kinds.items() if kind == "model"}
    for _, element in graph.elements:
        if element.get("type") == PACKAGE and (twin := subject_of(element, within)) in models:
            graph.subjects.setdefault(scalar_text(element.get("spdxId")), twin)


def subject_of(element: dict[str, Any], within: str) -> Iri:
    """The model or dataset that a package is: by its package URL, its links, or its name.

    A name without any of these is local to the document.
    """
    name = stated_name(element.get("name"))
    kind = "dataset" if element.get("type") == DATASET else "model"
    for link in links_of(element):
        if (purl := packages.package(link)) is not None:
            as_data = purl.dataset or kind == "dataset"
            return iris.dataset(purl.repository) if as_data else iris.model(purl.repository)
        if kind == "dataset" and (dataset := statements.hub_dataset(link)):
            return iris.dataset(dataset)
        repository = statements.hub_model(link) if kind == "model" else ""
        if repository and (name == repository or model_names.same_name(repository, name)):
            return iris.model(repository)
    # an id without its UUID is only a name, and a UUID identifies only the document's element
    local = name or _UUID.sub("", scalar_text(element.get("spdxId"))[-100:]).strip("-/#:_ ")
    return iris.entity(SOURCE, kind, "/".join(filter(None, (within, iris.slug(local)))))


def links_of(element: dict[str, Any]) -> list[str]:
    """The addresses that may identify a package, the most reliable first."""
    identifiers = [
        mapping(item).get("identifier") for item in as_list(element.get("externalIdentifier"))
    ]
    return [
        scalar_text(link)
        for link in (
            element.get("software_packageUrl"),
            element.get("software_downloadLocation"),
            element.get("software_homePage"),
            element.get("spdxId"),
            *identifiers,
        )
    ]


def revision_of(element: dict[str, Any]) -> str:
    """The revision that a package's address or package URL is pinned to, or empty."""
    for link in links_of(element):
        purl = packages.package(link)
        if purl is not None and purl.version:
            return purl.version
        address = hub.address(link)
        if address is not None and address.revision not in ("", "main"):
            return address.revision
    return ""
