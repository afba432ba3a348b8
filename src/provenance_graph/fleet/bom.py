"""Systems from the bill of materials of a cluster: a workload, and the models it serves.

Tools such as k8s-aibom write a CycloneDX document for each workload. ``metadata.component`` is the
workload, with its namespace and kind as properties (``aibom.workload.namespace``). The models are
components. A model named twice, as an argument and in the environment, counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from provenance_graph.core import iris
from provenance_graph.fleet.read import System
from provenance_graph.formats.document import Document

_WORKLOAD = re.compile(r"(?:^|[.:/])workload[.:/](name|namespace|kind|cluster|category)$")
MAX_MODELS = 1_000


def workload_of(document: Document) -> System | None:
    """The workload that a document describes, with its models, as a system; else None."""
    bom = document.features.value
    if not isinstance(bom, Mapping) or bom.get("bomFormat") != "CycloneDX":
        return None
    metadata = bom.get("metadata")
    component = metadata.get("component") if isinstance(metadata, Mapping) else None
    if not isinstance(component, Mapping):
        return None
    about = dict(_properties(component))
    name = about.get("name") or str(component.get("name", ""))
    if not ({"namespace", "kind"} & about.keys()) or not name:
        return None
    namespace = about.get("namespace") or str(component.get("group", ""))
    models = tuple(dict.fromkeys(_models(bom.get("components"))))[:MAX_MODELS]
    location = "/".join(filter(None, (about.get("cluster"), namespace)))
    return System(
        iris.slug(f"{namespace}-{name}" if namespace else name),
        f"{name} ({about['kind']})" if about.get("kind") else name,
        models,
        places=(location,) if location else (),
        since=_day(metadata),
    )


def _properties(component: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    listed = component.get("properties")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping) and (match := _WORKLOAD.search(str(one.get("name", "")))):
            yield match[1], str(one.get("value", ""))[:300]


def _models(components: object) -> Iterator[str]:
    for one in components if isinstance(components, list) else []:
        if not isinstance(one, Mapping):
            continue
        if one.get("type") == "machine-learning-model" and isinstance(one.get("name"), str):
            group = one.get("group")
            name = one["name"].strip()
            yield (
                f"{group}/{name}" if isinstance(group, str) and group and "/" not in name else name
            )
        yield from _models(one.get("components"))


def _day(metadata: Mapping[str, object] | None) -> str:
    """The day of the document (ISO), as the first known day of the workload; else empty."""
    stated = str(metadata.get("timestamp", "")) if metadata else ""
    return stated[:10] if re.fullmatch(r"\d{4}-\d\d-\d\d.*", stated) else ""
