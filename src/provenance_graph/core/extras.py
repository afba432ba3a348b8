"""Modules that come with an extra of the package, or the sentence that says which."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def needed(module: str, extra: str = "notebooks") -> ModuleType:
    """A module of an extra; raises ImportError with how to get it where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        reported = f"this needs {missing.name}: pip install 'provenance-graph[{extra}]'"
        raise ImportError(reported) from None
