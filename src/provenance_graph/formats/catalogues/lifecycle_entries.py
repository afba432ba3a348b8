"""Tests of entries about a model's end: the source they rest on, and whether they name one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.terms import RDF
from provenance_graph.formats import statements


def resting_on_a_list(item: Claim | Problem) -> Claim | Problem:
    """A claim of an entry that cites only another list, turned into an inference."""
    if isinstance(item, Problem) or item.value is None or item.predicate == RDF.type:
        return item
    return replace(item, basis=Basis.INFERENCE, locator="/sources")


def is_a_list(entry: Mapping[Any, Any]) -> bool:
    """Whether an entry's source is a third-party list, by its title."""
    return "third-party" in statements.scalar_text(entry.get("title")).casefold()


def is_bare(entry: Mapping[Any, Any]) -> bool:
    """Whether an entry of the feed gives neither an end date nor the text of a notice.

    A provider's changes of one day name released models and replacements as well.
    """
    return not any(
        statements.scalar_text(entry.get(key)).strip()
        for key in ("shutdown_date", "raw_content", "deprecation_context")
    )


def several(entry: Mapping[Any, Any]) -> bool:
    """Whether an entry of the feed names several models in one text."""
    return ", " in statements.scalar_text(entry.get("model_id"))
