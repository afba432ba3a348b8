"""SPDX 3 documents with the AI, Dataset, Build, Security and Licensing profiles, as JSON-LD.

The context is never fetched: the compact form has fixed names. Converters write some names without
their prefix, strings where elements belong, and relationships to missing elements; all of that is
read where its meaning is clear, and reported. The key table is in ``keys``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.spdx3 import elements as spdx3_elements
from provenance_graph.formats.spdx3 import graph as graphs
from provenance_graph.formats.spdx3 import relations, tables
from provenance_graph.formats.spdx3.graph import SOURCE
from provenance_graph.formats.spdx3.keys import KEYS
from provenance_graph.formats.spdx3.tables import AI, DATASET, PACKAGE
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

_CONTEXT = re.compile(r"https?://spdx\.(?:org|github\.io)/(?:rdf|spdx-spec)?/?v?3\.\S*")


def recognises(features: Features) -> bool:
    """Whether a document has SPDX 3's context, or an SpdxDocument in its graph."""
    value = mapping(features.value)
    if features.syntax != "json" or not ("@graph" in value or "spdxId" in value):
        return False
    if any(isinstance(c, str) and _CONTEXT.fullmatch(c) for c in as_list(value.get("@context"))):
        return True
    return any(
        isinstance(element, dict) and element.get("type") == "SpdxDocument"
        for element in as_list(value.get("@graph"))[:100]
    )


def origin(document: Document) -> Origin:
    """The origin: the creator stated in the document as publisher."""
    graph, _ = graphs.graph_of(document)
    root = next((e for _, e in graph.elements if e.get("type") == "SpdxDocument"), {})
    info = root.get("creationInfo")
    info = graph.by_id.get(info, {}) if isinstance(info, str) else mapping(info)
    makers = [graph.agent(maker) for maker in as_list(info.get("createdBy"))]
    maker = next((name for name in makers if name), "")
    licence = root.get("dataLicense")
    element = graph.by_id.get(licence, {}) if isinstance(licence, str) else {}
    text = scalar_text(element.get("simplelicensing_licenseExpression")) or scalar_text(licence)
    return Origin(
        local=_local(document, root),
        publisher=iris.organization(maker or "unnamed authors of bills of materials"),
        basis=Basis.THIRD_PARTY,
        title=f"SPDX {stated_name(root.get('name'))}".strip(),
        licence=text.rsplit("/", 1)[-1][: statements.MAX_STATED],
        attribution=maker,
    )


def _local(document: Document, root: dict[str, Any]) -> str:
    """The document's local identifier: its path, and its SPDX id where it has one."""
    known = stated_name(root.get("spdxId")).removeprefix("urn:spdx:")
    return (
        f"{paths.source_slug(document)}/{iris.slug(known)}"
        if known
        else paths.source_slug(document)
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of an SPDX 3 document about its AI packages and datasets."""
    graph, problems = graphs.graph_of(document)
    graph.known_leaves = graphs.known_leaves(document)
    yield from problems
    every = chain.from_iterable(graph.known_leaves.values())
    yield from coverage.unknown(every, KEYS, "SPDX 3.0.1")
    described = False
    for where, element in graph.elements:
        kind = element.get("type")
        if kind in (AI, DATASET):
            described = True
            yield from _required(element, where, str(kind))
        subject = graph.subjects.get(scalar_text(element.get("spdxId")))
        if subject is not None and kind in (AI, DATASET, PACKAGE):
            yield from spdx3_elements.read(element, subject, where, graph)
            for purpose in (
                sorted(_purposes(element) - {"model", "data"}) if kind != PACKAGE else ()
            ):
                yield coverage.other(subject, "software_primaryPurpose", purpose)
    yield from relations.read(graph)
    if not described:
        yield Problem("/", "no AI package and no dataset package", kind="empty")


def _required(element: dict[str, Any], where: str, kind: str) -> Iterator[Problem]:
    if "creationInfo" not in element:
        yield Problem(where, "no creationInfo", "SPDX requires it of every element", kind="schema")
    profile = "AI" if kind == AI else "Dataset"
    for key in tables.REQUIRED[kind]:
        if element.get(key) in (None, "", []):
            yield Problem(where, f"no {key}", f"the {profile} profile requires it", kind="schema")
    for purpose in sorted(_purposes(element) - tables.PURPOSES):
        what = f"{purpose[:60]!r} is not a purpose"
        yield Problem(f"{where}/software_primaryPurpose", what, "model or data", kind="schema")


def _purposes(element: dict[str, Any]) -> set[str]:
    """The primary purposes of a package, as local names."""
    stated = as_list(element.get("software_primaryPurpose"))
    return {scalar_text(purpose).rsplit("/", 1)[-1] for purpose in stated}


SYNTAXES = ("json",)

READER = Reader(
    format=SOURCE,
    title="SPDX 3 with the AI and Dataset profiles (JSON-LD)",
    recognises=recognises,
    origin=origin,
    read=read,
    version="10",
    keys=KEYS,
    leaves=graphs.leaves,
    subjects=graphs.subjects,
)
