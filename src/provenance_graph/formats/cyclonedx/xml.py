"""CycloneDX in XML, as the JSON that says the same.

The two forms differ in how lists are written: XML wraps them, and gives some values as
attributes. Entities and document types are refused by the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import repeats, xml
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
"""Elements that hold a list, and what its members are called."""

_REPEATED = frozenset({"data", "energyProviders"})
"""Elements that stand several times without a wrapper, where JSON has a list."""


def bom(text: str, url: Iri, repeated: list[Problem]) -> dict[str, Any]:
    """The document as JSON has it; raises Unreadable with the line.

    Elements that stand twice where the standard has one are added to ``repeated``.
    """
    root = xml.parsed(text, url)
    match = MARK.search(text[:4000])
    results: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": match[1] if match else ""}
    read = _value(root, url, 0)
    if isinstance(read, dict):
        results |= read
    repeated += repeats.bounded(_single(results, ""))
    return results


class _Several(list[Any]):
    """The values of an element that stands several times without a wrapper."""


def _single(value: Any, where: str) -> Iterator[Problem]:
    """Take the last of the values that may stand once, and report the others."""
    if isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _single(inner, f"{where}/{n}")
        return
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, _Several) and len(value) > 1 and key not in listed_names():
            yield repeats.problem(f"{where}/{key}", key, inner[:-1])
            value[key] = inner[-1]
        yield from _single(value[key], f"{where}/{key}")


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: Element, url: Iri, depth: int) -> Any:
    """An element as a text, a list or a mapping."""
    if depth > MAX_DEPTH:
        raise Unreadable(url, f"nested deeper than {MAX_DEPTH}")
    name = _name(element)
    children = [child for child in element if _name(child)]
    member = LISTS.get(name)
    if name == "licenses":
        return [_licence(child, url, depth) for child in children]
    text = (element.text or "").strip()
    members = all(_name(child) == member for child in children) and (children or not text)
    if member and members and not element.attrib:
        return [_member(child, member, url, depth) for child in children]
    own: dict[str, Any] = {_key(key): value for key, value in element.attrib.items()}
    if not children:
        return {**own, **({_content(name): text} if text else {})} if own else text
    for child in children:
        key, value = _name(child), _value(child, url, depth + 1)
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
    """A member of a list; those that only point give their reference, as in JSON."""
    if member == "dependency":
        named = {"dependsOn": "dependency", "provides": "provides"}
        on = {
            key: [inner.get("ref", "") for inner in child if _name(inner) == name]
            for key, name in named.items()
        }
        return {"ref": child.get("ref", ""), **{key: refs for key, refs in on.items() if refs}}
    if member in ("assembly", "subject") and child.get("ref"):
        return child.get("ref")
    value = _value(child, url, depth + 1)
    return {"value": value} if member == "property" and isinstance(value, str) else value


def _licence(child: Element, url: Iri, depth: int) -> dict[str, Any]:
    if _name(child) == "expression":
        return {"expression": (child.text or "").strip()}
    return {"license": _value(child, url, depth + 1)}


def _key(attribute: str) -> str:
    local = attribute.rpartition("}")[2]
    return {"content-type": "contentType", "schemaLocation": "$schema"}.get(local, local)


def _content(name: str) -> str:
    return "value" if name == "property" else "content"
