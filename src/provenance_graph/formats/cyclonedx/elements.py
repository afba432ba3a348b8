"""Elements and attributes of an XML bill of materials that its version's schema does not have.

The schema is the XSD that the library ships. Only misplaced elements and attributes are found;
order and number are not checked, since the reader accepts any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from provenance_graph.core.claims import Problem
from provenance_graph.core.iris import Iri
from provenance_graph.formats import xml
from provenance_graph.formats.cyclonedx.schema import MAX_PROBLEMS

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_NAMESPACE = re.compile(
    r"\{https?://(?:cyclonedx\.org/schema/bom/|www\.w3\.org/(?:2001/XMLSchema-instance$|XML/1998/namespace$))"
)
"""The namespaces of CycloneDX's versions, and of attributes allowed in any document."""
_LISTED = 20
"""The most names of allowed elements that a message lists."""


@dataclass(slots=True)
class _Content:
    """The allowed content of an element: its child declarations and its attribute names."""

    children: dict[str, Element] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    any_attribute: bool = False


class _Elements:
    """The element declarations of one version's XSD."""

    def __init__(self, schema: Element) -> None:
        self._types = {one.get("name"): one for one in schema.iter(f"{_XSD}complexType")}
        self._groups = {one.get("name"): one for one in schema.iter(f"{_XSD}attributeGroup")}
        self._contents: dict[Element, _Content] = {}
        self.top = {str(one.get("name")): one for one in schema.findall(f"{_XSD}element")}

    def content(self, declaration: Element) -> _Content:
        """The allowed content of an element with the given declaration; cached."""
        known = self._contents.get(declaration)
        if known is None:
            known = self._contents[declaration] = _Content()
            named = self._types.get(_local(declaration.get("type")))
            inner = declaration.find(f"{_XSD}complexType") if named is None else named
            if inner is not None:
                self._gather(inner, known)
        return known

    def _gather(self, node: Element, into: _Content) -> None:
        for one in node:
            tag = one.tag.removeprefix(_XSD) if isinstance(one.tag, str) else ""
            if tag == "element":
                name = one.get("name") or _local(one.get("ref"))
                into.children[name] = self.top.get(name, one) if one.get("ref") else one
            elif tag == "attribute":
                into.attributes.add(one.get("name") or _local(one.get("ref")))
            elif tag == "anyAttribute":
                into.any_attribute |= one.get("namespace") == "##any"
            elif tag == "attributeGroup":
                self._gather(self._groups[_local(one.get("ref"))], into)
            elif tag != "annotation":
                base = self._types.get(_local(one.get("base")))
                if base is not None:
                    self._gather(base, into)
                self._gather(one, into)


def _local(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


@cache
def _elements_of(version: str) -> _Elements | None:
    """The declarations of a version; None where the library has no XSD for it."""
    try:
        text = (files("cyclonedx.schema") / "_res" / f"bom-{version}.SNAPSHOT.xsd").read_text(
            "utf-8"
        )
    except OSError:
        return None
    return _Elements(xml.parsed(text, Iri(f"http://cyclonedx.org/schema/bom/{version}")))


def unknown(root: Element, version: str, lists: Mapping[str, str]) -> Iterator[Problem]:
    """Yield elements and attributes that a version's schema does not allow, once per declaration.

    ``lists`` maps list elements to the name of their members, which are numbered in a location as
    in JSON. Elements and attributes of other namespaces are allowed nearly everywhere, and are no
    error.
    """
    elements = _elements_of(version)
    if elements is None or (top := elements.top.get(name_of(root))) is None:
        return
    seen: set[tuple[Element, str]] = set()
    waiting = [(root, top, "")]
    while waiting:
        element, declaration, where = waiting.pop()
        content = elements.content(declaration)
        for what, name in _misplaced(element, content):
            if (declaration, name) not in seen:
                seen.add((declaration, name))
                if len(seen) <= MAX_PROBLEMS:
                    yield _problem(f"{where}/{name}", what, name, version, content)
        inner = [
            (child, content.children[name_of(child)], location)
            for child, location in _inside(element, where, lists)
            if name_of(child) in content.children
        ]
        waiting += reversed(inner)
    if len(seen) > MAX_PROBLEMS:
        more = (
            f"invalid CycloneDX: elements that it has not in {len(seen) - MAX_PROBLEMS} more places"
        )
        yield Problem("/", more, kind="schema")


def _inside(
    element: Element, where: str, lists: Mapping[str, str]
) -> Iterator[tuple[Element, str]]:
    """Yield the CycloneDX children of an element, each with its location."""
    member, number = lists.get(name_of(element)), 0
    for child in element:
        name = name_of(child)
        if not name:
            continue
        if name == member:
            yield child, f"{where}/{number}"
            number += 1
        else:
            yield child, f"{where}/{name}"


def _misplaced(element: Element, content: _Content) -> Iterator[tuple[str, str]]:
    """Yield attributes and children that the schema does not allow: kind and name of each."""
    if not content.any_attribute:
        for attribute in element.attrib:
            if not attribute.startswith("{") and attribute not in content.attributes:
                yield "attribute", attribute
    for child in element:
        name = name_of(child)
        if name and name not in content.children:
            yield "element", name


def _problem(location: str, what: str, name: str, version: str, content: _Content) -> Problem:
    has = sorted(content.attributes if what == "attribute" else content.children)
    text = ", ".join(has[:_LISTED]) + (", …" if len(has) > _LISTED else "")
    return Problem(
        location,
        f"invalid CycloneDX: {version} has no {what} {name[:80]!r} here",
        f"there {'is' if len(has) == 1 else 'are'} {text}" if has else f"there is no {what}",
        kind="schema",
    )


def name_of(element: Element) -> str:
    """The local name of a CycloneDX element; empty for a comment or another namespace."""
    return own_name(element.tag) if isinstance(element.tag, str) else ""


def own_name(tag: str) -> str:
    """The local name of a CycloneDX or XML element or attribute; empty for another namespace.

    >>> own_name("{http://cyclonedx.org/schema/bom/1.6}bom"), own_name("type"), own_name("{urn:x}y")
    ('bom', 'type', '')
    """
    namespace, _, local = tag.rpartition("}")
    return local if not namespace or _NAMESPACE.match(namespace) else ""


def foreign(root: Element, lists: Mapping[str, str]) -> Iterator[Problem]:
    """Yield problems for elements and attributes of other namespaces, once per parent and name."""
    seen: set[tuple[str, str]] = set()
    waiting = [(root, "")]
    while waiting:
        element, where = waiting.pop()
        for tag in (*element.attrib, *(child.tag for child in element)):
            if isinstance(tag, str) and not own_name(tag) and (element.tag, tag) not in seen:
                seen.add((element.tag, tag))
                namespace, _, local = tag.rpartition("}")
                what = f"{local[:80]!r} of {namespace[1:][:120]} is not part of CycloneDX"
                if len(seen) <= MAX_PROBLEMS:
                    yield Problem(f"{where}/{local}", what, "it is not read", "key")
        waiting += reversed(list(_inside(element, where, lists)))
    if len(seen) > MAX_PROBLEMS:
        more = (
            f"elements and attributes of other namespaces in {len(seen) - MAX_PROBLEMS} more places"
        )
        yield Problem("/", more, "they are not read", "key")
