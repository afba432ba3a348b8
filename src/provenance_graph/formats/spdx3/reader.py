"""SPDX 3 documents with the AI and Dataset profiles, in their compact JSON-LD form.

The context is never fetched: the compact form has fixed names. Converters write some of
them without the prefix, strings where elements belong, and relationships into nothing;
all of that is read as far as its meaning is plain, and reported.
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
from provenance_graph.core.terms import PG
from provenance_graph.formats import packages, statements
from provenance_graph.formats.document import Document, Hints, Origin, Reader
from provenance_graph.formats.spdx3 import elements as spdx3_elements
from provenance_graph.formats.spdx3 import tables
from provenance_graph.formats.spdx3.tables import AI, DATASET, PACKAGE
from provenance_graph.formats.statements import called, listed, mapping, word

SOURCE = "spdx3"
_CONTEXT = re.compile(r"https?://spdx\.(?:org|github\.io)/(?:rdf|spdx-spec)?/?v?3\.\S*")
_LICENSES = {
    "hasDeclaredLicense": None,
    "hasConcludedLicense": Basis.INFERENCE,
}
_DATA = {
    "trainedOn": PG.trainedOn,
    "testedOn": PG.testedOn,
    "finetunedOn": PG.trainedOn,
    "validatedOn": PG.validatedOn,
}
_DEPENDS = frozenset({"dependsOn", "hasOptionalDependency", "hasOptionalComponent"})


@dataclass(slots=True)
class Graph:
    """A document's elements by their ids, and the subjects that packages are."""

    elements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    subjects: dict[str, Iri] = field(default_factory=dict)
    kinds: dict[Iri, str] = field(default_factory=dict)


def recognises(hints: Hints) -> bool:
    """Whether its context is SPDX 3's, or its graph holds an SpdxDocument."""
    value = mapping(hints.value)
    if hints.syntax != "json" or not ("@graph" in value or "spdxId" in value):
        return False
    if any(isinstance(c, str) and _CONTEXT.fullmatch(c) for c in listed(value.get("@context"))):
        return True
    return any(
        isinstance(element, dict) and element.get("type") == "SpdxDocument"
        for element in listed(value.get("@graph"))[:100]
    )


def origin(document: Document) -> Origin:
    """Whoever the document says created it."""
    graph, _ = _graph(document)
    root = next((e for _, e in graph.elements if e.get("type") == "SpdxDocument"), {})
    info = root.get("creationInfo")
    info = graph.by_id.get(info, {}) if isinstance(info, str) else mapping(info)
    makers = [_agent(maker, graph) for maker in listed(info.get("createdBy"))]
    maker = next((name for name in makers if name), "")
    licence = root.get("dataLicense")
    element = graph.by_id.get(licence, {}) if isinstance(licence, str) else {}
    text = word(element.get("simplelicensing_licenseExpression")) or word(licence)
    return Origin(
        local=_local(document, root),
        publisher=iris.organization(maker or "unnamed authors of bills of materials"),
        basis=Basis.THIRD_PARTY,
        title=f"SPDX {called(root.get('name'))}".strip(),
        licence=text.rsplit("/", 1)[-1][: statements.SHOWN],
        attribution=maker,
    )


def _local(document: Document, root: dict[str, Any]) -> str:
    """Its place among the documents, and its id."""
    known = called(root.get("spdxId")).removeprefix("urn:spdx:")
    return (
        f"{statements.place(document)}/{iris.slug(known)}" if known else statements.place(document)
    )


def _agent(ref: Any, graph: Graph) -> str:
    """The name of an agent: its element's, or the text that stands in its place."""
    text = called(ref)
    if text in graph.by_id:
        return called(graph.by_id[text].get("name"))
    inline = called(mapping(ref).get("name"))
    return inline or ("" if re.match(r"_:|https?:|urn:", text) else text)


def _graph(document: Document) -> tuple[Graph, list[Problem]]:
    whole = statements.tidy(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "an SPDX document is a JSON object")
    graph, problems = Graph(), []
    inside = "@graph" in whole
    for n, raw in enumerate(listed(whole["@graph"]) if inside else [whole]):
        where = f"/@graph/{n}" if inside else ""
        if not isinstance(raw, dict):
            problems.append(Problem(where, "not an element", "an object with type and spdxId"))
            continue
        element = {str(key): value for key, value in raw.items()}
        bare = sorted(key for key in element if key in tables.PREFIXED)
        for key in bare:
            right = tables.PREFIXED[key]
            element.setdefault(right, element[key])
            hint = f"{right}; without the prefix the context drops it"
            problems.append(Problem(f"{where}/{key}", f"{key!r} is no SPDX term", hint, kind="key"))
        graph.elements.append((where, element))
        for key in ("spdxId", "@id"):
            if isinstance(element.get(key), str):
                graph.by_id.setdefault(element[key], element)
    return graph, problems


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield what an SPDX 3 document says of its AI packages and datasets."""
    graph, problems = _graph(document)
    yield from problems
    _name(graph)
    described = False
    for where, element in graph.elements:
        kind = element.get("type")
        if kind in (AI, DATASET):
            described = True
            yield from _required(element, where, str(kind))
        subject = graph.subjects.get(word(element.get("spdxId")))
        if subject is not None and kind in (AI, DATASET, PACKAGE):
            yield from spdx3_elements.read(element, subject, where, lambda x: _agent(x, graph))
    for where, element in graph.elements:
        if isinstance(element.get("relationshipType"), str):
            yield from _relationship(element, where, graph)
    if not described:
        yield Problem("/", "no AI package and no dataset package", kind="empty")


def _name(graph: Graph) -> None:
    """Which subject each package is; a software package counts where it is an AI package's twin.

    Converters describe one model twice, and hang its licence on the software package.
    """
    for _, element in graph.elements:
        if element.get("type") in (AI, DATASET):
            subject = _subject(element)
            graph.subjects[word(element.get("spdxId"))] = subject
            graph.kinds[subject] = "data" if element["type"] == DATASET else "model"
    models = {subject for subject, kind in graph.kinds.items() if kind == "model"}
    for _, element in graph.elements:
        if element.get("type") == PACKAGE and (twin := _subject(element)) in models:
            graph.subjects.setdefault(word(element.get("spdxId")), twin)


def _subject(element: dict[str, Any]) -> Iri:
    name = called(element.get("name"))
    kind = "dataset" if element.get("type") == DATASET else "model"
    identifiers = [
        mapping(item).get("identifier") for item in listed(element.get("externalIdentifier"))
    ]
    links = [
        word(link)
        for link in (
            element.get("software_packageUrl"), element.get("software_downloadLocation"),
            element.get("software_homePage"), element.get("spdxId"), *identifiers,
        )
    ]  # fmt: skip
    for link in links:
        if (purl := packages.package(link)) is not None:
            return iris.dataset(purl.repository) if purl.dataset else iris.model(purl.repository)
        if kind == "dataset" and (dataset := statements.hub_dataset(link)):
            return iris.dataset(dataset)
        repository = statements.hub_model(link) if kind == "model" else ""
        if repository and (name == repository or statements.same_name(repository, name)):
            return iris.model(repository)
    local = iris.slug(name or word(element.get("spdxId"))[-100:])
    return iris.entity(SOURCE, kind, local)


def _required(element: dict[str, Any], where: str, kind: str) -> Iterator[Problem]:
    if "creationInfo" not in element:
        yield Problem(where, "no creationInfo", "SPDX requires it of every element", kind="schema")
    profile = "AI" if kind == AI else "Dataset"
    for key in tables.REQUIRED[kind]:
        if element.get(key) in (None, "", []):
            yield Problem(where, f"no {key}", f"the {profile} profile requires it", kind="schema")
    for purpose in listed(element.get("software_primaryPurpose")):
        bare = word(purpose).rsplit("/", 1)[-1]
        if bare not in tables.PURPOSES:
            yield Problem(
                f"{where}/software_primaryPurpose",
                f"{bare[:60]!r} is not a purpose",
                "model or data",
                kind="schema",
            )


def _relationship(element: dict[str, Any], where: str, graph: Graph) -> Iterator[Claim | Problem]:
    kind = word(element["relationshipType"]).rsplit("/", 1)[-1]
    ref = word(element.get("from"))
    source = graph.subjects.get(ref)
    if source is None:
        purl = packages.package(ref)
        if purl is not None and iris.model(purl.repository) in graph.kinds:
            source = iris.model(purl.repository)
        elif ref not in graph.by_id:
            shown = f"{ref[:120]!r} names no element of the document"
            yield Problem(f"{where}/from", shown, kind="reference")
    targets = listed(element.get("to"))
    if not targets:
        yield Problem(f"{where}/to", "a relationship to nothing", kind="reference")
    for n, raw in enumerate(targets):
        target = word(raw) or word(mapping(raw).get("spdxId")) or word(mapping(raw).get("@id"))
        place = f"{where}/to/{n}"
        known = target in graph.by_id
        if not known and kind not in _LICENSES:
            yield _dangling(target, place)
        if source is not None:
            yield from _edge(kind, source, target, raw, place, graph)


def _dangling(target: str, place: str) -> Problem:
    if re.match(r"[a-z][\w+.-]*:", target, re.IGNORECASE):
        shown = f"{target[:120]!r} names no element of the document"
        return Problem(place, shown, kind="reference")
    return Problem(
        place, f"{target[:120]!r} is a plain string where an element belongs", kind="reference"
    )


def _edge(
    kind: str, source: Iri, target: str, raw: Any, place: str, graph: Graph
) -> Iterator[Claim | Problem]:
    element = graph.by_id.get(target) or mapping(raw)
    if kind in _LICENSES:
        yield from _licence(kind, source, target, element, place)
    elif kind in _DATA and graph.kinds.get(source) == "model":
        dataset = graph.subjects.get(target)
        if dataset is None and target:
            name = called(element.get("name")) or target[: statements.SHOWN]
            dataset = iris.dataset(name)
            yield from statements.is_a(dataset, PG.Dataset, name)
        if dataset is not None:
            yield Claim(source, _DATA[kind], dataset)
    elif kind in ("descendantOf", "ancestorOf") or kind in _DEPENDS:
        other = graph.subjects.get(target) or _outside(target)
        if other is None or other == source:
            return
        if kind == "descendantOf":
            yield from packages.descends(source, other, kind, place)
        elif kind == "ancestorOf":
            yield from packages.descends(other, source, kind, place)
        elif graph.kinds.get(source) == "model" and graph.kinds.get(other) == "model":
            yield Claim(source, PG.usesComponent, other)
    elif kind in ("contains", "hasDistributionArtifact", "hasDataFile"):
        yield from spdx3_elements.file(element, source, place)


def _outside(target: str) -> Iri | None:
    """A model on the Hub that a package URL or address names."""
    if (purl := packages.package(target)) is not None and not purl.dataset:
        return iris.model(purl.repository)
    repository = statements.hub_model(target)
    return iris.model(repository) if repository else None


def _licence(
    kind: str, source: Iri, target: str, element: dict[str, Any], place: str
) -> Iterator[Claim | Problem]:
    """A declared licence as the source states it; a concluded one as its author's inference."""
    text = (
        word(element.get("simplelicensing_licenseExpression"))
        or called(element.get("name"))
        or re.sub(r"^https?://(?:www\.)?spdx\.org/licenses/", "", target)
    )
    if not element and not re.match(r"https?://spdx\.org/", target):
        yield _dangling(target, place)
    if re.fullmatch(r".*(?:NoAssertion(?:License)?|NOASSERTION)", text):
        return
    yield from statements.licensed(source, text, locator=place, basis=_LICENSES[kind])


READER = Reader(
    format=SOURCE,
    title="SPDX 3 with the AI and Dataset profiles (JSON-LD)",
    recognises=recognises,
    origin=origin,
    read=read,
)
