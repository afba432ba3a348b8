"""The registry of writers: every module of this package that defines an ``EXPORTER``.

A new writer is a new file; no other file changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from provenance_graph import exchange
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG
from provenance_graph.exchange.ledger import Exported, Exporter
from provenance_graph.model.bundles.results import Bundle


@cache
def exporters() -> Mapping[str, Exporter]:
    """Every writer, by format name."""
    result: dict[str, Exporter] = {}
    for module in pkgutil.iter_modules(exchange.__path__, f"{exchange.__name__}."):
        loaded = importlib.import_module(module.name)
        for one in (getattr(loaded, "EXPORTER", None), *getattr(loaded, "EXPORTERS", ())):
            if isinstance(one, Exporter):
                result[one.format] = one
    return MappingProxyType(dict(sorted(result.items())))


def exporter(format: str) -> Exporter:
    """The writer of a format; raises UsageError that lists the formats."""
    result = exporters().get(format)
    if result is None:
        raise UsageError(f"no export {format!r}; there are {', '.join(exporters())}")
    return result


def export(bundle: Bundle, format: str) -> Exported:
    """A bundle as a document of a format; raises UsageError where it cannot hold the subjects."""
    writer = exporter(format)
    if writer.alone == "model":
        _one([s for s in bundle.subjects if s in bundle.models], bundle, writer)
        return writer.write(bundle)
    if writer.alone == "dataset":
        datasets = [s for s in bundle.subjects if s in bundle.datasets]
        chosen = _one(datasets or _data_of(bundle), bundle, writer)
        return writer.write(replace(bundle, subjects=(chosen,)))
    if not bundle.models and not bundle.datasets:
        raise UsageError("nothing here is a model or a dataset, which exports describe")
    return writer.write(bundle)


def _data_of(bundle: Bundle) -> list[Iri]:
    """The datasets that the bundle's subjects were trained, validated or tested on."""
    uses = (PG.trainedOn, PG.validatedOn, PG.testedOn)
    results = [d for s in bundle.subjects for p in uses for d in bundle.entity(s).iris(p)]
    return [d for d in dict.fromkeys(results) if d in bundle.datasets]


def _one(iris: list[Iri], bundle: Bundle, writer: Exporter) -> Iri:
    if len(iris) == 1:
        return iris[0]
    names = ", ".join(bundle.name(subject) for subject in bundle.subjects)
    known = (
        f": export one of {', '.join(map(short_id, iris))}" if iris else f", and {names} has none"
    )
    raise UsageError(f"a document of {writer.format} describes one {writer.alone}{known}")
