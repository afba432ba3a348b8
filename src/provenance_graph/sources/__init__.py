"""Readers: a document in, claims and problems out. One pure file per format.

A reader is a module here with a ``READER``. Adding one touches nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from provenance_graph.sources.document import Reader


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader, by the name of its format."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(__path__):
        reader = getattr(importlib.import_module(f"{__name__}.{module.name}"), "READER", None)
        if isinstance(reader, Reader):
            found[reader.format] = reader
    return MappingProxyType(dict(sorted(found.items())))
