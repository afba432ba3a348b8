"""Renders HTML templates; every value is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from provenance_graph.core.texts import displayed


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("provenance_graph.report"),
        autoescape=True,
        finalize=displayed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    template: str, filters: Mapping[str, Callable[..., Any]] | None = None, **values: object
) -> str:
    """Render a template of ``report/templates`` with values and filters."""
    environment = _environment().overlay()
    environment.filters = {**environment.filters, **(filters or {})}
    return environment.get_template(template).render(values)
