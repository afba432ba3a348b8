"""Imports of modules that come with an optional extra of the package."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def needed(module: str, extra: str = "notebooks") -> ModuleType:
    """Import a module of an extra; raises ImportError with the pip command if it is missing."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        reported = f"this needs {missing.name}: pip install 'provenance-graph[{extra}]'"
        raise ImportError(reported) from None
