"""Every reader, found by looking: a module of this package with a ``READER``.

Adding one is a new file or folder and touches nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from provenance_graph import formats
from provenance_graph.formats.document import Reader


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader, by the name of its format."""
    result: dict[str, Reader] = {}
    for module in pkgutil.walk_packages(formats.__path__, f"{formats.__name__}."):
        reader = getattr(importlib.import_module(module.name), "READER", None)
        if isinstance(reader, Reader):
            result[reader.format] = reader
    return MappingProxyType(dict(sorted(result.items())))
