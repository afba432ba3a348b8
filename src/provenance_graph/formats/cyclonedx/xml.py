"""Conversion of CycloneDX XML to the equivalent JSON.

The two forms differ in how lists are written: XML wraps them, and gives some values as attributes.
Entities and document types are refused by the parser. An element without a place in the standard is
kept under a name that JSON does not have, such as ``components/widget`` beside a list of
components, so that it is reported as an unknown key. Elements of other namespaces are reported and
not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import repeats, xml
from provenance_graph.formats.cyclonedx.elements import foreign, name_of, own_name
from provenance_graph.formats.cyclonedx.schema import listed_names
from provenance_graph.formats.parsing import MAX_DEPTH

MARK = re.compile(r"xmlns(?::\w+)?\s*=\s*[\"']https?://cyclonedx\.org/schema/bom/(\d\.\d)")

LISTS: Mapping[str, str] = MappingProxyType(
    {
        "components": "component",
        "services": "service",
        "externalReferences": "reference",
        "dependencies": "dependency",
        "compositions": "composition",
        "properties": "property",
        "vulnerabilities": "vulnerability",
        "annotations": "annotation",
        "citations": "citation",
        "hashes": "hash",
        "authors": "author",
        "tags": "tag",
        "tools": "tool",
        "datasets": "dataset",
        "inputs": "input",
        "outputs": "output",
        "performanceMetrics": "performanceMetric",
        "users": "user",
        "useCases": "useCase",
        "technicalLimitations": "technicalLimitation",
        "performanceTradeoffs": "performanceTradeoff",
        "ethicalConsiderations": "ethicalConsideration",
        "fairnessAssessments": "fairnessAssessment",
        "energyConsumptions": "energyConsumption",
        "ancestors": "component",
        "descendants": "component",
        "variants": "component",
        "commits": "commit",
        "patches": "patch",
        "owners": "owner",
        "custodians": "custodian",
        "stewards": "steward",
        "assemblies": "assembly",
        "affects": "target",
        "subjects": "subject",
        "pointers": "pointer",
        "aliases": "alias",
        "notes": "note",
        "collection": "graphic",
    }
)
"""Elements that hold a list, with the element name of its members."""

_REPEATED = frozenset({"data", "energyProviders"})
"""Elements that are repeated without a wrapper where JSON has a list."""


def bom(text: str, url: Iri, repeated: list[Problem]) -> dict[str, Any]:
    """The document in its JSON form; raises Unreadable with the line.

    Problems for repeated elements where the standard allows one, and for elements and attributes of
    other namespaces, are added to ``repeated``.
    """
    root = xml.parsed(text, url)
    match = MARK.search(text[:4000])
    results: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": match[1] if match else ""}
    read = _value(root, url, 0)
    if isinstance(read, dict):
        results |= read
    repeated += chain(repeats.bounded(_single(results, "")), foreign(root, LISTS))
    return results


class _Several(list[Any]):
    """The values of an element that occurs several times without a wrapper."""


class _Members(list[Any]):
    """The members of a list, and other content of its element, by name."""

    def __init__(self, members: Iterable[Any], others: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.others = others


def _single(value: Any, where: str) -> Iterator[Problem]:
    """Keep the last of several values where one is allowed, and yield a problem for the others."""
    if isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _single(inner, f"{where}/{n}")
        return
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, _Several) and len(value) > 1 and key not in listed_names():
            yield repeats.problem(f"{where}/{key}", key, inner[:-1])
            value[key] = inner[-1]
        yield from _single(value[key], f"{where}/{key}")


def _stray(element: Element) -> dict[str, str]:
    """The text between the children of an element, under ``#text``; empty where there is none."""
    texts = [element.text, *(child.tail for child in element)]
    text = " ".join(text.strip() for text in texts if text and text.strip())
    return {"#text": text} if text else {}


def _value(element: Element, url: Iri, depth: int) -> Any:
    """An element as a text, a list or a mapping; raises Unreadable beyond MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise Unreadable(url, f"nested deeper than {MAX_DEPTH}")
    name = name_of(element)
    children = [child for child in element if name_of(child)]
    member = LISTS.get(name)
    if name == "licenses":
        licences = [_licence(child, url, depth) for child in children]
        return _Members(licences, _stray(element)) if children else licences
    text = (element.text or "").strip()
    among = any(name_of(child) == member for child in children) or not (children or text)
    if member and among and not element.attrib:
        members = [
            _member(each, member, url, depth) for each in children if name_of(each) == member
        ]
        others = {name_of(o): _value(o, url, depth + 1) for o in children if name_of(o) != member}
        return _Members(members, {**others, **_stray(element)} if children else {})
    own: dict[str, Any] = _attributes(element)
    if not children:
        return {**own, **({_content(name): text} if text else {})} if own else text
    own |= _stray(element)
    for child in children:
        key, value = name_of(child), _value(child, url, depth + 1)
        if isinstance(value, _Members):
            own |= {f"{key}/{other}": what for other, what in value.others.items()}
            value = list(value)
        if key in _REPEATED:
            own.setdefault(key, []).append(value)
        elif key in own:
            before = own[key] if isinstance(own[key], _Several) else [own[key]]
            own[key] = _Several([*before, value])
        else:
            own[key] = value
    if name == "composition" and isinstance(own.get("dependencies"), list):
        own["dependencies"] = [each.get("ref", "") for each in own["dependencies"]]
    return own


def _member(child: Element, member: str, url: Iri, depth: int) -> Any:
    """A member of a list; a member that is only a reference gives it, as in JSON."""
    if member == "dependency":
        named = {"dependsOn": "dependency", "provides": "provides"}
        on = {
            key: [inner.get("ref", "") for inner in child if name_of(inner) == name]
            for key, name in named.items()
        }
        others = {
            name_of(inner): _value(inner, url, depth + 1)
            for inner in child
            if name_of(inner) and name_of(inner) not in named.values()
        }
        own = _attributes(child)
        return {"ref": "", **own, **others, **{key: refs for key, refs in on.items() if refs}}
    if member in ("assembly", "subject") and child.get("ref"):
        return child.get("ref")
    value = _value(child, url, depth + 1)
    return {"value": value} if member == "property" and isinstance(value, str) else value


def _licence(child: Element, url: Iri, depth: int) -> dict[str, Any]:
    name = name_of(child)
    if name == "expression":
        return {**_attributes(child), "expression": (child.text or "").strip()}
    return {name: _value(child, url, depth + 1)}


def _attributes(element: Element) -> dict[str, str]:
    """The attributes of an element by JSON name, without those of other namespaces."""
    named = ((own_name(attribute), value) for attribute, value in element.attrib.items())
    return {_KEYS.get(name, name): value for name, value in named if name}


_KEYS = MappingProxyType({"content-type": "contentType", "schemaLocation": "$schema"})


def _content(name: str) -> str:
    return "value" if name == "property" else "content"
