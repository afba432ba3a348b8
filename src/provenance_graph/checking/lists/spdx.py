"""The statements of an SPDX 3 document by location, as minimum elements are commonly read.

Components are the packages that can be reached from the root by composition and dependency;
unreachable packages are not counted. ``NOASSERTION`` counts as blank where SPDX defines it:
supplier, licence, copyright.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from provenance_graph.checking.lists.stated import (
    NOTHING,
    Json,
    Member,
    Stated,
    follow,
    of_values,
)
from provenance_graph.formats.statements import as_list

PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_COLLECTIONS = frozenset({"SpdxDocument", "Bom", "software_Sbom", "Bundle", "ElementCollection"})
_COMPOSED = frozenset(
    {
        "contains",
        "hasOptionalComponent",
        "packagedBy",
        "dependsOn",
        "hasDynamicLink",
        "hasStaticLink",
        "hasPrerequisite",
        "hasOptionalDependency",
        "hasProvidedDependency",
    }
)
_DEPENDENCIES = frozenset({"contains", "dependsOn", "hasDynamicLink", "hasStaticLink"})
_RELATIONSHIPS = frozenset({"Relationship", "LifecycleScopedRelationship"})
_SILENT = ("noassertionelement", "noassertionlicense")
_AGENTS = frozenset({"Person", "Organization"})


def _asserted(value: object) -> bool:
    """Whether a text or reference asserts something; ``NOASSERTION`` does not."""
    text = str(value or "").strip()
    folded = text.casefold()
    return bool(text) and folded != "noassertion" and not folded.endswith(_SILENT)


class SpdxView:
    """An SPDX 3 document: its members by scope, and the texts at their locations."""

    def __init__(self, document: Json) -> None:
        graph = document.get("@graph")
        self.elements: list[Json] = [e for e in as_list(graph) if isinstance(e, dict)]
        self.index: dict[str, Json] = {}
        self.places: dict[str, str] = {}
        for number, element in enumerate(self.elements):
            self._take(element, f"/@graph/{number}")
        documents = [e for e in self.index.values() if e.get("type") == "SpdxDocument"]
        self.document: Json | None = documents[0] if len(documents) == 1 else None
        self.relationships = [e for e in self.index.values() if e.get("type") in _RELATIONSHIPS]
        self._from: dict[str, list[Json]] = defaultdict(list)
        for relation in self.relationships:
            self._from[self._id(relation.get("from"))].append(relation)
        self.reachable = self._reach() if self.document is not None else set()

    def _take(self, element: Json, where: str, depth: int = 0) -> None:
        """Index an element and the elements nested in it."""
        name = element.get("spdxId") or element.get("@id")
        if isinstance(name, str) and name not in self.index:
            self.index[name] = element
            self.places[name] = where
        elif element.get("type") in _RELATIONSHIPS and not name:
            self.index[f"_:{where}"] = element
        for key, value in element.items():
            for inner in as_list(value) if depth < 8 else ():
                if isinstance(inner, dict):
                    self._take(inner, f"{where}/{key}", depth + 1)

    def _id(self, value: object) -> str:
        if isinstance(value, dict):
            return str(value.get("spdxId") or value.get("@id") or "")
        return value if isinstance(value, str) else ""

    def _element(self, value: object) -> Json:
        matches = value if isinstance(value, dict) else self.index.get(str(value))
        return matches if isinstance(matches, dict) else {}

    def _reach(self) -> set[str]:
        assert self.document is not None
        name = self._id(self.document)
        waiting = [self._id(root) for root in as_list(self.document.get("rootElement"))]
        edges: dict[str, list[str]] = defaultdict(list)
        for relation in self.relationships:
            source, targets = self._id(relation.get("from")), self._targets(relation)
            if source == name:
                waiting += targets
            elif str(relation.get("relationshipType")).rpartition("/")[2] in _COMPOSED:
                edges[source] += targets
        for key, element in self.index.items():
            if element.get("type") in _COLLECTIONS:
                edges[key] += [self._id(root) for root in as_list(element.get("rootElement"))]
        seen: set[str] = set()
        while waiting:
            current = waiting.pop()
            if current and current not in seen:
                seen.add(current)
                waiting += edges[current]
        return seen

    def _targets(self, relation: Json) -> list[str]:
        return [name for to in as_list(relation.get("to")) if (name := self._id(to))]

    # ---- members ---------------------------------------------------------------------------

    def members(self, scope: str, path: str) -> list[Member]:
        """The members of a scope; ``path`` is the type's name for the scope ``type``."""
        if scope == "document":
            # relationships are read even without the one SpdxDocument that SPDX requires
            return [self._member(self.document or {})]
        if scope == "sbom":
            return [self._member(e) for e in self._roots() if e.get("type") == "software_Sbom"]
        if scope == "system":
            return [self._member(e) for e in self._system()]
        return [self._member(e) for e in self.index.values() if self._fits(e, scope, path)]

    def _fits(self, element: Json, scope: str, path: str) -> bool:
        kind = element.get("type")
        if scope == "component":
            return kind in PACKAGES and self._id(element) in self.reachable
        wanted = {"model": "ai_AIPackage", "dataset": "dataset_DatasetPackage"}.get(scope, path)
        return bool(kind == wanted)

    def _member(self, element: Json) -> Member:
        name = self._id(element)
        member_name = str(element.get("name") or name.rpartition("/")[2])
        return Member(member_name[:80], self.places.get(name, ""), element)

    def _roots(self) -> list[Json]:
        matches = as_list((self.document or {}).get("rootElement"))
        return [self._element(root) for root in matches]

    def _system(self) -> list[Json]:
        """The packages that are roots of the document or of a bill of materials in it."""
        matches: list[Json] = []
        for root in self._roots():
            inner = [self._element(e) for e in as_list(root.get("rootElement"))]
            matches += [e for e in (root, *inner) if e.get("type") in PACKAGES]
        return matches

    # ---- places ----------------------------------------------------------------------------

    def stated(self, member: Member, path: str) -> Stated:
        """The texts at a location of a member."""
        if path in _READINGS:
            return _READINGS[path](self, member)
        if path.startswith("@ref."):
            return self._references(path.removeprefix("@ref."))
        if path.startswith("rel."):
            return self._related(member, path.removeprefix("rel."))
        where = f"{member.where}/{path.replace('.', '/')}"
        return of_values(self._follow(member.value, path.split(".")), where)

    def _follow(self, value: object, steps: list[str]) -> Iterator[object]:
        """The values at the end of a path, with references resolved to their elements."""
        if isinstance(value, list):
            for inner in value:
                yield from self._follow(inner, steps)
        elif not steps:
            yield value
        elif isinstance(value, str):
            if value in self.index:
                yield from self._follow(self.index[value], steps)
        elif isinstance(value, Mapping) and steps[0] in value:
            matches = value[steps[0]]
            if isinstance(matches, str) and matches in self.index and len(steps) > 1:
                matches = self.index[matches]
            yield from self._follow(matches, steps[1:])

    def _related(self, member: Member, name: str) -> Stated:
        texts = [
            str(self._element(to).get("name") or to)
            for relation in self._from[self._id(member.value)]
            if str(relation.get("relationshipType")).rpartition("/")[2] == name
            for to in self._targets(relation)
        ]
        return of_values(texts, member.where)

    def _licence(self, member: Member, kind: str, *, expression: bool) -> Stated:
        """The licences by a kind of relationship; ``expression`` takes only licence expressions."""
        matches: list[str] = []
        blank = False
        for relation in self._from[self._id(member.value)]:
            if str(relation.get("relationshipType")).rpartition("/")[2] != kind:
                continue
            for to in self._targets(relation):
                target = self._element(to)
                is_expression = target.get("type") == "simplelicensing_LicenseExpression"
                text = target.get("simplelicensing_licenseExpression") if is_expression else to
                present = _asserted(text) and str(text).strip().upper() != "NOASSERTIONLICENSE"
                blank = blank or not present
                if present and (is_expression or not expression):
                    matches.append(str(target.get("name") or text))
        return Stated(tuple(matches), blank and not matches, member.where)

    def _references(self, kind: str) -> Stated:
        """External references of a type, anywhere in the document."""
        matches = [
            str(next(follow(reference, ["locator"]), ""))
            for element in self.index.values()
            for reference in as_list(element.get("externalRef"))
            if isinstance(reference, dict)
            and str(reference.get("externalRefType")).rpartition("/")[2] == kind
        ]
        return of_values(matches, "")

    def files(self, member: Member, kind: str) -> list[Json]:
        """The files related to a package by a kind of relationship."""
        return [
            element
            for relation in self._from[self._id(member.value)]
            if str(relation.get("relationshipType")).rpartition("/")[2] == kind
            for to in self._targets(relation)
            if (element := self._element(to)).get("type") == "software_File"
        ]

    def contacts(self, agents: object) -> Stated:
        """The e-mail or web addresses of agents; blank where agents have none."""
        matches = []
        for agent in map(self._element, as_list(agents)):
            for one in as_list(agent.get("externalIdentifier")):
                kind = str(one.get("externalIdentifierType", "")).rpartition("/")[2].lower()
                text = str(one.get("identifier", ""))
                mail = "email" in kind and "@" in text
                page = kind in ("urlscheme", "other") and text.startswith(("http://", "https://"))
                if agent.get("type") in _AGENTS and (mail or page):
                    matches.append(text)
        return Stated(tuple(matches), bool(as_list(agents)) and not matches)


def _supplier(view: SpdxView, member: Member) -> Stated:
    given = member.value.get("suppliedBy")
    if given is None:
        return NOTHING
    agent = view._element(given)
    name = agent.get("name") if agent else given
    present = _asserted(view._id(given) or given) and _asserted(name)
    return Stated((str(name),) if present else (), not present, f"{member.where}/suppliedBy")


def _copyright(view: SpdxView, member: Member) -> Stated:  # noqa: ARG001 - every reading's shape
    given = member.value.get("software_copyrightText")
    present = _asserted(given)
    where = f"{member.where}/software_copyrightText"
    return Stated((str(given),) if present else (), given is not None and not present, where)


def _dependencies(view: SpdxView, member: Member) -> Stated:
    if len(view.index) < 2:
        return NOTHING
    matches = [
        f"{relation.get('relationshipType')}"
        for relation in view.relationships
        if str(relation.get("relationshipType")).rpartition("/")[2] in _DEPENDENCIES
        and view._id(relation.get("from")) in view.index
        and any(to in view.index for to in view._targets(relation))
    ]
    return Stated(tuple(matches[:3]), False, member.where)


def _type(view: SpdxView, member: Member) -> Stated:
    roots = view._roots()
    if not roots or roots[0].get("type") != "software_Sbom":
        return NOTHING
    return of_values(as_list(roots[0].get("software_sbomType")), member.where)


def _hashes(view: SpdxView, member: Member) -> Stated:
    """Digests of a package or of the files that it contains or distributes."""
    owners = [member.value, *view.files(member, "contains")]
    owners += view.files(member, "hasDistributionArtifact")
    values = [v for owner in owners for v in follow(owner.get("verifiedUsing"), ["hashValue"])]
    return of_values(values, f"{member.where}/verifiedUsing")


def _filename(view: SpdxView, member: Member) -> Stated:
    names = [f.get("name") for f in view.files(member, "hasDistributionArtifact")]
    return of_values([name for name in names if name], member.where)


def _sha512(view: SpdxView, member: Member) -> Stated:
    """SHA-512 digests of the distributed files; met without such files."""
    files = view.files(member, "hasDistributionArtifact")
    if not files:
        return Stated(("no distributed file",))
    matches = [
        str(one.get("hashValue"))
        for file in files
        for one in as_list(file.get("verifiedUsing"))
        if "sha512" in str(one.get("algorithm", "")).lower() and one.get("hashValue")
    ]
    return Stated(tuple(matches), False, member.where)


def _structured(view: SpdxView, member: Member) -> Stated:
    files = view.files(member, "hasDistributionArtifact")
    if not files:
        return Stated(("no distributed file",))
    purposes = [
        str(purpose).rpartition("/")[2]
        for file in files
        for purpose in as_list(file.get("software_additionalPurpose"))
        if any(word in str(purpose).lower() for word in ("container", "firmware"))
    ]
    return Stated(tuple(purposes), False, member.where)


def _completeness(view: SpdxView, member: Member) -> Stated:
    """Met unless a relationship states its completeness by a value that SPDX does not define."""
    known = ("complete", "incomplete", "noAssertion")
    wrong = [
        relation
        for relation in view.relationships
        if str(relation.get("relationshipType")).rpartition("/")[2] in ("contains", "dependsOn")
        and str(relation.get("completeness") or "noAssertion").rpartition("/")[2] not in known
    ]
    return Stated((), True, member.where) if wrong else Stated(("stated",), False, member.where)


def _libraries(view: SpdxView, member: Member) -> Stated:
    """Packages that are neither model nor dataset: software that a model needs to run."""
    names = [
        e.get("name")
        for e in view.index.values()
        if e.get("type") == "software_Package"
        and e is not member.value
        and not str(e.get("software_primaryPurpose")).endswith("source")
    ]
    return of_values([name for name in names if name], "")


def _tool_version(view: SpdxView, member: Member) -> Stated:
    """The names of tools that contain a version; SPDX has no other place for it."""
    tools = view._follow(member.value, ["creationInfo", "createdUsing", "name"])
    return of_values([name for name in tools if any(c.isdigit() for c in str(name))], member.where)


_READINGS: Mapping[str, Callable[[SpdxView, Member], Stated]] = {
    "@supplier": _supplier,
    "@copyright": _copyright,
    "@dependencies": _dependencies,
    "@type": _type,
    "@hash": _hashes,
    "@filename": _filename,
    "@sha512": _sha512,
    "@structured": _structured,
    "@completeness": _completeness,
    "@libraries": _libraries,
    "@tool-version": _tool_version,
    "@executable": lambda _, __: Stated(("left out means no",)),
    "@archive": lambda _, __: Stated(("left out means no",)),
    "@pedigree": lambda _, __: NOTHING,
    "@concluded": lambda view, m: view._licence(m, "hasConcludedLicense", expression=False),
    "@declared": lambda view, m: view._licence(m, "hasDeclaredLicense", expression=False),
    "@licence-expression": lambda view, m: view._licence(m, "hasConcludedLicense", expression=True),
    "@creator-contact": lambda view, m: view.contacts(
        list(view._follow(m.value, ["creationInfo", "createdBy"]))
        if m.value.get("type") == "SpdxDocument"
        else m.value.get("originatedBy")
    ),
}
"""Readings that a path cannot express, by their names in lists."""
