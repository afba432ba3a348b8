"""Reader of SPDX 3 relationships, vulnerabilities and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import named, packages
from provenance_graph.formats.spdx3 import builds
from provenance_graph.formats.spdx3 import elements as spdx3_elements
from provenance_graph.formats.spdx3.graph import ElementGraph, revision_of, role
from provenance_graph.formats.spdx3.keys import KEYS
from provenance_graph.formats.spdx3.tables import (
    DATA,
    DEPENDS,
    FILES,
    LICENSES,
    NOTHING,
    RELATIONSHIPS,
)
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name


def read(graph: ElementGraph) -> ReaderOutput:
    """Yield the claims of a document's relationships and annotations."""
    unknown: dict[str, tuple[str, int]] = {}
    for _, element in graph.elements:
        kind = scalar_text(element.get("relationshipType")).rsplit("/", 1)[-1]
        source = graph.subjects.get(scalar_text(element.get("from")))
        if source is not None and (kind == "descendantOf" or kind in DATA):
            graph.derived |= {
                (source, scalar_text(target)) for target in as_list(element.get("to"))
            }
    for where, element in graph.elements:
        if role(element) == "annotation":
            yield from _annotation(element, graph)
        elif isinstance(element.get("relationshipType"), str):
            kind = scalar_text(element["relationshipType"]).rsplit("/", 1)[-1]
            if kind not in RELATIONSHIPS:
                first, count = unknown.get(kind, (where, 0))
                unknown[kind] = first, count + 1
            yield from _relationship(kind, element, where, graph)
        elif {"from", "to"} <= element.keys():
            ends = ", ".join(scalar_text(to)[:120] for to in as_list(element["to"]))
            what = (
                f"a relationship without its type: {scalar_text(element['from'])[:120]} to {ends}"
            )
            yield Problem(where, what, "relationshipType", kind="missing")
    for kind, (where, count) in unknown.items():
        times = f" ({count} times)" if count > 1 else ""
        what = f"{kind[:80]!r} is not a type of relationship that is known{times}"
        yield Problem(f"{where}/relationshipType", what, "kept as stated", kind="key")
    yield from builds.read(graph)


def _relationship(
    kind: str, element: dict[str, Any], where: str, graph: ElementGraph
) -> ReaderOutput:
    ref = scalar_text(element.get("from"))
    ref = graph.outside.get(ref, ref)
    source = graph.subjects.get(ref)
    if source is None and kind == "ancestorOf" and ref in graph.outside.values():
        source = _outside(ref)
    elif source is None:
        purl = packages.package(ref)
        if purl is not None and iris.model(purl.repository) in graph.kinds:
            source = iris.model(purl.repository)
        elif ref not in graph.by_id:
            text = f"{ref[:120]!r} names no element of the document"
            yield Problem(f"{where}/from", text, kind="reference")
    targets = as_list(element.get("to"))
    if not targets:
        yield Problem(f"{where}/to", "a relationship to nothing", kind="reference")
    for n, raw in enumerate(targets):
        target = (
            scalar_text(raw)
            or scalar_text(mapping(raw).get("spdxId"))
            or scalar_text(mapping(raw).get("@id"))
        )
        location = f"{where}/to/{n}"
        if (stance := _stance_of(target)) is not None:
            if source is not None:
                yield _nothing(kind, source, stance, target, location)
            continue
        known = target in graph.by_id or target in graph.outside
        target = graph.outside.get(target, target)
        if not known and kind not in LICENSES:
            yield _dangling(target, location)
        yield from _security(element, target, graph)
        if source is not None:
            comment = scalar_text(element.get("comment"))
            edge = _Edge(_named_kind(kind, comment), source, ref, target, raw, location, comment)
            yield from _related(edge, graph)
        elif kind == "generates" and target in graph.subjects:
            yield from _generated(graph.by_id.get(ref, {}), graph.subjects[target], location)
    if source is not None:
        yield from _completeness(kind, source, element, where)
        yield from coverage.claims(source, graph.leaves(element, where), KEYS)


def _stance_of(target: str) -> Stance | None:
    """The stance of an individual that stands for no element, by its IRI or short name; or None."""
    name = re.split(r"[/:_]", target)[-1]
    if name in ("None", "NoAssertion") and "/terms/Licensing/" in target:
        name += "License"
    return NOTHING.get(name)


def _nothing(kind: str, source: Iri, stance: Stance, target: str, location: str) -> Claim:
    """The claim that a relationship leads to ``None`` or ``NoAssertion``, without a value."""
    predicates = (PROV.wasDerivedFrom,) if kind == "descendantOf" else DATA.get(kind, ())
    stated = re.split(r"[/:]", target)[-1]
    if kind in LICENSES:
        predicates = (DCTERMS.license,)
    if predicates:
        return statements.not_given(source, predicates[0], stance, stated, location)
    return coverage.other(source, f"relationship {kind}", stated)


def _generated(code: dict[str, Any], subject: Iri, location: str) -> ReaderOutput:
    """Yield the source code addresses that a subject is generated from (BSI TR-03183-2)."""
    if not scalar_text(code.get("software_primaryPurpose")).endswith("source"):
        return
    references = (mapping(raw) for raw in as_list(code.get("externalRef")))
    locators = [each for one in references for each in as_list(one.get("locator"))]
    addresses = map(scalar_text, [code.get("software_downloadLocation"), *locators])
    for address in dict.fromkeys(a for a in addresses if a.startswith("http")):
        yield statements.link(subject, PG.codeRepository, address, location)


def _dangling(target: str, location: str) -> Problem:
    if re.match(r"[a-z][\w+.-]*:", target, re.IGNORECASE):
        text = f"{target[:120]!r} names no element of the document"
        return Problem(location, text, kind="reference")
    return Problem(
        location,
        f"{target[:120]!r} is a plain string where an element is expected",
        kind="reference",
    )


def _completeness(kind: str, source: Iri, element: dict[str, Any], where: str) -> ReaderOutput:
    """Yield the stated completeness of a relationship; an incomplete one is partly stated."""
    stated = scalar_text(element.get("completeness")).rsplit("/", 1)[-1]
    predicates = (PROV.wasDerivedFrom,) if kind == "descendantOf" else DATA.get(kind, ())
    if stated == "incomplete" and predicates:
        yield statements.not_given(
            source, predicates[0], Stance.PARTLY_STATED, stated, f"{where}/completeness"
        )
    elif stated:
        yield coverage.other(source, f"{kind}.completeness", stated)


@dataclass(frozen=True, slots=True)
class _Edge:
    """One relationship to one target: the source's subject and id, the target's id or object."""

    kind: str
    source: Iri
    ref: str
    target: str
    raw: Any
    location: str
    comment: str


def _related(edge: _Edge, graph: ElementGraph) -> ReaderOutput:
    kind, source, target = edge.kind, edge.source, edge.target
    element = graph.by_id.get(target) or mapping(edge.raw)
    if kind in LICENSES:
        yield from _licence(kind, source, target, element, edge.location, graph)
    elif kind in DATA and graph.kinds.get(source) == "model":
        dataset = graph.subjects.get(target)
        if dataset is None and target:
            name = stated_name(element.get("name")) or target[: statements.MAX_STATED]
            dataset = iris.dataset(statements.hub_dataset(name) or name)
            yield from statements.is_a(dataset, PG.Dataset, name)
        for predicate in DATA[kind] if dataset is not None else ():
            yield Claim(source, predicate, dataset)
    elif kind in ("descendantOf", "ancestorOf"):
        yield from _descent(edge, graph)
    elif kind in DEPENDS:
        yield from _needs(source, target, element, graph)
    elif kind in FILES and element.get("type") == "software_File":
        yield from spdx3_elements.file(element, source, edge.location, graph)
    elif kind == "hasAssociatedVulnerability":
        yield _vulnerable(source, element, target)
    elif target:
        yield coverage.other(
            source, f"relationship {kind}", stated_name(element.get("name")) or target
        )


def _descent(edge: _Edge, graph: ElementGraph) -> ReaderOutput:
    """Yield a derivation; a comment with this graph's relation names gives kind and revision.

    Without such a comment the revision is that of the parent's package.
    """
    kinds = re.findall(r"\bpg:(\w+)", edge.comment[:500])
    pinned = re.search(r"\brevision (\S+)", edge.comment[:500])
    parent_id = edge.target if edge.kind == "descendantOf" else edge.ref
    package = graph.by_id.get(parent_id) or {"software_downloadLocation": parent_id}
    revision = pinned[1] if pinned else revision_of(package)
    other = graph.subjects.get(edge.target) or _outside(edge.target)
    if other is None:
        yield coverage.other(edge.source, f"relationship {edge.kind}", edge.target)
    elif other == edge.source:
        yield Problem(edge.location, "a model is its own relative", kind="lineage")
    else:
        up = edge.kind == "descendantOf"
        child, parent = (edge.source, other) if up else (other, edge.source)
        yield from packages.descends(child, parent, edge.kind, edge.location, kinds, revision)


def _named_kind(kind: str, comment: str) -> str:
    """The relation to data named in the comment of a relationship of type ``other``."""
    stated = set(_ROLE.findall(comment)) if kind == "other" and len(comment) < 500 else set()
    return stated.pop() if len(stated) == 1 else kind


_ROLE = re.compile(rf"\b(?:{'|'.join(DATA)})\b")


def _needs(source: Iri, target: str, element: dict[str, Any], graph: ElementGraph) -> ReaderOutput:
    """Yield a dependency of a model or dataset: another model, or software."""
    other = graph.subjects.get(target) or _outside(target)
    if other == source or (source, target) in graph.derived:
        return  # another relationship states this dependency more precisely
    if other is not None and graph.kinds.get(source) == graph.kinds.get(other) == "model":
        yield Claim(source, PG.usesComponent, other)
        return
    name, version = (
        stated_name(element.get("name")),
        stated_name(element.get("software_packageVersion")),
    )
    if name and role(element) in ("package", "agent"):
        yield Claim(source, PG.softwareDependency, statements.literal(f"{name} {version}".strip()))
        if name.casefold() in named.LIBRARIES:
            yield Claim(source, PG.framework, statements.literal(name))
    else:
        yield coverage.other(source, "relationship dependsOn", name or target)


def _outside(target: str) -> Iri | None:
    """The Hub model that a package URL or address names, or None."""
    if (purl := packages.package(target)) is not None and not purl.dataset:
        return iris.model(purl.repository)
    repository = statements.hub_model(target)
    return iris.model(repository) if repository else None


_NAMED_LICENCES = ("expandedlicensing_CustomLicense", "simplelicensing_SimpleLicensingText")
"""Licences that SPDX does not list: their name is the one that the document gives."""


def _licence(
    kind: str, source: Iri, target: str, element: dict[str, Any], location: str, graph: ElementGraph
) -> ReaderOutput:
    """Yield a declared licence as stated, or a concluded licence as its author's inference."""
    expression = element
    element = _custom(element, graph)
    if element is expression:
        yield from _own_references(source, element, graph)
    if element.get("type") in (
        "expandedlicensing_ConjunctiveLicenseSet",
        "expandedlicensing_DisjunctiveLicenseSet",
    ):
        joined = " AND " if "Conjunctive" in element["type"] else " OR "
        members = [scalar_text(m) for m in as_list(element.get("expandedlicensing_member"))]
        text = joined.join(_licence_text(graph.by_id.get(m, {}), m) for m in members)
    else:
        text = _licence_text(element, target)
    if not element and not re.match(r"https?://(?:www\.)?spdx\.org/", target):
        yield _dangling(target, location)
    if re.fullmatch(r".*(?:NoAssertion(?:License)?|NOASSERTION)", text):
        if LICENSES[kind] is None:  # a missing conclusion is no statement of the source
            yield statements.not_given(
                source, DCTERMS.license, Stance.NOT_STATED, "NOASSERTION", location
            )
        return
    link = next((scalar_text(u) for u in as_list(element.get("expandedlicensing_seeAlso"))), "")
    full = scalar_text(element.get("simplelicensing_licenseText"))
    text = text or full[: statements.MAX_STATED]
    own = element.get("type") in _NAMED_LICENCES
    name = stated_name(element.get("name")) if own else ""
    yield from statements.licensed(
        source, text, name=name, link=link, locator=location, basis=LICENSES[kind]
    )
    if full and full != text and full != "NOASSERTION":
        yield coverage.other(source, "licence text", full)
    for key in ("summary", "description", "comment"):
        if about := scalar_text(element.get(key)):
            yield coverage.other(source, f"licence {key}", about)


def _custom(element: dict[str, Any], graph: ElementGraph) -> dict[str, Any]:
    """The custom licence that an expression of one local reference stands for, else the element."""
    text = scalar_text(element.get("simplelicensing_licenseExpression"))
    for entry in as_list(element.get("simplelicensing_customIdToUri")):
        if isinstance(entry, dict) and text and scalar_text(entry.get("key")) == text:
            return graph.by_id.get(scalar_text(entry.get("value")), element)
    return element


def _own_references(source: Iri, element: dict[str, Any], graph: ElementGraph) -> Iterator[Claim]:
    """Yield name and text of the custom licences that an expression refers to."""
    for entry in map(mapping, as_list(element.get("simplelicensing_customIdToUri"))):
        key, of = scalar_text(entry.get("key")), scalar_text(entry.get("value"))
        own = graph.by_id.get(of, {})
        stated = [stated_name(own.get("name")), scalar_text(own.get("simplelicensing_licenseText"))]
        for text in filter(None, stated if own else [of]):
            yield coverage.other(source, f"licence {key}", text)


def _licence_text(element: dict[str, Any], target: str) -> str:
    return (
        scalar_text(element.get("simplelicensing_licenseExpression"))
        or stated_name(element.get("name"))
        or re.sub(r"^https?://(?:www\.)?spdx\.org/licenses/", "", "" if element else target)
    )


def _security(element: dict[str, Any], target: str, graph: ElementGraph) -> ReaderOutput:
    """Yield a vulnerability assessment, as a statement about its model or dataset."""
    subject = graph.subjects.get(target)
    if role(element) != "assessment" or subject is None:
        return
    flaw = graph.by_id.get(scalar_text(element.get("from")), {})
    kind = scalar_text(element.get("type")).removeprefix("security_")
    if "NotAffected" not in kind and "Fixed" not in kind:
        yield _vulnerable(subject, flaw, scalar_text(element.get("from")))
    stated = [
        f"{k.removeprefix('security_')} {scalar_text(v)}"
        for k, v in element.items()
        if "security_" in k
    ]
    yield coverage.other(subject, kind, f"{stated_name(flaw.get('name'))}: {', '.join(stated)}")


def _vulnerable(subject: Iri, flaw: dict[str, Any], target: str) -> Claim:
    id_ = stated_name(flaw.get("name")) or target[-100:]
    return Claim(subject, PG.vulnerability, statements.literal(id_))


def _annotation(element: dict[str, Any], graph: ElementGraph) -> ReaderOutput:
    subject = graph.subjects.get(scalar_text(element.get("subject")))
    if subject is not None and (text := scalar_text(element.get("statement"))):
        yield coverage.other(subject, "annotation", text)
