"""The identity that a document states for itself, independent of where it is stored.

A bill of materials has a serial number and a version, an SPDX document a namespace, Croissant and
FAIR4ML metadata an ``@id``, a file of the Hub its repository and path. A document without such an
identity is identified by where it came from (see ``ingest.place``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.iris import RECORDS, Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.fields import own_export

EXPORTED = re.compile(
    rb"(?:provenance-graph/ns#|\bpg:|provenance-graph[:.])exportedFrom\b|\bexported_from_records\b"
)
"""The mark that exports of this program carry in every format; see ``docs/exports.md``."""
_RECORDS = re.compile(re.escape(RECORDS).encode() + rb"[^\s\"'<>\\,\])}]+")
_MAX_RECORDS = 10_000
_SERIAL = re.compile(r'\bserialNumber\s*=\s*"(urn:uuid:[0-9a-fA-F-]{36})"')
_VERSION = re.compile(r'<bom\b[^>]*?\bversion\s*=\s*"(\d{1,18})"', re.DOTALL)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class SelfName:
    """The identity that a document states: its name, revision number and the edition's ISO date."""

    name: str
    revision: int = 0
    edition: str = ""


def self_name(document: Document, format: str) -> SelfName | None:
    """The identity that a document states for itself, or None where it states none."""
    find = _FINDERS.get(format)
    return None if find is None else find(document)


def exported_from(document: Document) -> tuple[str, ...] | None:
    """The record IRIs that an export of ours was made from, sorted; None for other documents."""
    parts = (document.data, *document.files.values())
    if not any(EXPORTED.search(part) for part in parts):
        return None
    results = {
        match.decode("utf-8", "replace") for part in parts for match in _RECORDS.findall(part)
    }
    return tuple(sorted(results)[:_MAX_RECORDS])


def inferred_in(document: Document) -> dict[Iri, frozenset[Iri]]:
    """The properties that an export of ours marks as inferred, by entity; empty for any other."""
    parts = (document.data, *document.files.values())
    texts = (part.decode("utf-8", "replace") for part in parts if EXPORTED.search(part))
    return {k: v for text in texts for k, v in own_export.inferred_in_export(text).items()}


def written_from(document: Document) -> Iri | None:
    """The entity that an export of ours states it was written from; None for other documents."""
    return own_export.entity_of_export(document.data.decode("utf-8", "replace"))


def _object(document: Document) -> Mapping[str, Any]:
    value = document.json if document.features.syntax == "json" else None
    return value if isinstance(value, dict) else {}


def _day(text: object) -> str:
    result = _DAY.match(text) if isinstance(text, str) else None
    return result[0] if result else ""


def _cyclonedx(document: Document) -> SelfName | None:
    bom = _object(document)
    if not bom:
        serial, version = _SERIAL.search(document.text), _VERSION.search(document.text)
        return SelfName(serial[1].lower(), int(version[1]) if version else 1) if serial else None
    serial_number, number = bom.get("serialNumber"), bom.get("version", 1)
    if not isinstance(serial_number, str) or not serial_number.startswith("urn:uuid:"):
        return None
    metadata = bom.get("metadata")
    stamp = metadata.get("timestamp") if isinstance(metadata, dict) else ""
    whole = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**18
    return SelfName(serial_number.lower(), number if whole else 1, _day(stamp))


def _spdx(document: Document) -> SelfName | None:
    graph = _object(document).get("@graph")
    for element in graph if isinstance(graph, list) else ():
        if isinstance(element, dict) and element.get("type") == "SpdxDocument":
            name = element.get("spdxId")
            return SelfName(name) if isinstance(name, str) and iris.is_iri(name) else None
    return None


def _metadata(document: Document) -> SelfName | None:
    value = _object(document)
    name = value.get("@id")
    if not isinstance(name, str) or not iris.is_iri(name) or name.startswith("_:"):
        return None
    return SelfName(name, edition=_day(value.get("dateModified")))


def _hub(document: Document) -> SelfName | None:
    result = hub.cached(document.name) or hub.address(document.url)
    if result is not None:
        path = result.path or document.name.rpartition("/")[2]
        return SelfName(f"{result.page}/{path}")
    value = _object(document)
    name = value.get("id") or value.get("modelId")
    if isinstance(name, str) and hub.is_name(name):
        return SelfName(f"{hub.PAGE}api/models/{name}", edition=_day(value.get("lastModified")))
    return None


_FINDERS: Mapping[str, Callable[[Document], SelfName | None]] = MappingProxyType(
    {
        "cyclonedx": _cyclonedx,
        "spdx3": _spdx,
        "croissant": _metadata,
        "fair4ml": _metadata,
        "huggingface": _hub,
    }
)
