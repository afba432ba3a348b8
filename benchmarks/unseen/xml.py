"""Generated CycloneDX documents in XML: wrapped lists, attributes, repeated elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

MEMBERS = {
    "components": "component", "services": "service", "externalReferences": "reference",
    "dependencies": "dependency", "compositions": "composition", "properties": "property",
    "vulnerabilities": "vulnerability", "annotations": "annotation", "hashes": "hash",
    "authors": "author", "tags": "tag", "datasets": "dataset", "inputs": "input", "tools": "tool",
    "outputs": "output", "performanceMetrics": "performanceMetric", "users": "user",
    "useCases": "useCase", "technicalLimitations": "technicalLimitation",
    "performanceTradeoffs": "performanceTradeoff", "ethicalConsiderations": "ethicalConsideration",
    "fairnessAssessments": "fairnessAssessment", "energyConsumptions": "energyConsumption",
    "ancestors": "component", "commits": "commit", "owners": "owner", "custodians": "custodian",
    "stewards": "steward", "assemblies": "assembly", "affects": "target", "citations": "citation",
    "aliases": "alias", "notes": "note", "subjects": "subject",
}  # fmt: skip
ATTRIBUTES = {
    "component": ("type", "bom-ref", "mime-type"), "reference": ("type",), "hash": ("alg",),
    "property": ("name",), "dependency": ("ref",), "dataset": ("bom-ref",), "data": ("bom-ref",),
    "modelCard": ("bom-ref",), "service": ("bom-ref",), "vulnerability": ("bom-ref",),
}  # fmt: skip


def writer(whole: dict[str, Any]) -> tuple[dict[str, Any], Callable[[dict[str, Any]], bytes]]:
    """A document without the keys that XML states by its namespace, and its XML writer."""
    version = str(whole["specVersion"])
    rest = {key: value for key, value in whole.items() if key not in ("bomFormat", "specVersion")}
    return rest, lambda changed: bom(changed, version)


def bom(whole: dict[str, Any], version: str) -> bytes:
    """A document as XML; a key without a place in the schema becomes an element of its name."""
    root = Element("bom", {"xmlns": f"http://cyclonedx.org/schema/bom/{version}"})
    for key in ("serialNumber", "version"):
        if whole.get(key) is not None:
            root.set(key, str(whole[key]))
    for key, value in whole.items():
        if key not in ("bomFormat", "specVersion", "serialNumber", "version", "$schema"):
            _add(root, key, value)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _add(above: Element, name: str, value: Any) -> None:
    if isinstance(value, list):
        member = MEMBERS.get(name)
        holder = SubElement(above, name) if member or name == "licenses" else above
        for item in value:
            if name == "licenses":
                _licence(holder, item)
            elif member in ("assembly", "subject", "dependency") and isinstance(item, str):
                SubElement(holder, member, {"ref": item})
            else:
                _add(holder, member or name, item)
    elif isinstance(value, dict):
        _fill(SubElement(above, name), name, value)
    else:
        SubElement(above, name).text = _text(value)


def _fill(element: Element, name: str, value: dict[str, Any]) -> None:
    for key in ATTRIBUTES.get(name, ()):
        if isinstance(value.get(key), (str, int)):
            element.set(key, _text(value[key]))
    for key, inner in value.items():
        if key in element.attrib:
            continue
        if name == "dependency" and key in ("dependsOn", "provides") and isinstance(inner, list):
            for each in inner:
                called = "dependency" if key == "dependsOn" else key
                SubElement(element, called, {"ref": _text(each)})
        elif (name, key) in (("property", "value"), ("hash", "content")):
            element.text = _text(inner)
        else:
            _add(element, key, inner)


def _licence(holder: Element, item: Any) -> None:
    """Add a licence or an expression, each as an element of its own below the list."""
    if isinstance(item, dict):
        for key, inner in item.items():
            _add(holder, key, inner)
    else:
        SubElement(holder, "license").text = _text(item)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
